//! One run, from a runbook and its arguments to a verdict.

use std::sync::Arc;

use jiff::SignedDuration;

use super::book::Book;
use super::door::Door;
use super::fault::Misuse;
use super::header::Header;
use super::judge::{Judged, judge, judge_beginning};
use super::place::Place;
use super::sandbox::SandboxFile;
use crate::api::Reading;
use crate::effect::{
    Branch, Cancel, Console, Effect, Gate, Guard, MemoryVault, Protection, Retry, Setup, Trouble, Vault, outside,
};
use crate::journal::{Cursor, Entry, Event, Hash, Journal, Observer, Recorded, Verdict};
use crate::script::{Host, ScriptError, Strand};
use crate::sim::Scenario;
use crate::store::Memory;
use crate::value::{Map, Value};

/// Everything a run is made from.
pub struct Request {
    pub place: Place,
    /// Values by param name, as [`Param::parse`] gave them.
    pub arguments: Map,
    /// `--confirm` named this environment.
    pub confirmed: Option<String>,
    pub console: Arc<dyn Console>,
    pub cancel: Arc<Cancel>,
    pub observers: Vec<Arc<dyn Observer>>,
    pub runtime: tokio::runtime::Handle,
    /// Where the sandbox's world is kept between runs.
    pub sandbox: SandboxFile,
    /// What goes wrong in the sandbox while this run lasts.
    pub scenario: Scenario,
    /// Called once it is known where the run happens, before it does anything.
    pub announce: Box<dyn Fn(&Announcement) + Send + Sync>,
    /// The record and the secrets of an earlier run, to be played again.
    pub replay: Option<(Vec<Entry>, Arc<dyn Vault>)>,
}

/// The first line of a run.
#[derive(Clone, Debug)]
pub struct Announcement {
    pub runbook: String,
    pub version: String,
    pub run: String,
    pub environment: String,
    pub account: Option<String>,
    pub region: String,
    pub sandbox: bool,
}

/// How a run ended.
pub struct Ended {
    pub announcement: Announcement,
    pub verdict: Verdict,
    pub summary: String,
    pub hint: Option<String>,
    pub result: Value,
    pub error: Option<Box<ScriptError>>,
    pub took: SignedDuration,
    pub entries: Vec<Entry>,
    pub vault: Arc<dyn Vault>,
}

const MAIN_LINE: &str = "main";

pub fn run(host: &Host, book: &Book, request: Request) -> Result<Ended, Misuse> {
    refuse_unattended(&request, book)?;
    let door = Door::open(&request)?;
    let clock = watch_time(&request)?;
    let ended = Run::new(request, book, door)?.play(host);
    clock.abort();
    ended
}

/// Ends the run when its time is up, also while it waits.
fn watch_time(request: &Request) -> Result<tokio::task::JoinHandle<()>, Misuse> {
    let limits = request.place.config.limits()?;
    let cancel = request.cancel.clone();
    Ok(request.runtime.spawn(async move {
        tokio::time::sleep(limits.time).await;
        cancel.stop(limits.time_is_up());
    }))
}

/// A protected environment, a runbook that writes, and nobody to ask: better
/// said before the first read than in the middle.
fn refuse_unattended(request: &Request, book: &Book) -> Result<(), Misuse> {
    let Some(name) = request.place.name.as_ref().filter(|_| request.place.environment.protected) else {
        return Ok(());
    };
    let confirmed = request.confirmed.as_ref() == Some(name);
    if book.header.writes() && !confirmed && !request.console.is_terminal() && request.replay.is_none() {
        let what =
            format!("environment `{name}` is protected, {} may change it, and there is no terminal to ask at", book.found.name);
        return Err(Misuse::new(what).hint(format!("add --confirm {name}")).refused());
    }
    Ok(())
}

struct Run<'a> {
    request: Request,
    book: &'a Book,
    door: Door,
    gate: Arc<Gate>,
    vault: Arc<dyn Vault>,
    announcement: Announcement,
}

