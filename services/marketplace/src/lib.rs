//! Banks publish products; requests without a chosen bank are matched and pushed to those that fit.
//!
//! The API is `api-spec/marketplace.json`; [`run`] starts the service.

pub mod app;
mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod http;
pub mod jobs;
mod run;
pub mod state;
pub mod store;

pub use config::Config;
pub use error::RunError;
pub use run::{OPENAPI, Running, run};
