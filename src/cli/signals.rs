//! Ctrl-C and SIGTERM: the first stops the run where it is safe, the second
//! stops the process.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use crate::effect::{Cancel, Stop};
use crate::journal::Verdict;

pub fn watch(runtime: &tokio::runtime::Runtime, cancel: Arc<Cancel>) {
    runtime.spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
            return;
        };
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if cancel.is_stopped() {
                std::process::exit(i32::from(Verdict::Interrupted.exit_code()));
            }
            anstream::eprintln!("\nstopping; once more stops at once");
            cancel.stop(Stop::Interrupted);
        }
    });
}
