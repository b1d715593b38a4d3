//! Where the new value comes from, as a user types it. It is in the sandbox's
//! world afterwards, and nowhere else.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use rollbook::value::{Value, parse_str};

use super::world::{KEY, SECRET, World};
use crate::harness::{Project, Ran};
use crate::moto;

const COMMAND: [&str; 4] = ["rotate-secret-and-redeploy", "--sandbox", "--secret-id", SECRET];
const VALUE: &str = "hunter2-of-the-evening";

fn rotate(project: &Project, settings: &[&str]) -> Ran {
    project.run(&arguments(settings))
}

fn arguments<'a>(settings: &[&'a str]) -> Vec<&'a str> {
    let settings = settings.iter().flat_map(|setting| ["--set", *setting]);
    COMMAND.into_iter().chain(settings).collect()
}

fn kept(project: &Project) -> Value {
    let text = project.read("state/sandbox.json").expect("the world was kept");
    let mut world = World(rollbook::sim::Sim::from_json(&text).expect("a world"));
    let answer = world.ask("secretsmanager", "get_secret_value", rollbook::map! { "SecretId" => SECRET });
    parse_str(answer.text("SecretString").unwrap()).unwrap()
}

/// Nothing that was said or kept holds the value, but for the world and the
/// file that it came from.
#[track_caller]
fn assert_kept_only_in_the_world(project: &Project, ran: &Ran, value: &str) {
    ran.status(0).never_says(value).prints("every serving task of 1 service has it");
    assert_eq!(kept(project).text(KEY), Some(value));
    assert_nowhere(project.path(), value);
}

#[track_caller]
fn assert_nowhere(folder: &Path, value: &str) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match path.file_name().and_then(|name| name.to_str()) {
            Some("sandbox.json" | "value.txt") => {}
            _ if path.is_dir() => assert_nowhere(&path, value),
            _ => {
                let bytes = std::fs::read(&path).unwrap();
                let found = bytes.windows(value.len()).any(|window| window == value.as_bytes());
                assert!(!found, "{} holds the value", path.display());
            }
        }
    }
}

#[test]
fn from_a_file() {
    let project = Project::new().file("value.txt", &format!("{VALUE}\n"));
    let ran = rotate(&project, &["NEXT_PUBLIC_API_URL=file:value.txt"]);
    assert_kept_only_in_the_world(&project, &ran, VALUE);
}

#[test]
fn from_the_environment() {
    let project = Project::new().variable("NEW_VALUE", VALUE);
    let ran = rotate(&project, &["NEXT_PUBLIC_API_URL=env:NEW_VALUE"]);
    assert_kept_only_in_the_world(&project, &ran, VALUE);
}

