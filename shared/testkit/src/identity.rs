//! A certificate authority in a temporary folder, and identities from it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use kontor_chassis::auth::Peer;
use kontor_chassis::ca::{self, Authority, Register, Validity};
use kontor_chassis::client;
use kontor_chassis::config::MutualTls;
use tempfile::TempDir;

/// A network's authority for one test.
pub struct TestCa {
    folder: TempDir,
    authority: Authority,
}

impl TestCa {
    /// Makes one.
    #[expect(clippy::new_without_default, reason = "it writes files")]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let authority = Authority::create(folder.path(), "Kontor test").expect("makes an authority");
        Self { folder, authority }
    }

    /// The identity of a member's service, to listen on a free port of 127.0.0.1 or to call others with.
    pub fn identity(&self, member: &str, service: &str) -> MutualTls {
        let peer = Peer { member: member.to_owned(), service: service.to_owned() };
        let validity = Validity::starting(ca::now(), ca::LEAF_LIFETIME);
        let names = ca::LOCAL_NAMES.map(str::to_owned);
        let issued = self.register().issue(&self.authority, &peer, &names, validity).expect("issues");
        let (certificate, key) =
            issued.write(self.folder.path(), &format!("{member}-{service}")).expect("writes the identity");
        MutualTls {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            certificate,
            key,
            authority: self.folder.path().join("root.pem"),
            issuer: None,
        }
    }

    /// What it issued and revoked.
    pub fn register(&self) -> Register {
        Register::new(self.folder.path())
    }

    /// The authority itself.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A client that calls as a member's service.
    pub fn client(&self, member: &str, service: &str) -> reqwest::Client {
        client::mutual_tls(&self.identity(member, service)).expect("a client")
    }
}
