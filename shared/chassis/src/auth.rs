//! Who is calling: a person by session, another service by its certificate.

mod login;
mod peer;
mod session;

pub use login::{LoginRequest, routes};
pub use peer::{Peer, PeerCertificate};
pub use session::{CSRF_HEADER, Session, SessionPolicy, Sessions};
