//! A whole network on one machine: four banks, a regulator and an operator.
//!
//! | Module | Holds |
//! |---|---|
//! | [`plan`] | who takes part, what they run, on which ports |
//! | [`create`] | the data folder: authority, keys, genesis, configurations |
//! | [`manifest`] | what the folder holds and where everything is reached |
//! | [`start`] | all services in this process |
//! | [`processes`] | all services as processes of their own |

pub mod create;
mod keys;
pub mod lock;
pub mod manifest;
pub mod plan;
pub mod processes;
mod ready;
pub mod start;

use std::path::{Path, PathBuf};

/// Why a network could not be created or started; one line.
#[derive(Debug, thiserror::Error)]
pub enum ConsortiumError {
    /// A file or folder cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder's creation was interrupted.
    #[error("{} holds a network that was not created to its end: remove it and start again", _0.display())]
    Incomplete(PathBuf),
    /// The folder holds no network.
    #[error("{} holds no network: create one there with kontor up --data", _0.display())]
    Absent(PathBuf),
    /// The folder holds something else.
    #[error("{} holds other things: name a new or empty folder with --data", _0.display())]
    Foreign(PathBuf),
    /// The folder was copied or moved; its files name the place where it was.
    #[error("the network in {} belongs in {}: move it back there", found.display(), home.display())]
    Moved {
        /// Where the folder is.
        found: PathBuf,
        /// Where it was created.
        home: PathBuf,
    },
    /// The folder's manifest cannot be read.
    #[error("{} cannot be read ({message}): it was written by another version or was damaged", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// There is a network already.
    #[error("{} holds a network already", _0.display())]
    Exists(PathBuf),
    /// Another process runs this network.
    #[error("the network in {} is running already", _0.display())]
    Running(PathBuf),
    /// A port is taken.
    #[error("port {port} on {host} is taken: stop what listens there, or name another base with --port")]
    PortTaken {
        /// The port.
        port: u16,
        /// The address.
        host: &'static str,
    },
    /// The base leaves no room.
    #[error("the base port must lie between 1024 and {}", u16::MAX - plan::PORTS)]
    Base,
    /// Keys, certificates or configurations cannot be made.
    #[error("{0}")]
    Make(String),
    /// A service did not start.
    #[error("{0}")]
    Start(String),
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> ConsortiumError + use<> {
    let path = path.to_owned();
    move |source| ConsortiumError::File { path, source }
}
