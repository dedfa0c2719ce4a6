//! The marketplace's configuration.

use std::path::PathBuf;

use kontor_chassis::config::Listen;
use kontor_ledger::member::MemberId;
use serde::{Deserialize, Serialize};

/// One file per process; `KONTOR_…` variables override it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens. Mutual TLS is needed: banks publish and the portal asks by it, and leads leave by it.
    pub listen: Listen,
    /// `sqlite:///absolute/path` or `postgres://…`.
    pub database: String,
    /// The network's genesis, JSON: it says who is a bank.
    pub genesis: PathBuf,
    /// The operator that runs the marketplace; only its portal may ask for matches.
    pub member: MemberId,
    /// Where the banks' gateways are; a bank without one gets no leads.
    #[serde(default)]
    pub gateways: Vec<Gateway>,
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
