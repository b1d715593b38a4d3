//! One run, from a runbook and its arguments to a verdict.

use std::sync::Arc;
use std::thread::JoinHandle;

use jiff::SignedDuration;

use super::beginning::{conceal, guard, opening, recorded_arguments, refuse_another_place, retry};
use super::book::Book;
use super::door::Door;
use super::ended::Ended;
use super::fault::Misuse;
use super::header::Header;
use super::hold::{self, Keeper};
use super::judge::{Judged, judge, judge_beginning, judge_stop, was_cut_short};
use super::recording::{Recorder, Recording};
use super::request::{Announcement, Request};
use super::revision::{self, GitState};
use super::source;
use crate::api::Reading;
use crate::effect::{Branch, Effect, Gate, Setup, Stop, Trouble, Vault, outside};
use crate::journal::{Event, Hash, Opening, Verdict};
use crate::script::{Host, Outcome, Strand};
use crate::store::{Holder, Row, State};
use crate::value::{Map, Value};

pub fn run(host: &Host, book: &Book, request: Request) -> Result<Ended, Misuse> {
    let header = book.header.for_run(&request.arguments);
    request.refuse_local(&book.found.name, &header)?;
    request.refuse_unattended(&book.found.name, &header)?;
    source::refuse_literals(&header.params, &request.arguments)?;
    // Git takes its time; it has it while the way to AWS is found.
    let project = request.project.clone();
    let git = std::thread::spawn(move || revision::look(project.as_deref()));
    let door = Door::open(&request, header.writes())?;
    let clock = watch_time(&request)?;
    let ended = Run::new(request, book, door, git)?.play(host);
    clock.abort();
    ended
}

/// Ends the run when its time is up, also while it waits.
pub(super) fn watch_time(request: &Request) -> Result<tokio::task::JoinHandle<()>, Misuse> {
    let limits = request.place.config.limits()?;
    let cancel = request.cancel.clone();
    Ok(request.runtime.spawn(async move {
        tokio::time::sleep(limits.time).await;
        cancel.stop(limits.time_is_up());
    }))
}

pub(super) struct Run<'a> {
    pub(super) request: Request,
    book: &'a Book,
    /// As it counts for this run.
    header: Header,
    pub(super) door: Door,
    pub(super) gate: Arc<Gate>,
    pub(super) vault: Arc<Vault>,
    state: Option<State>,
    opening: Box<Opening>,
    pub(super) announcement: Announcement,
    keeper: Option<Arc<Keeper>>,
}

