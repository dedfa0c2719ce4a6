//! What tests across services share: a network of processes in a folder of its own, and a member's way to its nodes.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use kontor::consortium::{
    ConsortiumError, create,
    lock::Lock,
    manifest::{Manifest, ServiceEntry},
    plan::ServiceKind,
    processes::Processes,
    start::free_base,
};
use kontor_chassis::{client, config::Listen};
use kontor_ledger::{
    batch::Batch,
    genesis::Genesis,
    member::MemberId,
    receipt::Receipt,
    record::{Body, Nonce, Record, RecordId, Unsigned},
};
use kontor_sealing::{Hash, SigningKey, keys::PartySeed};
use reqwest::StatusCode;
use serde_json::Value;
use tempfile::TempDir;

/// The built command, which stands beside the tests' own folder.
///
/// # Panics
/// If it is not built: `cargo build -p kontor` does that.
pub fn kontor() -> PathBuf {
    let test = std::env::current_exe().expect("this program");
    let folder = test.parent().and_then(Path::parent).expect("target/<profile>");
    let program = folder.join("kontor");
    assert!(program.exists(), "{} is missing: run `cargo build -p kontor` first", program.display());
    program
}

/// A network of processes that ends with the test.
pub struct Network {
    /// The processes.
    pub processes: Processes,
    /// The genesis.
    pub genesis: Arc<Genesis>,
    folder: TempDir,
}

