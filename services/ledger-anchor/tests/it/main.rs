//! A node through its HTTP interface; what takes several nodes is tested over the whole network.

mod attachments;
mod certificates;
mod consortium;
mod disk;
mod epochs;
mod log;
mod network;
mod page;
mod receivables;
mod records;
mod recovery;
mod snapshot;
mod start;
mod upgrade;
mod vigil;
mod watch;
