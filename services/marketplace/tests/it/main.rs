//! The marketplace through HTTP, on both databases.

mod market;
mod matching;
mod products;
