//! One member's part in the network: joining, voting, rotating its node's key, leaving, and what each step waits for.
//!
//! | Module | Holds |
//! |---|---|
//! | [`view`] | the network as a node shows it, and where a member stands in it |
//! | [`desk`] | a member that speaks through its own node |
//! | [`join`] | the folder of a bank that is not a member yet |

pub mod desk;
pub mod join;
pub mod view;
