//! Keeps two runs on this machine from changing the same thing at once: a lock
//! of the operating system a name. A dead process holds nothing; another
//! machine is not kept out.

use serde::{Deserialize, Serialize};

use super::file::unwritable;
use super::runs::State;
use crate::journal::{Hash, StoreError};
use crate::outside::LockFile;
use crate::value::Timestamp;

/// Who holds a name, as the lock file says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    pub name: String,
    pub run: String,
    pub runbook: String,
    pub by: String,
    pub process: u32,
    pub since: Timestamp,
    /// How often the name was taken so far.
    #[serde(default)]
    pub fence: u64,
}

/// A name that this process holds until this is dropped.
#[derive(Debug)]
pub struct Lease {
    pub name: String,
    pub fence: u64,
    /// Nobody else held it since the same run did.
    pub own: bool,
    _file: LockFile,
}

impl State {
    /// The lease, or who has it. Nobody is known when the holder has only just
    /// taken it.
    pub fn take_lease(&self, holder: &Holder) -> Result<Result<Lease, Option<Holder>>, StoreError> {
        let file = format!("{}.lock", &Hash::of(&holder.name).to_string()[..16]);
        let path = self.folder().join("leases").join(file);
        let mut file = LockFile::open(&path).map_err(unwritable)?;
        let taken = file.try_lock().map_err(unwritable)?;
        let last = file.words().ok().and_then(|words| serde_json::from_str::<Holder>(&words).ok());
        if !taken {
            return Ok(Err(last));
        }
        let fence = last.as_ref().map_or(0, |last| last.fence) + 1;
        let own = last.is_some_and(|last| last.run == holder.run);
        let holder = Holder { fence, ..holder.clone() };
        let words = serde_json::to_string(&holder).map_err(|error| StoreError::Unwritable(error.to_string()))?;
        file.set_words(&words).map_err(unwritable)?;
        Ok(Ok(Lease { name: holder.name, fence, own, _file: file }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_a_name_and_the_next_is_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::new(folder.path().to_owned());
        let holder = |run: &str| Holder {
            name: "a/service/c/s".into(),
            run: run.into(),
            runbook: "deploy".into(),
            by: "jane@build".into(),
            process: 1,
            since: Timestamp::UNIX_EPOCH,
            fence: 0,
        };
        let first = state.take_lease(&holder("1")).unwrap().unwrap();
        assert_eq!(first.fence, 1);
        let refused = state.take_lease(&holder("2")).unwrap().unwrap_err().unwrap();
        assert_eq!(refused.run, "1");
        let other = Holder { name: "a/service/c/other".into(), ..holder("2") };
        assert!(state.take_lease(&other).unwrap().is_ok());
        drop(first);
        let take = |run: &str| state.take_lease(&holder(run)).unwrap().map(|lease| (lease.fence, lease.own)).unwrap();
        assert_eq!(take("3"), (2, false));
        assert_eq!(take("3"), (3, true));
        assert_eq!(take("1"), (4, false));
    }
}
