//! A person at a terminal: typing, several lines, the history, Ctrl-C, resize.
//! Every assertion is about what stands on the screen.

use std::time::Duration;

use super::screen::{CTRL_C, CTRL_D, CTRL_R, ENTER, TAB, Terminal, UP};
use crate::harness::Project;
use crate::stub::{Answer, Stub};

const PROMPT: &str = "SANDBOX · 123456789012 · read-only ❯";

#[test]
fn the_prompt_says_where_it_is_and_answers() {
    let project = Project::new();
    let Some(mut terminal) = Terminal::start(&project, &["repl", "--sandbox"]) else { return };
    terminal.ready().shows("SANDBOX · repl").shows(PROMPT).shows(":help · Tab completes");
    terminal.line("let n = 20 + 1").ready();
    terminal.line("n * 2").shows("\n42\n").ready();
    terminal.line("_ + 1").shows("\n43\n").ready();
    // What is typed ahead is not lost.
    terminal.keys("n - 1\rn - 2\rn - 3\r").shows("\n20\n").shows("\n19\n").shows("\n18\n").ready();
    terminal.keys(CTRL_D);
    assert_eq!(terminal.ends(), 0);
    project.run(&["history"]).status(0).prints("repl").prints("succeeded");
    project
        .run(&["show"])
        .status(0)
        .prints("▸ let n = 20 + 1")
        .prints("sts GetCallerIdentity")
        .prints("6 lines, 1 call, 0 writes");
}

#[test]
fn lines_go_on_until_their_brackets_are_closed() {
    let project = Project::new();
    let Some(mut terminal) = Terminal::start(&project, &["repl", "--sandbox"]) else { return };
    terminal.ready().line("fn twice(x) {").line("    x * 2").line("}").ready();
    terminal.line("twice(21)").shows("\n42\n").ready();
    terminal.line("1 +").line("2").shows("\n3\n").ready();
    // Two empty lines end what would go on.
    terminal.keys("[1,\r\r\r").shows("error:").ready();
    terminal.line("twice(4)").shows("\n8\n");
}

#[test]
fn an_error_has_a_caret_and_a_suggestion_and_the_session_goes_on() {
    let Some(mut terminal) = Terminal::start(&Project::new(), &["repl", "--sandbox"]) else { return };
    terminal.ready().line("let cluster = env.cluster").ready();
    terminal.line("ecs::describe_servces(#{})").shows("did you mean `describe_services`?").shows("─┬─").ready();
    terminal.line("ecs::list_services(#{ clustr: cluster })").shows("did you mean `cluster`?").shows("nothing was sent").ready();
    terminal.line("clustre").shows("there is no variable `clustre`").ready();
    terminal.line("service::current(env)").shows("import \"std/service\" as service;").ready();
    terminal.line("eccs::list_clusters()").shows("did you mean `ecs`?").ready();
    terminal.line(":evn").shows("there is no command `:evn`").shows("did you mean `:env`?").ready();
    terminal.line("cluster").shows("\nnest-wallet-cluster").ready();
}

#[test]
fn ctrl_r_finds_a_line_of_an_earlier_session() {
    let project = Project::new();
    let Some(mut terminal) = Terminal::start(&project, &["repl", "--sandbox"]) else { return };
    terminal.ready().line("let first = 40 + 2").ready().line("let second = 1").ready().keys(CTRL_D);
    assert_eq!(terminal.ends(), 0);
    let Some(mut terminal) = Terminal::start(&project, &["repl", "--sandbox"]) else { return };
    terminal.ready().keys(CTRL_R).keys("first").shows("`first'").shows("let first = 40 + 2");
    terminal.keys(ENTER).ready().line("first").shows("\n42\n").ready();
    terminal.keys(UP).keys(UP).until("showed the line before", |terminal| terminal.present().ends_with("let first = 40 + 2"));
}

