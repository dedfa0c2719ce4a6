//! A node through its HTTP interface; what takes several nodes is tested over the whole network.

mod attachments;
mod certificates;
mod log;
mod network;
mod records;
mod recovery;
mod start;
mod watch;
