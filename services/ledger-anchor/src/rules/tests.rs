//! The rules over small universes: chosen cases, and random sequences that must keep every invariant.

mod cases;
mod governance;
mod invariants;
mod proven;
pub(crate) mod world;
