//! One thing goes wrong at a time, and the rotation does what it should.

use rollbook::map;
use rollbook::runbook::{Ended, Shelf};
use rollbook::value::{Value, parse_str};

use super::truth::Before;
use super::world::{IDLE, KEY, NEW_VALUE, SECRET, USERS, WALLET, WORKER, World};

/// Rotates, and asserts the exit code, what is said of it, and the truth.
#[track_caller]
fn assert_ends(mut world: World, scenario: &str, code: u8, summary: &str) -> (Ended, World) {
    let before = Before::of(&mut world);
    let (ended, mut after) = world.rotate(scenario);
    assert_eq!(ended.verdict.exit_code(), code, "{}: {}", ended.verdict.name(), ended.summary);
    assert!(ended.summary.contains(summary), "{}", ended.summary);
    let judged = before.judge(&ended, &mut after.clone());
    assert_eq!(judged, Ok(()), "{}", ended.summary);
    assert_eq!(after.describe(IDLE).get("desiredCount"), Some(&Value::Int(0)), "a count is nobody's business here");
    (ended, after)
}

/// Whether the run said this to people.
#[track_caller]
fn assert_said(ended: &Ended, text: &str) {
    assert!(
        ended.entries().expect("the record").iter().any(|entry| entry.body.contains("Mark") && entry.body.contains(text)),
        "nobody said {text:?}"
    );
}

fn fault(kind: &str, rest: &str) -> String {
    format!("[[fault]]\nkind = \"{kind}\"\n{rest}\n")
}

fn value(world: &mut World) -> Value {
    let answer = world.ask("secretsmanager", "get_secret_value", map! { "SecretId" => SECRET });
    parse_str(answer.text("SecretString").unwrap()).unwrap()
}

#[test]
fn all_clusters_are_served_and_the_other_keys_stay() {
    let (ended, mut after) = assert_ends(World::new(), "", 0, "");
    assert_said(&ended, "wallet-pinned reads a fixed version");
    assert_eq!(value(&mut after).text(KEY), Some(NEW_VALUE));
    assert_eq!(value(&mut after).text("NEXT_PUBLIC_API_BASE_URL"), Some("https://api.blockbit.com/api"));
}

#[test]
fn the_same_value_is_not_written_twice() {
    let (_, after) = assert_ends(World::new(), "", 0, "");
    let mut again = after.clone();
    let (ended, mut end) = after.rotate("");
    assert_eq!((ended.verdict.exit_code(), end.versions()), (0, again.versions()), "{}", ended.summary);
    assert!(ended.summary.contains("nothing to do"), "{}", ended.summary);
    assert_eq!(end.describe(WALLET).items("deployments"), again.describe(WALLET).items("deployments"));
}

#[test]
fn a_value_that_was_written_and_not_deployed_is_deployed() {
    let mut world = World::new();
    let mut wanted = value(&mut world);
    wanted.as_map_mut().unwrap().insert(KEY.into(), NEW_VALUE.into());
    let version = world.put(&rollbook::value::to_json(&wanted).unwrap());
    let (ended, mut after) = world.rotate("");
    assert_eq!((ended.verdict.exit_code(), after.versions()), (0, world.versions()), "{}", ended.summary);
    let held = after.0.held_secrets();
    let of = |(cluster, name): (&str, &str)| format!("{cluster}/{name}");
    let mut serving = held.iter().filter(|held| held.serving && [of(WALLET), of(WORKER)].contains(&held.service));
    assert!(serving.clone().count() == 4 && serving.all(|held| held.version == version));
    let (ended, _) = world.rotate(&fault("crash", "after = \"5s\"\nservice = \"wallet-worker\""));
    assert_eq!(ended.verdict.name(), "deployment failed", "there is no older value to go back to: {}", ended.summary);
}

#[test]
fn a_restart_that_the_breaker_takes_back_is_taken_back_whole() {
    let mut world = World::new();
    world.set_breaker(WALLET, (true, true));
    let scenario = fault("crash", "after = \"5s\"\ntimes = 4\nservice = \"nest-wallet-service\"");
    let (ended, _) = assert_ends(world, &scenario, 3, "holds its old values again");
    assert_said(&ended, "the circuit breaker tripped");
}

#[test]
fn a_crash_without_a_breaker_is_taken_back() {
    let mut world = World::new();
    world.set_breaker(WORKER, (false, false));
    let scenario = fault("crash", "after = \"5s\"\ntimes = 3\nservice = \"wallet-worker\"");
    assert_ends(world, &scenario, 3, "holds its old values again");
}

