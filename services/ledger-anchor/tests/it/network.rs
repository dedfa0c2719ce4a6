//! A network of one validator, and an observer of it.

use std::{fs, path::PathBuf, time::Duration};

use kontor_chassis::{
    auth::Peer,
    ca::{self, Validity},
};
use kontor_ledger::{
    Batch, Genesis, Member, MemberId, MemberRole, Officers, Parameters, Timestamp,
    encoding::to_cbor,
    record::{Body, Nonce, Record, Unsigned},
};
use kontor_ledger_anchor::{Config, Running, StartError, run};
use kontor_proofs::fingerprint;
use kontor_sealing::{
    Hash, SigningKey, Suite,
    escrow::{self, EscrowPublic},
    keys::PartySeed,
};
use kontor_testkit::{TestCa, contract, random};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

const OPENAPI: &str = include_str!("../../../../api-spec/ledger-anchor.json");
pub const BANK: &str = "AURUDEFF";
pub const REGULATOR: &str = "REGUEU2L";

pub struct Network {
    pub genesis: Genesis,
    pub identity: SigningKey,
    ca: TestCa,
    folder: TempDir,
}

/// A running node and a member's way to it.
pub struct Node {
    pub running: Running,
    http: reqwest::Client,
}

fn seed_of(code: &str) -> PartySeed {
    let mut bytes = [7; 32];
    bytes[..code.len()].copy_from_slice(code.as_bytes());
    PartySeed::from_bytes(&bytes)
}

/// Authors the records of the certificate authority.
pub fn authority() -> SigningKey {
    seed_of("AUTHORIT").identity()
}

pub fn id(code: &str) -> MemberId {
    code.parse().expect("a code")
}

