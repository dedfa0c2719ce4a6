//! The rules' state as it was after one block, while later ones are committed.

use fjall::{Keyspace, Readable as _, Snapshot};

use super::{State, Store, StoreError};

/// The rules' state at one time. What it shows is kept on disk as long as it lives.
pub struct StateView {
    snapshot: Snapshot,
    state: Keyspace,
}

impl StateView {
    /// Keys and values in ascending order of keys.
    pub fn entries(&self) -> impl Iterator<Item = Result<State, StoreError>> {
        self.snapshot.iter(&self.state).map(|item| {
            let (key, value) = item.into_inner()?;
            Ok((key.to_vec(), value.to_vec()))
        })
    }
}

impl Store {
    /// The state after the last committed block; only who commits knows which block that is.
    pub fn view(&self) -> StateView {
        StateView { snapshot: self.database.snapshot(), state: self.state.clone() }
    }
}
