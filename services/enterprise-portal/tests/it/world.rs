//! A network for tests: genesis, keys in files, one ledger node, a marketplace, a bank's stand-in, and the portal.

use std::{fs, path::PathBuf, sync::Mutex};

use kontor_chassis::{client, config::Listen, mail::MailConfig};
use kontor_enterprise_portal::{Config, OPENAPI, Running, config::Gateway};
use kontor_ledger::{
    Batch, Genesis, Member, MemberId, MemberRole, Officers, Parameters, Timestamp,
    client::{LedgerClient, Node},
    event::Final,
    record::Record,
};
use kontor_proofs::fingerprint;
use kontor_sealing::{
    PublicKey, SigningKey, Suite,
    escrow::{self, EscrowPublic},
    keys::PartySeed,
};
use kontor_testkit::{TestCa, TestDatabase, contract, random, start};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bank::Bank;

pub const OPERATOR: &str = "KNTRDE21";
pub const BANKS: [&str; 2] = ["AURUDEFF", "BOREFRPP"];

/// Genesis, keys and certificates.
pub struct World {
    pub ca: TestCa,
    pub genesis: Genesis,
    pub officer: SigningKey,
    folder: TempDir,
    count: Mutex<u32>,
}

pub fn member(code: &str) -> MemberId {
    code.parse().expect("a code")
}

pub fn seed_of(code: &str) -> PartySeed {
    let mut bytes = [7; 32];
    bytes[..code.len()].copy_from_slice(code.as_bytes());
    PartySeed::from_bytes(&bytes)
}

/// A member with the keys of its seed.
pub fn party(code: &str, role: MemberRole, validator: Option<PublicKey>, evaluator: Option<u16>) -> Member {
    let seed = seed_of(code);
    let (identity, encryption) = (seed.identity().public(), seed.encryption().public());
    Member { id: member(code), name: code.into(), role, identity, encryption, validator, evaluator }
}

/// Nodes that nobody runs.
pub fn nowhere() -> Node {
    Node { http: "http://127.0.0.1:9".into(), mutual_tls: Some("https://localhost:9".into()) }
}

