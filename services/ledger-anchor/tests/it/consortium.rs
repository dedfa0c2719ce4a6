//! Several members' nodes in this process, with members that join and leave.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use kontor_ledger::{
    Batch, Genesis, Member, MemberId, MemberRole, Officers, Parameters, Timestamp,
    encoding::to_cbor,
    governance::{Change, Endpoints, HeldKey, JoinRequest},
    receipt::{self, Receipt},
    record::{Body, Nonce, Record, RecordId, Unsigned},
};
use kontor_ledger_anchor::{Config, Running, rules::RULES, run};
use kontor_proofs::fingerprint;
use kontor_sealing::{
    Hash, SigningKey, Suite,
    escrow::{self, EscrowPublic},
    keys::PartySeed,
};
use kontor_testkit::{TestCa, random};
use rand::RngExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A bank by its number.
pub fn code(number: u8) -> MemberId {
    format!("BANK{number:04}").parse().expect("a code")
}

fn seed_of(number: u8) -> PartySeed {
    PartySeed::from_bytes(&[number.wrapping_add(1); 32])
}

pub fn identity(number: u8) -> SigningKey {
    seed_of(number).identity()
}

/// The key that a bank's node orders with, by its generation.
pub fn validator(number: u8, generation: u8) -> SigningKey {
    SigningKey::from_seed(&[number, generation, 7, 7].repeat(8).try_into().expect("32 bytes"))
}

fn member(number: u8, orders: bool) -> Member {
    let seed = seed_of(number);
    Member {
        id: code(number),
        name: format!("Bank {number}"),
        role: MemberRole::Bank,
        identity: seed.identity().public(),
        encryption: seed.encryption().public(),
        validator: orders.then(|| validator(number, 0).public()),
        evaluator: None,
    }
}

/// Nodes of banks, the first few of which are in genesis.
pub struct Consortium {
    pub genesis: Genesis,
    /// Added to the configuration of each node.
    pub settings: Value,
    ca: TestCa,
    folder: TempDir,
    places: Vec<Place>,
    pub nodes: Vec<Option<Running>>,
}

#[derive(Clone, Copy)]
struct Place {
    http: u16,
    members: u16,
    ordering: u16,
}

fn tomorrow() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_millis();
    Timestamp::from_millis(now as u64 + 86_400_000).expect("a time")
}

/// Below the ports that the system gives to outgoing connections, which would take it again before a node does.
fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| rand::rng().random_range(10_000..30_000));
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.by_ref().take(1_000).find(free).expect("a port")
}

impl Consortium {
    /// A network that `founders` banks start, and room for as many as `all`; nothing runs yet.
    pub fn new(founders: u8, all: u8) -> Self {
        Self::with_rules(founders, all, RULES)
    }

