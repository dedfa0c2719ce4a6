//! Records: submitting, finding and proving them.

pub mod list;
pub mod receipt;
pub mod show;
pub mod submit;
pub mod view;
