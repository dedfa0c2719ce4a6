//! Two mistakes that break consensus are refused at start: one key in two processes, and a lost journal.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// Why the engine must not start.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// Another process holds the lock.
    #[error("{} is in use by another process: one node per data folder and one process per validator key", .0.display())]
    InUse(PathBuf),
    /// The store has blocks, the engine's journal has none: votes may have been forgotten.
    #[error(
        "the store in {} has reached block {height} but the consensus journal in {} is gone: starting could vote twice \
         in one view. Restore the journal from this machine, or retire this validator key and join with a new one",
        .store.display(), .journal.display()
    )]
    JournalMissing {
        /// Where the store is.
        store: PathBuf,
        /// Where the journal should be.
        journal: PathBuf,
        /// The height that the store has reached.
        height: u64,
    },
    /// Others hold a vote that this journal does not know.
    #[error(
        "the consensus journal ends at view {known}, but others hold this validator's signature of view {voted}: the data \
         was restored from an old copy. This key must not vote again from here: give the node a new one by `kontor node \
         rotate`; until it orders, the node follows"
    )]
    OldCopy {
        /// The journal's last view.
        known: u64,
        /// The view of the signature.
        voted: u64,
    },
    /// The lock file could not be opened.
    #[error("cannot lock {}", .0.display())]
    Io(PathBuf, #[source] io::Error),
}

/// Holds a file's lock until dropped, or until the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Locks `path`, which is created if it is missing.
    ///
    /// # Errors
    /// [`GuardError::InUse`] if another process, or another node of this one, has it.
    pub fn acquire(path: &Path) -> Result<Self, GuardError> {
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(path);
        let file = open.map_err(|error| GuardError::Io(path.to_owned(), error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(GuardError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(GuardError::Io(path.to_owned(), error)),
        }
    }
}

/// Refuses if the store has state and `journal`, a folder, has none.
///
/// # Errors
/// [`GuardError::JournalMissing`].
pub fn check_journal(store: &Path, journal: &Path, height: u64) -> Result<(), GuardError> {
    let has_entries = journal.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if height == 0 || has_entries {
        return Ok(());
    }
    Err(GuardError::JournalMissing { store: store.to_owned(), journal: journal.to_owned(), height })
}

/// The last view that a journal knows of, 0 if none: the engine keeps a file for each view, named by its number.
pub fn last_view(journal: &Path) -> u64 {
    let files = journal.read_dir().into_iter().flatten().flatten();
    let views = files.filter_map(|file| u64::from_str_radix(file.file_name().to_str()?, 16).ok());
    views.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::acquire(&path).unwrap();
        assert!(matches!(Lock::acquire(&path), Err(GuardError::InUse(_))));
        drop(held);
        Lock::acquire(&path).unwrap();
    }

    #[test]
    fn state_without_a_journal_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        assert!(check_journal(folder.path(), &journal, 0).is_ok());
        assert!(matches!(check_journal(folder.path(), &journal, 7), Err(GuardError::JournalMissing { height: 7, .. })));
        std::fs::create_dir_all(journal.join("votes")).unwrap();
        assert!(check_journal(folder.path(), &journal, 7).is_ok());
    }

    #[test]
    fn a_journal_is_read_as_far_as_its_names_go() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(last_view(&folder.path().join("none")), 0);
        for name in ["000000000000000a", "0000000000000100", "metadata"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(last_view(folder.path()), 256);
    }
}
