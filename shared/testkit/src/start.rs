//! Services on free ports of this machine.

use std::net::{Ipv4Addr, SocketAddr};

use kontor_chassis::config::{Listen, MutualTls};
use kontor_chassis::server::Running;

/// Listens for people only, on a free port.
pub fn public() -> Listen {
    Listen { http: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), mutual_tls: None }
}

/// Listens for people and, with this identity, for services, on free ports.
pub fn with_members(identity: MutualTls) -> Listen {
    Listen { mutual_tls: Some(identity), ..public() }
}

/// Address of a path on the public listener.
pub fn http(running: &Running, path: &str) -> String {
    format!("http://{}{path}", running.http)
}

/// Address of a path on the mutual-TLS listener.
pub fn https(running: &Running, path: &str) -> String {
    let port = running.mutual_tls.expect("listens for members").port();
    format!("https://localhost:{port}{path}")
}
