//! Events: every final record, as it comes.

pub mod stream;
pub mod subject;
