//! The command line: one file a subcommand. Errors are typed below and
//! rendered here, once.

mod arguments;
mod cat;
mod check;
mod completions;
mod console;
mod cooked;
mod eject;
mod faults;
mod history;
mod init;
mod journal;
mod list;
mod params_file;
mod prune;
mod repl;
mod resume;
mod run;
mod sandbox;
mod show;
mod signals;
mod start;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::journal::Verdict;
use crate::report::{Paint, Sources, show_findings, show_misuse, show_script_error};
use crate::runbook::{Misuse, ScriptFault, Shelf, project_root, user_runbooks};
use crate::script::Library;

/// Runs and investigates Amazon ECS services with runbooks you can edit.
#[derive(Parser)]
#[command(name = "rollbook", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(
    after_help = "A runbook's own params: rollbook run NAME --help\n`rollbook deploy …` is short for `rollbook run deploy …`"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a runbook
    #[command(disable_help_flag = true)]
    Run(run::Run),
    /// A prompt for looking around; what it finds out can become a runbook
    Repl(repl::Repl),
    /// Go on with a run that was cut off
    Resume(resume::Resume),
    /// What ran, and how it ended
    History(history::History),
    /// Tell a run from its journal: steps, calls, what they changed
    Show(show::Show),
    /// Check journals
    Journal(journal::Journal),
    /// Remove journals of runs that ended long ago
    Prune(prune::Prune),
    /// List the runbooks that there are, and where each comes from
    List(list::List),
    /// Print a runbook, or a module it imports
    Cat(cat::Cat),
    /// Find mistakes in runbooks without running them
    Check(check::Check),
    /// Copy a built-in runbook into the project, to edit it
    Eject(eject::Eject),
    /// Write a first rollbook.toml
    Init(init::Init),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Serve the simulator as a local AWS endpoint, or reset the one of --sandbox
    Sandbox(sandbox::Sandbox),
    #[command(external_subcommand)]
    Runbook(Vec<String>),
}

/// Runs the command and gives its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    quiet_panics();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let shelf = Shelf::new(Some(project_or_here()), user_runbooks());
    let result = match cli.command {
        Command::Run(run) => run.execute(shelf.clone()),
        Command::Repl(repl) => repl.execute(shelf.clone()),
        Command::Resume(resume) => resume.execute(),
        Command::History(history) => history.execute(),
        Command::Show(show) => show.execute(),
        Command::Journal(journal) => journal.execute(),
        Command::Prune(prune) => prune.execute(),
        Command::Runbook(words) => run::Run::from_words(words).execute(shelf.clone()),
        Command::List(list) => list.execute(&shelf),
        Command::Cat(cat) => cat.execute(&shelf),
        Command::Check(check) => check.execute(&shelf),
        Command::Eject(eject) => eject.execute(&shelf),
        Command::Init(init) => init.execute(shelf.clone()),
        Command::Completions(completions) => completions.execute(&shelf),
        Command::Sandbox(sandbox) => sandbox.execute(),
    };
    result.unwrap_or_else(|misuse| show(&misuse, &shelf))
}

/// The text of a panic may hold a secret, so that only its place is said at
/// once; the run's end says the text without the secrets that it knows.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        anstream::eprintln!("rollbook itself failed at {place}");
    }));
}

/// What clap has to say goes where clap wants it: help is an answer.
fn usage(error: &clap::Error) -> u8 {
    let _ = error.print();
    if error.use_stderr() { Verdict::Misused.exit_code() } else { 0 }
}

fn show(misuse: &Misuse, shelf: &Shelf) -> u8 {
    let paint = Paint::for_stderr();
    let texts = ShelfTexts(shelf);
    match &misuse.script {
        Some(ScriptFault::Error(error)) => {
            anstream::eprint!("{}", show_script_error(paint, &texts, error))
        }
        Some(ScriptFault::Findings(findings)) => {
            anstream::eprint!("{}", show_findings(paint, &texts, findings))
        }
        None => {}
    }
    anstream::eprint!("{}", show_misuse(paint, &misuse.what, misuse.detail.as_deref(), misuse.hint.as_deref()));
    misuse.verdict.exit_code()
}

/// Looks texts up again by the name that messages give them.
struct ShelfTexts<'a>(&'a Shelf);

impl Sources for ShelfTexts<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0.text_titled(name)
    }
}

/// A module by the path of its import, or a runbook by its name.
fn find_text(shelf: &Shelf, name: &str) -> Result<crate::script::Text, Misuse> {
    match shelf.module(name) {
        Some(text) => Ok(text),
        None => shelf.find(name).map(|found| found.text),
    }
}

/// Where `runbooks/` is looked for: it needs no rollbook.toml beside it.
fn project_or_here() -> PathBuf {
    project_root().unwrap_or_else(|| PathBuf::from("."))
}
