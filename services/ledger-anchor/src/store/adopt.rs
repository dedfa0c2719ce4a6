//! Filling a new store with what others judged: the state of a snapshot, and the blocks up to it.

use fjall::PersistMode;
use kontor_ledger::{block::BlockHeader, certificate::Certificate, epoch::EpochEnd};

use super::{Entry, State, Store, StoreError, Wanted};

/// A block with its records and what became of them, as the caller has proven it.
#[derive(Debug)]
pub struct Adopted {
    /// Its header.
    pub header: BlockHeader,
    /// The certificate of exactly it, if there is one.
    pub certificate: Option<Certificate>,
    /// Its records.
    pub entries: Vec<Entry>,
    /// The attachments that those name that were accepted.
    pub wanted: Vec<Wanted>,
}

impl Store {
    /// Adds keys and values to the rules' state.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn restore(&self, pairs: &[State]) -> Result<(), StoreError> {
        let mut write = self.database.batch();
        for (key, value) in pairs {
            write.insert(&self.state, key.as_slice(), value.as_slice());
        }
        Ok(write.commit()?)
    }

    /// Adds blocks to the log, and the epochs that end with them, without running a rule.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn adopt(&self, blocks: &[Adopted], ends: &[EpochEnd]) -> Result<(), StoreError> {
        let mut write = self.database.batch();
        for Adopted { header, certificate, entries, wanted } in blocks {
            self.write_block(&mut write, header, certificate.as_ref(), entries, wanted);
        }
        for end in ends {
            self.write_end(&mut write, end);
        }
        write.commit()?;
        let leaves: Vec<_> = blocks.iter().flat_map(|block| &block.entries).map(Entry::leaf).collect();
        Ok(self.lock_tiles().append(&leaves)?)
    }

    /// Puts all that was adopted on disk for good.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn persist(&self) -> Result<(), StoreError> {
        self.database.persist(PersistMode::SyncAll)?;
        self.flush_tiles()
    }
}
