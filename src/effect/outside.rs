//! The one place where the process itself touches the clock, randomness, the
//! environment and files: for effects at the gate, and for what happens before
//! a run exists (reading its configuration and its scripts).
//!
//! Resolving AWS credentials is the stated exception: the SDK does that.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::value::Timestamp;

pub fn now() -> Timestamp {
    Timestamp::now()
}

pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

pub fn current_folder() -> io::Result<PathBuf> {
    std::env::current_dir()
}

pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

pub fn read_text(path: &Path) -> io::Result<String> {
    std::fs::read_to_string(path)
}

/// Writes a file that only its owner may read, through a temporary name, so
/// that a reader never sees half of it.
pub fn write_private_text(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension(format!("{:08x}.tmp", random_u64() as u32));
    private_file(&fresh)?.write_all(text.as_bytes())?;
    std::fs::rename(&fresh, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&fresh);
    })
}

fn private_file(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file that must not be there yet.
pub fn create_text(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
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
