//! What does not change while a prompt is open: natives, modules, runbooks and
//! the prompt's own commands. Modules and runbooks are read when first asked
//! for, so that a prompt opens at once.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::api::SERVICES;
use crate::runbook::{Header, Shelf};
use crate::script::{Function, Host, Library, Text};

/// What follows a command's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    Nothing,
    /// Any expression of the language.
    Expression,
    /// What `:doc` describes.
    Topic,
    /// The name of a runbook.
    Runbook,
    /// A runbook, then `param=value`.
    Run,
    /// A path below the present folder, or any other.
    File,
    /// One of these words.
    Words(&'static [&'static str]),
    /// Something that nobody can complete.
    Free,
}

/// One of the prompt's own commands, without its colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    pub name: &'static str,
    pub argument: Argument,
    pub help: &'static str,
}

/// A module that can be imported, and what it offers.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// What its `//!` lines say.
    pub help: String,
    pub functions: Vec<Function>,
}

pub struct Book {
    host: Arc<Host>,
    shelf: Shelf,
    commands: &'static [Command],
    natives: OnceLock<Vec<Function>>,
    modules: BTreeMap<String, OnceLock<Contents>>,
    runbooks: BTreeMap<String, OnceLock<Option<Header>>>,
}

impl Book {
    /// The host compiles what is described and never runs it.
    pub fn new(host: Arc<Host>, shelf: Shelf, commands: &'static [Command]) -> Book {
        let runbooks = shelf.names().into_keys().map(|name| (name, OnceLock::new())).collect();
        let modules = shelf.paths().into_iter().map(|path| (path, OnceLock::new())).collect();
        Book { natives: OnceLock::new(), host, shelf, commands, modules, runbooks }
    }

    /// Reads all that is read when first asked for, so that no key waits for it:
    /// for a thread beside the prompt.
    pub fn warm(&self) {
        self.natives();
        SERVICES.iter().for_each(|service| _ = service.model());
        self.runbooks().for_each(|name| _ = self.runbook(name));
        self.modules().for_each(|path| _ = self.module(path));
    }

    pub fn commands(&self) -> &'static [Command] {
        self.commands
    }

    pub fn command(&self, name: &str) -> Option<&'static Command> {
        self.commands.iter().find(|command| command.name == name)
    }

    /// Functions that are called without a module or in `json` and `http`.
    pub fn natives(&self) -> &[Function] {
        self.natives.get_or_init(|| self.host.natives())
    }

    /// Every form of one native.
    pub fn native<'a>(&'a self, module: &'a str, name: &'a str) -> impl Iterator<Item = &'a Function> {
        self.natives().iter().filter(move |native| native.module == module && native.name == name)
    }

    /// The namespaces of natives: `json`, `http`.
    pub fn namespaces(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.natives().iter().map(|native| native.module.as_str()).collect();
        names.retain(|name| !name.is_empty());
        names.dedup();
        names
    }

    /// Paths that `import` takes.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.modules.keys().map(String::as_str)
    }

    pub fn module(&self, path: &str) -> Option<&Contents> {
        let kept = self.modules.get(path)?;
        Some(kept.get_or_init(|| self.shelf.module(path).map(|text| self.read(&text)).unwrap_or_default()))
    }

    fn read(&self, text: &Text) -> Contents {
        let says = text.text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect::<Vec<_>>();
        Contents { help: says.join("\n"), functions: self.host.functions_of(text) }
    }

    pub fn runbooks(&self) -> impl Iterator<Item = &str> {
        self.runbooks.keys().map(String::as_str)
    }

    /// Nothing for a runbook whose header is at fault.
    pub fn runbook(&self, name: &str) -> Option<&Header> {
        let read = || {
            let found = self.shelf.find(name).ok()?;
            Header::read(&self.host.compile(found.text).ok()?).ok()
        };
        self.runbooks.get(name)?.get_or_init(read).as_ref()
    }
}