impl Network {
    /// Creates and starts one.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start() -> Self {
        Self::prepared(|_| {}).await
    }

    /// Creates one, has its files changed, and starts it.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn prepared(change: impl FnOnce(&Manifest)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let base = free_base().expect("free ports");
        {
            let _lock = Lock::take(folder.path()).expect("nobody else has it");
            change(&create::create(folder.path(), base).unwrap_or_else(|error| panic!("{error}")));
        }
        Self::run(folder, kontor()).await
    }

    /// Has `program` create one, and starts it with that.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn of(program: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let base = free_base().expect("free ports").to_string();
        let init = Command::new(&program).args(["init", "--port", &base, "--data"]).arg(folder.path()).output();
        let init = init.expect("runs");
        assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
        Self::run(folder, program).await
    }

    async fn run(folder: TempDir, program: PathBuf) -> Self {
        let mut started = Processes::start(program.clone(), folder.path(), None).await;
        for _ in 0..50 {
            // A process that another test is just starting may hold a copy of the lock until it runs its program.
            if !matches!(started, Err(ConsortiumError::Running(_))) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            started = Processes::start(program.clone(), folder.path(), None).await;
        }
        let processes = started.unwrap_or_else(|error| panic!("{error}"));
        let genesis = Arc::new(processes.manifest.genesis().expect("a genesis"));
        let network = Self { processes, genesis, folder };
        network.certified().await;
        network
    }

    /// Waits until the certificates of the services and the administrator are on the ledger: the log is still then.
    async fn certified(&self) {
        let bank = self.bank("bank-a");
        let wanted = self.manifest().services.len() + 1;
        for _ in 0..600 {
            let url = format!("{}/v1/certificates?limit=100", bank.node.public);
            let page: Value = bank.http.get(url).send().await.expect("an answer").json().await.expect("JSON");
            let listed = page["items"].as_array().map_or(0, Vec::len);
            if listed == wanted && bank.size().await >= wanted as u64 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the certificates are not on the ledger after 60 s");
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What runs where.
    pub const fn manifest(&self) -> &Manifest {
        &self.processes.manifest
    }

    /// The banks' nodes.
    pub fn nodes(&self) -> Vec<ServiceEntry> {
        let nodes = self.manifest().of(ServiceKind::LedgerAnchor);
        nodes.filter(|entry| entry.party.starts_with("bank-")).cloned().collect()
    }

    /// A bank's own way to its node.
    pub fn bank(&self, party: &str) -> Bank {
        let node = self.manifest().service(ServiceKind::LedgerAnchor, party).expect("a node").clone();
        Bank::new(node, self.genesis.clone())
    }
}

/// A bank that submits records to a node.
pub struct Bank {
    /// The node.
    pub node: ServiceEntry,
    /// Signs and sponsors.
    pub identity: SigningKey,
    /// Its code.
    pub member: MemberId,
    /// Shows its certificate.
    pub http: reqwest::Client,
    genesis: Arc<Genesis>,
}

#[derive(serde::Deserialize)]
struct NodeFile {
    listen: Listen,
}

impl Bank {
    fn new(node: ServiceEntry, genesis: Arc<Genesis>) -> Self {
        let text = std::fs::read_to_string(&node.config).expect("a configuration");
        let table: toml::Table = text.parse().expect("TOML");
        let NodeFile { listen } = table.try_into().expect("a node's configuration");
        let seed = node.config.with_file_name("seed");
        let seed = std::fs::read_to_string(seed).expect("a seed");
        let bytes = hex::decode(seed.trim()).expect("hex").try_into().expect("32 bytes");
        let identity = PartySeed::from_bytes(&bytes).identity();
        let member = node.member.parse().expect("a code");
        let http = client::members_and_public(&listen.mutual_tls.expect("mutual TLS")).expect("a client");
        Self { node, identity, member, http, genesis }
    }

    /// An anchor of the bank's.
    pub fn anchor(&self, number: u64) -> Record {
        let digest = Hash::sm3(&[b"test", &number.to_be_bytes()]);
        self.record(Body::AnchorNotarise { digest }, number, &self.identity)
    }

    /// A record by `author`, relayed by the bank.
    pub fn record(&self, body: Body, nonce: u64, author: &SigningKey) -> Record {
        let unsigned = Unsigned { network: self.genesis.hash(), body, nonce: Nonce(nonce), author: author.public() };
        unsigned.sign(author, self.member)
    }

    /// Submits records as one batch and waits at most `wait` for them.
    pub async fn submit(&self, records: Vec<Record>, wait: Duration) -> (StatusCode, Value) {
        let batch = Batch::sign(records, self.member, &self.identity).expect("a batch");
        self.post(serde_json::to_vec(&batch).expect("JSON"), wait).await
    }

    /// Sends a body as it is.
    pub async fn post(&self, body: Vec<u8>, wait: Duration) -> (StatusCode, Value) {
        let url = format!("{}/v1/records?timeout={}", self.node.members, wait.as_millis());
        let request = self.http.post(url).header("content-type", "application/json").body(body);
        let answer = request.timeout(wait + Duration::from_secs(10)).send().await.expect("an answer");
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }

    /// What the node says of a record.
    pub async fn outcome(&self, record: &RecordId) -> Option<Value> {
        let url = format!("{}/v1/records/{record}", self.node.public);
        let answer = self.http.get(url).send().await.ok()?;
        if answer.status() == StatusCode::OK { answer.json().await.ok() } else { None }
    }

    /// The object that a record made, as the node has it.
    pub async fn object(&self, id: &RecordId) -> Option<Value> {
        let answer = self.http.get(format!("{}/v1/objects/{id}", self.node.public)).send().await.expect("an answer");
        if answer.status() == StatusCode::OK { answer.json().await.ok() } else { None }
    }

    /// The record's receipt.
    pub async fn receipt(&self, id: &RecordId) -> Receipt {
        let answer = self.http.get(format!("{}/v1/records/{id}/receipt", self.node.public)).send().await;
        answer.expect("an answer").json().await.expect("a receipt")
    }

    /// Waits until the node knows a record.
    ///
    /// # Panics
    /// If it does not within 30 s.
    pub async fn knows(&self, record: &RecordId) -> Value {
        for _ in 0..300 {
            if let Some(found) = self.outcome(record).await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} does not know {record} after 30 s", self.node.party);
    }

    /// The log's size as the node has it.
    pub async fn size(&self) -> u64 {
        self.checkpoint().await.0
    }

    /// The log's size and root as the node has them.
    pub async fn checkpoint(&self) -> (u64, String) {
        let url = format!("{}/v1/checkpoints/latest", self.node.public);
        let answer = self.http.get(url).send().await.expect("an answer");
        let checkpoint: Value = answer.json().await.expect("JSON");
        let parts = checkpoint["size"].as_u64().zip(checkpoint["root"].as_str().map(str::to_owned));
        parts.unwrap_or_else(|| panic!("a checkpoint: {checkpoint}"))
    }
}
