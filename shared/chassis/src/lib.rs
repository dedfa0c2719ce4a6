//! What every Kontor service is built on: configuration, listeners, TLS, sessions, problems, database, outbox, telemetry.
//!
//! A service declares itself, opens its database and hands its routes to [`server::Server`]; pages, health, metrics,
//! limits, trace ids and problem documents come with it:
//!
//! ```no_run
//! use actix_web::web;
//! use kontor_chassis::{config::Listen, server::{Listener, Server, Service}};
//!
//! # async fn run() -> Result<(), kontor_chassis::server::StartError> {
//! let service = Service {
//!     name: "greeter",
//!     title: "Greeter",
//!     about: "Says hello.",
//!     openapi: r#"{"openapi":"3.1.0","info":{"title":"Greeter","version":"1"},"paths":{}}"#,
//! };
//! let listen = Listen { http: ([127, 0, 0, 1], 0).into(), mutual_tls: None };
//! let running = Server::new(service)
//!     .start(&listen, web::Data::new(()), |routes, listener| {
//!         if listener == Listener::Public {
//!             routes.route("/v1/hello", web::get().to(async || "hello"));
//!         }
//!     })
//!     .await?;
//! println!("http://{}", running.http);
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

pub mod accounts;
pub mod auth;
pub mod ca;
pub mod client;
pub mod config;
pub mod database;
pub mod files;
pub mod health;
pub mod html;
pub mod idempotency;
pub mod json;
pub mod mail;
pub mod metrics;
pub mod outbox;
pub mod people;
pub mod problem;
pub mod process;
pub mod rate;
mod reference;
pub mod renewal;
pub mod server;
pub mod shutdown;
pub mod sse;
pub mod telemetry;
pub mod tls;
pub mod trace;

pub use problem::Problem;
pub use shutdown::Shutdown;
