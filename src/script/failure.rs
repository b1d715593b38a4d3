//! What went wrong in a script, with the place and the way there; and how
//! natives raise it.

use rhai::{Dynamic, EvalAltResult, NativeCallContext, Position};

use super::current;
use super::dynamic::{to_dynamic, to_value};
use crate::api::{Failure, Fault, Operation};
use crate::effect::{Stop, Trouble};
use crate::map;
use crate::value::{Filter, Value};

pub(super) type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// A place in a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The script's name as the library gave it.
    pub source: String,
    /// Counted from one; zero when unknown.
    pub line: usize,
    pub column: usize,
    /// The function that was being called, where there was one.
    pub function: Option<String>,
}

/// An error that ended a script, or would end it if nobody caught it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptError {
    pub message: String,
    /// Where it happened, then who called that, and so on; empty when the
    /// script gave up on purpose.
    pub frames: Vec<Frame>,
    /// What to point at, if that is a word after the place.
    pub word: Option<String>,
    pub help: Option<String>,
    /// What is said below: "nothing was sent".
    pub note: Option<String>,
    /// The error as a script's `catch` would see it.
    pub value: Value,
    /// The script itself is at fault, not the world.
    pub faulty_script: bool,
}

/// Raises what came of an effect: an error to catch, or the end of the run.
pub(super) fn raise(trouble: Trouble, position: Position) -> Box<EvalAltResult> {
    match trouble {
        Trouble::Failed { operation, failure, attempts } => throw(aws_error(operation, &failure, attempts), position),
        Trouble::Invalid { operation, faults } => throw(invalid(operation, &faults), position),
        Trouble::Unavailable(message) => throw(map! { "kind" => "unavailable", "message" => message }, position),
        Trouble::Stop(stop) => end(stop, position),
    }
}

/// An error of a native's own: a wrong argument, a text that is no time.
pub(super) fn wrong(message: impl Into<String>, context: &NativeCallContext) -> Box<EvalAltResult> {
    faulty(message.into(), context.call_position())
}

/// An error that only a change of the script can mend.
pub(super) fn faulty(message: String, position: Position) -> Box<EvalAltResult> {
    throw(map! { "kind" => "wrong", "message" => message }, position)
}

fn throw(error: Value, position: Position) -> Box<EvalAltResult> {
    EvalAltResult::ErrorRuntime(to_dynamic(error), position).into()
}

/// A value as people read it. One that holds a secret ends the run instead.
pub(super) fn text_of(value: &Dynamic, position: Position) -> Fallible<String> {
    match to_value(value) {
        Ok(Value::Text(text)) => Ok(text.into()),
        Ok(found) if found.holds_secret() => {
            Err(end(Stop::SecretShown("the script tried to show a value that holds a secret".into()), position))
        }
        Err(message) if value.is_array() || value.is_map() => Err(faulty(message, position)),
        _ => Ok(value.to_string()),
    }
}

/// Ends the run: `catch` does not see it, and nothing that wraps errors on
/// their way up can hide it, because the run's cancel keeps the reason.
pub(super) fn end(stop: Stop, position: Position) -> Box<EvalAltResult> {
    if let Some(strand) = current::strand() {
        strand.gate.cancel().stop(stop);
    }
    EvalAltResult::ErrorTerminated(Dynamic::TRUE, position).into()
}

/// Whether the error was raised by [`end`] itself, so that its place is where
/// the run ended, and not merely where it was noticed.
pub(super) fn is_at_the_place(error: &EvalAltResult) -> bool {
    matches!(error.unwrap_inner(), EvalAltResult::ErrorTerminated(token, _) if token.as_bool() == Ok(true))
}

fn aws_error(operation: &Operation, failure: &Failure, attempts: u32) -> Value {
    let status = match failure {
        Failure::Answered(error) => Some(i64::from(error.status)),
        Failure::Unreadable { status, .. } => Some(i64::from(*status)),
        _ => None,
    };
    map! {
        // Without an answer of AWS, the code is ours and the message says it all.
        "kind" => if matches!(failure, Failure::Answered(_)) { "aws" } else { "unanswered" },
        "code" => failure.code(),
        "message" => failure.message(),
        "operation" => operation.name,
        "service" => operation.module,
        "request_id" => failure.request_id().map(str::to_owned),
        "status" => status,
        "attempts" => i64::from(attempts),
    }
}

fn invalid(operation: &Operation, faults: &[Fault]) -> Value {
    let listed = faults.iter().map(|fault| {
        map! {
            "path" => fault.path.to_string(),
            "message" => fault.message.as_str(),
            "suggestion" => fault.suggestion.clone(),
        }
    });
    map! {
        "kind" => "invalid",
        "code" => "InvalidRequest",
        "message" => faults.iter().map(|fault| fault.message.as_str()).collect::<Vec<_>>().join("; "),
        "operation" => operation.name,
        "service" => operation.module,
        "faults" => Value::List(listed.collect()),
    }
}

impl ScriptError {
    /// Nothing is wrong at any place in particular.
    pub(super) fn nowhere(source: &str) -> ScriptError {
        ScriptError {
            message: String::new(),
            frames: vec![Frame { source: source.to_owned(), line: 0, column: 0, function: None }],
            word: None,
            help: None,
            note: None,
            value: Value::Null,
            faulty_script: true,
        }
    }

