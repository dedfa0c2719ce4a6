//! A marketplace of two banks, and a stand-in for their gateways that notes its leads.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use actix_web::{HttpRequest, HttpResponse, web};
use kontor_chassis::{
    client,
    server::{self, Server, Service},
};
use kontor_ledger::{
    client::Node,
    genesis::{Genesis, Officers, Parameters},
    member::{Member, MemberId, MemberRole},
    time::Timestamp,
};
use kontor_marketplace::{Config, OPENAPI, Running, config::Gateway};
use kontor_proofs::fingerprint;
use kontor_sealing::{SigningKey, Suite, escrow, keys::PartySeed};
use kontor_testkit::{FakeNode, TestCa, TestDatabase, contract, random, start};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const OPERATOR: &str = "KNTRDE21";
pub const BANKS: [&str; 2] = ["AURUDEFF", "BOREFRPP"];
/// A bank that joins after genesis.
pub const LATE: &str = "EMERDEFF";

/// A running marketplace.
pub struct Market {
    ca: TestCa,
    running: Running,
    gateways: server::Running,
    leads: Leads,
    node: FakeNode,
    genesis: Genesis,
    anyone: reqwest::Client,
    _folder: TempDir,
}

type Leads = Arc<Mutex<Vec<Value>>>;

async fn note(request: HttpRequest, leads: web::Data<Leads>, body: web::Json<Value>) -> HttpResponse {
    assert!(request.headers().contains_key("idempotency-key"));
    leads.lock().expect("not poisoned").push(body.into_inner());
    HttpResponse::Created().finish()
}

fn member(code: &str) -> MemberId {
    code.parse().expect("a code")
}

fn party(code: &str, role: MemberRole, evaluator: Option<u16>) -> Member {
    let mut bytes = [5; 32];
    bytes[..code.len()].copy_from_slice(code.as_bytes());
    let seed = PartySeed::from_bytes(&bytes);
    let (identity, encryption) = (seed.identity().public(), seed.encryption().public());
    let validator = evaluator.map(|index| SigningKey::from_seed(&[index.to_be_bytes()[1]; 32]).public());
    Member { id: member(code), name: code.into(), role, identity, encryption, validator, evaluator }
}

fn genesis() -> Genesis {
    let mut rng = random::seeded(31);
    let members = vec![
        party(BANKS[0], MemberRole::Bank, Some(1)),
        party(BANKS[1], MemberRole::Bank, Some(2)),
        party(OPERATOR, MemberRole::Operator, None),
    ];
    Genesis {
        name: "test".into(),
        created: Timestamp::from_millis(1_700_000_000_000).expect("a time"),
        suites: vec![Suite::Intl],
        members,
        officers: Officers { threshold: 1, keys: vec![SigningKey::generate(&mut rng).public()] },
        fingerprint: fingerprint::deal(2, 2, &mut rng).expect("shares").0,
        escrow: escrow::EscrowPublic {
            regulator: escrow::deal(1, 1, &mut rng).expect("shares").0,
            network: escrow::deal(2, 2, &mut rng).expect("shares").0,
        },
        parameters: Parameters::default(),
        rules: 2,
        authority: None,
    }
}

impl Market {
    pub async fn start(database: &TestDatabase) -> Self {
        let (ca, folder, leads) = (TestCa::new(), tempfile::tempdir().expect("a folder"), Leads::default());
        let service = Service {
            name: "gateways",
            title: "Gateways",
            about: "Note their leads.",
            openapi: r#"{"openapi":"3.1.0","info":{"title":"Gateways","version":"1"},"paths":{}}"#,
        };
        let listen = start::with_members(ca.identity(BANKS[0], "bank-gateway"));
        let routes = |config: &mut web::ServiceConfig, _| {
            config.route("/v1/leads", web::post().to(note));
        };
        let data = web::Data::new(leads.clone());
        let gateways = Server::new(service).start(&listen, data, routes).await.expect("starts");
        let url = start::https(&gateways, "");
        let path = folder.path().join("genesis.json");
        let (genesis, node) = (genesis(), FakeNode::start().await);
        std::fs::write(&path, serde_json::to_string(&genesis).expect("JSON")).expect("writes");
        let config = Config {
            listen: start::with_members(ca.identity(OPERATOR, "marketplace")),
            database: database.url().to_owned(),
            genesis: path,
            member: member(OPERATOR),
            ledger: vec![Node { http: node.url(), mutual_tls: None }],
            authority: None,
            gateways: BANKS.map(|code| Gateway { member: member(code), url: url.clone() }).to_vec(),
        };
        let running = kontor_marketplace::run(config).await.unwrap_or_else(|error| panic!("{error}"));
        let anyone = client::plain().expect("a client");
        Self { ca, running, gateways, leads, node, genesis, anyone, _folder: folder }
    }

    /// What the ledger's node says from now on: the members of genesis and [`LATE`], all active but one.
    pub fn members(&self, height: u64, suspended: Option<&str>) {
        let suspended: Vec<&str> = suspended.into_iter().collect();
        self.node.list(&self.genesis, height, &[party(LATE, MemberRole::Bank, None)], &suspended);
    }

    /// The ledger's node answers no more.
    pub fn silence(&self) {
        self.node.say(None);
    }

    /// Calls without a certificate and holds the answer against the API's description.
    pub async fn anyone(&self, method: Method, path: &str) -> (u16, Value) {
        checked(method.clone(), path, self.anyone.request(method, format!("http://{}{path}", self.running.http))).await
    }

    /// Posts as a member's service and holds the answer against the API's description.
    pub async fn post(&self, code: &str, path: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
        let port = self.running.mutual_tls.expect("listens for members").port();
        let mut request = self.ca.client(code, "service").post(format!("https://localhost:{port}{path}")).json(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        checked(Method::POST, path, request).await
    }

    /// Waits until `count` leads were told for the request.
    pub async fn leads(&self, request: &str, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let all = self.leads.lock().expect("not poisoned").clone();
            let found: Vec<Value> = all.into_iter().filter(|lead| lead["request"] == request).collect();
            if found.len() >= count {
                return found;
            }
            assert!(Instant::now() < deadline, "only {found:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn stop(self) {
        self.running.stop().await;
        self.gateways.stop().await;
    }
}

async fn checked(method: Method, path: &str, request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("answers");
    let status = answer.status().as_u16();
    let body = answer.json().await.unwrap_or(Value::Null);
    contract::check(OPENAPI, method.as_str(), path, status, &body);
    (status, body)
}

/// A product's criteria.
pub fn product(name: &str, rate_from: u16) -> Value {
    json!({
        "name": name, "currencies": ["EUR"], "minAmount": "up-to-10k", "maxAmount": "100k-to-1m",
        "maxTenorDays": 90, "countries": ["DE", "FR"], "rateFrom": rate_from,
    })
}

/// The last part of a problem's type.
pub fn slug(body: &Value) -> &str {
    body["type"].as_str().and_then(|kind| kind.rsplit('/').next()).unwrap_or_default()
}
