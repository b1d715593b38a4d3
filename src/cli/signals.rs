//! Ctrl-C, SIGTERM and a lost terminal: the first stops the run where it is
//! safe, the second stops the process. What was recorded stands either way.

use std::future::Future;
use std::io;
use std::sync::{Arc, OnceLock};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::cooked::Cooked;
use crate::effect::Cancel;
use crate::journal::Verdict;
use crate::repl::busy::Busy;

const KINDS: [fn() -> SignalKind; 3] = [SignalKind::interrupt, SignalKind::terminate, SignalKind::hangup];

/// SIGXFSZ, on every Unix that Rust knows.
const FILE_TOO_LARGE: i32 = 25;

/// `resumable` is the run's name once it has begun, if it can be resumed.
pub fn watch(runtime: &tokio::runtime::Runtime, cancel: Arc<Cancel>, resumable: Arc<OnceLock<String>>) {
    let terminal = Cooked::now();
    runtime.spawn(async move {
        // A limit on the size of files is an error to be said, not a way to die.
        let _too_large = signal(SignalKind::from_raw(FILE_TOO_LARGE));
        let Ok([mut interrupt, mut terminate, mut hangup]) = listen(KINDS.map(|kind| kind())) else { return };
        loop {
            either(&mut interrupt, &mut terminate, &mut hangup).await;
            if cancel.is_stopped() {
                if let Some(run) = resumable.get() {
                    anstream::eprintln!("stopped at once; what was under way is looked up by: rollbook resume {run}");
                }
                terminal.exit(Verdict::Interrupted.exit_code());
            }
            anstream::eprintln!("\nstopping; once more stops at once");
            cancel.interrupt();
        }
    });
}

/// For a prompt: Ctrl-C cancels the line that plays, the others end the prompt
/// after it. Between lines, Ctrl-C is the editor's, and the others end it at once.
pub fn watch_lines(runtime: &tokio::runtime::Runtime, cancel: Arc<Cancel>, busy: Busy) {
    let terminal = Cooked::now();
    runtime.spawn(async move {
        let _too_large = signal(SignalKind::from_raw(FILE_TOO_LARGE));
        let Ok([mut interrupt, mut terminate, mut hangup]) = listen(KINDS.map(|kind| kind())) else { return };
        loop {
            let ends = tokio::select! {
                _ = interrupt.recv() => false,
                _ = terminate.recv() => true,
                _ = hangup.recv() => true,
            };
            if ends {
                busy.leave();
            }
            match (busy.is_playing(), ends) {
                (true, _) => cancel.interrupt(),
                (false, true) => terminal.exit(Verdict::Interrupted.exit_code()),
                (false, false) => {}
            }
        }
    });
}

/// Completes at the first of them; to be asked for inside a runtime. The second
/// stops the process.
pub fn first() -> io::Result<impl Future<Output = ()>> {
    let [mut interrupt, mut terminate, mut hangup] = listen(KINDS.map(|kind| kind()))?;
    Ok(async move {
        either(&mut interrupt, &mut terminate, &mut hangup).await;
        tokio::spawn(async move {
            either(&mut interrupt, &mut terminate, &mut hangup).await;
            std::process::exit(i32::from(Verdict::Interrupted.exit_code()));
        });
    })
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal, hangup: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

fn listen(kinds: [SignalKind; 3]) -> std::io::Result<[Signal; 3]> {
    let [first, second, third] = kinds.map(signal);
    Ok([first?, second?, third?])
}