#[test]
fn from_standard_input() {
    let project = Project::new();
    let arguments = arguments(&["NEXT_PUBLIC_API_URL=-"]);
    let mut command = project.command(&arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{VALUE}\n").as_bytes()).unwrap();
    let ran = Ran::new(&child.wait_with_output().unwrap(), &arguments);
    assert_kept_only_in_the_world(&project, &ran, VALUE);
}

/// Types the value once the terminal does not echo any more, as a person would
/// who waits for the question.
const PTY: &str = "
import os, pty, sys, termios, time
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
while termios.tcgetattr(terminal)[3] & termios.ECHO:
    if os.waitpid(child, os.WNOHANG)[0]:
        sys.exit('it ended without a question')
    time.sleep(0.01)
os.write(terminal, sys.argv[1].encode() + b'\\n')
try:
    while shown := os.read(terminal, 4096):
        os.write(1, shown)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
";

fn at_hidden_prompt(project: &Project, arguments: &[&str]) -> Option<Ran> {
    let rollbook = project.command(arguments);
    let mut command = std::process::Command::new(moto::python()?);
    command.args(["-c", PTY, VALUE]).arg(rollbook.get_program()).args(rollbook.get_args());
    command.current_dir(project.path()).env_clear().env("TERM", "xterm").env("NO_COLOR", "1");
    command.envs(rollbook.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Some(Ran::new(&command.output().expect("python runs"), arguments))
}

#[test]
fn from_a_prompt() {
    let project = Project::new();
    let mut arguments = arguments(&["NEXT_PUBLIC_API_URL=prompt"]);
    arguments.push("--yes");
    let Some(ran) = at_hidden_prompt(&project, &arguments) else { return };
    ran.status(0).prints(KEY).never_says(VALUE);
    assert_eq!(kept(&project).text(KEY), Some(VALUE));
    assert_nowhere(project.path(), VALUE);
}

#[test]
fn nobody_is_there_to_be_prompted() {
    let project = Project::new();
    rotate(&project, &["NEXT_PUBLIC_API_URL=prompt"]).status(6).says("there is no terminal to ask at");
    assert_eq!(kept(&project).text(KEY), Some("https://api.blockbit.com"));
}

#[test]
fn the_command_to_wait_leads_to_the_same_place() {
    let project = Project::new();
    project.run(&["set-env", "--sandbox", "--set", "FEATURE=on", "--no-wait"]).status(0);
    let ran = rotate(&project, &["NEXT_PUBLIC_API_URL=generate:40"]);
    ran.status(6).says("is under way: wait for it (rollbook wait --sandbox); nothing has been changed");
}

#[test]
fn from_a_generator() {
    let project = Project::new();
    let ran = rotate(&project, &["NEXT_PUBLIC_API_URL=generate:40"]);
    let value = kept(&project).text(KEY).unwrap().to_owned();
    assert_eq!(value.len(), 40);
    assert_kept_only_in_the_world(&project, &ran, &value);
}

#[test]
fn several_keys_at_once_and_a_new_one_that_is_meant() {
    let project = Project::new().file("value.txt", VALUE).variable("OTHER", "another-secret-value");
    let mut arguments = arguments(&["NEXT_PUBLIC_API_URL=file:value.txt", "BRAND_NEW=env:OTHER"]);
    arguments.push("--new-key");
    let ran = project.run(&arguments);
    ran.says("BRAND_NEW is a new key of nest-wallet-prod-secrets");
    ran.prints("NEXT_PUBLIC_API_URL: read by [\"nest-wallet-service\"]");
    ran.prints(
        "BRAND_NEW: no service's definition names it; to give it to one: rollbook deploy --sandbox --secret BRAND_NEW=arn:",
    );
    assert_kept_only_in_the_world(&project, &ran, VALUE);
    assert_eq!(kept(&project).text("BRAND_NEW"), Some("another-secret-value"));
}

#[test]
fn a_misspelt_key_is_never_written() {
    let project = Project::new().file("value.txt", VALUE);
    // What it reads as, and what it may be.
    for (typed, hint) in [("NEXT_PUBLIC_API_ULR", "Did you mean NEXT_PUBLIC_API_URL?"), ("ZEBRA", "--new-key adds a key")] {
        let ran = rotate(&project, &[&format!("{typed}=file:value.txt")]);
        ran.status(6).says(&format!("has no key {typed}; it has [")).says(hint).says("nothing has been changed").prints_nothing();
        assert!(kept(&project).get(typed).is_none(), "{ran}");
    }
    assert_eq!(kept(&project).text(KEY), Some("https://api.blockbit.com"));
}

#[test]
fn why_the_new_value_did_not_serve_is_shown_as_deploy_shows_it() {
    let crash = "[[fault]]\nkind = \"crash\"\nimage = \"*:v41\"\nafter = \"5s\"\nexit_code = 1\ntimes = 3\n";
    let denied = "[[fault]]\nkind = \"access-denied\"\noperation = \"secretsmanager:UpdateSecretVersionStage\"\n";
    let next = "Next    aws secretsmanager update-secret-version-stage --secret-id arn:";
    let cause = "container nest-wallet-container exits with code 1";
    for (scenario, code, first, next) in [
        (crash.to_owned(), 3, format!("Cause   {cause}"), "Next    mend what the log lines above tell of"),
        (format!("{crash}{denied}"), 10, format!("Also    {cause}"), next),
    ] {
        let project = Project::new().file("value.txt", VALUE).file("scenario.toml", &scenario);
        let mut arguments = arguments(&["NEXT_PUBLIC_API_URL=file:value.txt"]);
        arguments.extend(["--scenario", "scenario.toml"]);
        let ran = project.run(&arguments);
        ran.status(code).says(&first).says("Log     the last lines of nest-wallet-container").says(next).never_says(VALUE);
    }
}

#[test]
fn a_value_on_the_command_line_is_neither_taken_nor_repeated() {
    let project = Project::new();
    for literal in [VALUE, "generate:many-hunter2-of-the-evening"] {
        let ran = rotate(&project, &[&format!("{KEY}={literal}")]);
        ran.status(2).says("a secret is given as").never_says(VALUE);
        assert_nowhere(project.path(), VALUE);
        assert!(project.read("state/sandbox.json").is_none(), "nothing ran");
    }
}
