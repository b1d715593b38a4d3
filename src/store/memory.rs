//! A journal that lives as long as the process: for tests, for `check`, and
//! the model that other stores are held against.

use crate::journal::{Entry, Hash, Store, StoreError};

#[derive(Default)]
pub struct Memory {
    entries: Vec<Entry>,
    fence: u64,
}

impl Store for Memory {
    fn append(&mut self, batch: &[Entry], expected_head: &Hash, fence: u64) -> Result<(), StoreError> {
        let head = self.entries.last().map(|entry| entry.hash).unwrap_or_default();
        if head != *expected_head || fence < self.fence {
            return Err(StoreError::Conflict);
        }
        self.fence = fence;
        self.entries.extend_from_slice(batch);
        Ok(())
    }

    fn read(&mut self, from: usize) -> Result<Vec<Entry>, StoreError> {
        Ok(self.entries.get(from..).unwrap_or_default().to_vec())
    }
}
