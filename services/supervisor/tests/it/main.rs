//! The supervisor through its API, on both databases.

mod cases;
mod network;
mod pages;
