//! Ctrl-C and SIGTERM: the first stops the run where it is safe, the second
//! stops the process.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::effect::{Cancel, Stop};
use crate::journal::Verdict;

pub fn watch(runtime: &tokio::runtime::Runtime, cancel: Arc<Cancel>) {
    runtime.spawn(async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
            return;
        };
        loop {
            either(&mut interrupt, &mut terminate).await;
            if cancel.is_stopped() {
                std::process::exit(i32::from(Verdict::Interrupted.exit_code()));
            }
            anstream::eprintln!("\nstopping; once more stops at once");
            cancel.stop(Stop::Interrupted);
        }
    });
}

/// Completes at the first of them; to be asked for inside a runtime. The second
/// stops the process.
pub fn first() -> io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        either(&mut interrupt, &mut terminate).await;
        tokio::spawn(async move {
            either(&mut interrupt, &mut terminate).await;
            std::process::exit(i32::from(Verdict::Interrupted.exit_code()));
        });
    })
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
