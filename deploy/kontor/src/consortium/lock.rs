//! One process runs a data folder at a time.

use std::{fs::File, fs::TryLockError, path::Path};

use super::{ConsortiumError, file};

/// Held while the network runs; the system lets go of it with the process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the folder.
    ///
    /// # Errors
    /// [`ConsortiumError::Running`] if another process has it.
    pub fn take(folder: &Path) -> Result<Self, ConsortiumError> {
        let path = folder.join("lock");
        let handle = File::options().create(true).truncate(false).write(true).open(&path).map_err(file(&path))?;
        match handle.try_lock() {
            Ok(()) => Ok(Self { _file: handle }),
            Err(TryLockError::WouldBlock) => Err(ConsortiumError::Running(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(file(&path)(error)),
        }
    }
}
