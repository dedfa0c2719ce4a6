//! The gateway's configuration; every field with its meaning and default.

use std::path::PathBuf;

use kontor_chassis::{auth::SessionPolicy, config::Listen, people::Person};
use kontor_ledger::{client::Node, member::MemberId};
use serde::{Deserialize, Serialize};

/// One bank's gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where it listens: staff by HTTP, the operator's services by mutual TLS.
    pub listen: Listen,
    /// `sqlite:///absolute/path` or `postgres://…`.
    pub database: String,
    /// The bank's code.
    pub member: MemberId,
    /// File with the bank's seed: 64 hexadecimal digits.
    pub seed: PathBuf,
    /// File with the network's genesis, JSON.
    pub genesis: PathBuf,
    /// Ledger nodes, the bank's own first.
    pub ledger: Vec<Node>,
    /// The members' fingerprint evaluators (their verification services).
    pub evaluators: Vec<Evaluator>,
    /// Base address of the bank's own verification service.
    pub verification: String,
    /// Base address of the operator's portal.
    pub portal: String,
    /// Base address of the operator's marketplace.
    pub marketplace: String,
    /// Staff who may sign in; accounts are made at start if missing.
    #[serde(default)]
    pub people: Vec<Person>,
    /// What the bank agrees to.
    #[serde(default)]
    pub policy: Policy,
    /// Where the bank pays from.
    pub account: Account,
    /// How staff sessions behave.
    #[serde(default)]
    pub sessions: SessionPolicy,
}

/// One member's evaluator.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluator {
    /// The member.
    pub member: MemberId,
    /// Base address of its verification service.
    pub url: String,
}

/// What the bank agrees to.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Highest share of a total that all claims may reach, in basis points; the network's parameter if lower.
    pub max_advance_rate: u16,
    /// How long a reservation lasts, in hours; the network's parameter if shorter.
    pub reservation_hours: u32,
    /// How long an attestation lasts, in days.
    pub attestation_days: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self { max_advance_rate: 9_000, reservation_hours: 7 * 24, attestation_days: 365 }
    }
}

/// The bank's own account for payments.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its holder's name in payment messages.
    pub name: String,
    /// IBAN.
    pub iban: String,
}
