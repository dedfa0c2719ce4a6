//! Supervision: the document key for the regulator's officers together with the network, never for one alone.
//!
//! A capsule is encrypted to `Y = Y_regulator + Y_network`; each of the two keys is shared t-of-n, and opening takes
//! t partial decryptions of each.
//!
//! | Module | Holds |
//! |---|---|
//! | [`group`] | the public halves: two shared keys and their sum |
//! | [`share`] | a holder's share and the dealing of shares |
//! | [`capsule`] | the document key under the supervision key |
//! | [`partial`] | one holder's contribution to an opening, with its proof |
//! | [`mod@combine`] | the opening |

pub mod capsule;
pub mod combine;
pub mod group;
pub mod partial;
mod point;
pub mod share;

pub use capsule::Capsule;
pub use combine::combine;
pub use group::{EscrowGroup, EscrowKey, EscrowPublic};
pub use partial::Partial;
pub use share::{Share, deal};
