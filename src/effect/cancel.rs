//! Stops a run from outside the script: Ctrl-C, a limit, a verdict. Whoever
//! waits, in a call, a sleep or a turn, wakes at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::trouble::Stop;
use crate::journal::Verdict;

#[derive(Default)]
pub struct Cancel {
    stop: Mutex<Option<Stop>>,
    bell: Condvar,
    notify: Notify,
    /// The same as `stop`, cheap enough to be read at every operation.
    stopped: AtomicBool,
    /// How an interrupt ends the run, and what is said then.
    parting: Mutex<Option<(Verdict, String)>>,
}

impl Cancel {
    /// The first reason wins, but for one: that nobody knows what a write did
    /// must be said whatever else ended the run.
    pub fn stop(&self, stop: Stop) {
        let mut reason = self.lock();
        match &stop {
            Stop::OutcomeUnknown { .. } => *reason = Some(stop),
            _ => {
                reason.get_or_insert(stop);
            }
        }
        drop(reason);
        self.stopped.store(true, Ordering::Release);
        self.bell.notify_all();
        self.notify.notify_waiters();
    }

    /// From here on an interrupt ends the run like this.
    pub fn on_interrupt(&self, verdict: Verdict, summary: &str) {
        *self.parting.lock().unwrap_or_else(PoisonError::into_inner) = Some((verdict, summary.to_owned()));
    }

    /// A person, or the system, wants the run to stop.
    pub fn interrupt(&self) {
        let parting = self.parting.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.stop(match parting {
            Some((verdict @ Verdict::Succeeded, summary)) => Stop::Concluded { verdict, summary, exit_code: None },
            _ => Stop::Interrupted,
        });
    }

    /// What is said when the run was interrupted.
    pub fn parting_words(&self) -> Option<String> {
        self.parting.lock().unwrap_or_else(PoisonError::into_inner).take().map(|(_, words)| words)
    }

    /// A prompt goes on after a line that was stopped.
    pub fn renew(&self) {
        let mut reason = self.lock();
        *reason = None;
        self.stopped.store(false, Ordering::Release);
    }

    pub fn reason(&self) -> Option<Stop> {
        self.lock().clone()
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    pub fn check(&self) -> Result<(), Stop> {
        if !self.is_stopped() {
            return Ok(());
        }
        self.reason().map_or(Ok(()), Err)
    }

    /// Waits on the real clock, or less if the run is stopped.
    pub fn sleep(&self, duration: Duration) -> Result<(), Stop> {
        let guard = self.lock();
        let waited = self.bell.wait_timeout_while(guard, duration, |stop| stop.is_none());
        let (stop, _) = waited.unwrap_or_else(PoisonError::into_inner);
        stop.clone().map_or(Ok(()), Err)
    }

    /// Resolves once the run is stopped.
    pub(super) async fn stopped(&self) -> Stop {
        loop {
            let notified = self.notify.notified();
            tokio::pin!(notified);
            // Registered before the look, so that a stop in between is not missed.
            notified.as_mut().enable();
            if let Some(stop) = self.reason() {
                return stop;
            }
            notified.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Stop>> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
