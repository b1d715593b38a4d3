//! Files that only grow, and files that only lock. A lock is the operating
//! system's: it ends with the process that holds it, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::create_folder;

/// A file that is appended to, and that one process at a time may hold.
#[derive(Debug)]
pub struct LogFile(File);

impl LogFile {
    /// A file that must not be there yet. It outlives a power failure once its
    /// folder was written out too.
    pub fn create(path: &Path) -> io::Result<LogFile> {
        if let Some(folder) = path.parent() {
            create_folder(folder)?;
        }
        Ok(LogFile(private().create_new(true).open(path)?))
    }

    /// A file that is there already.
    pub fn open(path: &Path) -> io::Result<LogFile> {
        Ok(LogFile(private().open(path)?))
    }

    /// A file that is made when it is not there.
    pub fn open_or_create(path: &Path) -> io::Result<LogFile> {
        if let Some(folder) = path.parent() {
            create_folder(folder)?;
        }
        Ok(LogFile(private().create(true).open(path)?))
    }

    /// Whether this process holds the file now.
    pub fn try_lock(&self) -> io::Result<bool> {
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub fn lock(&self) -> io::Result<()> {
        self.0.lock()
    }

    pub fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Returns once what was appended outlives a power failure.
    pub fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    pub fn cut(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    pub fn read_from(&mut self, start: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.0.seek(SeekFrom::Start(start))?;
        self.0.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A lock with a few words about who holds it.
#[derive(Debug)]
pub struct LockFile(File);

impl LockFile {
    pub fn open(path: &Path) -> io::Result<LockFile> {
        if let Some(folder) = path.parent() {
            create_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(LockFile(options.open(path)?))
    }

    pub fn try_lock(&self) -> io::Result<bool> {
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub fn words(&mut self) -> io::Result<String> {
        let mut text = String::new();
        self.0.seek(SeekFrom::Start(0))?;
        self.0.read_to_string(&mut text)?;
        Ok(text)
    }

    pub fn set_words(&mut self, text: &str) -> io::Result<()> {
        self.0.set_len(0)?;
        self.0.seek(SeekFrom::Start(0))?;
        self.0.write_all(text.as_bytes())
    }
}
