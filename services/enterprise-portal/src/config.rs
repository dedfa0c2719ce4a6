//! The portal's configuration.

use std::path::PathBuf;

use kontor_chassis::{auth::SessionPolicy, config::Listen, mail::MailConfig};
use kontor_ledger::{client::Node, member::MemberId};
use serde::{Deserialize, Serialize};

/// One file per process; `KONTOR_…` variables override it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens. Mutual TLS is needed: banks answer by it, and the portal reaches them and the ledger by it.
    pub listen: Listen,
    /// `sqlite:///absolute/path` or `postgres://…`.
    pub database: String,
    /// The network's genesis, JSON; its hash is what every record names.
    pub genesis: PathBuf,
    /// The operator that runs the portal and sponsors the enterprises' records.
    pub member: MemberId,
    /// File with 64 hexadecimal digits: the operator's seed, whose identity key signs batches.
    pub seed: PathBuf,
    /// Ledger nodes; the first that answers is used.
    pub ledger: Vec<Node>,
    /// Where the banks' gateways are.
    #[serde(default)]
    pub gateways: Vec<Gateway>,
    /// Base address of the marketplace's mutual-TLS listener; none: requests without a bank stay unmatched.
    #[serde(default)]
    pub marketplace: Option<String>,
    /// How notices leave; none: there are no notices.
    #[serde(default)]
    pub mail: Option<MailConfig>,
    /// How long a request waits for the ledger or the marketplace, in milliseconds.
    #[serde(default = "patience")]
    pub patience_ms: u32,
    /// How sessions behave.
    #[serde(default)]
    pub sessions: SessionPolicy,
}

/// A bank's gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// The bank.
    pub member: MemberId,
    /// Base address of its mutual-TLS listener, such as `https://localhost:8443`.
    pub url: String,
}

const fn patience() -> u32 {
    10_000
}