impl<'a> Run<'a> {
    pub(super) fn new(mut request: Request, book: &'a Book, door: Door, git: JoinHandle<GitState>) -> Result<Run<'a>, Misuse> {
        let is_new = request.recording.is_new();
        let header = book.header.for_run(&request.arguments);
        let recorder = std::mem::replace(&mut request.recording, Recording::Memory).begin(header.writes())?;
        let Recorder { run, journal, cursor, vault, state, edited, send_again } = recorder;
        let recorded = cursor.as_ref().and_then(|cursor| cursor.opening.clone()).filter(|_| !is_new);
        let resumed = state.is_some() && recorded.is_some();
        let place = &request.place;
        let gate = Gate::new(Setup {
            world: door.world.clone(),
            journal,
            vault: vault.clone(),
            console: request.console.clone(),
            guard: guard(&request, &header),
            retry: retry()?,
            reading: Reading { plain_env: place.service.plain_env.clone() },
            observers: request.observers.clone(),
            cancel: request.cancel.clone(),
            record: cursor,
            send_again,
        });
        let git = git.join().unwrap_or_default();
        if resumed {
            request.arguments = recorded_arguments(&gate, &request.arguments)?;
        }
        conceal(&header, &place.service.plain_env, &mut request.arguments);
        let opening = recorded.unwrap_or_else(|| Box::new(opening(&request, (book, &header), &door, &run, &gate, git)));
        let announcement = Announcement {
            runbook: book.found.name.clone(),
            version: book.header.version.clone(),
            run,
            environment: place.title().to_owned(),
            account: None,
            region: door.region.clone(),
            sandbox: place.sandbox,
            resumed,
        };
        if resumed {
            refuse_another_place(&opening, &place.variables(None, &door.region), edited)?;
            gate.emit(Event::Resumed { at: gate.now(), by: outside::operator(), edited })
                .map_err(|stop| Misuse::new(stop.to_string()))?;
        }
        Ok(Run { request, book, header, door, gate: Arc::new(gate), vault, state, opening, announcement, keeper: None })
    }

    fn play(mut self, host: &Host) -> Result<Ended, Misuse> {
        let branch = Arc::new(Branch::default());
        let mut judged = match self.begin(host, &branch) {
            Ok(variables) => {
                let strand = Strand { gate: self.gate.clone(), branch: branch.clone() };
                let outcome = host.run(&self.book.program, strand, variables);
                if was_cut_short(&outcome) {
                    self.gate.part();
                }
                self.judge(outcome, &branch)
            }
            // A run that never began is not worth going on with.
            Err(trouble) => Judged { open: self.announcement.resumed, ..judge_beginning(trouble) },
        };
        if judged.verdict == Verdict::Interrupted {
            judged.hint = self.request.cancel.parting_words().or(judged.hint);
        }
        // The verdict stands, whatever becomes of the toy world.
        judged.hint = self.door.close().err().map(|problem| problem.what).or(judged.hint);
        judged.open &= self.header.writes() && self.state.is_some();
        let took = self.gate.alive();
        if let Err(stop) = self.close(&judged) {
            let hint = format!("{stop}; the journal lacks its end");
            judged.hint = Some(judged.hint.map_or(hint.clone(), |first| format!("{first}\n{hint}")));
        }
        self.keeper.iter().for_each(|keeper| keeper.release());
        Ok(self.ended(judged, took))
    }

    /// What an ended script comes to, in a run that may be one half of another.
    fn judge(&self, outcome: Outcome, branch: &Branch) -> Judged {
        let is_done = !matches!(outcome, Outcome::Stopped(..));
        if let Some(stop) = self.gate.refuse_shorter_way(branch).err().filter(|_| is_done) {
            return judge_stop(stop);
        }
        let unanswered = matches!(&outcome, Outcome::Failed(error) if error.value.text("kind") == Some("unanswered"));
        let broken = match &outcome {
            Outcome::Finished(result) => self.broken_promise(result),
            _ => None,
        };
        let mut judged = judge(outcome);
        judged.hint = broken.or(judged.hint);
        if unanswered && self.header.writes() && self.state.is_some() {
            judged.open |= self.gate.take_back_unanswered("the run lost its connection").unwrap_or_default();
        }
        // Nothing new was done: the run stands where it stood.
        judged.open |= self.announcement.resumed && !self.gate.went_on() && judged.verdict == Verdict::Refused;
        judged
    }

    /// What was done is done, whatever its result looks like: no failure, but said.
    fn broken_promise(&self, result: &Value) -> Option<String> {
        let doubt = self.header.returns.as_ref()?.doubt(result)?;
        Some(format!("the result is not what the header of {} promises: {doubt}", self.book.found.name))
    }

    /// Writes down how it ended, in the journal and in the history.
    pub(super) fn close(&self, judged: &Judged) -> Result<(), Stop> {
        let (at, verdict) = (self.gate.now(), judged.verdict);
        let summary = self.gate.redact(judged.summary.clone());
        if judged.open {
            return match self.gate.went_on() || verdict == Verdict::OutcomeUnknown {
                true => self.gate.emit(Event::Paused { at, verdict, summary }),
                false => Ok(()),
            };
        }
        self.gate.emit(Event::Closed { at, verdict, summary: summary.clone() })?;
        let Some(state) = &self.state else { return Ok(()) };
        let row = self.opening.row(self.announcement.account.clone(), at, verdict, summary, self.gate.head());
        let script = Hash::of(&self.book.program.text.text).to_string();
        let remembered = state.remember(&Row { script, ended: outside::now(), ..row });
        state.forget_key(&self.announcement.run);
        remembered.map_err(|error| Stop::Journal(format!("the history cannot be written: {error}")))
    }

    fn ended(self, judged: Judged, took: SignedDuration) -> Ended {
        let Judged { verdict, summary, hint, result, error, open, exit_code } = judged;
        let filter = self.vault.filter();
        Ended {
            announcement: self.announcement,
            verdict,
            exit_code: exit_code.unwrap_or_else(|| verdict.exit_code()),
            summary: filter.hide(summary),
            hint: hint.map(|hint| filter.hide(hint)),
            result: filter.hide_within(result),
            error: error.map(|error| Box::new(error.without(&filter))),
            took,
            vault: self.vault,
            open,
            recorded: self.state.is_some(),
            wrote: self.gate.wrote(),
            gate: self.gate,
        }
    }

    /// Records what is about to run, finds out where, reads secret params.
    pub(super) fn begin(&mut self, host: &Host, branch: &Branch) -> Result<Vec<(&'static str, Value)>, Trouble> {
        if !self.gate.resumes() {
            self.gate.emit(Event::Opened(self.opening.clone()))?;
        }
        let text = &self.book.program.text;
        self.gate.note_script(None, &text.name, &text.text)?;
        for (path, text) in host.imports(&self.book.program) {
            self.gate.note_script(Some(&path), &text.name, &text.text)?;
        }
        let identity = self.gate.identify(branch);
        self.announcement.account = identity.as_ref().ok().and_then(|identity| identity.text("Account")).map(str::to_owned);
        (self.request.announce)(&self.announcement);
        identity?;
        self.gate.refuse_another_account(branch)?;
        let (account, region) = (self.announcement.account.as_deref(), &self.door.region);
        self.gate.protect(self.request.place.wards(account, region, self.request.confirmed.as_deref()));
        self.hold()?;
        let args = self.arguments(branch)?;
        let (account, region) = (self.announcement.account.as_deref(), &self.door.region);
        let mut env = self.request.place.variables(account, region);
        // Beside the place of the run, so that a change of another one is none of this.
        if let Some(members) = env.as_map_mut() {
            members.insert("others".into(), self.request.place.others(account, region));
        }
        Ok(vec![("args", args), ("env", env)])
    }

    fn hold(&mut self) -> Result<(), Stop> {
        let Some(state) = &self.state else { return Ok(()) };
        let (place, request) = (&self.request.place, &self.request);
        let account = self.announcement.account.as_deref().unwrap_or_default();
        let names = hold::names(&self.header, place, &request.arguments);
        let holder = Holder {
            name: String::new(),
            run: self.announcement.run.clone(),
            runbook: self.announcement.runbook.clone(),
            by: outside::operator(),
            process: outside::process_id(),
            since: outside::now(),
            fence: 0,
        };
        if !names.is_empty() && place.environment.protected && !place.sandbox {
            (request.say)("held on this machine only: a run on another machine is not kept out");
        }
        let world = if place.sandbox { "sandbox/" } else { "" };
        let keeper = Arc::new(Keeper::new(state.clone(), holder, format!("{world}{account}/{}", self.door.region)));
        self.keeper = Some(keeper.clone());
        keeper.take_first(&names, &self.gate, request.wait_for_lease, &*request.say)?;
        self.gate.lend(keeper);
        Ok(())
    }

    /// The `args` of the script: every declared param, given or not.
    fn arguments(&self, branch: &Branch) -> Result<Value, Trouble> {
        let mut arguments = Map::new();
        for param in &self.header.params {
            let given = self.request.arguments.get(param.name.as_str()).or(param.default.as_ref()).cloned();
            let value = match (given, param.secret) {
                (Some(Value::Text(from)), true) => source::read_one(&self.gate, branch, &from)?,
                (Some(Value::Map(sources)), true) => source::read_each(&self.gate, branch, sources)?,
                (None, true) if param.required => {
                    self.gate.perform(branch, Effect::Ask { question: param.name.clone(), secret: true, otherwise: None })?
                }
                (given, _) => given.unwrap_or_default(),
            };
            arguments.insert(param.name.as_str().into(), value);
        }
        Ok(Value::Map(arguments))
    }
}
