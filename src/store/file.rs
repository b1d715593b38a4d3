//! A journal in a file of its own: a line an entry, `HASH BODY`, only ever
//! appended to. The process that plays the run holds the file's lock, so a run
//! whose file is free and that has no end was cut off.

use std::io;
use std::path::Path;

use crate::journal::{Entry, Hash, Store, StoreError};
use crate::outside::{self, LogFile};

const HEADER: &str = "rollbook journal 1\n";
const FAMILY: &str = "rollbook journal ";

pub struct FileStore {
    file: LogFile,
    head: Hash,
    /// Bytes up to the end of the last whole entry.
    length: u64,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Contents {
    pub entries: Vec<Entry>,
    /// Bytes at the end that were written only in part.
    pub torn: u64,
}

impl FileStore {
    /// A new journal, held by this process.
    pub fn create(path: &Path) -> io::Result<FileStore> {
        let mut file = LogFile::create(path)?;
        file.try_lock()?;
        file.append(HEADER.as_bytes())?;
        Ok(FileStore { file, head: Hash::default(), length: HEADER.len() as u64 })
    }

    /// A journal that is there, held by this process and without its torn end;
    /// nothing when another process holds it.
    pub fn take_over(path: &Path) -> Result<Option<(FileStore, Contents)>, StoreError> {
        let mut file = LogFile::open(path).map_err(unreadable)?;
        if !file.try_lock().map_err(unreadable)? {
            return Ok(None);
        }
        let bytes = file.read_from(0).map_err(unreadable)?;
        let contents = parse(&bytes)?;
        let length = bytes.len() as u64 - contents.torn;
        if contents.torn > 0 {
            file.cut(length).map_err(unwritable)?;
        }
        let head = contents.entries.last().map(|entry| entry.hash).unwrap_or_default();
        Ok(Some((FileStore { file, head, length }, contents)))
    }

    fn write(&mut self, batch: &[Entry]) -> io::Result<()> {
        let mut text = String::new();
        for entry in batch {
            text.push_str(&entry.hash.to_string());
            text.push(' ');
            text.push_str(&entry.body);
            text.push('\n');
        }
        outside::abort_point("before-append");
        outside::torn_point(&mut self.file, &text);
        let written = self.file.append(text.as_bytes());
        if written.is_err() {
            // A full disk takes a part; the next reader should find none of it.
            let _ = self.file.cut(self.length);
            return written;
        }
        self.length += text.len() as u64;
        outside::abort_point("append");
        Ok(())
    }
}

/// Reads a journal without changing or holding it.
pub fn read_file(path: &Path) -> Result<Contents, StoreError> {
    parse(&outside::read_bytes(path).map_err(unreadable)?)
}

/// Whether some process plays the run of this journal now.
pub fn is_held(path: &Path) -> bool {
    LogFile::open(path).and_then(|file| file.try_lock()).is_ok_and(|free| !free)
}

fn parse(bytes: &[u8]) -> Result<Contents, StoreError> {
    let text = String::from_utf8_lossy(bytes);
    let Some(lines) = text.strip_prefix(HEADER) else {
        return match text.lines().next() {
            // The process ended before it had written anything.
            _ if HEADER.starts_with(&*text) => Ok(Contents { entries: Vec::new(), torn: 0 }),
            Some(first) if first.starts_with(FAMILY) => {
                Err(StoreError::Unreadable(format!("its first line is `{first}`: it was written by a newer rollbook")))
            }
            _ => Err(StoreError::Unreadable("its first line is no journal's: it was changed".into())),
        };
    };
    let whole = lines.rfind('\n').map_or(0, |at| at + 1);
    let mut entries: Vec<Entry> = Vec::new();
    for line in lines[..whole].lines() {
        let previous = entries.last().map(|entry| entry.hash).unwrap_or_default();
        let (hash, body) = line.split_once(' ').unwrap_or(("", line));
        // A hash that is none will not be the entry's either.
        entries.push(Entry { previous, body: body.to_owned(), hash: hash.parse().unwrap_or_default() });
    }
    Ok(Contents { entries, torn: (lines.len() - whole) as u64 })
}

impl Store for FileStore {
    fn append(&mut self, batch: &[Entry], expected_head: &Hash, _fence: u64) -> Result<(), StoreError> {
        if self.head != *expected_head {
            return Err(StoreError::Conflict);
        }
        self.write(batch).map_err(unwritable)?;
        if let Some(last) = batch.last() {
            self.head = last.hash;
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.file.sync().map_err(unwritable)?;
        outside::abort_point("sync");
        Ok(())
    }

    fn read(&mut self, from: usize) -> Result<Vec<Entry>, StoreError> {
        let bytes = self.file.read_from(0).map_err(unreadable)?;
        let mut entries = parse(&bytes)?.entries;
        Ok(entries.split_off(from.min(entries.len())))
    }
}

pub(super) fn unwritable(error: io::Error) -> StoreError {
    StoreError::Unwritable(error.to_string())
}

pub(super) fn unreadable(error: io::Error) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(path: &Path) -> Vec<Entry> {
        let mut store = FileStore::create(path).unwrap();
        let mut head = Hash::default();
        let mut entries = Vec::new();
        for body in ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"] {
            let entry = Entry::after(head, body.into());
            store.append(std::slice::from_ref(&entry), &head, 0).unwrap();
            head = entry.hash;
            entries.push(entry);
        }
        entries
    }

    #[test]
    fn what_was_appended_is_read_back_and_a_torn_end_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r");
        let entries = filled(&path);
        assert_eq!(read_file(&path).unwrap().entries, entries);
        LogFile::open(&path).unwrap().append(b"0123 {\"half").unwrap();
        assert_eq!(read_file(&path).unwrap().torn, 11);
        let (mut store, contents) = FileStore::take_over(&path).unwrap().unwrap();
        assert_eq!((contents.entries.len(), contents.torn), (3, 11));
        let next = Entry::after(entries[2].hash, "{\"d\":4}".into());
        store.append(std::slice::from_ref(&next), &entries[2].hash, 0).unwrap();
        let read = read_file(&path).unwrap();
        assert_eq!((read.entries.len(), read.torn), (4, 0));
        assert!(read.entries.iter().all(Entry::is_intact));
    }

    #[test]
    fn who_did_not_see_the_last_entry_cannot_append() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r");
        let entries = filled(&path);
        let (mut store, _) = FileStore::take_over(&path).unwrap().unwrap();
        let late = Entry::after(entries[0].hash, "{}".into());
        assert!(matches!(store.append(&[late], &entries[0].hash, 0), Err(StoreError::Conflict)));
    }

    #[test]
    fn a_journal_that_is_held_is_not_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r");
        let held = FileStore::create(&path).unwrap();
        assert!(FileStore::take_over(&path).unwrap().is_none());
        assert!(is_held(&path));
        drop(held);
        assert!(FileStore::take_over(&path).unwrap().is_some());
    }
}
