//! The rules over small universes: chosen cases, and random sequences that must keep every invariant.

mod cases;
mod certificates;
mod invariants;
mod proven;
mod world;