    /// The same error, with nothing in its texts that `filter` knows.
    pub fn without(self, filter: &Filter) -> ScriptError {
        let hide = |text: Option<String>| text.map(|text| filter.hide(text));
        ScriptError {
            message: filter.hide(self.message),
            help: hide(self.help),
            note: hide(self.note),
            value: filter.hide_within(self.value),
            ..self
        }
    }

    /// Reads Rhai's error from the outside in: the outermost wrapper is the
    /// outermost caller.
    pub(super) fn read(error: &EvalAltResult, main: &str) -> ScriptError {
        let mut frames = Vec::new();
        let mut source = main.to_owned();
        let mut inner = error;
        loop {
            match inner {
                EvalAltResult::ErrorInFunctionCall(name, within, cause, position) => {
                    frames.push(frame(&source, *position, Some(name)));
                    if !within.is_empty() {
                        source.clone_from(within);
                    }
                    inner = cause;
                }
                EvalAltResult::ErrorInModule(path, cause, position) => {
                    frames.push(frame(&source, *position, None));
                    source.clone_from(path);
                    inner = cause;
                }
                _ => break,
            }
        }
        frames.push(frame(&source, inner.position(), None));
        frames.reverse();
        frames.dedup_by(|outer, inner| outer.source == inner.source && outer.line == inner.line && inner.column == outer.column);
        Self::innermost(inner, frames)
    }

    fn innermost(error: &EvalAltResult, frames: Vec<Frame>) -> ScriptError {
        let mut read = ScriptError { frames, ..ScriptError::nowhere("") };
        match error {
            EvalAltResult::ErrorRuntime(thrown, _) => read.thrown(to_value(thrown).unwrap_or_default()),
            other => {
                read.message = plain_message(other);
                read.value = map! { "kind" => "script", "message" => read.message.as_str() };
            }
        }
        read
    }

    /// Something that was thrown: by a native of ours, or by the script itself.
    fn thrown(&mut self, value: Value) {
        let kind = value.text("kind").unwrap_or_default().to_owned();
        let message = value.text("message").map(str::to_owned);
        match kind.as_str() {
            "aws" | "unanswered" if value.text("operation").is_some() && value.text("code").is_some() => {
                self.faulty_script = false;
                self.message = describe_aws(&value);
            }
            "invalid" => {
                self.message = message.unwrap_or_default();
                self.note = Some("nothing was sent".into());
                if let Some(fault) = value.items("faults").first() {
                    self.message = fault.text("message").unwrap_or_default().to_owned();
                    self.word = last_name(fault.text("path").unwrap_or_default());
                    self.help = fault.text("suggestion").map(|name| format!("did you mean `{name}`?"));
                }
            }
            "failed" => {
                self.faulty_script = false;
                self.message = message.unwrap_or_default();
                self.frames.clear();
            }
            "wrong" => self.message = message.unwrap_or_default(),
            _ => {
                self.faulty_script = false;
                self.message = match (&value, message) {
                    (_, Some(message)) => message,
                    (Value::Text(text), None) => text.to_string(),
                    (Value::Null, None) => "the script gave up without saying why".into(),
                    (other, None) => crate::value::to_json(other).unwrap_or_else(|error| error.to_string()),
                };
            }
        }
        self.value = value;
    }
}

fn describe_aws(error: &Value) -> String {
    let text = |name: &str| error.text(name).unwrap_or_default();
    let number = |name: &str| error.get(name).and_then(Value::as_int).unwrap_or_default();
    let tries = match number("attempts") {
        tries if tries > 1 => format!(" (after {tries} attempts)"),
        _ => String::new(),
    };
    let request = match text("request_id") {
        "" => String::new(),
        id => format!(" [request {id}]"),
    };
    let answer = match (text("kind"), text("message")) {
        (_, "") => text("code").to_owned(),
        ("aws", message) => format!("{}: {message}", text("code")),
        (_, message) => message.to_owned(),
    };
    format!("{} {}: {answer}{tries}{request}", text("service"), text("operation"))
}

fn plain_message(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            format!("there is no function {}", readable(signature))
        }
        EvalAltResult::ErrorVariableNotFound(name, _) => format!("there is no variable `{name}`"),
        EvalAltResult::ErrorModuleNotFound(name, _) => format!("there is no module \"{name}\""),
        EvalAltResult::ErrorStackOverflow(_) => {
            "functions call each other too deeply: is there a recursion without an end?".into()
        }
        EvalAltResult::ErrorDataTooLarge(what, _) => format!("{} grew larger than a script may make it", what.to_lowercase()),
        EvalAltResult::ErrorParsing(problem, _) => problem.to_string(),
        EvalAltResult::ErrorDotExpr(text, _) if !text.is_empty() => text.clone(),
        other => {
            let mut bare = other.to_string();
            if let Some(at) = bare.rfind(" (line ") {
                bare.truncate(at);
            }
            bare
        }
    }
}

/// Rhai's names of types as a person would say them.
fn readable(signature: &str) -> String {
    signature
        .replace("&str | ImmutableString | String", "string")
        .replace("ImmutableString", "string")
        .replace("i64", "integer")
        .replace("f64", "float")
}

fn last_name(path: &str) -> Option<String> {
    let name = path.rsplit('.').next()?.split('[').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

fn frame(source: &str, position: Position, function: Option<&String>) -> Frame {
    // A closure's name is Rhai's business.
    let function = function.filter(|name| !name.starts_with("anon$")).cloned();
    Frame {
        source: source.to_owned(),
        line: position.line().unwrap_or_default(),
        column: position.position().unwrap_or_default(),
        function,
    }
}
