//! The operator's command as a library: tests and the demonstration create and start networks with it.
//!
//! | Module | Holds |
//! |---|---|
//! | [`consortium`] | a whole network on one machine: its plan, files, start and end |
//! | [`figures`] | figures of the ledger on this machine |
//! | [`membership`] | one member's part in the network, from joining to leaving |
//! | [`client`] | what enterprises and officers do over HTTP |
//! | [`demo`] | the story from invoice to financing and supervision |
//! | [`commands`] | the command's calls |

pub mod client;
pub mod commands;
pub mod consortium;
pub mod demo;
pub mod figures;
pub mod membership;
