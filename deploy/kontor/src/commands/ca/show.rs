//! What was issued and revoked.

use std::path::PathBuf;

use clap::Args;
use kontor_chassis::{ca, client, files::write_public};
use kontor_ledger::network_certificate::NetworkCertificates;
use serde_json::{Value, json};

use super::{Folder, check_list, line};
use crate::commands::{runtime, say};

/// Bytes of a revocation list or a page at most.
const LARGEST: usize = ca::crl::MAX_CRL;

/// Lists certificates: those of the authority's files, or all that are on the ledger.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor ca list --node http://bank-a.localhost:7400 --json")]
pub(super) struct List {
    #[command(flatten)]
    folder: Folder,
    /// A ledger node to ask instead.
    #[arg(long, value_name = "URL")]
    node: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(self) -> Result<(), String> {
        let all = match &self.node {
            Some(node) => runtime()?.block_on(on_ledger(node.trim_end_matches('/')))?,
            None => self.in_files()?,
        };
        if self.json {
            say(Value::Array(all));
            return Ok(());
        }
        for one in &all {
            let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or("–");
            let state = one.get("revoked").and_then(Value::as_str).unwrap_or("valid");
            let (member, service) = (text("member"), text("service"));
            say(format_args!("{}  {member:<11} {service:<18} until {}  {state}", text("serial"), text("notAfter")));
        }
        Ok(())
    }

    fn in_files(&self) -> Result<Vec<Value>, String> {
        let register = ca::Register::new(&self.folder.path()?);
        let show = |one: ca::register::Issued| {
            let end = one.details.validity.not_after;
            let until =
                jiff::Timestamp::from_second(end).map_err(|_| "a certificate's end is out of range".to_owned())?;
            let revoked = one.revoked.map(|revoked| format!("revoked ({})", revoked.reason.code()));
            Ok(json!({
                "serial": one.details.serial,
                "member": one.details.peer.member,
                "service": one.details.peer.service,
                "notAfter": until.to_string(),
                "revoked": revoked,
            }))
        };
        register.all().map_err(line)?.into_iter().map(show).collect()
    }
}

async fn on_ledger(node: &str) -> Result<Vec<Value>, String> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let from = cursor.map(|from: u64| format!("&cursor={from}")).unwrap_or_default();
        let bytes = get(&format!("{node}/v1/certificates?limit=100{from}")).await?;
        let page: NetworkCertificates =
            serde_json::from_slice(&bytes).map_err(|error| format!("{node}: not a list of certificates: {error}"))?;
        for one in page.items {
            let revoked = one.revocation.map(|revocation| format!("revoked ({})", revocation.reason.code()));
            all.push(json!({
                "serial": one.terms.serial,
                "member": one.terms.member,
                "service": one.terms.service,
                "notAfter": one.terms.not_after,
                "revoked": revoked,
            }));
        }
        match page.next {
            // Places only fall, so that this ends.
            Some(next) if cursor.is_none_or(|last| next < last) => cursor = Some(next),
            _ => return Ok(all),
        }
    }
}

/// Signs a revocation list from the authority's files, or fetches and checks the one that a marketplace publishes.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor ca crl --marketplace http://marketplace.localhost:7452 --ca ./network/ca")]
pub(super) struct ShowCrl {
    #[command(flatten)]
    folder: Folder,
    /// The marketplace's public address; only intermediate.pem is needed of the authority then.
    #[arg(long, value_name = "URL")]
    marketplace: Option<String>,
    /// Where to write it, DER.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl ShowCrl {
    pub(super) fn run(self) -> Result<(), String> {
        let crl = match &self.marketplace {
            Some(url) => {
                let bytes = runtime()?.block_on(get(&format!("{}/v1/crl", url.trim_end_matches('/'))))?;
                check_list(&self.folder.path()?, &bytes)?
            }
            None => {
                let (authority, register) = self.folder.open()?;
                register.publish(&authority, ca::now()).map_err(line)?
            }
        };
        if let Some(out) = &self.out {
            write_public(out, crl.der()).map_err(|error| format!("cannot write {}: {error}", out.display()))?;
        }
        let time = |seconds| jiff::Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default();
        let (made, due) = (time(crl.this_update), time(crl.next_update));
        let serials: Vec<&str> = crl.serials().collect();
        if self.json {
            say(json!({ "number": crl.number, "thisUpdate": made, "nextUpdate": due, "revoked": serials }));
            return Ok(());
        }
        say(format_args!("list {} of {made}, the next one by {due}: {} revoked", crl.number, serials.len()));
        for serial in serials {
            say(format_args!("  {serial}"));
        }
        Ok(())
    }
}

async fn get(url: &str) -> Result<Vec<u8>, String> {
    let failed = |error: reqwest::Error| format!("{url}: {}", error.without_url());
    let http = client::plain().map_err(line)?;
    let mut answer = http.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        if bytes.len().saturating_add(chunk.len()) > LARGEST {
            return Err(format!("{url}: the answer is larger than {LARGEST} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
