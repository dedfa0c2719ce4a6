//! Tests across services: the whole consortium, and what holds for the workspace as such.

mod dependencies;
