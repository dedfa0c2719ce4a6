//! The marketplace through HTTP, on both databases.

mod certificates;
mod market;
mod matching;
mod membership;
mod products;
