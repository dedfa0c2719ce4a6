//! Appending to the tiles. Every file only grows; the node's own commit says how far it counts.
//!
//! A marker says up to where everything was flushed to the disk. Opening keeps what the marker vouches for, takes up
//! leaves beyond it up to the committed size as far as their entries are whole and lead to the committed root, and
//! cuts off the rest, which the node then appends again from its records.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use kontor_ledger::merkle::{Frontier, Subtrees as _, leaf, parent};
use kontor_sealing::Hash;

use super::{BUNDLED_BYTES, ENTRY_BYTES, Entry, TILE_BITS, TILE_WIDTH, Tile, TileReader};

/// Why the log cannot be opened or appended to.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The disk.
    #[error("the log's folder {folder} cannot be used")]
    Io {
        /// Where.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The marker vouches for more than was committed, and for other leaves: the folder belongs to another node.
    #[error("the log holds {log} flushed leaves that do not begin with the {committed} committed ones")]
    Ahead {
        /// What the marker says.
        log: u64,
        /// What the node committed.
        committed: u64,
    },
    /// The flushed tiles are not what the marker says.
    #[error("the log's tiles up to leaf {0} are damaged; remove the log's folder to have it built again")]
    Damaged(u64),
}

const MARKER: &str = "flushed";
const LEVELS: u32 = u64::BITS / TILE_BITS;

/// The log of one node, open for appending.
#[derive(Debug)]
pub struct TileLog {
    reader: TileReader,
    frontier: Frontier,
    /// Files written since the last flush.
    unflushed: BTreeSet<PathBuf>,
    flushed: u64,
}

impl TileLog {
    /// Opens the log in `folder`, at most `committed` leaves long, whose root was `root`. The log may come back
    /// shorter after a power failure: [`Self::size`] says where to go on appending.
    ///
    /// # Errors
    /// Any [`LogError`].
    pub fn open(folder: impl Into<PathBuf>, committed: u64, root: &Hash) -> Result<Self, LogError> {
        let folder = folder.into();
        let context = |source| LogError::Io { folder: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(context)?;
        let (flushed, flushed_root) = read_marker(&folder).map_err(context)?;
        let reader = TileReader::new(&folder);
        if flushed > committed && reader.root(committed).ok() != Some(*root) {
            return Err(LogError::Ahead { log: flushed, committed });
        }
        // The node's own commit may have been lost after the tiles were flushed; then they are cut back to it.
        let (flushed, flushed_root) = if flushed > committed { (committed, *root) } else { (flushed, flushed_root) };
        let frontier = frontier(&reader, flushed).map_err(|_| LogError::Damaged(flushed))?;
        if frontier.root() != flushed_root {
            return Err(LogError::Damaged(flushed));
        }
        let beyond = read_entries(&reader, flushed, committed);
        let mut log = Self { reader, frontier, unflushed: BTreeSet::new(), flushed };
        write_marker(log.reader.folder(), flushed, &flushed_root).map_err(context)?;
        log.cut(flushed).map_err(context)?;
        let mut hoped = log.frontier.clone();
        for entry in &beyond {
            hoped.append(leaf(&[entry]));
        }
        if hoped.size() == committed && hoped.root() == *root {
            log.append_bytes(&beyond).map_err(context)?;
        }
        Ok(log)
    }

    /// Leaves in the log.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The log's root.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The right edge, from which roots of what would be appended are computed without appending it.
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// A reader of the same tiles, for other threads.
    pub fn reader(&self) -> TileReader {
        self.reader.clone()
    }

    /// Appends leaves; they survive the process, and a power failure after [`Self::flush`].
    ///
    /// # Errors
    /// [`LogError::Io`]; the log must then be opened again.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), LogError> {
        let bytes: Vec<_> = entries.iter().map(|entry| entry.to_bytes()).collect();
        self.append_bytes(&bytes).map_err(|source| self.io(source))
    }

