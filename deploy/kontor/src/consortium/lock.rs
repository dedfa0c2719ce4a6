//! One process runs a data folder at a time.

use std::{
    fs::{self, File, TryLockError},
    path::Path,
};

use super::{ConsortiumError, create, file, manifest::FILE};

/// The lock's name in the data folder.
pub const LOCK: &str = "lock";

/// Held while the network runs; the system lets go of it with the process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the folder, made if it is missing. One that was never a network's is left untouched.
    ///
    /// # Errors
    /// [`ConsortiumError::Running`] if another process has it, [`ConsortiumError::Foreign`] if it holds other things.
    pub fn take(folder: &Path) -> Result<Self, ConsortiumError> {
        create::made(folder)?;
        let path = folder.join(LOCK);
        let known = path.exists() || folder.join(FILE).exists();
        if !known && fs::read_dir(folder).map_err(file(folder))?.next().is_some() {
            return Err(ConsortiumError::Foreign(folder.to_owned()));
        }
        let handle = File::options().create(true).truncate(false).write(true).open(&path).map_err(file(&path))?;
        match handle.try_lock() {
            Ok(()) => Ok(Self { _file: handle }),
            Err(TryLockError::WouldBlock) => Err(ConsortiumError::Running(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(file(&path)(error)),
        }
    }
}
