//! The gateway through HTTP, on both databases.

mod enterprise;
mod financing;
mod intake;
mod membership;
mod verification;
mod world;
