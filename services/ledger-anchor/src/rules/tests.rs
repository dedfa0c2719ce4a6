//! The rules over small universes: chosen cases, and random sequences that must keep every invariant.

mod cases;
mod certificates;
mod governance;
mod invariants;
mod notes;
mod proven;
mod receivables;
mod sources;
mod steps;
pub(crate) mod world;
