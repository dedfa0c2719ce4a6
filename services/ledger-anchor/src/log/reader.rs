//! Reading tiles: hashes of complete subtrees for proofs, and the bytes that are served.
//!
//! A file only grows, so that everything below a committed size can be read while more is appended.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use kontor_ledger::merkle::{self, Subtrees};
use kontor_sealing::Hash;

use super::{BUNDLED_BYTES, TILE_BITS, TILE_WIDTH, Tile};

/// Reads the tiles of one log.
#[derive(Debug, Clone)]
pub struct TileReader {
    folder: PathBuf,
}

impl TileReader {
    /// Reads below `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The root of the first `size` leaves.
    ///
    /// # Errors
    /// Where a tile cannot be read.
    pub fn root(&self, size: u64) -> io::Result<Hash> {
        merkle::root(self, size)
    }

    /// The inclusion proof of leaf `index` in the first `size` leaves; `None` unless `index < size`.
    ///
    /// # Errors
    /// Where a tile cannot be read.
    pub fn inclusion(&self, index: u64, size: u64) -> io::Result<Option<Vec<Hash>>> {
        merkle::inclusion(self, index, size)
    }

    /// The proof that the first `from` leaves begin the first `to`; `None` unless `1 ≤ from ≤ to`.
    ///
    /// # Errors
    /// Where a tile cannot be read.
    pub fn consistency(&self, from: u64, to: u64) -> io::Result<Option<Vec<Hash>>> {
        merkle::consistency(self, from, to)
    }

    /// The bytes of a tile in a log of `size` leaves; `None` if the log does not reach that far.
    ///
    /// # Errors
    /// Where the tile cannot be read.
    pub fn tile(&self, tile: Tile, size: u64) -> io::Result<Option<Vec<u8>>> {
        let level = u32::from(tile.level.unwrap_or(0));
        let complete = size.checked_shr(level * TILE_BITS).unwrap_or(0);
        let wanted = tile.number.checked_mul(TILE_WIDTH).and_then(|first| first.checked_add(u64::from(tile.width)));
        if wanted.is_none_or(|wanted| wanted > complete) {
            return Ok(None);
        }
        let one = if tile.level.is_some() { 32 } else { BUNDLED_BYTES };
        let mut bytes = vec![0; one * usize::from(tile.width)];
        self.read(tile.level, tile.number, 0, &mut bytes)?;
        Ok(Some(bytes))
    }

    fn read(&self, level: Option<u8>, number: u64, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        File::open(self.folder.join(Tile::file(level, number)))?.read_exact_at(bytes, offset)
    }
}

impl Subtrees for TileReader {
    type Error = io::Error;

    fn subtree(&self, level: u32, index: u64) -> io::Result<Hash> {
        // A tile of level l holds hashes of subtrees of level 8l; up to seven levels above are computed from them.
        let above = level % TILE_BITS;
        let first = index << above;
        let mut bytes = vec![0; 32 << above];
        let tile = u8::try_from(level / TILE_BITS).map_err(io::Error::other)?;
        self.read(Some(tile), first / TILE_WIDTH, 32 * (first % TILE_WIDTH), &mut bytes)?;
        let mut hashes: Vec<Hash> = bytes.as_chunks::<32>().0.iter().map(|hash| Hash::from_bytes(*hash)).collect();
        while hashes.len() > 1 {
            hashes = hashes.as_chunks::<2>().0.iter().map(|[left, right]| merkle::parent(left, right)).collect();
        }
        hashes.first().copied().ok_or_else(|| io::Error::other("a subtree has at least one hash"))
    }
}
