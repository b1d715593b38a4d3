//! What a session sent, and how it was answered: read off the journal's events
//! as they are recorded, so that `:calls` and the record agree.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::journal::{Event, Key, Observer};
use crate::report::Progress;
use crate::value::{Timestamp, Value};

#[derive(Clone, Debug)]
pub struct Call {
    key: Key,
    /// `ecs UpdateService`
    pub operation: String,
    /// As recorded: a secret is only a mark.
    pub request: Value,
    pub write: bool,
    pub at: Timestamp,
    /// Milliseconds, and what went wrong; nothing while there is no answer.
    pub answer: Option<(i64, Option<String>)>,
}

#[derive(Default)]
pub struct Calls(Mutex<Vec<Call>>);

impl Calls {
    fn lock(&self) -> MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn count(&self) -> usize {
        self.lock().len()
    }

    pub fn since(&self, first: usize) -> Vec<Call> {
        self.lock().get(first..).unwrap_or_default().to_vec()
    }
}

impl Observer for Calls {
    fn see(&self, event: &Event) {
        match event {
            Event::Intent { key, at, write, effect } => {
                let Some(operation) = effect.0.text("operation") else { return };
                let request = effect.0.get("request").cloned().unwrap_or_default();
                let call = Call { key: key.clone(), operation: operation.into(), request, write: *write, at: *at, answer: None };
                self.lock().push(call);
            }
            Event::Outcome { key, at, ok, result } => {
                if let Some(call) = self.lock().iter_mut().rfind(|call| call.key == *key) {
                    let text = |name: &str| result.0.text(name).map(str::to_owned);
                    let why = (!ok).then(|| text("code").or_else(|| text("message")).unwrap_or_else(|| "failed".into()));
                    call.answer = Some((at.as_millisecond() - call.at.as_millisecond(), why));
                }
            }
            _ => {}
        }
    }
}

/// A run's progress, but for what the prompt notes about its own lines.
pub struct Voice {
    progress: Arc<Progress>,
    is_silent: AtomicBool,
}

impl Voice {
    pub fn new(progress: Arc<Progress>) -> Voice {
        Voice { progress, is_silent: AtomicBool::new(false) }
    }

    /// Nothing that is recorded meanwhile is said.
    pub fn silently<R>(&self, work: impl FnOnce() -> R) -> R {
        self.is_silent.store(true, Ordering::Release);
        let result = work();
        self.is_silent.store(false, Ordering::Release);
        result
    }
}

impl Observer for Voice {
    fn see(&self, event: &Event) {
        if !self.is_silent.load(Ordering::Acquire) {
            self.progress.see(event);
        }
    }
}
