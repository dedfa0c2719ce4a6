//! Tests across services: the whole consortium, and what holds for the workspace as such.

mod certificates;
mod demo;
mod dependencies;
mod export;
mod faults;
mod input;
mod membership;
mod partition;
mod plaintext;
mod rolling;
mod verifier;
