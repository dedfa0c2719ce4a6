//! What the node keeps: rule state, records in log order, block headers and certificates, and the log's tiles.
//!
//! The database changes in one atomic write per group of blocks, synced to disk before anything is acknowledged. The
//! tiles follow it; what a crash cuts off them is built again from the records at the next start.

mod committed;
mod entry;
mod view;
mod write;

use std::{
    ops::Bound,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use kontor_ledger::{
    block::{BlockDigest, BlockHeader},
    certificate::Certificate,
    encoding::{EncodingError, from_cbor},
    epoch::EpochEnd,
    genesis::Genesis,
    member::MemberId,
    merkle::Frontier,
    record::RecordId,
};
use kontor_sealing::Hash;

pub use committed::Committed;
pub use entry::Entry;
pub use view::StateView;
pub use write::Adopted;

use crate::{
    log::{LogError, TileLog, TileReader},
    state::StateError,
};

/// Why the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error(
        "the node's database failed: {0}. See that the disk of the data folder has room and can be written, then start \
         the node again"
    )]
    Database(#[from] fjall::Error),
    /// A stored value does not decode, or something that must be there is not.
    #[error("the node's database is damaged: {0}. Stop the node and restore its data folder, or join anew")]
    Damaged(&'static str),
    /// A stored encoding does not decode.
    #[error("the node's database is damaged")]
    Encoding(#[from] EncodingError),
    /// An object of the rules' state does not decode.
    #[error("the node's database is damaged")]
    State(#[from] StateError),
    /// The log's tiles cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A tile cannot be read.
    #[error("the log's tiles cannot be read")]
    Tile(#[from] std::io::Error),
    /// The network has decided on rules that this program is too old for.
    #[error(
        "block {height} is judged by version {version} of the rules, this program knows {known}: stop the node, install a \
         later version, and start it again"
    )]
    LaterRules {
        /// The version that holds.
        version: u16,
        /// From when.
        height: u64,
        /// The latest version that the program knows.
        known: u16,
    },
    /// The data folder belongs to another network.
    #[error("the data folder belongs to network {found}, the genesis file is of {expected}")]
    OtherNetwork {
        /// The genesis that was configured.
        expected: Hash,
        /// The one that the folder was made for.
        found: Hash,
    },
}

/// A key of the rules' state and its value.
pub type State = (Vec<u8>, Vec<u8>);

/// An attachment that an accepted record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// SM3 over its bytes.
    pub digest: Hash,
    /// The member that relayed the record, and so has the attachment.
    pub sponsor: MemberId,
}

/// The last committed block and the log's right edge.
#[derive(Debug, Clone)]
pub struct Tip {
    /// Its header.
    pub header: BlockHeader,
    /// Its digest.
    pub digest: BlockDigest,
    /// The log after it.
    pub frontier: Frontier,
}

/// The node's database.
pub struct Store {
    database: Database,
    state: Keyspace,
    ids: Keyspace,
    log: Keyspace,
    blocks: Keyspace,
    certificates: Keyspace,
    wanted: Keyspace,
    epochs: Keyspace,
    meta: Keyspace,
    reader: TileReader,
    tiles: Mutex<TileLog>,
}

/// What a keyspace holds in memory before it is written to a table: small enough to stay in the processor's caches.
const MEMTABLE_BYTES: u64 = 8 << 20;

const NETWORK: &[u8] = b"network";
const HEIGHT: &[u8] = b"height";

impl Store {
    /// Opens database and tiles below `folder`, new or as they were left, and checks them against the last block.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn open(folder: &Path, genesis: &Genesis, cache: u64) -> Result<Self, StoreError> {
        let database = Database::builder(folder.join("database")).cache_size(cache).worker_threads(1).open()?;
        let open =
            |name| database.keyspace(name, || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES));
        let (blocks, meta) = (open("blocks")?, open("meta")?);
        check_network(&database, &meta, genesis)?;
        let last = last_header(&meta, &blocks, genesis)?;
        let tiles = TileLog::open(folder.join("log"), last.log_size, &last.log_root)?;
        let store = Self {
            state: open("state")?,
            ids: open("ids")?,
            log: open("log")?,
            certificates: open("certificates")?,
            wanted: open("wanted")?,
            epochs: open("epochs")?,
            blocks,
            meta,
            database,
            reader: tiles.reader(),
            tiles: Mutex::new(tiles),
        };
        store.complete_tiles(&last)?;
        Ok(store)
    }

    /// Appends to the tiles what the database has beyond them, and holds their root against the last block's.
    fn complete_tiles(&self, last: &BlockHeader) -> Result<(), StoreError> {
        let mut tiles = self.lock_tiles();
        while tiles.size() < last.log_size {
            let entries = self.entries(tiles.size(), 4096)?;
            if entries.first().is_none_or(|entry| entry.position != tiles.size()) {
                return Err(StoreError::Damaged("records are missing from the log"));
            }
            tiles.append(&entries.iter().map(Entry::leaf).collect::<Vec<_>>())?;
        }
        if tiles.size() != last.log_size || tiles.root() != last.log_root {
            return Err(StoreError::Damaged("the log does not have the root that the last block certifies"));
        }
        Ok(())
    }

    /// The last committed block.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn tip(&self, genesis: &Genesis) -> Result<Tip, StoreError> {
        let header = last_header(&self.meta, &self.blocks, genesis)?;
        Ok(Tip { digest: header.digest(), header, frontier: self.lock_tiles().frontier().clone() })
    }

    /// A value of the rules' state.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn state(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state.get(key)?.map(|value| value.to_vec()))
    }

    /// The values of the rules' state whose keys begin with `prefix`, in the order of keys, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn states(&self, prefix: &[u8], limit: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.state.prefix(prefix).take(limit).map(|item| Ok(item.into_inner()?.1.to_vec())).collect()
    }

    /// Keys and values of the rules' state whose keys begin with `prefix`, those after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn states_after(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<State>, StoreError> {
        let from = after.map_or(Bound::Included(prefix), Bound::Excluded);
        let range = self.state.range::<&[u8], _>((from, Bound::Unbounded)).take(limit);
        let entries = range.map(|item| {
            let (key, value) = item.into_inner()?;
            Ok((key.to_vec(), value.to_vec()))
        });
        let entries: Vec<State> = entries.collect::<Result<_, StoreError>>()?;
        Ok(entries.into_iter().take_while(|(key, _)| key.starts_with(prefix)).collect())
    }

    /// Where a record is in the log.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn position(&self, id: &RecordId) -> Result<Option<u64>, StoreError> {
        self.ids.get(id.as_bytes())?.map(|value| number(&value)).transpose()
    }

    /// The record at a position.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn entry(&self, position: u64) -> Result<Option<Entry>, StoreError> {
        self.log.get(position.to_be_bytes())?.map(|value| Entry::decode(position, &value)).transpose()
    }

    /// Records from a position on, at most `limit`.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn entries(&self, from: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let range = self.log.range(from.to_be_bytes()..).take(limit);
        range
            .map(|item| {
                let (key, value) = item.into_inner()?;
                Entry::decode(number(&key)?, &value)
            })
            .collect()
    }

    /// The header at a height above genesis.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn header(&self, height: u64) -> Result<Option<BlockHeader>, StoreError> {
        Ok(self.blocks.get(height.to_be_bytes())?.map(|value| from_cbor(&value)).transpose()?)
    }

    /// The certificate of exactly the block at this height.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn certificate(&self, height: u64) -> Result<Option<Certificate>, StoreError> {
        Ok(self.certificates.get(height.to_be_bytes())?.map(|value| from_cbor(&value)).transpose()?)
    }

    /// The first certified block at or above a height.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn certified_from(&self, height: u64) -> Result<Option<(BlockHeader, Certificate)>, StoreError> {
        let Some(item) = self.certificates.range(height.to_be_bytes()..).next() else { return Ok(None) };
        self.certified(item)
    }

    /// The last certified block.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn certified_last(&self) -> Result<Option<(BlockHeader, Certificate)>, StoreError> {
        let Some(item) = self.certificates.last_key_value() else { return Ok(None) };
        self.certified(item)
    }

    fn certified(&self, item: fjall::Guard) -> Result<Option<(BlockHeader, Certificate)>, StoreError> {
        let (key, value) = item.into_inner()?;
        let header = self.header(number(&key)?)?.ok_or(StoreError::Damaged("certified block"))?;
        Ok(Some((header, from_cbor(&value)?)))
    }

    /// The ends of epochs from one on, at most `limit`.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn epoch_ends(&self, from: u64, limit: usize) -> Result<Vec<EpochEnd>, StoreError> {
        let ends = self.epochs.range(from.to_be_bytes()..).take(limit);
        ends.map(|item| Ok(from_cbor(&item.into_inner()?.1)?)).collect()
    }

    /// Syncs the log's tiles to disk, so that the next start need not look at what they hold.
    ///
    /// # Errors
    /// [`StoreError::Log`].
    pub fn flush_tiles(&self) -> Result<(), StoreError> {
        Ok(self.lock_tiles().flush()?)
    }

    /// Reads the log's tiles: proofs, and what mirrors fetch.
    pub fn tiles(&self) -> &TileReader {
        &self.reader
    }

    fn lock_tiles(&self) -> MutexGuard<'_, TileLog> {
        self.tiles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Attachments that documents name and that are not known to be here, in order, those after `after`.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub fn wanted(&self, after: Option<&Hash>, limit: usize) -> Result<Vec<Wanted>, StoreError> {
        let from = after.map_or(Bound::Unbounded, |after| Bound::Excluded(after.as_bytes().as_slice()));
        let wanted = self.wanted.range::<&[u8], _>((from, Bound::Unbounded)).take(limit).map(|item| {
            let (key, value) = item.into_inner()?;
            let digest = <[u8; 32]>::try_from(&*key).ok().map(Hash::from_bytes);
            let sponsor = std::str::from_utf8(&value).ok().and_then(|code| code.parse().ok());
            let wanted = digest.zip(sponsor).map(|(digest, sponsor)| Wanted { digest, sponsor });
            wanted.ok_or(StoreError::Damaged("wanted attachment"))
        });
        wanted.collect()
    }

    /// Notes that an attachment is here.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn found(&self, attachment: &Hash) -> Result<(), StoreError> {
        Ok(self.wanted.remove(attachment.as_bytes().as_slice())?)
    }
}

fn check_network(database: &Database, meta: &Keyspace, genesis: &Genesis) -> Result<(), StoreError> {
    let expected = genesis.hash();
    match meta.get(NETWORK)? {
        Some(found) if *found == *expected.as_bytes() => Ok(()),
        Some(found) => {
            let found = <[u8; 32]>::try_from(&*found).map_err(|_| StoreError::Damaged("network"))?;
            Err(StoreError::OtherNetwork { expected, found: Hash::from_bytes(found) })
        }
        None => {
            meta.insert(NETWORK, expected.as_bytes())?;
            Ok(database.persist(PersistMode::SyncAll)?)
        }
    }
}

fn last_header(meta: &Keyspace, blocks: &Keyspace, genesis: &Genesis) -> Result<BlockHeader, StoreError> {
    let Some(height) = meta.get(HEIGHT)? else { return Ok(BlockHeader::first(genesis)) };
    let header = blocks.get(&*height)?.ok_or(StoreError::Damaged("last block"))?;
    Ok(from_cbor(&header)?)
}

fn number(bytes: &[u8]) -> Result<u64, StoreError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| StoreError::Damaged("number"))
}
