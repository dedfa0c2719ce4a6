//! The network's certificates across services: recorded at the first start, renewed by themselves, and refused
//! everywhere once they are revoked.

use std::{fs, path::Path, process::Command, time::Duration};

use kontor::consortium::{
    manifest::{Manifest, ServiceEntry},
    plan::ServiceKind,
};
use kontor_chassis::{
    ca::{self, Authority, Details, Register, Validity},
    client,
    config::MutualTls,
};
use kontor_tests::{Network, kontor};
use serde_json::Value;
use tokio::time::Instant;

const DAY: i64 = 86_400;

/// The file with the certificate, and its key, of a service.
fn identity(entry: &ServiceEntry) -> MutualTls {
    let text = fs::read_to_string(&entry.config).expect("a configuration");
    let table: toml::Table = text.parse().expect("TOML");
    table["listen"]["mutual_tls"].clone().try_into().expect("an identity")
}

fn held(files: &MutualTls) -> Details {
    Details::of_chain(&fs::read_to_string(&files.certificate).expect("there")).expect("reads")
}

fn run(arguments: &[&str]) -> Value {
    let ended = Command::new(kontor()).args(arguments).output().expect("runs");
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    serde_json::from_slice(&ended.stdout).expect("JSON")
}

async fn until(what: &str, done: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(180);
    while !done().await {
        assert!(Instant::now() < deadline, "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Has every service ask for the revocation list each second instead of each minute.
fn ask_often(manifest: &Manifest) {
    for entry in &manifest.services {
        let text = fs::read_to_string(&entry.config).expect("a configuration");
        assert!(text.contains("every = 60"), "{text}");
        fs::write(&entry.config, text.replace("every = 60", "every = 1")).expect("writes");
    }
}

/// Gives a stopped service a certificate of which two thirds and more have passed.
fn age(network: &Path, entry: &ServiceEntry) -> Details {
    let (authority, files) = (Authority::load(&network.join("ca")).expect("loads"), identity(entry));
    let old = held(&files);
    let validity = Validity { not_before: ca::now() - 22 * DAY, not_after: ca::now() + 8 * DAY };
    let register = Register::new(&network.join("ca"));
    let issued = register.issue(&authority, &old.peer, &old.names, validity).expect("issues");
    issued.write(&entry.folder, "tls").expect("writes");
    held(&files)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_service_is_refused_everywhere_and_a_renewed_one_goes_on() {
    let mut network = Network::prepared(ask_often).await;
    let entries = network.manifest().services.clone();
    let find = |kind, party: &str| network.manifest().service(kind, party).expect("runs").clone();
    let (bad, renewed) = (find(ServiceKind::BankGateway, "bank-b"), find(ServiceKind::Verification, "bank-a"));
    let (node, market) = (find(ServiceKind::LedgerAnchor, "bank-a"), find(ServiceKind::Marketplace, "operator"));
    let folder = network.folder().canonicalize().expect("a folder");
    let ca = folder.join("ca").to_str().expect("UTF-8").to_owned();

    // Everything that was issued at creation is on the ledger: 16 services and the administrator.
    until("recording", async || {
        run(&["ca", "list", "--node", &node.public, "--json"]).as_array().is_some_and(|all| all.len() == 17)
    })
    .await;

    // A service whose certificate is old renews it by itself and goes on.
    network.processes.kill(&renewed).await;
    let old = age(&folder, &renewed);
    network.processes.restart(&renewed).expect("restarts");
    network.processes.ready().await.expect("is ready");
    let files = identity(&renewed);
    until("renewal", async || held(&files).serial != old.serial && !files.waiting_key().exists()).await;
    let new = held(&files);
    assert!(new.validity.left(ca::now()) > 80 * DAY);
    let listed = run(&["ca", "list", "--node", &node.public, "--json"]);
    let serials: Vec<_> = listed.as_array().expect("a list").iter().map(|one| one["serial"].as_str()).collect();
    assert!(serials.contains(&Some(new.serial.as_str())) && serials.len() >= 18, "{serials:?}");
    let caller = client::mutual_tls(&identity(&node)).expect("a client");
    let answer = caller.get(format!("{}/v1/openapi.json", renewed.members)).send().await.expect("answers");
    assert_eq!(answer.status(), 200);

    // A certificate that is revoked is refused by every service, on old connections too.
    let others: Vec<_> = entries.iter().filter(|entry| entry.members != bad.members).cloned().collect();
    let bad_files = identity(&bad);
    let revoked = client::mutual_tls(&bad_files).expect("a client");
    let ask = async |entry: &ServiceEntry| {
        let answer = revoked.get(format!("{}/v1/openapi.json", entry.members)).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    };
    for entry in &others {
        assert!(ask(entry).await, "{}", entry.title());
    }
    let administrator = folder.join("operator/administrator").to_str().expect("UTF-8").to_owned();
    let serial = held(&bad_files).serial;
    let mut call = vec!["ca", "revoke", &serial, "--reason", "key-compromise", "--json", "--ca", &ca];
    call.extend(["--marketplace", &market.members, "--identity", &administrator]);
    let answer = run(&call);
    assert_eq!(answer["serial"], serial.as_str());
    let listed = run(&["ca", "list", "--node", &node.public, "--json"]);
    let one = listed.as_array().expect("a list").iter().find(|one| one["serial"] == serial.as_str());
    assert_eq!(one.expect("is listed")["revoked"], "revoked (1)");
    let list = run(&["ca", "crl", "--marketplace", &market.public, "--ca", &ca, "--json"]);
    assert_eq!(list["revoked"], serde_json::json!([serial]));
    for entry in &others {
        until(&format!("refusal by {}", entry.title()), async || !ask(entry).await).await;
        let anew = client::mutual_tls(&bad_files).expect("a client");
        assert!(anew.get(format!("{}/v1/openapi.json", entry.members)).send().await.is_err(), "{}", entry.title());
    }
    // And nobody talks to it.
    let caller = client::mutual_tls(&identity(&node)).expect("a client");
    assert!(caller.get(format!("{}/v1/openapi.json", bad.members)).send().await.is_err());

    // The others go on.
    let bank = network.bank("bank-c");
    let (status, answer) = bank.submit(vec![bank.anchor(1)], Duration::from_secs(15)).await;
    assert_eq!(status.as_u16(), 201, "{answer}");
    network.processes.stop().await;
}
