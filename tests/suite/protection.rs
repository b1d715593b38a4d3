//! What is protected stays so for those who come from another environment:
//! environments share clusters, secrets and accounts.

use crate::every_runbook::environments;
use crate::harness::Project;
use crate::prompt::script::play;

const ARGUMENTS: [&str; 4] = ["run", "r", "--env", "dev"];

fn dev(permits: &str, body: &str) -> Project {
    Project::new().runbook("r", permits, body).file("rollbook.toml", &environments())
}

#[test]
fn a_service_of_a_protected_environment_is_no_bycatch_of_another() {
    for (permits, body) in [
        ("\"ecs:UpdateService\"", "ecs::update_service(#{ cluster: env.cluster, service: \"nest-wallet-service\", desiredCount: 5 })"),
        (
            "\"application-autoscaling:RegisterScalableTarget\"",
            "application_autoscaling::register_scalable_target(#{ ServiceNamespace: \"ecs\", ScalableDimension: \"ecs:service:DesiredCount\",
                ResourceId: \"service/nest-wallet-cluster/nest-wallet-service\", MinCapacity: 0, MaxCapacity: 0 })",
        ),
    ] {
        let project = dev(permits, body);
        let ran = project.run(&ARGUMENTS);
        ran.status(6).says("nest-wallet-service belongs to environment `prod`, which is protected");
        ran.says("if that is meant, --env prod; without a terminal, add --confirm prod");
        project.run(&["run", "r", "--env", "dev", "--confirm", "dev"]).status(6);
        project.run(&["run", "r", "--env", "dev", "--confirm", "prod"]).status(0);
    }
}

#[test]
fn ones_own_service_needs_no_word_of_another_environment() {
    let update = "ecs::update_service(#{ cluster: env.cluster, service: env.service, desiredCount: 2 })";
    dev("\"ecs:UpdateService\"", update).run(&ARGUMENTS).status(0);
    // In both, by its own configuration: then it is this one's too.
    let shared = environments().replace("[service.wallet.dev]\nname = \"nest-wallet-service-dev\"\n", "");
    assert_ne!(shared, environments());
    dev("\"ecs:UpdateService\"", update).file("rollbook.toml", &shared).run(&ARGUMENTS).status(0);
}

#[test]
fn a_secret_that_a_protected_service_reads_is_not_changed_from_elsewhere() {
    let project = dev("", "").variable("NEW_URL", "https://new.example.com");
    let rotate = ["rotate-secret-and-redeploy", "--env", "dev", "--secret-id", "nest-wallet-prod-secrets"];
    let rotate = [&rotate[..], &["--set", "NEXT_PUBLIC_API_URL=env:NEW_URL", "--yes"]].concat();
    project.run(&rotate).status(6).says("nest-wallet-service belongs to environment `prod`");
    project.run(&["show"]).status(0).never_says("PutSecretValue").never_says("UpdateService");
    project.run(&[&rotate[..], &["--confirm", "prod"]].concat()).status(0);
}

#[test]
fn an_armed_prompt_asks_too() {
    let write = "ecs::update_service(#{ cluster: env.cluster, service: \"nest-wallet-service\", desiredCount: 3 })\n";
    let ran = play(&dev("", ""), &["repl", "--env", "dev"], &format!(":arm\n{write}"));
    ran.status(6).says("nest-wallet-service belongs to environment `prod`");
}