    /// Flushes everything to the disk and moves the marker.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn flush(&mut self) -> Result<(), LogError> {
        if self.flushed == self.size() {
            return Ok(());
        }
        for path in std::mem::take(&mut self.unflushed) {
            File::open(path).and_then(|file| file.sync_data()).map_err(|source| self.io(source))?;
        }
        write_marker(self.reader.folder(), self.size(), &self.root()).map_err(|source| self.io(source))?;
        self.flushed = self.size();
        Ok(())
    }

    fn io(&self, source: io::Error) -> LogError {
        LogError::Io { folder: self.reader.folder().to_path_buf(), source }
    }

    fn append_bytes(&mut self, entries: &[[u8; ENTRY_BYTES]]) -> io::Result<()> {
        // Bytes by file with the offset at which they start; a batch touches two files, rarely more.
        let mut writes: BTreeMap<(Option<u8>, u64), (u64, Vec<u8>)> = BTreeMap::new();
        let mut add = |level: Option<u8>, index: u64, bytes: &[&[u8]]| {
            let size: usize = bytes.iter().map(|part| part.len()).sum();
            let (_, buffer) = writes
                .entry((level, index / TILE_WIDTH))
                .or_insert_with(|| ((index % TILE_WIDTH) * size as u64, Vec::new()));
            bytes.iter().for_each(|part| buffer.extend_from_slice(part));
        };
        for entry in entries {
            let hash = leaf(&[entry]);
            let index = self.frontier.size();
            add(None, index, &[&(ENTRY_BYTES as u16).to_be_bytes(), entry]);
            add(Some(0), index, &[hash.as_bytes()]);
            // The new leaf completes one subtree for each trailing one of its index.
            let mut peaks = self.frontier.peaks().iter().rev();
            let mut complete = hash;
            for level in 1..=index.trailing_ones() {
                let Some(left) = peaks.next() else { break };
                complete = parent(left, &complete);
                if level % TILE_BITS == 0 {
                    add(u8::try_from(level / TILE_BITS).ok(), index >> level, &[complete.as_bytes()]);
                }
            }
            self.frontier.append(hash);
        }
        for ((level, number), (offset, bytes)) in writes {
            let path = self.reader.folder().join(Tile::file(level, number));
            if offset == 0
                && let Some(parent) = path.parent()
            {
                fs::create_dir_all(parent)?;
            }
            let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
            file.write_all_at(&bytes, offset)?;
            self.unflushed.insert(path);
        }
        Ok(())
    }

    /// Cuts every file that reaches beyond `size` leaves.
    fn cut(&self, size: u64) -> io::Result<()> {
        for level in [None].into_iter().chain((0..LEVELS).map(|level| u8::try_from(level).ok())) {
            let one = if level.is_some() { 32 } else { BUNDLED_BYTES as u64 };
            let complete = size.checked_shr(u32::from(level.unwrap_or(0)) * TILE_BITS).unwrap_or(0);
            let mut number = complete / TILE_WIDTH;
            let mut keep = (complete % TILE_WIDTH) * one;
            // Files beyond the last tile follow one another without gaps.
            loop {
                let path = self.reader.folder().join(Tile::file(level, number));
                match OpenOptions::new().write(true).open(&path) {
                    Ok(file) => file.set_len(keep)?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                    Err(error) => return Err(error),
                }
                (number, keep) = (number + 1, 0);
            }
        }
        Ok(())
    }
}

/// The right edge of a log of `size` leaves.
fn frontier(reader: &TileReader, size: u64) -> io::Result<Frontier> {
    let mut peaks = Vec::new();
    let mut start = 0;
    for level in (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1) {
        peaks.push(reader.subtree(level, start >> level)?);
        start += 1 << level;
    }
    Frontier::new(size, peaks).ok_or_else(|| io::Error::other("one peak for each bit"))
}

/// The contents of leaves `from .. to`, as far as they are there.
fn read_entries(reader: &TileReader, from: u64, to: u64) -> Vec<[u8; ENTRY_BYTES]> {
    let mut entries = Vec::new();
    let mut next = from;
    while next < to {
        let (number, skip) = (next / TILE_WIDTH, next % TILE_WIDTH);
        let Ok(bundle) = fs::read(reader.folder().join(Tile::file(None, number))) else { break };
        let wanted = usize::try_from((to - next).min(TILE_WIDTH - skip)).unwrap_or(0);
        let found = bundle.as_chunks::<BUNDLED_BYTES>().0.iter().skip(skip as usize).take(wanted);
        let before = entries.len();
        for [_, _, entry @ ..] in found {
            entries.push(*entry);
        }
        if entries.len() - before < wanted {
            break;
        }
        next += wanted as u64;
    }
    entries
}

/// Size and root of the marker; an empty log where there is none.
fn read_marker(folder: &Path) -> io::Result<(u64, Hash)> {
    let text = match fs::read_to_string(folder.join(MARKER)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, Frontier::default().root())),
        Err(error) => return Err(error),
    };
    let parsed =
        text.trim_end().split_once(' ').and_then(|(size, root)| Some((size.parse().ok()?, root.parse().ok()?)));
    parsed.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the marker is not a size and a root"))
}

fn write_marker(folder: &Path, size: u64, root: &Hash) -> io::Result<()> {
    let (path, fresh) = (folder.join(MARKER), folder.join("flushed.new"));
    let mut file = File::create(&fresh)?;
    file.write_all(format!("{size} {root}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, &path)?;
    File::open(folder)?.sync_all()
}
