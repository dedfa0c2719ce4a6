//! The committed state as the rules see it, for questions rather than for blocks.

use super::Store;
use crate::state::State;

/// The rules' state after the last committed block; blocks alone change it.
pub struct Committed<'s>(&'s Store);

impl<'s> Committed<'s> {
    /// The state in `store`.
    pub const fn new(store: &'s Store) -> Self {
        Self(store)
    }
}

impl State for Committed<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.state(key).unwrap_or_else(|error| {
            // The next block meets the same failure and halts the node.
            tracing::error!(%error, "the committed state cannot be read");
            None
        })
    }

    fn put(&mut self, _: Vec<u8>, _: Vec<u8>) {}

    fn delete(&mut self, _: &[u8]) {}
}
