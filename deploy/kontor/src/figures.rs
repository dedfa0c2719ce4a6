//! Figures of the ledger on this machine: four nodes as processes, every signature verified, every rule applied.
//!
//! | Module | Holds |
//! |---|---|
//! | [`machine`] | what it was measured on |
//! | [`nodes`] | the banks' nodes of a fresh network |
//! | [`workload`] | records, signed and proven before they are needed |
//! | [`load`] | many of them, sent in batches |
//! | [`measure`] | one run |
//! | [`baseline`] | the same records as rows of a database |
//! | [`postgres`] | the database's temporary server |
//! | [`saturation`] | load raised step by step |
//! | [`endurance`] | restarts, idleness, the death of a validator |
//! | [`growth`] | a log that grows |
//! | [`report`] | rows beside their targets |
//! | [`plot`] | the same as a drawing |

pub mod baseline;
pub mod endurance;
pub mod growth;
pub mod load;
pub mod machine;
pub mod measure;
pub mod nodes;
pub mod plot;
pub mod postgres;
pub mod report;
pub mod saturation;
pub mod workload;
