//! One member's node of the ledger: orders records with the other members' nodes, runs the rules, keeps the log.
//!
//! | Module | Holds |
//! |---|---|
//! | [`admission`] | bytes from outside become batches whose signatures hold |
//! | [`pool`] | batches that wait to be ordered |
//! | [`ordering`] | the consensus engine behind two traits |
//! | [`execution`] | blocks run over an overlay of the state |
//! | [`rules`], [`state`] | what a record does, or why it is refused |
//! | [`store`], [`log`] | what is kept: state, records, blocks, tiles |
//! | [`node`] | all of it together |
//! | [`attachments`] | sealed documents by their digest |
//! | [`snapshot`] | the state at agreed heights, for nodes that join |
//! | [`join`] | a new node that takes a snapshot instead of running the log |
//! | [`peers`] | where the other members' nodes are |
//! | [`replay`] | the whole log run again by somebody who trusts nobody |
//! | [`retention`] | attachments that need not be kept any longer |
//! | [`activity`] | what became final in the last hour |
//! | [`vigil`] | disk, clock and order of this node |
//! | [`watch`] | checkpoints held against those of the other members |
//! | [`expiry`] | the alarm about a certificate that ends |
//! | [`http`] | the interface |
//! | [`config`] | what a node is told at start |
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let config = kontor_chassis::config::load(Some("node.toml".as_ref()))?;
//! let running = kontor_ledger_anchor::run(config).await?;
//! println!("http://{}", running.http());
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

pub mod activity;
pub mod admission;
pub mod attachments;
pub mod config;
pub mod execution;
pub mod expiry;
pub mod http;
pub mod join;
pub mod log;
pub mod node;
pub mod ordering;
pub mod peers;
pub mod pool;
pub mod replay;
pub mod retention;
pub mod rules;
mod running;
#[cfg(test)]
mod simulation;
pub mod snapshot;
pub mod state;
pub mod store;
pub mod vigil;
pub mod watch;

pub use config::Config;
pub use node::succession::key_files;
pub use running::{Running, StartError, run};
