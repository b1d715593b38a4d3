//! A compiled script and the thread it runs on.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};

use rhai::{AST, Dynamic, Engine, EvalAltResult, Scope};

use super::current::{self, Strand};
use super::dynamic::{to_dynamic, to_value};
use super::engine;
use super::failure::{ScriptError, is_at_the_place};
use super::library::{Library, Text};
use super::limits::{Limits, Meter, STACK_SIZE, enter_stack, too_deep};
use super::{modules, twins};
use crate::effect::Stop;
use crate::value::Value;

pub struct Host {
    pub(super) engine: Engine,
    pub(super) library: Arc<dyn Library>,
    pub(super) meter: Arc<Meter>,
}

pub struct Program {
    pub(super) ast: AST,
    pub text: Text,
}

impl Program {
    /// A literal constant at the top of the script, read without running it.
    pub fn constant(&self, name: &str) -> Option<Value> {
        let (.., value) = self.ast.iter_literal_variables(true, false).find(|(found, ..)| *found == name)?;
        to_value(&value).ok()
    }

    /// Whether anything runs when it is loaded, beside constants and imports.
    pub fn has_statements(&self) -> bool {
        self.ast
            .statements()
            .iter()
            .any(|statement| !matches!(statement, rhai::Stmt::Var(..) | rhai::Stmt::Import(..) | rhai::Stmt::Export(..)))
    }

    /// Whether the script has a constant of that name, literal or not.
    pub fn declares(&self, name: &str) -> bool {
        self.ast.statements().iter().any(|statement| match statement {
            rhai::Stmt::Var(variable, ..) => variable.0.name == name,
            _ => false,
        })
    }
}

/// How a script ended.
#[derive(Debug)]
pub enum Outcome {
    /// It ran to its end; its last expression's value.
    Finished(Value),
    /// An error that nobody caught.
    Failed(Box<ScriptError>),
    /// The run was ended from outside the script, or by a verdict.
    Stopped(Stop, Box<ScriptError>),
}

impl Host {
    pub fn new(limits: Limits, library: Arc<dyn Library>) -> Host {
        let (engine, meter) = engine::build(limits, library.clone());
        Host { engine, library, meter }
    }

    pub fn compile(&self, text: Text) -> Result<Program, Box<ScriptError>> {
        match modules::compile(&self.engine, &text) {
            Ok(ast) => Ok(Program { ast, text }),
            Err(error) => Err(self.read(&error, &text.name)),
        }
    }

    /// The modules that the program imports, by the path of the import, and
    /// those that they import.
    pub fn imports(&self, program: &Program) -> BTreeMap<String, Text> {
        modules::imports(&self.engine, &*self.library, &program.ast)
    }

    /// Runs the program on a thread of its own, as `strand`.
    pub fn run(&self, program: &Program, strand: Strand, variables: Vec<(&'static str, Value)>) -> Outcome {
        self.on_thread(strand, || self.play(program, variables)).unwrap_or_else(|message| {
            Outcome::Failed(Box::new(ScriptError { message, faulty_script: false, ..ScriptError::nowhere(&program.text.name) }))
        })
    }

    /// Plays `work` as `strand` on a thread with the stack of a script, and
    /// looks at the memory meanwhile. A fault of rollbook's own, told in the
    /// error, must not cost the run its verdict.
    pub(super) fn on_thread<R: Send>(&self, strand: Strand, work: impl FnOnce() -> R + Send) -> Result<R, String> {
        let cancel = strand.gate.cancel().clone();
        let (running, over) = mpsc::channel();
        let play = move || {
            let _running: mpsc::Sender<()> = running;
            enter_stack();
            current::play(strand, work)
        };
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("script".into()).stack_size(STACK_SIZE).spawn_scoped(scope, play);
            let thread = thread.map_err(|error| format!("the system gives the script no thread: {error}"))?;
            self.meter.watch(&over, &cancel);
            thread.join().map_err(|panic| format!("rollbook itself failed: {}", panic_text(panic.as_ref())))
        })
    }

    fn play(&self, program: &Program, variables: Vec<(&'static str, Value)>) -> Outcome {
        let mut scope = Scope::new();
        for (name, value) in variables {
            scope.push_constant_dynamic(name, to_dynamic(value));
        }
        twins::set_main(&program.text.name, &program.ast);
        let result = self.engine.eval_ast_with_scope::<Dynamic>(&mut scope, &program.ast);
        // Whatever Rhai made of it on the way up, the run's own reason counts.
        let stop = current::cancel().and_then(|cancel| cancel.reason());
        match (result, stop) {
            (Ok(_), Some(stop)) => Outcome::Stopped(stop, Box::new(ScriptError::nowhere(&program.text.name))),
            (Ok(result), None) => self.finished(program, &result),
            (Err(error), Some(stop)) if is_at_the_place(&error) => self.stopped_at(&error, stop, program),
            (Err(_), Some(stop)) => Outcome::Stopped(stop, Box::new(ScriptError::nowhere(&program.text.name))),
            (Err(error), None) => match limit_of(&error) {
                Some(stop) => self.stopped_at(&error, stop, program),
                None => Outcome::Failed(self.read(&error, &program.text.name)),
            },
        }
    }

    /// The place is where the script was; what to say of it is the stop's.
    fn stopped_at(&self, error: &EvalAltResult, stop: Stop, program: &Program) -> Outcome {
        let place = ScriptError { message: stop.to_string(), ..*self.read(error, &program.text.name) };
        Outcome::Stopped(stop, Box::new(place))
    }

    fn finished(&self, program: &Program, result: &Dynamic) -> Outcome {
        match to_value(result) {
            Ok(value) => Outcome::Finished(value),
            Err(message) => {
                let message = format!("the script's result cannot be shown: {message}");
                Outcome::Failed(Box::new(ScriptError { message, ..ScriptError::nowhere(&program.text.name) }))
            }
        }
    }

    pub(super) fn read(&self, error: &EvalAltResult, main: &str) -> Box<ScriptError> {
        let mut read = ScriptError::read(error, main);
        self.suggest(error, &mut read);
        Box::new(read)
    }
}

pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// Limits that Rhai itself keeps.
pub(super) fn limit_of(error: &EvalAltResult) -> Option<Stop> {
    let hint = |name: &str| format!("if it is meant, raise `{name}` in [limits] of rollbook.toml");
    match error.unwrap_inner() {
        EvalAltResult::ErrorStackOverflow(_) => Some(too_deep()),
        EvalAltResult::ErrorDataTooLarge(what, _) => Some(Stop::Limit {
            what: format!("a value grew too large ({})", what.to_lowercase()),
            hint: hint(if what.contains("tring") { "string" } else { "items" }),
        }),
        _ => None,
    }
}
