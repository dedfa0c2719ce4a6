//! Use cases: load, decide by the domain, save the state and what is to be sent in one named transaction.

pub mod accept_offer;
pub mod acknowledge;
pub mod bank;
pub mod check;
pub mod decide_attestation;
pub mod decline;
pub mod error;
pub mod examine;
pub mod fingerprints;
pub mod make_offer;
pub mod messages;
pub mod receive;
pub mod submit;
pub mod take_evidence;
pub mod tell;

use std::sync::Arc;

use kontor_chassis::database::Database;
use kontor_ledger::client::{LedgerClient, Members};

use bank::Bank;

/// Everything that use cases work with.
pub struct Gateway {
    /// The gateway's own database.
    pub database: Database,
    /// The bank: keys, policy, network.
    pub bank: Arc<Bank>,
    /// The network's members now.
    pub members: Members,
    /// The ledger, by the bank's own node first.
    pub ledger: LedgerClient,
    /// Calls other services with the gateway's certificate.
    pub http: reqwest::Client,
    /// Where they are.
    pub addresses: Addresses,
}

/// Base addresses of other services, without a slash at the end.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The members' evaluators.
    pub evaluators: Vec<(kontor_ledger::MemberId, String)>,
    /// The bank's own verification service.
    pub verification: String,
    /// The operator's portal.
    pub portal: String,
    /// The operator's marketplace.
    pub marketplace: String,
}
