//! The log on disk, as tiles that anyone can mirror and audit.
//!
//! | Module | Holds |
//! |---|---|
//! | [`path`] | where a tile is (C2SP tlog-tiles) |
//! | [`reader`] | hashes of subtrees from tiles, and what is served |
//! | [`writer`] | appending, and coming back after a crash |
//! | [`checkpoint`] | size and root as a note (C2SP tlog-checkpoint) |

pub mod checkpoint;
pub mod path;
pub mod reader;
pub mod writer;

#[cfg(test)]
mod tests;

pub use checkpoint::{NoteSigner, note, origin};
pub use path::{Tile, TilePathError};
pub use reader::TileReader;
pub use writer::{LogError, TileLog};

use kontor_ledger::{merkle, outcome::Outcome, record::RecordId, time::Timestamp};
use kontor_sealing::Hash;

/// Bytes of a leaf's content: record id, outcome, timestamp.
pub const ENTRY_BYTES: usize = 42;
/// Bytes of an entry in a bundle: its length before it.
const BUNDLED_BYTES: usize = 2 + ENTRY_BYTES;
/// Hashes across a full tile.
pub const TILE_WIDTH: u64 = 256;
/// Bits of [`TILE_WIDTH`].
const TILE_BITS: u32 = 8;

/// What a leaf of the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The record.
    pub record: RecordId,
    /// What the rules said.
    pub outcome: Outcome,
    /// When.
    pub timestamp: Timestamp,
}

impl Entry {
    /// The leaf's hash.
    pub fn leaf(&self) -> Hash {
        merkle::record_leaf(&self.record, self.outcome, self.timestamp)
    }

    /// The leaf's content, as entry bundles hold it: SM3(0x00 ‖ these bytes) is the leaf's hash.
    pub fn to_bytes(self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        let (record, rest) = bytes.split_at_mut(32);
        let (outcome, timestamp) = rest.split_at_mut(2);
        record.copy_from_slice(self.record.as_bytes());
        outcome.copy_from_slice(&self.outcome.number().to_be_bytes());
        timestamp.copy_from_slice(&self.timestamp.as_millis().to_be_bytes());
        bytes
    }

    /// Reads what [`Self::to_bytes`] gave.
    fn from_bytes(bytes: &[u8; ENTRY_BYTES]) -> Option<Self> {
        let (record, rest) = bytes.split_first_chunk::<32>()?;
        let (outcome, timestamp) = rest.split_first_chunk::<2>()?;
        Some(Self {
            record: Hash::from_bytes(*record),
            outcome: Outcome::from_number(u16::from_be_bytes(*outcome))?,
            timestamp: Timestamp::from_millis(u64::from_be_bytes(timestamp.try_into().ok()?)).ok()?,
        })
    }

    /// The entries of a bundle; `None` if it is not one.
    pub fn read_bundle(bytes: &[u8]) -> Option<Vec<Self>> {
        let (entries, []) = bytes.as_chunks::<BUNDLED_BYTES>() else { return None };
        entries.iter().map(|[_, _, entry @ ..]| Self::from_bytes(entry)).collect()
    }
}
