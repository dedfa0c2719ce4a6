//! A bank joins, orders, rotates its key and leaves, by the operator's command alone.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use kontor::consortium::plan::ServiceKind;
use kontor_tests::{Network, kontor};
use serde_json::Value;

struct Node(Child);

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `kontor node …` and reads its JSON; the last line of what it said if it failed.
fn node(args: &[&str]) -> Result<Value, String> {
    let output = Command::new(kontor()).arg("node").args(args).arg("--json").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if !output.status.success() {
        return Err(text(&output.stderr));
    }
    let said = text(&output.stdout);
    Ok(serde_json::from_str(said.lines().last().unwrap()).unwrap())
}

/// The files by which one bank speaks.
struct Desk {
    config: PathBuf,
    seed: PathBuf,
}

impl Desk {
    fn of(folder: &Path) -> Self {
        Self { config: folder.join("ledger-anchor.toml"), seed: folder.join("seed") }
    }

    fn say(&self, args: &[&str]) -> Result<Value, String> {
        let (config, seed) = (self.config.to_str().unwrap(), self.seed.to_str().unwrap());
        node(&[args, &["--config", config, "--seed", seed]].concat())
    }

    fn status(&self) -> Value {
        node(&["status", "--config", self.config.to_str().unwrap()]).unwrap()
    }

    async fn reaches(&self, step: &str) -> Value {
        for _ in 0..300 {
            let status = self.status();
            if status["standing"]["step"] == step {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("not {step:?} after a minute: {}", self.status());
    }
}

/// Waits until the portal offers a bank, or does so no more.
async fn offered(network: &Network, bank: &str, wanted: bool) {
    let portal = network.manifest().of(ServiceKind::EnterprisePortal).next().unwrap();
    let (http, url) = (kontor_chassis::client::plain().unwrap(), format!("{}/v1/banks", portal.public));
    for _ in 0..100 {
        let banks: Value = http.get(&url).send().await.unwrap().json().await.unwrap();
        if banks["items"].as_array().unwrap().iter().any(|one| one["member"] == bank) == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the portal offers {bank}: {}", !wanted);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "slow: several epochs of separate processes"]
async fn a_bank_joins_orders_rotates_its_key_and_leaves() {
    let network = Network::start().await;
    let banks: Vec<_> =
        ["bank-a", "bank-b", "bank-c", "bank-d"].map(|slug| Desk::of(&network.folder().join(slug))).into();
    let (folder, authority) = (network.folder().join("bank-e"), network.folder().join("ca"));
    let (from, hash) = (network.nodes()[0].public.clone(), network.genesis.hash().to_string());
    let base: u16 = from.rsplit(':').next().unwrap().parse().unwrap();
    let port = (base + 70).to_string();
    let join = |network: &str| {
        let places = ["--folder", folder.to_str().unwrap(), "--authority", authority.to_str().unwrap()];
        let rest = ["--member", "EMERDEFF", "--name", "Emerald Bank", "--port", &port];
        node(&[&["join", "--from", &from, "--network", network], &places[..], &rest[..]].concat())
    };
    // A network that is not the one that was meant is not joined.
    assert!(join(&kontor_sealing::Hash::default().to_string()).is_err());
    let prepared = join(&hash).unwrap();
    let late = Desk::of(&folder);
    let serve = ["serve", "ledger-anchor", "--config", prepared["config"].as_str().unwrap(), "--until-input-ends"];
    let running = Command::new(kontor()).args(serve).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let _running = Node(running);

    for _ in 0..100 {
        if node(&["status", "--config", late.config.to_str().unwrap()]).is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(late.status()["standing"]["step"], "proposal");
    let proposed = banks[0].say(&["propose", "admit", prepared["request"].as_str().unwrap()]).unwrap();
    assert_eq!((&proposed["decided"], &proposed["needed"]), (&Value::Bool(false), &Value::from(3)));
    let proposal = proposed["proposal"].as_str().unwrap();
    late.reaches("votes").await;
    banks[1].say(&["vote", proposal]).unwrap();
    assert!(banks[1].say(&["vote", proposal]).unwrap_err().contains("already-voted"));
    assert_eq!(banks[2].say(&["vote", proposal]).unwrap()["decided"], true);
    late.reaches("seat").await;
    offered(&network, "EMERDEFF", true).await;

    let seat = banks[0].say(&["propose", "validators", "--add", "EMERDEFF"]).unwrap();
    let seat = seat["proposal"].as_str().unwrap();
    for desk in [&late, &banks[1], &banks[3]] {
        desk.say(&["vote", seat]).unwrap();
    }
    let status = late.reaches("orders").await;
    assert_eq!(status["network"]["epoch"]["number"], 1);

    let before = std::fs::read(folder.join("validator.key")).unwrap();
    assert_eq!(late.say(&["rotate", "--wait"]).unwrap()["orders"], true);
    late.reaches("orders").await;
    assert_ne!(std::fs::read(folder.join("validator.key")).unwrap(), before);

    late.say(&["retire", "--yes"]).unwrap();
    late.reaches("retired").await;
    offered(&network, "EMERDEFF", false).await;
    assert_eq!(banks[0].status()["network"]["epoch"]["validators"].as_array().unwrap().len(), 4);
    assert!(late.say(&["vote", seat]).unwrap_err().contains("member-inactive"));
    network.processes.stop().await;
}
