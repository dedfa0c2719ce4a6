//! Figures of the ledger on this machine: four nodes as processes, every signature verified, every rule applied.
//!
//! | Module | Holds |
//! |---|---|
//! | [`machine`] | what it was measured on |
//! | [`nodes`] | the banks' nodes of a fresh network |
//! | [`workload`] | records, signed and proven before they are needed |
//! | [`measure`] | latency and throughput |
//! | [`growth`] | a log of many records |
//! | [`postgres`] | the baseline on the same disk |
//! | [`endurance`] | restarts, idleness, the death of a validator |
//! | [`report`] | rows beside their targets |

pub mod endurance;
pub mod growth;
pub mod machine;
pub mod measure;
pub mod nodes;
pub mod postgres;
pub mod report;
pub mod workload;
