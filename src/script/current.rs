//! Which strand of which run the present thread plays. Scripts run on threads
//! of their own, one branch a thread, so natives find their gate here.

use std::cell::RefCell;
use std::sync::Arc;

use crate::effect::{Branch, Cancel, Gate};

#[derive(Clone)]
pub struct Strand {
    pub gate: Arc<Gate>,
    pub branch: Arc<Branch>,
}

thread_local! {
    static CURRENT: RefCell<Option<Strand>> = const { RefCell::new(None) };
    /// What the innermost steps have to say once they are done.
    static SUMMARIES: RefCell<Vec<Option<String>>> = const { RefCell::new(Vec::new()) };
}

/// Plays `work` as `strand`, and gives the thread back as it was.
pub(super) fn play<R>(strand: Strand, work: impl FnOnce() -> R) -> R {
    struct Restore(Option<Strand>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(strand)));
    work()
}

/// The strand of this thread; nothing while a script is only being checked.
pub(super) fn strand() -> Option<Strand> {
    CURRENT.with_borrow(Clone::clone)
}

pub(super) fn begin_step() {
    SUMMARIES.with_borrow_mut(|stack| stack.push(None));
}

pub(super) fn end_step() -> Option<String> {
    SUMMARIES.with_borrow_mut(|stack| stack.pop().flatten())
}

pub(super) fn summarize_step(text: String) {
    SUMMARIES.with_borrow_mut(|stack| {
        if let Some(top) = stack.last_mut() {
            *top = Some(text);
        }
    });
}

/// The present run's cancel, without the cost of the whole strand.
pub(super) fn cancel() -> Option<Arc<Cancel>> {
    CURRENT.with_borrow(|strand| strand.as_ref().map(|strand| strand.gate.cancel().clone()))
}
