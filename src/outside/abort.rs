//! Hooks for the tests of crashes. They are in debug builds only: a release
//! build reads none of these variables and never ends at a chosen point.

/// Ends the process at once, without any cleaning up, when a test asked for
/// it: `ROLLBOOK_TEST_ABORT=append:17` ends it the 17th time that it comes to
/// the point `append`.
#[cfg(debug_assertions)]
pub fn abort_point(point: &str) {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, PoisonError};

    static PASSED: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
    let Some(wanted) = super::variable("ROLLBOOK_TEST_ABORT") else { return };
    let Some((name, count)) = wanted.split_once(':').filter(|(name, _)| *name == point) else { return };
    let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    let passed = passed.entry(name.to_owned()).or_default();
    *passed += 1;
    if count.parse() == Ok(*passed) {
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
pub fn abort_point(_point: &str) {}

/// A variable that only tests set.
#[cfg(debug_assertions)]
pub fn test_variable(name: &str) -> Option<String> {
    super::variable(name)
}

#[cfg(not(debug_assertions))]
pub fn test_variable(_name: &str) -> Option<String> {
    None
}

/// Writes half of `text` and ends, when a test asked for `torn:17`.
#[cfg(debug_assertions)]
pub fn torn_point(file: &mut super::LogFile, text: &str) {
    if super::variable("ROLLBOOK_TEST_ABORT").is_some_and(|wanted| wanted.starts_with("torn:")) {
        let half = text.floor_char_boundary(text.len() / 2);
        static DONE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let number = DONE.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        if super::variable("ROLLBOOK_TEST_ABORT") == Some(format!("torn:{number}")) {
            let _ = file.append(&text.as_bytes()[..half]);
            std::process::abort();
        }
    }
}

#[cfg(not(debug_assertions))]
pub fn torn_point(_file: &mut super::LogFile, _text: &str) {}
