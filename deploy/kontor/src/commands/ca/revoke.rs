//! Revoking: by the authority's files, or through the marketplace.

use std::{net::Ipv4Addr, path::PathBuf};

use clap::Args;
use kontor_chassis::{
    ca::{self, Reason},
    client,
    config::MutualTls,
};
use kontor_ledger::network_certificate::{CertificateSerial, RevocationReason};
use serde_json::{Value, json};

use super::{Folder, line};
use crate::commands::{runtime, say};

/// Revokes a certificate for good.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor ca revoke 4f0c… --reason key-compromise --marketplace https://localhost:7453 \
    --identity ./network/operator/administrator --ca ./network/ca\n\
    With --marketplace it takes effect at once and is answered when it is on the ledger. Without, it is noted in the \
    authority's files, a new list is signed there, and a running marketplace takes it over within a minute.")]
pub(super) struct Revoke {
    /// The certificate's serial number, hexadecimal.
    #[arg(value_name = "SERIAL")]
    serial: CertificateSerial,
    /// unspecified, key-compromise, ca-compromise, affiliation-changed, superseded, cessation-of-operation or
    /// privilege-withdrawn.
    #[arg(long, value_name = "REASON", default_value = "unspecified", value_parser = reason)]
    reason: RevocationReason,
    #[command(flatten)]
    folder: Folder,
    /// The members' address of the marketplace.
    #[arg(long, value_name = "URL", requires = "identity")]
    marketplace: Option<String>,
    /// Folder with tls.pem and tls.key of the administrator or of the member's own service.
    #[arg(long, value_name = "DIR", requires = "marketplace")]
    identity: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// A reason by its name.
fn reason(text: &str) -> Result<RevocationReason, String> {
    let name = |reason: &RevocationReason| serde_json::to_value(reason).ok()?.as_str().map(str::to_owned);
    let names = || RevocationReason::ALL.iter().filter_map(name).collect::<Vec<_>>().join(", ");
    let found = RevocationReason::ALL.into_iter().find(|reason| name(reason).as_deref() == Some(text));
    found.ok_or_else(|| format!("expected one of {}", names()))
}

impl Revoke {
    pub(super) fn run(self) -> Result<(), String> {
        let shown = match (&self.marketplace, &self.identity) {
            (Some(url), Some(identity)) => runtime()?.block_on(self.ask(url, identity))?,
            _ => self.note()?,
        };
        if self.json {
            say(shown);
        } else {
            let list = shown.get("crl").map(|number| format!("; signed list {number}")).unwrap_or_default();
            let record = shown.get("record").and_then(Value::as_str);
            let record = record.map(|record| format!("; on the ledger as {record}")).unwrap_or_default();
            say(format_args!("revoked {}{list}{record}", self.serial));
        }
        Ok(())
    }

    fn note(&self) -> Result<Value, String> {
        let (authority, register) = self.folder.open()?;
        let reason = Reason::from_code(self.reason.code()).ok_or("--reason: not for files")?;
        register.revoke(&self.serial.to_string(), reason, ca::now()).map_err(line)?;
        let crl = register.publish(&authority, ca::now()).map_err(line)?;
        Ok(json!({ "serial": self.serial, "reason": self.reason, "crl": crl.number }))
    }

    async fn ask(&self, url: &str, identity: &std::path::Path) -> Result<Value, String> {
        let files = MutualTls {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            certificate: identity.join("tls.pem"),
            key: identity.join("tls.key"),
            authority: self.folder.path()?.join("root.pem"),
            issuer: None,
        };
        let http = client::mutual_tls(&files).map_err(line)?;
        let path = format!("{}/v1/certificates/{}/revocation", url.trim_end_matches('/'), self.serial);
        let sent = http.post(path).json(&json!({ "reason": self.reason })).send().await;
        let answer = sent.map_err(|error| format!("{url}: {}", error.without_url()))?;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        if status.is_success() {
            return Ok(body);
        }
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        Err(format!("{url} answered {}: {} {}", status.as_u16(), text("title"), text("detail")))
    }
}
