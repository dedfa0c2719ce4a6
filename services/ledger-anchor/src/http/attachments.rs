//! Attachments by their digest.

pub mod put;
pub mod show;
