//! Environments, and the settings of a definition: local, dev and prod.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use super::{CLUSTER, Desk, ENVIRONMENTS, SERVICE};
use crate::harness::Project;
use crate::moto::finish;

const PROD_SECRET: &str = "nest-wallet-prod-secrets";
const DEV_SECRET: &str = "nest-wallet-dev-secrets";
const DEV_SERVICE: &str = "nest-wallet-service-dev";

/// What the containers of a service get, by the aws CLI: the definition's own
/// variables, and the keys of the secret that it names.
fn settings(desk: &Desk, service: &str, secret: &str) -> BTreeMap<String, String> {
    let definition = desk.definition(service);
    let container = &definition["containerDefinitions"][0];
    let mut found = BTreeMap::new();
    for one in container["environment"].as_array().expect("variables") {
        found.insert(one["name"].as_str().unwrap().to_owned(), one["value"].as_str().unwrap().to_owned());
    }
    let values = desk.secret(secret);
    for one in container["secrets"].as_array().expect("secrets") {
        let key = one["valueFrom"].as_str().unwrap().split(':').nth(7).expect("a key");
        found.insert(one["name"].as_str().unwrap().to_owned(), values[key].as_str().unwrap().to_owned());
    }
    found
}

/// What a shell makes of a file of settings.
fn sourced(desk: &Desk, names: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let print: String = names.keys().map(|name| format!("printf '%s\\0%s\\0' {name} \"${name}\";")).collect();
    let mut command = Command::new("bash");
    command.args(["-c", &format!("set -eu; . ./.env.local; {print}")]).current_dir(desk.project.path()).env_clear();
    let printed = finish(&mut command).unwrap_or_else(|why| panic!("{why}"));
    let words: Vec<&str> = printed.split_terminator('\0').collect();
    words.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
}

#[test]
fn a_machine_of_a_developer_gets_what_dev_has() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    let dev = settings(&desk, DEV_SERVICE, DEV_SECRET);
    let ran = desk.run(&["setup-local", "--env", "local"]);
    ran.status(0).says("5 settings of nest-wallet-task-dev:12").says("readable by you alone");
    assert_eq!(sourced(&desk, &dev), dev);
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(desk.project.path().join(".env.local")).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);
    }
    desk.run(&["setup-local", "--env", "local"]).status(0).says(".env.local holds them already");

    // What changed is named, and what the file had beside it stays.
    let text = desk.project.read(".env.local").unwrap();
    desk.project.write(".env.local", &(text.replace("PORT=3000", "PORT=3001") + "MINE=1\n"));
    let compared = desk.run(&["env", "--compare", "local,dev", "--output", "json"]).json();
    let wanted = json!([{ "name": "MINE", "state": "only local" }, { "name": "PORT", "state": "differs" }]);
    assert_eq!(compared["result"]["differences"], wanted);
    let again = desk.run(&["setup-local", "--env", "local", "--output", "json"]).json();
    assert_eq!((&again["result"]["changed"], &again["result"]["kept"]), (&json!(["PORT"]), &json!(["MINE"])));
    assert_eq!(desk.project.read(".env.local").unwrap(), text + "MINE=1\n");
    desk.run(&["env", "--compare", "local,dev"]).status(0).prints("1 of 6 settings is not the same");
}

#[test]
fn nothing_is_deployed_to_the_machine_of_a_developer() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    for command in [&["restart", "--env", "local"][..], &["set-env", "--env", "local", "--set", "A=1"]] {
        desk.run(command).status(6).says("is a developer's machine").says("if that is meant, --env dev");
    }
    let calls = desk.server.control("GET", "calls?after=0", "");
    assert!(!calls.to_string().contains("UpdateService"), "{calls}");
}

#[test]
fn a_definition_that_rollbook_toml_names_is_what_local_gets() {
    let config = ENVIRONMENTS.replace("[env.dev]", "task_definition = \"nest-wallet-task-dev:10\"\n[env.dev]");
    let Some(desk) = Desk::new(&config) else { return };
    desk.run(&["setup-local", "--env", "local"]).status(0).says("nest-wallet-task-dev:10");
    assert!(desk.project.read(".env.local").unwrap().starts_with("# nest-wallet-task-dev:10, written by"));
}

