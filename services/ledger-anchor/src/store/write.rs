//! Writing: blocks that were run here, and into a new store what others judged: a snapshot's state and its log.

use std::sync::Arc;

use fjall::{OwnedWriteBatch, PersistMode};
use kontor_ledger::{block::BlockHeader, certificate::Certificate, encoding::to_cbor, epoch::EpochEnd};

use super::{Entry, HEIGHT, State, Store, StoreError, Wanted};
use crate::execution::Executed;

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
    /// Writes blocks with everything that they changed, and returns once all of it is on disk.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn commit(&self, blocks: &[(Arc<Executed>, Option<Certificate>)]) -> Result<(), StoreError> {
        let mut write = self.database.batch().durability(Some(PersistMode::SyncData));
        for (executed, certificate) in blocks {
            for (key, value) in &executed.writes {
                match value {
                    Some(value) => write.insert(&self.state, key.as_slice(), value.as_slice()),
                    None => write.remove(&self.state, key.as_slice()),
                }
            }
            let header = &executed.header;
            let (entries, wanted) = (&executed.entries, executed.attachments());
            self.write_block(&mut write, header, certificate.as_ref(), entries, wanted);
            if executed.closed().ends {
                // Nothing comes after an epoch's last block before it is final by itself.
                let certificate = certificate.clone().ok_or(StoreError::Damaged("certificate of an epoch's end"))?;
                let validators = executed.closed().validators.clone();
                self.write_end(&mut write, &EpochEnd { block: *header, certificate, validators });
            }
        }
        write.commit()?;
        let leaves: Vec<_> = blocks.iter().flat_map(|(executed, _)| &executed.entries).map(Entry::leaf).collect();
        Ok(self.lock_tiles().append(&leaves)?)
    }

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

    fn write_block(
        &self,
        write: &mut OwnedWriteBatch,
        header: &BlockHeader,
        certificate: Option<&Certificate>,
        entries: &[Entry],
        wanted: &[Wanted],
    ) {
        for entry in entries {
            let position = entry.position.to_be_bytes();
            write.insert(&self.ids, entry.id.as_bytes().as_slice(), position.as_slice());
            write.insert(&self.log, position.as_slice(), entry.encode());
        }
        for Wanted { digest, sponsor } in wanted {
            write.insert(&self.wanted, digest.as_bytes().as_slice(), sponsor.as_str().as_bytes());
        }
        let height = header.height.to_be_bytes();
        write.insert(&self.blocks, height.as_slice(), to_cbor(header));
        if let Some(certificate) = certificate {
            write.insert(&self.certificates, height.as_slice(), to_cbor(certificate));
        }
        write.insert(&self.meta, HEIGHT, height.as_slice());
    }

    fn write_end(&self, write: &mut OwnedWriteBatch, end: &EpochEnd) {
        write.insert(&self.epochs, end.block.epoch.to_be_bytes().as_slice(), to_cbor(end));
    }
}
