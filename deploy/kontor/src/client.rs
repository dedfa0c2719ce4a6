//! What enterprises, bank officers and the regulator's officers do over HTTP, with their keys on their own side.
//!
//! | Module | Holds |
//! |---|---|
//! | [`api`] | one signed-in caller of one service |
//! | [`enterprise`] | an enterprise at the portal |
//! | [`held`] | a document with everything that its owner keeps |
//! | [`financing`] | asking for money on a document |
//! | [`officer`] | a bank's officer at the gateway |
//! | [`supervision`] | the regulator's officers at the supervisor |

pub mod api;
pub mod enterprise;
pub mod financing;
pub mod held;
pub mod officer;
pub mod supervision;

pub use api::{Api, ApiError};
pub use enterprise::Enterprise;
