//! The regulator's view of the market: aggregates from the ledger without opening anything, and the reading of single
//! documents under a case that the ledger shows to everyone.
//!
//! | Module | Holds |
//! |---|---|
//! | [`config`] | what can be set |
//! | [`http`] | the API of `api-spec/supervisor.json` |
//! | [`app`] | use cases |
//! | [`domain`] | filings and the market, pure |
//! | [`store`] | queries |
//! | [`jobs`] | submission, members' shares, the ledger's follower |

mod app;
pub mod config;
mod domain;
mod http;
mod jobs;
mod run;
mod store;

use kontor_chassis::database::Database;
use kontor_ledger::{client::LedgerClient, genesis::Genesis, member::MemberId};
use kontor_sealing::SigningKey;

pub use config::Config;
pub use run::{RunError, Running, run};

/// What handlers and jobs share.
pub struct Supervisor {
    /// The service's own tables.
    pub database: Database,
    /// The network's first state.
    pub genesis: Genesis,
    /// The regulator's code.
    pub member: MemberId,
    /// Sponsors the officers' records.
    pub sponsor: SigningKey,
    /// The regulator's nodes.
    pub ledger: LedgerClient,
    /// Shows the supervisor's certificate.
    pub http: reqwest::Client,
    /// The members' evaluators.
    pub evaluators: Vec<config::Evaluator>,
}
