//! The command as its users see it: output, errors of one line, exit codes.

mod ca;
mod documents;
mod folder;
mod receipts;
mod setup;
mod up;