impl Network {
    pub fn new() -> Self {
        let mut rng = random::seeded(5);
        let validator = SigningKey::generate(&mut rng);
        let member = |code: &str, role, validator| {
            let seed = seed_of(code);
            let (identity, encryption) = (seed.identity().public(), seed.encryption().public());
            Member { id: id(code), name: code.into(), role, identity, encryption, validator, evaluator: None }
        };
        let mut share = || escrow::deal(1, 1, &mut rng).expect("shares").0;
        let escrow = EscrowPublic { regulator: share(), network: share() };
        let genesis = Genesis {
            name: "test".into(),
            created: Timestamp::from_millis(1_700_000_000_000).expect("a time"),
            suites: vec![Suite::Intl],
            members: vec![
                member(BANK, MemberRole::Bank, Some(validator.public())),
                member(REGULATOR, MemberRole::Regulator, None),
            ],
            officers: Officers { threshold: 1, keys: vec![seed_of("OFFICER1").identity().public()] },
            fingerprint: fingerprint::deal(1, 1, &mut rng).expect("shares").0,
            escrow,
            parameters: Parameters::default(),
            rules: kontor_ledger_anchor::rules::RULES,
            authority: Some(authority().public()),
        };
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("genesis.json"), serde_json::to_string(&genesis).expect("JSON")).expect("writes");
        fs::write(folder.path().join("validator"), hex::encode(validator.to_seed().as_ref())).expect("writes");
        Self { genesis, identity: seed_of(BANK).identity(), ca: TestCa::new(), folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The bank's node as a file would configure it.
    pub fn validator(&self) -> Value {
        let identity = self.ca.identity(BANK, "ledger-anchor");
        json!({
            "listen": { "http": "127.0.0.1:0", "mutual_tls": identity },
            "member": BANK,
            "genesis": self.path("genesis.json"),
            "data": self.path("bank"),
            "validator": { "key": self.path("validator"), "listen": "127.0.0.1:0" },
        })
    }

    /// The regulator's node, which follows the bank's.
    pub fn observer(&self, of: &Node) -> Value {
        json!({
            "listen": { "http": "127.0.0.1:0", "mutual_tls": self.ca.identity(REGULATOR, "ledger-anchor") },
            "member": REGULATOR,
            "genesis": self.path("genesis.json"),
            "data": self.path("regulator"),
            "peers": [{
                "member": BANK,
                "http": of.public(""),
                "ordering": "127.0.0.1:1",
                "mutual_tls": of.members(""),
            }],
        })
    }

    pub async fn start(&self, config: Value) -> Result<Node, StartError> {
        let member = config["member"].as_str().expect("a member").to_owned();
        let config: Config = serde_json::from_value(config).expect("a configuration");
        Ok(Node { running: run(config).await?, http: self.ca.client(&member, "bank-gateway") })
    }

    /// A member's way to a node of another one's.
    pub fn guest(&self, member: &str, node: Node) -> Node {
        Node { http: self.ca.client(member, "bank-gateway"), ..node }
    }

    pub async fn started(&self) -> Node {
        self.start(self.validator()).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// A record of the certificate authority's, relayed by the bank.
    pub fn certified(&self, body: Body, number: u64) -> Record {
        let network = self.genesis.hash();
        let unsigned = Unsigned { network, body, nonce: Nonce(number), author: authority().public() };
        unsigned.sign(&authority(), id(BANK))
    }

    /// Has the bank's node hold a certificate of which this part of a month is left.
    pub fn age(&self, identity: &mut Value, days: i64) {
        const DAY: i64 = 86_400;
        let peer = Peer { member: BANK.to_owned(), service: "ledger-anchor".to_owned() };
        let validity = Validity { not_before: ca::now() - (30 - days) * DAY, not_after: ca::now() + days * DAY };
        let names = ca::LOCAL_NAMES.map(str::to_owned);
        let issued = self.ca.register().issue(self.ca.authority(), &peer, &names, validity).expect("issues");
        let (certificate, key) = issued.write(self.ca.folder(), "aged").expect("writes");
        (identity["certificate"], identity["key"]) = (json!(certificate), json!(key));
    }

    /// An anchor of the bank's, relayed by `sponsor`.
    pub fn anchor(&self, number: u64, sponsor: &str) -> Record {
        let body = Body::AnchorNotarise { digest: Hash::sm3(&[&number.to_be_bytes()]) };
        let network = self.genesis.hash();
        let unsigned = Unsigned { network, body, nonce: Nonce(number), author: self.identity.public() };
        unsigned.sign(&self.identity, id(sponsor))
    }

    pub fn batch(&self, records: Vec<Record>, sponsor: &str) -> Batch {
        Batch::sign(records, id(sponsor), &seed_of(sponsor).identity()).expect("a batch")
    }
}

impl Node {
    pub fn public(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.http())
    }

    pub fn members(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.running.mutual_tls().expect("listens for members").port())
    }

    async fn answer(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> (u16, Value) {
        let mut request = self.http.request(method.clone(), self.members(path));
        if let Some((media, bytes)) = body {
            request = request.header("content-type", media).body(bytes);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("text");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        let path = path.split('?').next().unwrap_or_default();
        contract::check(OPENAPI, method.as_str(), path, status, &body);
        (status, body)
    }

    /// Reads, and holds the answer against the contract.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.answer(Method::GET, path, None).await
    }

    /// Reads bytes.
    pub async fn bytes(&self, path: &str) -> (u16, Vec<u8>) {
        let response = self.http.get(self.members(path)).send().await.expect("an answer");
        (response.status().as_u16(), response.bytes().await.expect("bytes").to_vec())
    }

    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> (u16, Value) {
        self.answer(Method::PUT, path, Some(("application/octet-stream", bytes))).await
    }

    pub async fn submit(&self, batch: &Batch) -> (u16, Value) {
        self.answer(Method::POST, "/v1/records", Some(("application/cbor", to_cbor(batch)))).await
    }

    pub async fn post(&self, path: &str, media: &str, bytes: Vec<u8>) -> (u16, Value) {
        self.answer(Method::POST, path, Some((media, bytes))).await
    }

    /// Waits until the log has a size.
    pub async fn reaches(&self, size: u64) {
        for _ in 0..200 {
            if self.running.node().progress().borrow().size >= size {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the log is shorter than {size} after 10 s");
    }
}
