//! The state folder: a journal and a key a run, the history, the locks.

use std::io;
use std::path::{Path, PathBuf};

use super::file::{FileStore, unreadable, unwritable};
use crate::journal::StoreError;
use crate::outside;

const RUNS: &str = "runs";
const JOURNAL: &str = ".journal";
const KEY: &str = ".key";

/// Bytes of a run's key.
pub type RunKey = [u8; 32];

#[derive(Clone, Debug)]
pub struct State(PathBuf);

impl State {
    pub fn new(folder: PathBuf) -> State {
        State(folder)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    pub fn journal(&self, run: &str) -> PathBuf {
        self.0.join(RUNS).join(format!("{run}{JOURNAL}"))
    }

    fn key_path(&self, run: &str) -> PathBuf {
        self.0.join(RUNS).join(format!("{run}{KEY}"))
    }

    /// A new run: its name, its journal, and a key when it may need one later.
    pub fn create_run(&self, with_key: bool) -> Result<(String, FileStore, Option<RunKey>), StoreError> {
        let (run, store) = self.create_journal().map_err(unwritable)?;
        let key = with_key.then(outside::random_bytes);
        if let Some(key) = &key {
            outside::create_private(&self.key_path(&run), key).map_err(unwritable)?;
            outside::sync_folder(&self.0.join(RUNS)).map_err(unwritable)?;
        }
        Ok((run, store, key))
    }

    fn create_journal(&self) -> io::Result<(String, FileStore)> {
        let mut letters = SHORTEST;
        loop {
            let run = run_name(letters);
            match FileStore::create(&self.journal(&run)) {
                Ok(store) => return Ok((run, store)),
                // Where the short names run out, they become longer.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && letters < LONGEST => letters += 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The key of a run, unless it was deleted at its end.
    pub fn key(&self, run: &str) -> Option<RunKey> {
        outside::read_bytes(&self.key_path(run)).ok()?.try_into().ok()
    }

    pub fn forget_key(&self, run: &str) {
        let _ = outside::remove_file(&self.key_path(run));
    }

    /// Every run that left a journal.
    pub fn runs(&self) -> Vec<String> {
        let files = outside::file_names(&self.0.join(RUNS));
        files.iter().filter_map(|file| file.strip_suffix(JOURNAL)).map(str::to_owned).collect()
    }

    /// Removes a run's journal and key. Its line in the history stays.
    pub fn remove_run(&self, run: &str) -> Result<(), StoreError> {
        self.forget_key(run);
        outside::remove_file(&self.journal(run)).map_err(unreadable)
    }
}

const SHORTEST: usize = 4;
const LONGEST: usize = 8;

/// Letters and digits that people can read to each other.
fn run_name(letters: usize) -> String {
    const ALPHABET: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut dice = outside::random_u64();
    let mut letter = || {
        let at = (dice % ALPHABET.len() as u64) as usize;
        dice /= ALPHABET.len() as u64;
        char::from(ALPHABET[at])
    };
    (0..letters).map(|_| letter()).collect()
}
