//! The files of `--state`: the world as a snapshot, and beside it the log of
//! what happened since.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::effect::outside::{self, PrivateLog};
use crate::runbook::Misuse;
use crate::sim::door::{Recovered, Storage, recover};

pub struct StateFile {
    path: PathBuf,
    log: PrivateLog,
}

impl StateFile {
    /// The files, held until the process ends, and the world in them if there is one.
    pub fn open(path: &Path) -> Result<(StateFile, Option<Recovered>), Misuse> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !outside::is_there(folder)) {
            let hint = format!("make it, or correct the path: mkdir -p {}", folder.display());
            return Err(Misuse::new(format!("there is no folder {} to keep the world in", folder.display())).hint(hint));
        }
        let log_path = log_path(path);
        let cannot = |error: io::Error| Misuse::new(format!("cannot keep the world in {}: {error}", path.display()));
        let log = PrivateLog::open(&log_path).map_err(cannot)?.ok_or_else(|| {
            Misuse::new(format!("another sandbox keeps its world in {}", path.display())).hint("--state with another file")
        })?;
        let lines = log.read().map_err(cannot)?;
        let recovered = match outside::read_text(path) {
            Ok(text) => Some(recover(&text, &lines).map_err(|why| unusable(path, &why))?),
            Err(error) if error.kind() == io::ErrorKind::NotFound && lines.is_empty() => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let hint = format!("to begin anew, remove {}", log_path.display());
                return Err(Misuse::new(format!("{} is gone, but its log is there", path.display())).hint(hint));
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(unusable(path, "it is not text")),
            Err(error) => return Err(cannot(error)),
        };
        if let Some(torn) = recovered.as_ref().map(|recovered| lines.len() as u64 - recovered.whole).filter(|torn| *torn > 0) {
            let played = recovered.as_ref().map_or(0, |recovered| recovered.played);
            say_torn(&log_path, torn, played);
        }
        remove_leftovers(path);
        Ok((StateFile { path: path.to_owned(), log }, recovered))
    }
}

fn unusable(path: &Path, why: &str) -> Misuse {
    Misuse::new(format!("the world in {} cannot be used: {why}", path.display()))
        .hint("nothing was changed; --state with another file begins anew")
}

fn say_torn(log: &Path, torn: u64, played: usize) {
    anstream::eprintln!(
        "{}: the last {torn} bytes were cut off, of which nobody had an answer; {played} lines before them are kept",
        log.display()
    );
}

fn log_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".log");
    PathBuf::from(name)
}

/// What a process left that ended while it wrote a snapshot.
fn remove_leftovers(path: &Path) {
    let (Some(folder), Some(stem)) = (path.parent(), path.file_stem().and_then(|stem| stem.to_str())) else { return };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let is_leftover = |name: &String| {
        let middle = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".tmp"));
        middle.is_some_and(|middle| middle.len() == 8 && middle.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    for name in outside::file_names(folder).into_iter().filter(is_leftover) {
        let _ = outside::remove_file(&folder.join(name));
    }
}

impl Storage for StateFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.log.append(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.log.sync()
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        self.log.cut(length)
    }

    fn replace(&self, snapshot: &str) -> io::Result<()> {
        outside::write_private_text(&self.path, snapshot)
    }
}
