//! The operator's command as a library: tests and the demonstration create and start networks with it.
//!
//! | Module | Holds |
//! |---|---|
//! | [`consortium`] | a whole network on one machine: its plan, files, start and end |
//! | [`commands`] | the command's calls |

pub mod commands;
pub mod consortium;