#[test]
fn two_environments_are_compared_without_a_value_on_the_screen() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    let (dev, prod) = (settings(&desk, DEV_SERVICE, DEV_SECRET), settings(&desk, SERVICE, PROD_SECRET));
    let ran = desk.run(&["env", "--compare", "dev,prod", "--output", "json"]);
    let result = ran.status(0).json()["result"].clone();
    // By the names and values that the aws CLI finds.
    let names: Vec<&String> = dev.keys().filter(|name| dev[*name] != prod[*name]).collect();
    let told: Vec<&str> = result["differences"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(told, names);
    for (environment, values) in [("dev", &dev), ("prod", &prod)] {
        let told = result["settings"].as_array().unwrap().iter().filter(|one| one["environment"] == environment);
        let told: BTreeMap<&str, &Value> = told.map(|one| (one["name"].as_str().unwrap(), one)).collect();
        assert_eq!(told.keys().copied().collect::<Vec<_>>(), values.keys().collect::<Vec<_>>());
        for (name, value) in values {
            let is_plain = ["NODE_ENV", "PORT"].contains(&name.as_str());
            assert_eq!(told[name.as_str()]["value"].as_str(), is_plain.then_some(value.as_str()), "{name}");
            assert_eq!(told[name.as_str()]["fingerprint"].is_string(), !is_plain, "{name}");
            if !is_plain {
                ran.never_says(value);
            }
        }
    }
    desk.run(&["env", "--compare", "dev,stage"]).status(1).says("there is no environment stage");
}

#[test]
fn an_environment_out_of_reach_is_not_compared() {
    let elsewhere = ENVIRONMENTS.replace("protected = true", "protected = true\naccount = \"999999999999\"");
    let Some(desk) = Desk::new(&elsewhere) else { return };
    desk.run(&["env", "--compare", "dev,prod"]).status(1).says("prod cannot be compared from here (another account)");
}

#[test]
fn equal_values_have_equal_fingerprints() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    let value =
        json!({ "NEXT_PUBLIC_API_URL": "https://one.example.com", "NEXT_PUBLIC_API_BASE_URL": "https://one.example.com" });
    desk.aws(&["secretsmanager", "update-secret", "--secret-id", DEV_SECRET, "--secret-string", &value.to_string()]);
    let result = desk.run(&["env", "--env", "dev", "--output", "json"]).json()["result"].clone();
    let fingerprint = |name: &str| {
        let settings = result["settings"].as_array().unwrap();
        settings.iter().find(|one| one["name"] == name).unwrap()["fingerprint"].as_str().unwrap().to_owned()
    };
    assert_eq!(fingerprint("NEXT_PUBLIC_API_URL"), fingerprint("NEXT_PUBLIC_API_BASE_URL"));
    assert_ne!(fingerprint("NEXT_PUBLIC_API_URL"), fingerprint("RATES_API_KEY"));
}

#[test]
fn a_secret_that_cannot_be_read_is_said_and_not_written() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    let value = json!({ "NEXT_PUBLIC_API_URL": "https://one.example.com" });
    desk.aws(&["secretsmanager", "update-secret", "--secret-id", DEV_SECRET, "--secret-string", &value.to_string()]);
    desk.run(&["env", "--env", "dev"]).status(0).prints("not read: there is no key NEXT_PUBLIC_API_BASE_URL");
    desk.run(&["setup-local", "--env", "local"])
        .status(1)
        .says("NEXT_PUBLIC_API_BASE_URL cannot be read")
        .says("nothing was written");
    assert_eq!(desk.project.read(".env.local"), None);
}

/// What the guide does by Terraform and UpdateService, by the aws CLI: a new
/// revision with other variables, and the service on it.
fn by_hand(desk: &Desk, service: &str, change: impl Fn(&mut Vec<Value>)) {
    let mut next = desk.definition(service);
    let members = next.as_object_mut().expect("a map");
    for name in ["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities"] {
        members.remove(name);
    }
    change(next["containerDefinitions"][0]["environment"].as_array_mut().expect("variables"));
    desk.project.write("next.json", &next.to_string());
    let made = desk.aws(&["ecs", "register-task-definition", "--cli-input-json", "file://next.json"]);
    let arn = made["taskDefinition"]["taskDefinitionArn"].as_str().expect("an ARN");
    desk.aws(&["ecs", "update-service", "--cluster", CLUSTER, "--service", service, "--task-definition", arn]);
    desk.server.control("POST", "settle", "");
}

