//! Supervision: the document key for the regulator's officers together with the network, never for one alone.
//!
//! | Module | Holds |
//! |---|---|
//! | [`capsule`] | the document key under the supervision key |

pub mod capsule;

pub use capsule::Capsule;
