//! The supervisor through its API, on both databases.

mod cases;
mod membership;
mod network;
mod pages;
