//! Requests and certificates by files.

use std::path::PathBuf;

use clap::Args;
use kontor_chassis::{
    auth::Peer,
    ca::{self, Details, LOCAL_NAMES, Request, Validity, request},
    files::{write_public, write_secret},
};
use serde_json::json;

use super::{Folder, line, private};
use crate::commands::{read_file, say};

/// Days that a certificate may be valid.
const DAYS: std::ops::RangeInclusive<u32> = 1..=825;

/// For whom a certificate is.
#[derive(Debug, Args)]
struct For {
    /// The member's code.
    #[arg(long, value_name = "CODE")]
    member: String,
    /// Which of its services, such as bank-gateway or ledger-anchor.
    #[arg(long, value_name = "SERVICE")]
    service: String,
    /// DNS name or IP address that the service is reached under; may be repeated.
    #[arg(long = "host", value_name = "NAME")]
    hosts: Vec<String>,
    /// Adds the names of this machine itself, for a network on one machine.
    #[arg(long)]
    local: bool,
}

impl For {
    fn peer(&self) -> Peer {
        Peer { member: self.member.clone(), service: self.service.clone() }
    }

    fn names(&self) -> Vec<String> {
        let local = if self.local { LOCAL_NAMES.as_slice() } else { &[] };
        local.iter().map(|name| (*name).to_owned()).chain(self.hosts.iter().cloned()).collect()
    }
}

/// Makes a key and a signing request where the service runs: the key stays there, the request goes to the authority.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: kontor ca request --member AURUDEFF --service bank-gateway --host gateway.aurum.example \
    --out ./tls"
)]
pub(super) struct MakeRequest {
    #[command(flatten)]
    whom: For,
    /// Folder for tls.key and tls.csr.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl MakeRequest {
    pub(super) fn run(self) -> Result<(), String> {
        private(&self.out)?;
        let (key, csr) = (self.out.join("tls.key"), self.out.join("tls.csr"));
        if key.exists() {
            return Err(format!("{} exists: expected a folder without a key", key.display()));
        }
        let made = request::new_key().map_err(line)?;
        let text = request::request(&made, &self.whom.peer(), &self.whom.names()).map_err(line)?;
        Request::read(&text).map_err(line)?;
        write_secret(&key, made.as_bytes()).map_err(|error| format!("cannot write {}: {error}", key.display()))?;
        write_public(&csr, text.as_bytes()).map_err(|error| format!("cannot write {}: {error}", csr.display()))?;
        if self.json {
            say(json!({ "key": key, "csr": csr }));
        } else {
            say(format_args!("{} stays here; send {} to the authority", key.display(), csr.display()));
        }
        Ok(())
    }
}

/// Issues a certificate for a member's request with the authority's files; a running marketplace records it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: kontor ca issue tls.csr --member AURUDEFF --service bank-gateway --out tls.pem --ca ./ca"
)]
pub(super) struct Issue {
    /// The signing request, PEM.
    #[arg(value_name = "CSR")]
    csr: PathBuf,
    /// The member that it must be for: whoever runs this has made sure who sent it.
    #[arg(long, value_name = "CODE")]
    member: String,
    /// The service that it must be for.
    #[arg(long, value_name = "SERVICE")]
    service: String,
    /// Days until it expires.
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u32,
    /// Where to write certificate and intermediate, PEM.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    folder: Folder,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Issue {
    pub(super) fn run(self) -> Result<(), String> {
        if !DAYS.contains(&self.days) {
            return Err(format!("--days: expected {} to {}", DAYS.start(), DAYS.end()));
        }
        let text = read_file(&self.csr, 64 * 1024)?;
        let text = String::from_utf8(text).map_err(|_| format!("{}: expected PEM", self.csr.display()))?;
        let request = Request::read(&text).map_err(|error| format!("{}: {error}", self.csr.display()))?;
        if (&request.peer.member, &request.peer.service) != (&self.member, &self.service) {
            let Peer { member, service } = &request.peer;
            return Err(format!("{}: it is for {member}'s {service}", self.csr.display()));
        }
        let (authority, register) = self.folder.open()?;
        let validity = Validity::starting(ca::now(), self.days.saturating_mul(86_400));
        let chain = register.sign(&authority, &request, validity).map_err(line)?;
        let written = write_public(&self.out, chain.as_bytes());
        written.map_err(|error| format!("cannot write {}: {error}", self.out.display()))?;
        let Details { serial, names, .. } = Details::of_chain(&chain).map_err(line)?;
        if self.json {
            say(json!({ "serial": serial, "certificate": self.out, "names": names }));
        } else {
            say(format_args!("issued {serial} for {} days: {}", self.days, self.out.display()));
        }
        Ok(())
    }
}
