//! Documents that the caller registered or was granted.

pub mod accesses;
pub mod list;
pub mod sealed;
pub mod share;
pub mod show;
mod view;
