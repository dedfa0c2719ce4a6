//! Tests of the crate as its users see it.

mod attacks;
mod escrow;
mod grants;
mod published;
mod round_trip;
mod setup;
mod speed;
mod untrusted;
mod vectors;
