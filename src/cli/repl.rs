//! `rollbook repl`: opens the prompt's session and hands it the lines, of a
//! person at a terminal or of a script on standard input.

use std::cell::Cell;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::console::Terminal;
use super::run::Run;
use super::signals;
use crate::effect::{Arming, Cancel, Console};
use crate::journal::{Observer, Verdict};
use crate::repl::book::Book as Manual;
use crate::repl::busy::Busy;
use crate::repl::calls::{Calls, Voice};
use crate::repl::commands::COMMANDS;
use crate::repl::known::Known;
use crate::repl::live::Live;
use crate::repl::screen::Screen;
use crate::repl::session::Prompt;
use crate::repl::setup::{Setup, Whereabouts};
use crate::repl::{editor, pipe};
use crate::report::{self, Opening, Paint, Printing, Progress};
use crate::runbook::{
    Announcement, Book, Misuse, Place, Recording, Request, SandboxFile, Selection, Session, Shelf, Trial, project_root,
    read_config, state_folder,
};
use crate::script::Host;
use crate::store::State;
use crate::value::Map;

#[derive(Args)]
#[command(after_help = "Read-only until :arm. :help at the prompt shows its commands.\n\
    A script on standard input is played without a prompt; the exit code is that of its last error.")]
pub struct Repl {
    /// The environment of rollbook.toml to look at [env: ROLLBOOK_ENV]
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// The service: its key in rollbook.toml, or ECS's own name
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// The cluster, where it is not the environment's
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Look at the built-in simulator instead of AWS
    #[arg(long)]
    sandbox: bool,
    /// In the sandbox: let the faults of this file happen (rollbook sandbox faults)
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// In the sandbox: throttle requests at the rates that AWS has
    #[arg(long)]
    throttle: bool,
}

impl Repl {
    pub fn execute(self, shelf: Shelf) -> Result<u8, Misuse> {
        let config = read_config(project_root().as_ref())?;
        let host = Arc::new(shelf.host(config.limits()?));
        let place = Place::choose(config, &self.selection())?;
        let book = Book::of_prompt(&host);
        Opened::new(&self, &shelf, host, place, &book)?.play()
    }

    fn selection(&self) -> Selection {
        Selection {
            environment: self.env.clone(),
            service: self.service.clone(),
            cluster: self.cluster.clone(),
            sandbox: self.sandbox,
        }
    }

    /// The options of `:run` beyond those of the place.
    fn trial_flags(&self) -> Vec<String> {
        let scenario = self.scenario.iter().flat_map(|path| ["--scenario".to_owned(), path.display().to_string()]);
        scenario.chain(self.throttle.then(|| "--throttle".to_owned())).collect()
    }
}

struct Opened<'a> {
    prompt: Prompt<'a>,
    busy: Busy,
    // Calls are made on it; it must outlive the prompt.
    _runtime: tokio::runtime::Runtime,
}

impl<'a> Opened<'a> {
    fn new(asked: &Repl, shelf: &Shelf, host: Arc<Host>, place: Place, book: &'a Book) -> Result<Opened<'a>, Misuse> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| Misuse::new(format!("cannot start: {error}")))?;
        let (cancel, arming, calls) = (Arc::new(Cancel::default()), Arc::new(Arming::default()), Arc::new(Calls::default()));
        let printing = if place.sandbox { Printing::SandboxStdout } else { Printing::Stdout };
        let progress = Arc::new(Progress::new(Paint::for_stderr(), false, printing, Vec::new()));
        let voice = Arc::new(Voice::new(progress.clone()));
        let busy = Busy::default();
        signals::watch_lines(&runtime, cancel.clone(), busy.clone());
        let whereabouts = whereabouts(&place);
        let scenario = Trial { scenario: asked.scenario.clone(), throttle: asked.throttle }.open(place.sandbox)?;
        let console = Arc::new(Terminal::new(false, false, progress.clone(), cancel.clone()));
        let cluster = place.service.cluster.clone();
        let request = Request {
            place,
            project: shelf.project().map(ToOwned::to_owned),
            arguments: Map::new(),
            confirmed: None,
            wait_for_lease: None,
            console: console.clone(),
            cancel,
            observers: vec![voice.clone() as Arc<dyn Observer>, calls.clone()],
            runtime: runtime.handle().clone(),
            sandbox: SandboxFile::standard()?,
            scenario,
            announce: announce(progress.clone()),
            say: say(progress.clone()),
            recording: Recording::Session(State::new(state_folder()?)),
            arming: Some(arming.clone()),
        };
        let session = Session::open(&host, book, request).inspect_err(|_| progress.finish())?;
        let live = Live::new(session.look());
        let mut known = Known::new(Arc::new(Manual::new(host.clone(), shelf.clone(), COMMANDS)), live);
        known.cluster = cluster;
        let (shelf_of_runs, trial) = (shelf.clone(), asked.trial_flags());
        let setup = Setup {
            host,
            shelf: shelf.clone(),
            session,
            arming,
            whereabouts,
            calls,
            voice,
            known,
            runner: Box::new(move |words| Run::from_words([words, trial.clone()].concat()).execute(shelf_of_runs.clone())),
            question: Box::new(move |question| console.is_terminal().then(|| console.ask(question, false)).flatten()),
            screen: screen(progress),
        };
        Ok(Opened { prompt: Prompt::new(setup), busy, _runtime: runtime })
    }

    fn play(mut self) -> Result<u8, Misuse> {
        let at_terminal = std::io::stdin().is_terminal();
        let busy = self.busy.clone();
        let played = match at_terminal {
            true => editor::play(&mut self.prompt, &busy),
            false => pipe::play(&mut self.prompt, std::io::stdin().lock(), &busy),
        };
        if let Err(misuse) = &played {
            self.prompt.complain(misuse);
        }
        // A person has seen each error; a script's caller has its exit code.
        let verdict = match (at_terminal, self.prompt.last_error()) {
            (false, Some(verdict)) => verdict,
            _ => Verdict::Succeeded,
        };
        self.prompt.close(verdict)?;
        Ok(verdict.exit_code())
    }
}

/// The first line, once it is known where this is.
fn announce(progress: Arc<Progress>) -> Box<dyn Fn(&Announcement) + Send + Sync> {
    Box::new(move |it| {
        let opening = Opening {
            title: &format!("{} {}", it.runbook, it.version),
            environment: &it.environment,
            account: it.account.as_deref(),
            region: &it.region,
            run: &it.run,
            resumed: false,
            sandbox: it.sandbox,
        };
        progress.open(report::show_opening(Paint::for_stderr(), &opening).trim_end());
    })
}

fn say(progress: Arc<Progress>) -> Box<dyn Fn(&str) + Send + Sync> {
    Box::new(move |text| progress.remark(text))
}

fn whereabouts(place: &Place) -> Whereabouts {
    Whereabouts {
        title: place.title().to_owned(),
        name: place.name.clone(),
        protected: place.environment.protected,
        sandbox: place.sandbox,
        flags: place.flags(),
    }
}

fn screen(progress: Arc<Progress>) -> Screen {
    Screen {
        paint: Paint::for_stderr(),
        paint_result: Paint::for_stdout(),
        size: Cell::new(None),
        print: Box::new(move |text| progress.print(text)),
    }
}
