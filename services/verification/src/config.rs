//! The verification service's configuration; every field with its meaning and default.

use std::path::PathBuf;

use kontor_chassis::{config::Listen, rate::Rate};
use kontor_ledger::{client::Node, member::MemberId};
use serde::{Deserialize, Serialize};

/// One bank's verification service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens; everything but pages and health is for members by mutual TLS.
    pub listen: Listen,
    /// `sqlite:///absolute/path` or `postgres://…`.
    pub database: String,
    /// The bank's code.
    pub member: MemberId,
    /// File with the bank's seed: 64 hexadecimal digits. Signs reports.
    pub seed: PathBuf,
    /// File with the network's genesis, JSON.
    pub genesis: PathBuf,
    /// Ledger nodes: the bank's own, and no other, because it answers for what this one says.
    pub ledger: Vec<Node>,
    /// File with the evaluator's share of the fingerprint key, hexadecimal.
    pub fingerprint_share: PathBuf,
    /// File with the member's share of the network's escrow key, hexadecimal.
    pub escrow_share: PathBuf,
    /// How many evaluations a bank may ask for.
    #[serde(default = "evaluations")]
    pub evaluations: Rate,
}

/// Far above what honest financing needs, far below what a search through invoice numbers needs.
pub const fn evaluations() -> Rate {
    Rate { per_second: 10.0, burst: 100 }
}
