//! The marketplace's configuration.

use std::path::PathBuf;

use kontor_chassis::config::Listen;
use kontor_ledger::{client::Node, member::MemberId};
use serde::{Deserialize, Serialize};

/// One file per process; `KONTOR_…` variables override it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens. Mutual TLS is needed: banks publish and the portal asks by it, and leads leave by it.
    pub listen: Listen,
    /// `sqlite:///absolute/path` or `postgres://…`.
    pub database: String,
    /// The network's genesis, JSON: it says who is a member until a ledger node does.
    pub genesis: PathBuf,
    /// The operator that runs the marketplace; only its portal may ask for matches.
    pub member: MemberId,
    /// Where the banks' gateways are; a bank without one gets no leads.
    #[serde(default)]
    pub gateways: Vec<Gateway>,
    /// Ledger nodes that say who is a member now, the preferred one first; none: those of the authority. Without either,
    /// the members of genesis count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<Node>,
    /// The network's certificate authority; absent where another marketplace has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Authority>,
}

impl Config {
    /// Ledger nodes that say who is a member.
    pub fn nodes(&self) -> &[Node] {
        match &self.authority {
            Some(authority) if self.ledger.is_empty() => &authority.ledger,
            _ => &self.ledger,
        }
    }
}

/// How certificates are issued.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Folder with `root.pem`, `intermediate.pem` and `intermediate.key`, and what was issued with them by commands.
    /// The root's key does not belong there.
    pub folder: PathBuf,
    /// File with the key that authors the ledger records: 64 hexadecimal digits.
    pub key: PathBuf,
    /// File with the operator's seed, which sponsors them: 64 hexadecimal digits.
    pub seed: PathBuf,
    /// Ledger nodes, the preferred one first.
    pub ledger: Vec<Node>,
    /// Seconds that a renewed certificate is valid. Default 7,776,000: 90 days.
    #[serde(default = "lifetime")]
    pub lifetime: u32,
    /// Seconds until the next revocation list is due; a new one is signed at half of it. Default 86,400: a day.
    #[serde(default = "list_lifetime")]
    pub list_lifetime: u32,
    /// Seconds between looks at the folder and at the ledger. Default 60.
    #[serde(default = "every")]
    pub every: u64,
}

impl Authority {
    /// An authority with the defaults.
    pub fn new(folder: PathBuf, key: PathBuf, seed: PathBuf, ledger: Vec<Node>) -> Self {
        Self { folder, key, seed, ledger, lifetime: lifetime(), list_lifetime: list_lifetime(), every: every() }
    }
}

const fn lifetime() -> u32 {
    kontor_chassis::ca::LEAF_LIFETIME
}

const fn list_lifetime() -> u32 {
    kontor_chassis::ca::register::CRL_LIFETIME
}

const fn every() -> u64 {
    60
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