#[test]
fn somebody_elses_deployment_is_as_new_as_ours() {
    let scenario =
        fault("somebody-deploys", "service = \"wallet-worker\"\nafter_call = \"ecs:UpdateService\"\ndelay = \"25s\"\ntimes = 3");
    let (ended, _) = assert_ends(World::new(), &scenario, 0, "");
    assert_said(&ended, "waiting for that one");
}

#[test]
fn a_service_scaled_to_zero_meanwhile_serves_nothing_old() {
    let rest = "count = 0\nservice = \"wallet-worker\"\nafter_call = \"ecs:UpdateService\"\ndelay = \"20s\"\ntimes = 3";
    assert_ends(World::new(), &fault("somebody-scales", rest), 0, "");
}

#[test]
fn nothing_is_written_while_a_deployment_is_under_way() {
    let mut world = World::new();
    world.update(WORKER, map! { "forceNewDeployment" => true });
    world.wait(15);
    let wait = "wait for it (aws ecs wait services-stable --cluster wallet-jobs --services wallet-worker)";
    assert_ends(world, "", 6, &format!("a deployment of wallet-worker:1 to wallet-worker is under way: {wait}"));
}

#[test]
fn nothing_is_written_when_services_cannot_be_found() {
    assert_ends(World::new(), &fault("access-denied", "operation = \"ecs:DescribeTaskDefinition\""), 1, "AccessDenied");
    assert_ends(World::new(), &fault("access-denied", "operation = \"secretsmanager:PutSecretValue\""), 1, "AccessDenied");
}

#[test]
fn services_that_may_not_be_updated_keep_the_old_value() {
    let scenario = fault("access-denied", "operation = \"ecs:UpdateService\"");
    let (ended, _) = assert_ends(World::new(), &scenario, 3, "holds its old values again");
    assert_said(&ended, "AccessDeniedException");
}

#[test]
fn a_version_that_is_never_shown_is_unknown() {
    // The lost answer lets a little time pass between the first read and the second.
    let lost = fault("answer-lost", "operation = \"secretsmanager:PutSecretValue\"");
    let denied = fault("access-denied", "operation = \"secretsmanager:DescribeSecret\"\nfrom = \"20ms\"");
    assert_ends(World::new(), &format!("{lost}{denied}"), 8, "does not show it as AWSCURRENT, and no service was redeployed");
}

#[test]
fn a_way_back_that_is_refused_says_what_stands_and_what_to_type() {
    let crash = fault("crash", "after = \"5s\"\nservice = \"wallet-worker\"");
    let denied = fault("access-denied", "operation = \"secretsmanager:UpdateSecretVersionStage\"");
    let mut world = World::new();
    let (arn, old) = (world.secret(), world.current());
    let (ended, mut after) = assert_ends(world, &format!("{crash}{denied}"), 10, "could not be moved back from version");
    let written = after.current();
    for stands in [
        "(AccessDeniedException)",
        "The new values are still AWSCURRENT",
        "nest-wallet-service: 2 tasks with the new values;",
        "Not known to serve the new values: wallet-worker: ",
    ] {
        assert!(ended.summary.contains(stands), "{stands:?}: {}", ended.summary);
    }
    let stage = format!("--version-stage AWSCURRENT --move-to-version-id {old} --remove-from-version-id {written}");
    assert_said(&ended, &format!("aws secretsmanager update-secret-version-stage --secret-id {arn} {stage}"));
    assert_said(&ended, "aws ecs update-service --cluster wallet-jobs --service wallet-worker --force-new-deployment");
}

#[test]
fn a_way_back_that_nobody_may_look_at_is_unknown() {
    let crash = fault("crash", "after = \"5s\"\nservice = \"wallet-worker\"");
    let stage = fault("access-denied", "operation = \"secretsmanager:UpdateSecretVersionStage\"");
    let look = fault("access-denied", "operation = \"secretsmanager:DescribeSecret\"\nfrom = \"60s\"");
    let (ended, _) =
        assert_ends(World::new(), &format!("{crash}{stage}{look}"), 8, "which version is AWSCURRENT could not be read");
    assert_said(&ended, "not checked: which version of nest-wallet-prod-secrets is AWSCURRENT");
}

#[test]
fn a_lost_answer_of_a_redeploy_is_said() {
    assert_ends(World::new(), &fault("answer-lost", "operation = \"ecs:UpdateService\""), 8, "UpdateService was sent");
}

