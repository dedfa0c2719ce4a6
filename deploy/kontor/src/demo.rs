//! The story from invoice to financing and supervision, told by doing it: every step goes over HTTP and is checked.
//!
//! | Module | Holds |
//! |---|---|
//! | [`cast`] | who takes part in one run, signed in |
//! | [`journal`] | what a run needs to be taken up again after a crash |
//! | [`report`] | steps with their time |
//! | [`stage`] | the network that a run plays on |
//! | [`story`] | the scenes in their order |

pub mod cast;
pub mod journal;
pub mod report;
mod scene;
pub mod stage;
pub mod story;
