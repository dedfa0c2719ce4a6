//! What sellers send by way of the portal.

pub mod acceptance;
pub mod evidence;
pub mod receive;