#[test]
fn set_env_comes_to_what_the_guide_does_by_hand() {
    let (Some(desk), Some(hand)) = (Desk::new(ENVIRONMENTS), Desk::new(ENVIRONMENTS)) else { return };
    let before = desk.definition(SERVICE);
    let set = ["set-env", "--env", "prod", "--confirm", "prod", "--set", "RATES_API_KEY=a-new-key-of-today"];
    let ran = desk.run(&[&set[..], &["--set", "NODE_ENV=staging", "--unset", "PORT", "--set", "FEATURE=on"]].concat());
    ran.status(0).says("production → staging").never_says("a-new-key-of-today");
    by_hand(&hand, SERVICE, |variables| {
        variables.retain(|one| one["name"] != "PORT");
        for one in variables.iter_mut() {
            match one["name"].as_str() {
                Some("RATES_API_KEY") => one["value"] = json!("a-new-key-of-today"),
                Some("NODE_ENV") => one["value"] = json!("staging"),
                _ => {}
            }
        }
        variables.push(json!({ "name": "FEATURE", "value": "on" }));
    });
    let after = desk.definition(SERVICE);
    assert_eq!(after, hand.definition(SERVICE));
    assert_eq!(after["revision"], 42);
    // Nothing but the variables: secrets and their references are kept whole.
    assert_eq!(after["containerDefinitions"][0]["secrets"], before["containerDefinitions"][0]["secrets"]);
    let without = |mut definition: Value| {
        definition["containerDefinitions"][0]["environment"] = Value::Null;
        for name in ["taskDefinitionArn", "revision"] {
            definition[name] = Value::Null;
        }
        definition
    };
    assert_eq!(without(after), without(before));
    desk.server.control("POST", "settle", "");
    let service = desk.aws(&["ecs", "describe-services", "--cluster", CLUSTER, "--services", SERVICE]);
    let deployments = service["services"][0]["deployments"].as_array().unwrap().clone();
    assert_eq!((deployments.len(), &deployments[0]["rolloutState"]), (1, &json!("COMPLETED")), "{service}");
    // The tags came along.
    let tags = desk.aws(&["ecs", "describe-task-definition", "--task-definition", "nest-wallet-task", "--include", "TAGS"]);
    assert!(!tags["tags"].as_array().unwrap().is_empty(), "{tags}");
    desk.run(&[&set[..], &["--set", "FEATURE=on"]].concat()).status(0).says("nothing to do");
}

#[test]
fn set_env_refuses_what_belongs_into_a_secret() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    let ran = desk.run(&["set-env", "--env", "dev", "--set", "NEXT_PUBLIC_API_URL=https://typed.example.com"]);
    ran.status(1).never_says("typed.example.com");
    let rotate = "rollbook rotate-secret-and-redeploy --env dev --secret-id nest-wallet-dev-secrets";
    ran.says(&format!("{rotate} --set NEXT_PUBLIC_API_URL=prompt"));
    desk.run(&["set-env", "--env", "dev", "--unset", "NEXT_PUBLIC_API_URL"])
        .status(1)
        .says("rollbook deploy --env dev --secret NEXT_PUBLIC_API_URL=");
    desk.run(&["set-env", "--env", "dev", "--unset", "NOD_ENV"]).status(1).says("there is no environment variable NOD_ENV");
    desk.run(&["set-env", "--env", "dev", "--set", "A=1", "--unset", "A"]).status(1).says("A is given twice");
    desk.run(&["set-env", "--env", "dev"]).status(1).says("nothing to change");
    desk.run(&["set-env", "--env", "dev", "--set", "hunter2"]).status(2).says("--set is given as KEY=").never_says("hunter2");
    assert_eq!(desk.definition(DEV_SERVICE)["revision"], 12);
}

#[test]
fn set_env_takes_values_from_elsewhere_and_names_a_bad_end() {
    let Some(desk) = Desk::new(ENVIRONMENTS) else { return };
    desk.project.write("key.txt", "from-a-file-4711\n");
    desk.run(&["set-env", "--env", "dev", "--set-from", "RATES_API_KEY=file:key.txt"]).status(0).never_says("from-a-file-4711");
    let definition = desk.definition(DEV_SERVICE);
    let variables = definition["containerDefinitions"][0]["environment"].as_array().unwrap();
    assert!(variables.contains(&json!({ "name": "RATES_API_KEY", "value": "from-a-file-4711" })), "{variables:?}");

    // The verdicts are those of deploy: tasks that crash are taken back by ECS.
    let crash = Project::new()
        .file("crash.toml", "[[fault]]\nkind = \"crash\"\nimage = \"*nest-wallet*\"\nafter = \"5s\"\nexit_code = 1\n");
    let crash_file = crash.path().join("crash.toml").display().to_string();
    let ran = crash.run(&["set-env", "--sandbox", "--scenario", &crash_file, "--set", "FEATURE=on"]);
    ran.status(3).says("rolled back").says("nest-wallet-task:41 serves again");
}
