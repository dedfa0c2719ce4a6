//! The supervisor's configuration.

use std::path::PathBuf;

use kontor_chassis::{config::Listen, people::Person};
use kontor_ledger::{client::Node, member::MemberId};
use serde::{Deserialize, Serialize};

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where officers reach it; the mutual-TLS identity is also what it shows to nodes and evaluators.
    pub listen: Listen,
    /// `sqlite:///path` or `postgres://…`.
    pub database: String,
    /// The network's genesis, JSON.
    pub genesis: PathBuf,
    /// The regulator's member code.
    pub member: MemberId,
    /// File with the regulator's seed, 64 hexadecimal digits; its identity key sponsors the officers' records.
    pub seed: PathBuf,
    /// Nodes to use, the regulator's observer first.
    pub ledger: Vec<Node>,
    /// The members' evaluators, which hold the network's half of the supervision key.
    pub evaluators: Vec<Evaluator>,
    /// Officers that may sign in; accounts that do not exist yet are made at start.
    #[serde(default)]
    pub people: Vec<Person>,
}

/// One member's evaluator.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluator {
    /// Whose it is.
    pub member: MemberId,
    /// Base URL of its members' listener.
    pub url: String,
}
