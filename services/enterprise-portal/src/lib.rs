//! Where enterprises sign up, are attested, keep and share sealed documents, and ask banks for financing. It stores
//! ciphertext only.
//!
//! The API is `api-spec/enterprise-portal.json`; [`run`] starts the service.

pub mod app;
mod changes;
mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod http;
pub mod jobs;
pub mod ledger;
mod run;
pub mod state;
pub mod store;

pub use changes::Changes;
pub use config::Config;
pub use run::{OPENAPI, RunError, Running, run};