#[test]
fn only_a_json_object_has_keys() {
    for (member, content, why) in [("SecretBinary", "AAEC", "is binary"), ("SecretString", "plain", "holds no JSON object")] {
        let mut world = World::new();
        world.ask("secretsmanager", "put_secret_value", map! { "SecretId" => SECRET, member => content });
        assert_ends(world, "", 1, why);
    }
}

#[test]
fn tasks_outside_of_services_are_not_covered() {
    let mut world = World::new();
    let network = map! { "awsvpcConfiguration" => map! { "subnets" => vec!["subnet-0a1b2c3d4e5f60718"] } };
    let request = map! {
        "cluster" => WORKER.0, "taskDefinition" => "wallet-worker", "count" => 2, "launchType" => "FARGATE",
        "networkConfiguration" => network,
    };
    world.ask("ecs", "run_task", request);
    let (ended, _) = assert_ends(world, "", 0, "");
    assert_said(&ended, "not covered: 2 tasks of wallet-worker:1 outside of services");
}

const THEIRS: &str = "{\"NEXT_PUBLIC_API_BASE_URL\":\"https://theirs/api\",\"NEXT_PUBLIC_API_URL\":\"https://theirs\"}";

/// A run by hand on the library, in whose gaps somebody else changes the secret.
fn by_hand(gaps: [bool; 3]) -> (Ended, World, Vec<String>) {
    let theirs = |gap: bool| if gap { "theirs();" } else { "" };
    let [between, before_the_end, before_the_way_back] = gaps.map(theirs);
    let clusters = USERS.map(|(cluster, _)| format!("\"{cluster}\"")).join(", ");
    let body = format!(
        "import \"std/readers\" as readers; import \"std/rotation\" as rotation; import \"std/restoring\" as restoring;\n\
         const RUNBOOK = #{{ summary: \"s\", version: \"1.0.0\", permits: [\"secretsmanager:PutSecretValue\", \
         \"secretsmanager:UpdateSecretVersionStage\", \"ecs:UpdateService\", \"iam:PassRole\"] }};\n\
         fn theirs() {{ secretsmanager::put_secret_value(#{{ SecretId: \"{SECRET}\", SecretString: `{THEIRS}` }}); }}\n\
         let limits = #{{ timeout: \"30m\", max_failed_tasks: 3 }};\n\
         let users = readers::find_users(\"{SECRET}\", [{clusters}]);\n\
         let change = rotation::new_version(users.secret, #{{ {KEY}: secret(\"{NEW_VALUE}\") }}, users.services, false);\n\
         {between}\n\
         change = rotation::put(change, users.services);\n\
         let ends = if change.trouble == () {{ rotation::redeploy(change, users.services, limits) }} else {{ [] }};\n\
         {before_the_end}\n\
         if change.trouble == () {{ rotation::refuse_if_changed_since(change); }}\n\
         {before_the_way_back}\n\
         restoring::restore(change, users.services, ends, limits);"
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("runbooks")).unwrap();
    std::fs::write(folder.path().join("runbooks/r.rhai"), body).unwrap();
    let shelf = Shelf::new(Some(folder.path().to_owned()), None);
    let mut world = World::new();
    let (ended, mut after) = world.run(&shelf, "r", "");
    let known = world.versions();
    let written = after.versions().into_iter().filter(|version| !known.contains(version)).collect();
    (ended, after, written)
}

#[test]
fn a_change_that_somebody_made_between_our_read_and_our_write_comes_back() {
    let (ended, mut after, written) = by_hand([true, false, false]);
    assert_eq!(ended.verdict.exit_code(), 3, "{}", ended.summary);
    assert!(ended.summary.contains("somebody else changed nest-wallet-prod-secrets at the same time"), "{}", ended.summary);
    let request = map! { "SecretId" => SECRET };
    let now = after.ask("secretsmanager", "get_secret_value", request);
    assert_eq!((now.text("SecretString"), written.len()), (Some(THEIRS), 2));
}

#[test]
fn a_change_that_somebody_made_while_we_redeployed_is_unknown() {
    let (ended, _, _) = by_hand([false, true, false]);
    assert_eq!(ended.verdict.exit_code(), 8, "{}", ended.summary);
    assert!(ended.summary.contains("is not AWSCURRENT any more: somebody else changed it"), "{}", ended.summary);
}

#[test]
fn a_change_that_somebody_made_before_the_way_back_is_not_touched() {
    let (ended, mut after, _) = by_hand([false, false, true]);
    assert_eq!(ended.verdict.exit_code(), 8, "{}", ended.summary);
    assert!(ended.summary.contains("somebody else moved it meanwhile"), "{}", ended.summary);
    assert_eq!(value(&mut after).text(KEY), Some("https://theirs"));
}
