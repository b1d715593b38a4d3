//! The one place where the process itself touches the clock, randomness, the
//! environment, files and other programs: for effects at the gate, for keeping
//! journals, and for what happens before a run exists (reading its
//! configuration and its scripts).
//!
//! Resolving AWS credentials is the stated exception: the SDK does that.

mod abort;
mod files;
mod log_file;
mod programs;

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use abort::{abort_point, test_variable, torn_point};
pub use files::{replace_private, replace_text};
pub use log_file::{LockFile, LogFile};
pub use programs::{edit, git, page};

use crate::value::Timestamp;

pub fn now() -> Timestamp {
    Timestamp::now()
}

/// How long ago this was called, whatever happens to the system's clock.
pub fn stopwatch() -> impl Fn() -> Duration + Send + Sync {
    let began = Instant::now();
    move || began.elapsed()
}

pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

pub fn current_folder() -> io::Result<PathBuf> {
    std::env::current_dir()
}

/// The path from the root on, as far as it is known.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

pub fn read_text(path: &Path) -> io::Result<String> {
    std::fs::read_to_string(path)
}

/// Writes a file that only its owner may read, through a temporary name, so
/// that a reader never sees half of it. It is on the disk before this returns.
pub fn write_private_text(path: &Path, text: &str) -> io::Result<()> {
    make_folder_of(path)?;
    let fresh = path.with_extension(format!("{:08x}.tmp", random_u64() as u32));
    let written = write_through(&fresh, text).and_then(|()| std::fs::rename(&fresh, path));
    written.inspect_err(|_| {
        let _ = std::fs::remove_file(&fresh);
    })?;
    // The new name, too, has to reach the disk.
    match folder_of(path) {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Adds to a file that only its owner may read.
pub fn append_private_text(path: &Path, text: &str) -> io::Result<()> {
    make_folder_of(path)?;
    private().append(true).create(true).open(path)?.write_all(text.as_bytes())
}

/// Writes a new file that only its owner may read.
pub fn create_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private().create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// New files outlive a power failure only once their folder is written out.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

pub fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

fn write_through(fresh: &Path, text: &str) -> io::Result<()> {
    let mut file = private().create_new(true).open(fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn folder_of(path: &Path) -> Option<&Path> {
    let folder = path.parent()?;
    Some(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    folder_of(path).map_or(Ok(()), std::fs::create_dir_all)
}

fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file that grows, which only its owner may read and only one process may
/// hold. The lock is the system's: it ends with the process.
pub struct PrivateLog(std::fs::File);

impl PrivateLog {
    /// Nothing, if another process holds it.
    pub fn open(path: &Path) -> io::Result<Option<PrivateLog>> {
        make_folder_of(path)?;
        let file = private().append(true).read(true).create(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(PrivateLog(file))),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }

    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        (&self.0).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Hands the bytes to the system, which keeps them if the process ends.
    pub fn append(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.0).write_all(bytes)
    }

    /// Returns when the disk has them.
    pub fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    pub fn cut(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)?;
        self.0.sync_all()
    }
}

/// Writes a file that must not be there yet.
pub fn create_text(path: &Path, text: &str) -> io::Result<()> {
    make_folder_of(path)?;
    std::fs::File::create_new(path)?.write_all(text.as_bytes())
}

pub fn remove_file(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)
}

/// The names of a folder's files; none if there is no such folder.
pub fn file_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

pub fn process_id() -> u32 {
    std::process::id()
}

/// Who runs this and where, as far as the system says: `jane@build-7`.
pub fn operator() -> String {
    let user = variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "somebody".into());
    let host = read_text(Path::new("/proc/sys/kernel/hostname")).ok().or_else(|| variable("HOSTNAME"));
    format!("{user}@{}", host.as_deref().map_or("this machine", str::trim))
}

pub fn random_u64() -> u64 {
    getrandom::u64().expect("the operating system gives random numbers")
}

pub fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
    bytes
}

/// Memory that this process holds, in bytes, where the system can tell.
pub fn memory_in_use() -> Option<usize> {
    memory_stats::memory_stats().map(|stats| stats.physical_mem)
}
