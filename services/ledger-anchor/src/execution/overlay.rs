//! The state that rules see while a block is executed: its own writes over those of its ancestors over the store.

use std::cell::RefCell;

use super::{Base, Writes};
use crate::{state::State, store::StoreError};

/// A key and what was found there.
type Read = (Vec<u8>, Option<Vec<u8>>);

/// Writes over a base; unlike [`crate::state::Overlay`] it can fail. A failure of the store is kept and reported at
/// the end: rules know no such thing.
pub struct Overlay<'b> {
    base: &'b Base,
    writes: Writes,
    /// The value read last: whether a record is new and whether its nonce is free are one key.
    recent: RefCell<Option<Read>>,
    failure: RefCell<Option<StoreError>>,
}

impl<'b> Overlay<'b> {
    /// An overlay without writes.
    pub fn new(base: &'b Base) -> Self {
        Self { base, writes: Writes::new(), recent: RefCell::new(None), failure: RefCell::new(None) }
    }

    /// The writes.
    ///
    /// # Errors
    /// The first failure of the store, which makes every outcome since worthless.
    pub fn finish(self) -> Result<Writes, StoreError> {
        match self.failure.into_inner() {
            Some(error) => Err(error),
            None => Ok(self.writes),
        }
    }
}

impl State for Overlay<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        if let Some(written) = self.writes.get(key) {
            return written.clone();
        }
        if let Some((last, value)) = &*self.recent.borrow()
            && last == key
        {
            return value.clone();
        }
        match self.base.state(key) {
            Ok(value) => {
                self.recent.replace(Some((key.to_vec(), value.clone())));
                value
            }
            Err(error) => {
                self.failure.borrow_mut().get_or_insert(error);
                None
            }
        }
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.writes.insert(key, Some(value));
    }

    fn delete(&mut self, key: &[u8]) {
        self.writes.insert(key.to_vec(), None);
    }
}
