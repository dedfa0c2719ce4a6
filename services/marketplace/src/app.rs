//! Use cases: load, decide, save, and what is to be sent, in one transaction each.

pub mod issuer;
pub mod matching;
pub mod publish;
