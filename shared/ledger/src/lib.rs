//! Records of the consortium ledger, their receipts and how anyone checks them offline.
//!
//! | Module | Holds |
//! |---|---|
//! | [`encoding`] | canonical CBOR |
//! | [`time`] | agreed time |
//! | [`member`] | members and their keys |
//! | [`outcome`] | accepted, or why refused |
//! | [`merkle`] | the log's tree and its proofs |

pub mod encoding;
pub mod member;
pub mod merkle;
pub mod outcome;
pub mod time;