impl World {
    pub fn new() -> Self {
        let mut rng = random::seeded(21);
        let validator = SigningKey::generate(&mut rng);
        let officer = SigningKey::generate(&mut rng);
        let genesis = Genesis {
            name: "test".into(),
            created: Timestamp::from_millis(1_700_000_000_000).expect("a time"),
            suites: vec![Suite::Intl],
            members: vec![
                party(BANKS[0], MemberRole::Bank, Some(validator.public()), Some(1)),
                party(BANKS[1], MemberRole::Bank, None, Some(2)),
                party(OPERATOR, MemberRole::Operator, None, None),
                party("REGUEU2L", MemberRole::Regulator, None, None),
            ],
            officers: Officers { threshold: 1, keys: vec![officer.public()] },
            fingerprint: fingerprint::deal(2, 2, &mut rng).expect("shares").0,
            escrow: EscrowPublic {
                regulator: escrow::deal(1, 1, &mut rng).expect("shares").0,
                network: escrow::deal(2, 2, &mut rng).expect("shares").0,
            },
            parameters: Parameters::default(),
            rules: 2,
            authority: None,
        };
        let folder = tempfile::tempdir().expect("a folder");
        let world = Self { ca: TestCa::new(), genesis, officer, folder, count: Mutex::new(0) };
        world.write("genesis.json", &serde_json::to_string(&world.genesis).expect("JSON"));
        world.write("validator", &hex::encode(validator.to_seed().as_ref()));
        world.write("operator.seed", &hex::encode(seed_of(OPERATOR).to_bytes().as_ref()));
        world
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("writes");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn fresh(&self, name: &str) -> PathBuf {
        let mut count = self.count.lock().expect("not poisoned");
        *count += 1;
        self.path(&format!("{name}-{count}"))
    }

    /// The one node that orders and keeps records.
    pub async fn ledger(&self) -> (kontor_ledger_anchor::Running, Node) {
        let config = json!({
            "listen": listen(start::with_members(self.ca.identity(BANKS[0], "ledger-anchor"))),
            "member": BANKS[0],
            "genesis": self.path("genesis.json"),
            "data": self.path("node"),
            "validator": { "key": self.path("validator"), "listen": "127.0.0.1:0" },
        });
        let config = serde_json::from_value(config).expect("a configuration");
        let running = kontor_ledger_anchor::run(config).await.unwrap_or_else(|error| panic!("{error}"));
        let port = running.mutual_tls().expect("listens for members").port();
        let node =
            Node { http: format!("http://{}", running.http()), mutual_tls: Some(format!("https://localhost:{port}")) };
        (running, node)
    }

    /// A marketplace that pushes leads to `bank`.
    pub async fn marketplace(&self, bank: &Bank) -> (kontor_marketplace::Running, String) {
        let config = json!({
            "listen": listen(start::with_members(self.ca.identity(OPERATOR, "marketplace"))),
            "database": format!("sqlite://{}", self.fresh("marketplace").display()),
            "genesis": self.path("genesis.json"),
            "member": OPERATOR,
            "gateways": [{ "member": bank.code, "url": bank.url }],
        });
        let config = serde_json::from_value(config).expect("a configuration");
        let running = kontor_marketplace::run(config).await.unwrap_or_else(|error| panic!("{error}"));
        let port = running.mutual_tls.expect("listens for members").port();
        (running, format!("https://localhost:{port}"))
    }

    /// A portal that asks a node which is not there first, then `node`.
    pub async fn portal(
        &self,
        database: &TestDatabase,
        node: &Node,
        bank: Option<&Bank>,
        marketplace: Option<String>,
    ) -> Portal {
        let mail = self.fresh("mail");
        let config = Config {
            listen: start::with_members(self.ca.identity(OPERATOR, "enterprise-portal")),
            database: database.url().to_owned(),
            genesis: self.path("genesis.json"),
            member: member(OPERATOR),
            seed: self.path("operator.seed"),
            ledger: vec![nowhere(), node.clone()],
            gateways: bank
                .map(|bank| Gateway { member: member(bank.code), url: bank.url.clone() })
                .into_iter()
                .collect(),
            marketplace,
            mail: Some(MailConfig::File { from: "Kontor <kontor@example.com>".into(), folder: mail.clone() }),
            patience_ms: 10_000,
            sessions: Default::default(),
        };
        let running = kontor_enterprise_portal::run(config).await.unwrap_or_else(|error| panic!("{error}"));
        let port = running.mutual_tls.expect("listens for members").port();
        Portal {
            public: format!("http://{}", running.http),
            members: format!("https://localhost:{port}"),
            anyone: client::plain().expect("a client"),
            mail,
            running,
        }
    }

    /// A member's own way to the ledger, past the portal.
    pub async fn relay(&self, code: &str, node: &Node, record: Record) -> Final {
        let http = client::members_and_public(&self.ca.identity(code, "bank-gateway")).expect("a client");
        let ledger = LedgerClient::new(http, vec![node.clone()], self.genesis.hash());
        let batch = Batch::sign(vec![record], member(code), &seed_of(code).identity()).expect("a batch");
        ledger.submit_one(&batch).await.expect("final")
    }

    /// Calls the portal as a bank's gateway.
    pub async fn as_bank(&self, portal: &Portal, code: &str, path: &str, body: Value) -> (u16, Value) {
        let http = self.ca.client(code, "bank-gateway");
        checked(Method::PUT, path, http.put(format!("{}{path}", portal.members)).json(&body)).await
    }
}

fn listen(listen: Listen) -> Value {
    serde_json::to_value(listen).expect("JSON")
}

/// A running portal.
pub struct Portal {
    pub public: String,
    pub members: String,
    pub anyone: reqwest::Client,
    pub mail: PathBuf,
    running: Running,
}

impl Portal {
    /// Calls without signing in and holds the answer against the API's description.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.anyone.request(method.clone(), format!("{}{path}", self.public));
        if let Some(body) = body {
            request = request.json(&body);
        }
        checked(method, path, request).await
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// Sends, and holds the answer against the API's description.
pub async fn checked(method: Method, path: &str, request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("answers");
    let status = answer.status().as_u16();
    let body = answer.json().await.unwrap_or(Value::Null);
    contract::check(OPENAPI, method.as_str(), path, status, &body);
    (status, body)
}

/// The last part of a problem's type.
pub fn slug(body: &Value) -> &str {
    body["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default()
}
