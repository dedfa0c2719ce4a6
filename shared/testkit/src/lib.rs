//! What tests of every crate share: both databases, a certificate authority, services on free ports, contract checks,
//! seeded randomness, a clock to turn, a mail server to read from, a node that says who is a member. For tests only.
//!
//! ```no_run
//! # async fn each(migrations: fn() -> kontor_chassis::database::Migrations) {
//! for database in kontor_testkit::databases() {
//!     let opened = database.open(migrations()).await;
//!     opened.ping().await.expect("answers");
//! }
//! # }
//! ```

pub mod clock;
pub mod contract;
mod databases;
mod identity;
mod node;
mod postgres;
pub mod random;
pub mod smtp;
pub mod start;

pub use clock::MockClock;
pub use databases::{TestDatabase, databases};
pub use identity::TestCa;
pub use node::FakeNode;
