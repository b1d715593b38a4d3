//! What may follow what, for one key: a pure match, so that a journal that
//! breaks the order is noticed wherever it is read.

/// How far the effect at a key has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    New,
    Intended,
    Settled,
}

/// The kinds of event that a key can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Intent,
    Attempt,
    Settled,
    Outcome,
    Withdrawn,
    Mark,
}

/// The phase after `step`, or nothing when the order is broken.
pub fn next_phase(phase: Phase, step: Step) -> Option<Phase> {
    match (phase, step) {
        (Phase::New, Step::Intent) => Some(Phase::Intended),
        (Phase::New, Step::Mark) => Some(Phase::Settled),
        (Phase::Intended, Step::Attempt | Step::Settled) => Some(Phase::Intended),
        (Phase::Intended, Step::Outcome) => Some(Phase::Settled),
        (Phase::Intended | Phase::Settled, Step::Withdrawn) => Some(Phase::New),
        (Phase::New, Step::Attempt | Step::Settled | Step::Outcome | Step::Withdrawn)
        | (Phase::Intended, Step::Intent | Step::Mark)
        | (Phase::Settled, _) => None,
    }
}
