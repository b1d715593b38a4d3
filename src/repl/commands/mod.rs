//! The prompt's own commands: lines that begin with a colon. Each is declared
//! once, with its help; completing and `:help` read the same table.

mod arm;
mod files;
mod look;
mod run;

use super::book::{Argument, Command};
use super::session::{Next, Prompt};
use crate::api::did_you_mean;
use crate::runbook::Misuse;

pub(super) use run::gives_a_secret;

type Done = Result<Next, Misuse>;
type Action = fn(&mut Prompt, &str) -> Done;

macro_rules! commands {
    ($($name:literal $argument:expr, $help:literal => $action:path;)*) => {
        pub const COMMANDS: &[Command] = &[$(Command { name: $name, argument: $argument, help: $help }),*];
        const ACTIONS: &[Action] = &[$($action),*];
    };
}
commands! {
    "help" Argument::Nothing, "What can be typed here" => look::help;
    "env" Argument::Nothing, "Where this prompt is, and what it may do" => look::env;
    "calls" Argument::Free, "What was sent; :calls 3 shows the third in full" => look::calls;
    "json" Argument::Expression, "All of a value as JSON; of the last result, when nothing is named" => look::json;
    "type" Argument::Expression, "The type of a value, and of its members" => look::type_of;
    "doc" Argument::Topic, "What something is: :doc ecs::update_service, :doc print, :doc std/service, :doc deploy" => look::doc;
    "arm" Argument::Free, "Allows writes; in a protected environment with its name, as :arm prod" => arm::arm;
    "disarm" Argument::Nothing, "Read-only again" => arm::disarm;
    "run" Argument::Run, "Runs a runbook here: :run deploy image=web:v42" => run::run;
    "save" Argument::Free, "Writes the lines that worked as a runbook: :save NAME" => files::save;
    "edit" Argument::Nothing, "Opens the last line in $EDITOR, and plays what is saved there" => files::edit;
    "load" Argument::File, "Plays the lines of a file: :load FILE" => files::load;
    "quit" Argument::Nothing, "Leaves, as Ctrl-D does" => quit;
}

pub fn is_command(text: &str) -> bool {
    text.trim_start().starts_with(':')
}

pub(super) fn run(prompt: &mut Prompt, line: &str) -> Done {
    let words = line.trim_start_matches(':');
    let (name, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    let known = COMMANDS.iter().position(|command| command.name == name);
    match known {
        Some(at) if COMMANDS[at].argument == Argument::Nothing && !rest.trim().is_empty() => {
            Err(Misuse::new(format!("`:{name}` stands alone")).hint(format!("type :{name}")))
        }
        Some(at) => ACTIONS[at](prompt, rest.trim()),
        None => {
            prompt.cannot_read();
            let names: Vec<String> = COMMANDS.iter().map(|command| format!(":{}", command.name)).collect();
            let help = did_you_mean(&format!(":{name}"), names.iter().map(String::as_str));
            Err(Misuse::new(format!("there is no command `:{name}`"))
                .hint(help.unwrap_or_else(|| ":help shows those that there are".into())))
        }
    }
}

fn quit(_: &mut Prompt, _: &str) -> Done {
    Ok(Next::Leave)
}
