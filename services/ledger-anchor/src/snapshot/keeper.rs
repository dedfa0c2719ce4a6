//! Writing snapshots beside the committer, one at a time.

use std::sync::{Arc, mpsc::Receiver};

use kontor_ledger::block::BlockHeader;

use super::{Snapshots, folder::SnapshotError};
use crate::{log::NoteSigner, node::Node, store::StateView};

/// A snapshot that is to be written.
pub struct Due {
    /// The block that it is the state after.
    pub header: BlockHeader,
    /// Vouches for it, if the node orders.
    pub signer: Option<Arc<NoteSigner>>,
    /// The state after the block.
    pub state: StateView,
}

/// Writes what is due until the node has stopped.
pub fn run(node: &Node, snapshots: &Snapshots, due: &Receiver<Due>) {
    while let Ok(due) = due.recv() {
        let height = due.header.height;
        match snapshots.write(&due, &|| node.is_stopping()) {
            Ok(()) => tracing::debug!(height, "a snapshot was written"),
            Err(SnapshotError::Stopping) => {}
            Err(error) => tracing::error!(%error, height, "no snapshot could be written"),
        }
    }
}