impl<'a> Run<'a> {
    fn new(mut request: Request, book: &'a Book, door: Door) -> Result<Run<'a>, Misuse> {
        let (record, vault) = match request.replay.take() {
            Some((entries, vault)) => {
                let cursor =
                    Cursor::read(&entries).map_err(|error| Misuse::new(format!("the record cannot be played: {error}")))?;
                (Some(cursor), vault)
            }
            None => (None, Arc::new(MemoryVault::default()) as Arc<dyn Vault>),
        };
        let place = &request.place;
        let gate = Gate::new(Setup {
            world: door.world.clone(),
            journal: Journal::new(Box::new(Memory::default())),
            vault: vault.clone(),
            console: request.console.clone(),
            guard: guard(place, &book.header, request.confirmed.as_deref()),
            retry: retry()?,
            reading: Reading { plain_env: place.service.plain_env.clone() },
            observers: request.observers.clone(),
            cancel: request.cancel.clone(),
            record,
        });
        let announcement = Announcement {
            runbook: book.found.name.clone(),
            version: book.header.version.clone(),
            run: run_id(),
            environment: place.title().to_owned(),
            account: None,
            region: door.region.clone(),
            sandbox: place.sandbox,
        };
        Ok(Run { request, book, door, gate: Arc::new(gate), vault, announcement })
    }

    fn play(mut self, host: &Host) -> Result<Ended, Misuse> {
        let began = self.gate.now();
        let branch = Arc::new(Branch::default());
        let judged = match self.begin(&branch) {
            Ok(variables) => judge(host.run(&self.book.program, Strand { gate: self.gate.clone(), branch }, variables)),
            Err(trouble) => judge_beginning(trouble),
        };
        let Judged { verdict, summary, hint, result, error } = judged;
        // The verdict stands, whatever becomes of the toy world.
        let hint = self.door.close().err().map(|problem| problem.what).or(hint);
        let closed = Event::Closed { at: self.gate.now(), verdict, summary: summary.clone() };
        let entries = self.gate.emit(closed).and_then(|()| self.gate.entries()).map_err(|stop| Misuse::new(stop.to_string()))?;
        let took = self.gate.now().duration_since(began);
        Ok(Ended { announcement: self.announcement, verdict, summary, hint, result, error, took, entries, vault: self.vault })
    }

    /// Records what is about to run, finds out where, reads secret params.
    fn begin(&mut self, branch: &Branch) -> Result<Vec<(&'static str, Value)>, Trouble> {
        let secret = |name: &String| self.book.header.params.iter().any(|param| param.secret && param.name == *name);
        let shown = self.request.arguments.iter().filter(|(name, _)| !secret(name));
        let arguments: Map = shown.map(|(name, value)| (name.clone(), value.clone())).collect();
        self.gate.emit(Event::Opened {
            format: Event::FORMAT,
            run: self.announcement.run.clone(),
            rollbook: env!("CARGO_PKG_VERSION").into(),
            runbook: self.book.found.name.clone(),
            at: self.gate.now(),
            environment: Recorded(self.request.place.variables(None, &self.door.region)),
            arguments: Recorded(Value::Map(arguments)),
        })?;
        let text = &self.book.program.text;
        let hash = Hash::of(&text.text).to_string();
        self.gate.emit(Event::Script { name: format!("{MAIN_LINE} {}", text.name), hash, text: text.text.clone() })?;
        let identity = self.gate.identify(branch);
        self.announcement.account = identity.as_ref().ok().and_then(|identity| identity.text("Account")).map(str::to_owned);
        (self.request.announce)(&self.announcement);
        identity?;
        let args = self.arguments(branch)?;
        let env = self.request.place.variables(self.announcement.account.as_deref(), &self.door.region);
        Ok(vec![("args", args), ("env", env)])
    }

    /// The `args` of the script: every declared param, given or not.
    fn arguments(&self, branch: &Branch) -> Result<Value, Trouble> {
        let mut arguments = Map::new();
        for param in &self.book.header.params {
            let given = self.request.arguments.get(&param.name).or(param.default.as_ref()).cloned();
            let value = match (given, param.secret) {
                (Some(Value::Text(from)), true) => self.secret_argument(branch, &from)?,
                (Some(Value::Map(sources)), true) => self.secret_arguments(branch, sources)?,
                (None, true) if param.required => {
                    self.gate.perform(branch, Effect::Ask { question: param.name.clone(), secret: true })?
                }
                (given, _) => given.unwrap_or_default(),
            };
            arguments.insert(param.name.clone(), value);
        }
        Ok(Value::Map(arguments))
    }

    /// One secret a key. What the script shall generate itself stays as it is.
    fn secret_arguments(&self, branch: &Branch, sources: Map) -> Result<Value, Trouble> {
        let each = sources.into_iter().map(|(key, source)| {
            let value = match source.as_str().unwrap_or_default() {
                "generate" => source,
                from if from.strip_prefix("generate:").is_some_and(|length| length.parse::<u16>().is_ok()) => source,
                "prompt" => self.gate.perform(branch, Effect::Ask { question: key.clone(), secret: true })?,
                from => self.secret_argument(branch, from)?,
            };
            Ok((key, value))
        });
        Ok(Value::Map(each.collect::<Result<Map, Trouble>>()?))
    }

    /// A secret never stands on the command line, only where it is to be found.
    fn secret_argument(&self, branch: &Branch, from: &str) -> Result<Value, Trouble> {
        let effect = match from.split_once(':') {
            Some(("env", name)) => Effect::Environment { name: name.to_owned(), secret: true },
            Some(("file", path)) => Effect::ReadFile { path: path.to_owned(), secret: true },
            _ if from == "-" => Effect::ReadFile { path: "/dev/stdin".into(), secret: true },
            _ => {
                return Err(Trouble::Unavailable("a secret is given as env:NAME, file:PATH or -".into()));
            }
        };
        match self.gate.perform(branch, effect)? {
            Value::Null => Err(Trouble::Unavailable(format!("{from} holds nothing"))),
            value => Ok(value),
        }
    }
}

fn guard(place: &Place, header: &Header, confirmed: Option<&str>) -> Guard {
    let protection = place
        .name
        .as_ref()
        .filter(|_| place.environment.protected)
        .map(|name| Protection { environment: name.clone(), confirmed: confirmed == Some(name.as_str()) });
    Guard {
        permits: Some(header.permits.iter().cloned().collect()),
        // The sandbox's account is its own.
        account: place.environment.account.clone().filter(|_| !place.sandbox),
        protection,
    }
}

/// AWS's own variable for the number of tries counts here too.
fn retry() -> Result<Retry, Misuse> {
    match outside::variable("AWS_MAX_ATTEMPTS") {
        None => Ok(Retry::default()),
        Some(text) => match text.parse() {
            Ok(attempts) => Ok(Retry::default().with_attempts(attempts)),
            Err(_) => Err(Misuse::new(format!("AWS_MAX_ATTEMPTS is `{text}`, which is not a whole number"))),
        },
    }
}

/// Four letters and digits that people can read to each other.
fn run_id() -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut dice = outside::random_u64();
    let mut letter = || {
        let at = (dice % LETTERS.len() as u64) as usize;
        dice /= LETTERS.len() as u64;
        char::from(LETTERS[at])
    };
    (0..4).map(|_| letter()).collect()
}
