//! Snapshots on disk: a folder for each height with a file `manifest` and one for each chunk, by its number.
//!
//! A snapshot is written under a temporary name, synced and renamed; nothing in it changes afterwards.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use kontor_ledger::encoding::{EncodingError, from_cbor, to_cbor};
use kontor_sealing::Hash;

use super::{
    Due, Manifest, Offer,
    chunk::{Cutter, MAX_BYTES},
    manifest::MAX_CHUNKS,
};
use crate::store::StoreError;

/// Snapshots that are kept.
const KEPT: usize = 2;

const MANIFEST: &str = "manifest";
const UNFINISHED: &str = "new";

/// Why a snapshot cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The disk.
    #[error("the folder of snapshots cannot be used")]
    Io(#[from] io::Error),
    /// The state cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A manifest on disk is damaged.
    #[error("a snapshot's manifest is damaged")]
    Manifest(#[from] EncodingError),
    /// The state has outgrown what a snapshot may be.
    #[error("the state is too large for a snapshot")]
    TooLarge,
    /// The node stops.
    #[error("the node is stopping")]
    Stopping,
}

/// The snapshots of one node.
#[derive(Debug, Clone)]
pub struct Snapshots {
    folder: PathBuf,
}

impl Snapshots {
    /// Snapshots below `folder`; what a crash left unfinished is removed.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == UNFINISHED) {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(Self { folder })
    }

    /// What is here, newest first.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] and [`SnapshotError::Manifest`].
    pub fn offers(&self) -> Result<Vec<Offer>, SnapshotError> {
        let mut offers = Vec::new();
        for height in self.heights()? {
            // It may be removed meanwhile.
            if let Some(bytes) = found(fs::read(self.at(height).join(MANIFEST)))? {
                offers.push(from_cbor(&bytes)?);
            }
        }
        Ok(offers)
    }

    /// A chunk, if it is here.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn chunk(&self, height: u64, number: usize) -> io::Result<Option<Vec<u8>>> {
        found(fs::read(self.at(height).join(number.to_string())))
    }

    /// Writes a snapshot, and forgets those that are too old; `is_stopping` is asked between chunks.
    ///
    /// # Errors
    /// Any [`SnapshotError`]; nothing is left of it then.
    pub fn write(&self, due: &Due, is_stopping: &dyn Fn() -> bool) -> Result<(), SnapshotError> {
        let height = due.header.height;
        let whole = self.at(height);
        if whole.exists() {
            return Ok(());
        }
        let unfinished = whole.with_extension(UNFINISHED);
        let written = self.write_to(&unfinished, due, is_stopping).and_then(|()| {
            fs::rename(&unfinished, &whole)?;
            Ok(File::open(&self.folder)?.sync_all()?)
        });
        if written.is_err() {
            // The next start tries again.
            let _ = fs::remove_dir_all(&unfinished);
        }
        written?;
        for old in self.heights()?.into_iter().skip(KEPT) {
            fs::remove_dir_all(self.at(old))?;
        }
        Ok(())
    }

    fn write_to(&self, folder: &Path, due: &Due, is_stopping: &dyn Fn() -> bool) -> Result<(), SnapshotError> {
        fs::create_dir_all(folder)?;
        let (mut count, mut chunks, mut cutter) = (0, Vec::new(), Cutter::default());
        let mut write = |bytes: &[u8]| {
            if bytes.len() > MAX_BYTES || chunks.len() >= MAX_CHUNKS {
                return Err(SnapshotError::TooLarge);
            }
            if is_stopping() {
                return Err(SnapshotError::Stopping);
            }
            write_synced(&folder.join(chunks.len().to_string()), bytes)?;
            chunks.push(Hash::sm3(&[bytes]));
            Ok(())
        };
        for pair in due.state.entries() {
            let (key, value) = pair?;
            count += 1;
            if let Some(full) = cutter.push(&key, &value) {
                write(&full)?;
            }
        }
        if let Some(last) = cutter.finish() {
            write(&last)?;
        }
        let (header, block) = (&due.header, due.header.digest());
        let manifest =
            Manifest { network: header.network, epoch: header.epoch, height: header.height, block, count, chunks };
        let vouch = due.signer.as_ref().map(|signer| signer.vouch(&manifest));
        write_synced(&folder.join(MANIFEST), &to_cbor(&Offer { manifest, vouch }))?;
        Ok(File::open(folder)?.sync_all()?)
    }

    /// Newest first.
    fn heights(&self) -> io::Result<Vec<u64>> {
        let mut heights = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            heights.extend(entry?.file_name().to_str().and_then(|name| name.parse::<u64>().ok()));
        }
        heights.sort_unstable_by(|one, next| next.cmp(one));
        Ok(heights)
    }

    fn at(&self, height: u64) -> PathBuf {
        self.folder.join(height.to_string())
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn found<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