#[test]
fn ctrl_c_cancels_the_call_and_not_the_session() {
    let stub = Stub::start().on("ListClusters", [Answer::Slow(Duration::from_secs(60), "{}".into())]);
    let project = Project::at(&stub.url).file("rollbook.toml", "[limits]\noperations = 50000000000\n");
    let Some(mut terminal) = Terminal::start(&project, &["repl"]) else { return };
    terminal.ready().line("let kept = 7").ready();
    terminal.line("try { ecs::list_clusters() } catch { }");
    terminal.until("sent it", |_| !stub.received("ListClusters").is_empty()).keys(CTRL_C).shows(" interrupted").ready();
    terminal.line("print(\"going\"); loop { }").shows("\ngoing").keys(CTRL_C);
    terminal.until("gave up the loop", |terminal| terminal.screen().matches(" interrupted").count() == 2).ready();
    // What was typed and not yet entered is given up too.
    terminal.keys("kept +").until("showed it", |terminal| terminal.present().ends_with("kept +")).keys(CTRL_C);
    terminal.until("gave it up", |terminal| terminal.screen().matches("Ctrl-D leaves").count() == 2).ready();
    terminal.line("kept").shows("\n7\n").ready().keys(CTRL_D);
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_write_in_flight_is_not_called_merely_interrupted() {
    let stub = Stub::start().on("UpdateService", [Answer::Slow(Duration::from_secs(60), "{}".into())]);
    let Some(mut terminal) = Terminal::start(&Project::at(&stub.url), &["repl"]) else { return };
    terminal.ready().line(":arm").shows("ARMED ❯").line("ecs::update_service(#{ service: \"web\", desiredCount: 3 })");
    terminal.until("sent it", |_| !stub.received("UpdateService").is_empty()).keys(CTRL_C);
    terminal.shows("nobody knows whether it took effect").shows("it was not sent again").ready();
    terminal.line("40 + 2").shows("\n42\n").ready();
    assert_eq!(stub.received("UpdateService").len(), 1);
}

#[test]
fn whoever_ends_it_finds_the_terminal_as_it_was() {
    const SIGTERM: i32 = 15;
    let Some(mut terminal) = Terminal::start(&Project::new(), &["repl", "--sandbox"]) else { return };
    terminal.ready().keys("let half = ").until("showed it", |terminal| terminal.present().ends_with("half =")).signal(SIGTERM);
    assert_eq!(terminal.ends(), 7);
    // And in the middle of a hidden answer.
    let project = Project::new().runbook("asks", "", "ask_secret(\"Password\")");
    let Some(mut terminal) = Terminal::start(&project, &["run", "asks", "--sandbox"]) else { return };
    terminal.shows("Password").signal(SIGTERM).shows("once more stops at once").signal(SIGTERM);
    assert_eq!(terminal.ends(), 7);
}

#[test]
fn a_narrower_terminal_keeps_what_is_typed() {
    let Some(mut terminal) = Terminal::start(&Project::new(), &["repl", "--sandbox"]) else { return };
    terminal.ready().keys("let text = \"한국어 🚀 wide\"").shows("한국어 🚀 wide");
    // The emulator has cut the line; the program draws it anew, on two lines.
    terminal.resize(20, 60).until("drew it again", |terminal| terminal.flat().ends_with("🚀wide\""));
    terminal.keys(" + \"!\"").until("went on", |terminal| terminal.flat().ends_with("wide\"+\"!\""));
    terminal.keys(ENTER).ready().line("text").shows("\n한국어 🚀 wide!\n");
}

#[test]
fn a_dumb_terminal_does() {
    let project = Project::new();
    let Some(mut terminal) = Terminal::start_with(&project, &["repl", "--sandbox"], &[("TERM", "dumb")]) else { return };
    terminal.shows(PROMPT).line("40 + 2").shows("\n42\n").keys(CTRL_D);
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn tab_completes_operations_members_and_names_that_exist() {
    let Some(mut terminal) = Terminal::start(&Project::new(), &["repl", "--sandbox"]) else { return };
    terminal.ready().keys("ecs::describe_capacity_p").keys(TAB).shows("ecs::describe_capacity_providers").clear();
    terminal.keys("ecs::list_services(#{ clu").keys(TAB).shows("#{ cluster:").clear();
    terminal.keys(":run stat").keys(TAB).shows(":run status").clear();
    terminal.line("let s = #{ desiredCount: 4 }").ready();
    terminal.keys("s.des").keys(TAB).shows("❯ s.desiredCount").clear();
    // Fetched in the background: the first Tab may come before the names.
    let mut tries = 0;
    while !terminal.screen().contains("cluster: \"nest-wallet-cluster") && tries < 50 {
        terminal.clear().keys("ecs::list_services(#{ cluster: \"nest").keys(TAB);
        std::thread::sleep(Duration::from_millis(100));
        tries += 1;
    }
    terminal.shows("cluster: \"nest-wallet-cluster").clear();
    // What was looked up on the side is no part of the session.
    terminal.line(":calls").shows("sts GetCallerIdentity").ready();
    assert!(!terminal.screen().contains("ListClusters"), "{}", terminal.screen());
}

#[test]
fn colors_only_where_they_are_wanted() {
    let colored = |no_color: &str| {
        let mut terminal = Terminal::start_with(&Project::new(), &["repl", "--sandbox"], &[("NO_COLOR", no_color)])?;
        terminal.ready().keys("let text = \"a\"").shows("let text = \"a\"");
        Some(terminal.has_color())
    };
    let (Some(with), Some(without)) = (colored(""), colored("1")) else { return };
    assert!(with && !without, "with: {with}, without: {without}");
}

#[test]
fn a_long_result_is_paged() {
    let project = Project::new().variable("PAGER", "head -n 3");
    let Some(mut terminal) = Terminal::start(&project, &["repl", "--sandbox"]) else { return };
    terminal.ready().line("let many = []; for n in 0..200 { many.push(`item ${n}`) }").ready();
    terminal.line("many").shows("item 2").ready();
    assert!(!terminal.screen().contains("item 3"), "{}", terminal.screen());
}

#[test]
fn the_runbook_of_the_prompt_may_ask() {
    let project = Project::new().file("rollbook.toml", "").file("runbooks/mine.rhai", "//! Mine.\n");
    let Some(mut terminal) = Terminal::start(&project, &["repl", "--sandbox"]) else { return };
    terminal.ready().line("40 + 2").shows("\n42\n").ready().line(":save mine").shows("Overwrite it? [y/N]");
    terminal.keys("y\r").shows("rollbook check mine").ready();
    assert!(project.read("runbooks/mine.rhai").unwrap().contains("40 + 2"));
    let image = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v42";
    terminal
        .line(":arm")
        .ready()
        .shows("ARMED ❯")
        .line(&format!(":run deploy image={image}"))
        .shows("Deploy this to nest-wallet-service? [y/N]")
        .keys("n\r");
    terminal.shows("the answer was no").ready();
}