    /// As [`Self::new`], with an earlier version of the rules.
    pub fn with_rules(founders: u8, all: u8, rules: u16) -> Self {
        let mut rng = random::seeded(9);
        let mut share = || escrow::deal(1, 1, &mut rng).expect("shares").0;
        let escrow = EscrowPublic { regulator: share(), network: share() };
        let genesis = Genesis {
            name: "test".into(),
            created: Timestamp::from_millis(1_700_000_000_000).expect("a time"),
            suites: vec![Suite::Intl],
            members: (0..founders).map(|number| member(number, true)).collect(),
            officers: Officers { threshold: 1, keys: vec![SigningKey::from_seed(&[200; 32]).public()] },
            fingerprint: fingerprint::deal(1, 1, &mut rng).expect("shares").0,
            escrow,
            parameters: Parameters { epoch_notice: 16, ..Parameters::default() },
            rules,
            authority: None,
        };
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("genesis.json"), serde_json::to_string(&genesis).expect("JSON")).expect("writes");
        for number in 0..all {
            let key = validator(number, 0);
            fs::write(folder.path().join(format!("{number}.key")), hex::encode(key.to_seed().as_ref()))
                .expect("writes");
        }
        let place = || Place { http: free_port(), members: free_port(), ordering: free_port() };
        let places = (0..all).map(|_| place()).collect();
        Self {
            genesis,
            settings: json!({}),
            ca: TestCa::new(),
            folder,
            places,
            nodes: (0..all).map(|_| None).collect(),
        }
    }

    /// A file of a bank's.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts a bank's node; those of genesis are its peers, others it learns of from the ledger.
    pub async fn start(&mut self, number: u8) {
        self.start_with(number, json!({})).await;
    }

    /// As [`Self::start`], with settings that go before those of all nodes.
    pub async fn start_with(&mut self, number: u8, settings: Value) {
        let founders = self.genesis.members.len() as u8;
        let peer = |peer: u8| {
            let Place { http, members, ordering } = self.places[usize::from(peer)];
            json!({
                "member": code(peer),
                "http": format!("http://127.0.0.1:{http}"),
                "mutual_tls": format!("https://localhost:{members}"),
                "ordering": SocketAddr::from((Ipv4Addr::LOCALHOST, ordering)),
            })
        };
        let place = self.places[usize::from(number)];
        let mut tls = json!(self.ca.identity(code(number).as_str(), "ledger-anchor"));
        tls["listen"] = json!(SocketAddr::from((Ipv4Addr::LOCALHOST, place.members)));
        let mut config = json!({
            "listen": { "http": SocketAddr::from((Ipv4Addr::LOCALHOST, place.http)), "mutual_tls": tls },
            "member": code(number),
            "genesis": self.path("genesis.json"),
            "data": self.path(&number.to_string()),
            "validator": {
                "key": self.path(&format!("{number}.key")),
                "listen": SocketAddr::from((Ipv4Addr::LOCALHOST, place.ordering)),
            },
            "peers": (0..founders).filter(|other| *other != number).map(peer).collect::<Vec<_>>(),
            "cache": 8,
            "compare": 1,
        });
        for (key, value) in [&self.settings, &settings].into_iter().flat_map(|all| all.as_object().expect("settings")) {
            config[key] = value.clone();
        }
        let config: Config = serde_json::from_value(config).expect("a configuration");
        let running = run(config).await.unwrap_or_else(|error| panic!("bank {number}: {error}"));
        self.nodes[usize::from(number)] = Some(running);
    }

    pub async fn stop(&mut self, number: u8) {
        if let Some(node) = self.nodes[usize::from(number)].take() {
            node.stop().await;
        }
    }

    pub fn node(&self, number: u8) -> &Running {
        self.nodes[usize::from(number)].as_ref().expect("a running node")
    }

    /// What a bank that wants to join asks for.
    pub fn request(&self, number: u8) -> JoinRequest {
        let network = self.genesis.hash();
        let member = member(number, true);
        let possession = |key: &SigningKey| HeldKey::new(key, &network, &member.id).possession;
        let Place { http, members, ordering } = self.places[usize::from(number)];
        JoinRequest {
            identity_possession: possession(&identity(number)),
            validator_possession: Some(possession(&validator(number, 0))),
            endpoints: Endpoints {
                http: format!("http://127.0.0.1:{http}"),
                mutual_tls: format!("https://localhost:{members}"),
                ordering: SocketAddr::from((Ipv4Addr::LOCALHOST, ordering)).to_string(),
            },
            member,
        }
    }

    /// A bank's way to its own node.
    pub fn bank(&self, number: u8) -> Bank {
        Bank {
            member: code(number),
            identity: identity(number),
            network: self.genesis.hash(),
            address: format!("https://localhost:{}", self.places[usize::from(number)].members),
            http: self.ca.client(code(number).as_str(), "bank-gateway"),
        }
    }

    /// A path on a bank's public listener.
    pub fn public(&self, number: u8, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.places[usize::from(number)].http)
    }

    /// The height that a bank's node has reached.
    pub fn height(&self, number: u8) -> u64 {
        self.node(number).node().progress().borrow().height
    }

    /// What a proposal comes to.
    pub async fn propose(&self, number: u8, change: Change) -> (u16, Value) {
        self.bank(number).outcome(Body::NetworkPropose { change, expires: tomorrow() }).await
    }

    /// Has a change decided: the first bank proposes, the next ones approve.
    pub async fn decide(&self, change: Change, voters: &[u8]) {
        let (proposer, others) = voters.split_first().expect("a proposer");
        let expires = tomorrow();
        let proposal = self.bank(*proposer).accepted(Body::NetworkPropose { change, expires }).await;
        for voter in others {
            self.bank(*voter).accepted(Body::NetworkVote { proposal, approve: true }).await;
        }
    }

    /// Waits until a bank's node is in an epoch, and orders in it or does not.
    pub async fn reaches(&self, number: u8, epoch: u64, orders: bool) {
        let node = self.node(number);
        for _ in 0..600 {
            let membership = node.ordering().membership();
            if node.node().epoch().number == epoch && membership.epoch == epoch && membership.orders == orders {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let (at, epoch_now) = (self.height(number), node.node().epoch().number);
        let highest = self.nodes.iter().flatten().map(|node| node.node().progress().borrow().height).max();
        panic!("bank {number} is not in epoch {epoch} after 60 s: at block {at} of {highest:?}, epoch {epoch_now}");
    }
}

/// A bank and its client.
#[derive(Clone)]
pub struct Bank {
    pub member: MemberId,
    identity: SigningKey,
    network: Hash,
    address: String,
    http: reqwest::Client,
}

impl Bank {
    pub fn record(&self, body: Body) -> Record {
        let nonce = Nonce(rand::rng().random());
        let unsigned = Unsigned { network: self.network, body, nonce, author: self.identity.public() };
        unsigned.sign(&self.identity, self.member)
    }

    pub async fn submit(&self, records: Vec<Record>) -> Option<(u16, Value)> {
        let batch = Batch::sign(records, self.member, &self.identity).expect("a batch");
        let request = self.http.post(format!("{}/v1/records?timeout=20000", self.address));
        let answer = request.header("content-type", "application/cbor").body(to_cbor(&batch)).send().await.ok()?;
        Some((answer.status().as_u16(), answer.json().await.ok()?))
    }

    /// Has a record accepted.
    pub async fn accepted(&self, body: Body) -> RecordId {
        let record = self.record(body);
        // A resubmission is the same record.
        for _ in 0..5 {
            let Some((status, answer)) = self.submit(vec![record.clone()]).await else { continue };
            match status {
                201 => return record.id(),
                202 => {}
                _ => panic!("{status}: {answer}"),
            }
        }
        panic!("the record is not final after five tries");
    }

    /// What a record comes to.
    pub async fn outcome(&self, body: Body) -> (u16, Value) {
        let record = self.record(body);
        self.submit(vec![record]).await.expect("an answer")
    }

    /// A receipt that holds.
    pub async fn receipt(&self, id: &RecordId) -> Receipt {
        let answer =
            self.http.get(format!("{}/v1/records/{id}/receipt", self.address)).send().await.expect("an answer");
        let receipt: Receipt = answer.json().await.expect("a receipt");
        let proven = receipt::verify(&receipt, &self.network).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(proven.record, *id);
        receipt
    }
}
