//! A network for tests: genesis, keys in files, one ledger node, verification services, gateways, and a stand-in for
//! the operator's services that notes what it is told.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use actix_web::{HttpRequest, HttpResponse, web};
use kontor_bank_gateway::config::{Account, Config, Evaluator, Policy};
use kontor_chassis::{
    client,
    config::Listen,
    people::Person,
    server::{self, Server, Service},
};
use kontor_ledger::{
    Batch, Genesis, Member, MemberId, MemberRole, Officers, Parameters, Timestamp,
    client::{LedgerClient, Node},
    event::Final,
    record::Record,
};
use kontor_proofs::fingerprint;
use kontor_sealing::{
    SigningKey, Suite,
    escrow::{self, EscrowPublic},
    keys::PartySeed,
};
use kontor_testkit::{TestCa, TestDatabase, random, start};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

pub const OPENAPI: &str = include_str!("../../../../api-spec/bank-gateway.json");
pub const OPERATOR: &str = "KNTRDE21";
pub const BANKS: [&str; 2] = ["AURUDEFF", "BOREFRPP"];
const REGULATOR: &str = "REGUEU2L";
const PASSWORD: &str = "a long enough password";

/// Genesis, keys and certificates.
pub struct World {
    pub ca: TestCa,
    pub genesis: Genesis,
    folder: TempDir,
    operator: PartySeed,
    runtime: Mutex<u32>,
}

pub fn id(code: &str) -> MemberId {
    code.parse().expect("a code")
}

pub fn seed_of(code: &str) -> PartySeed {
    let mut bytes = [7; 32];
    bytes[..code.len()].copy_from_slice(code.as_bytes());
    PartySeed::from_bytes(&bytes)
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut rng = random::seeded(11);
        let evaluators = u16::try_from(BANKS.len()).expect("few");
        let (fingerprint, shares) = fingerprint::deal(evaluators, evaluators, &mut rng).expect("shares");
        let (regulator, _) = escrow::deal(1, 1, &mut rng).expect("shares");
        let (network, decryption) = escrow::deal(evaluators, evaluators, &mut rng).expect("shares");
        let validator = SigningKey::generate(&mut rng);
        let member = |code: &str, role, validator, evaluator| {
            let seed = seed_of(code);
            let (identity, encryption) = (seed.identity().public(), seed.encryption().public());
            Member { id: id(code), name: code.into(), role, identity, encryption, validator, evaluator }
        };
        let mut members: Vec<Member> = (1..)
            .zip(BANKS)
            .map(|(index, code)| member(code, MemberRole::Bank, (index == 1).then(|| validator.public()), Some(index)))
            .collect();
        members.push(member(OPERATOR, MemberRole::Operator, None, None));
        members.push(member(REGULATOR, MemberRole::Regulator, None, None));
        let genesis = Genesis {
            name: "test".into(),
            created: Timestamp::from_millis(1_700_000_000_000).expect("a time"),
            suites: vec![Suite::Intl],
            members,
            officers: Officers { threshold: 1, keys: vec![seed_of("OFFICER1").identity().public()] },
            fingerprint,
            escrow: EscrowPublic { regulator, network },
            // Two banks decide, also when they are three.
            parameters: Parameters { approval_share: 6_600, ..Parameters::default() },
            rules: 2,
            authority: None,
        };
        let world = Self { ca: TestCa::new(), genesis, folder, operator: seed_of(OPERATOR), runtime: Mutex::new(0) };
        world.write("genesis.json", &serde_json::to_string(&world.genesis).expect("JSON"));
        world.write("validator", &hex::encode(validator.to_seed().as_ref()));
        world.write("password", PASSWORD);
        for (code, (share, part)) in BANKS.iter().zip(shares.iter().zip(&decryption)) {
            world.write_seed(code, &seed_of(code));
            world.write(&format!("{code}.fingerprint"), &hex::encode(share.to_bytes().as_ref()));
            world.write(&format!("{code}.escrow"), &hex::encode(part.to_bytes().as_ref()));
        }
        world
    }

    pub fn write_seed(&self, code: &str, seed: &PartySeed) {
        self.write(&format!("{code}.seed"), &hex::encode(seed.to_bytes().as_ref()));
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("writes");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn next(&self) -> u32 {
        let mut count = self.runtime.lock().expect("not poisoned");
        *count += 1;
        *count
    }

    /// The one node that orders and keeps records.
    pub async fn ledger(&self) -> (kontor_ledger_anchor::Running, Node) {
        let config: kontor_ledger_anchor::Config = serde_json::from_value(json!({
            "listen": listen(start::with_members(self.ca.identity(BANKS[0], "ledger-anchor"))),
            "member": BANKS[0],
            "genesis": self.path("genesis.json"),
            "data": self.path("node"),
            "validator": { "key": self.path("validator"), "listen": "127.0.0.1:0" },
        }))
        .expect("a configuration");
        let running = kontor_ledger_anchor::run(config).await.unwrap_or_else(|error| panic!("{error}"));
        let port = running.mutual_tls().expect("listens for members").port();
        let node =
            Node { http: format!("http://{}", running.http()), mutual_tls: Some(format!("https://localhost:{port}")) };
        (running, node)
    }

    /// The operator's way to the ledger.
    pub fn operators_ledger(&self, node: &Node) -> LedgerClient {
        let http = client::members_and_public(&self.ca.identity(OPERATOR, "enterprise-portal")).expect("a client");
        LedgerClient::new(http, vec![node.clone()], self.genesis.hash())
    }

    /// Relays an enterprise's record as the portal does.
    pub async fn relay(&self, ledger: &LedgerClient, record: Record) -> Final {
        let batch = Batch::sign(vec![record], id(OPERATOR), &self.operator.identity()).expect("a batch");
        ledger.submit_one(&batch).await.expect("final")
    }

    pub async fn verification(&self, code: &str, node: &Node) -> kontor_verification::Running {
        let database = self.path(&format!("verification-{}.db", self.next()));
        let config = json!({
            "listen": listen(start::with_members(self.ca.identity(code, "verification"))),
            "database": format!("sqlite://{}", database.display()),
            "member": code,
            "seed": self.path(&format!("{code}.seed")),
            "genesis": self.path("genesis.json"),
            "ledger": [node],
            "fingerprint_share": self.path(&format!("{code}.fingerprint")),
            "escrow_share": self.path(&format!("{code}.escrow")),
        });
        let config = serde_json::from_value(config).expect("a configuration");
        kontor_verification::run(config).await.unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn gateway_config(
        &self,
        code: &str,
        database: &TestDatabase,
        node: &Node,
        evaluators: &[(&str, String)],
        operator: &Operator,
    ) -> Config {
        let own = evaluators.iter().find(|(member, _)| *member == code).map(|(_, url)| url.clone());
        Config {
            listen: start::with_members(self.ca.identity(code, "bank-gateway")),
            database: database.url().to_owned(),
            member: id(code),
            seed: self.path(&format!("{code}.seed")),
            genesis: self.path("genesis.json"),
            ledger: vec![node.clone()],
            evaluators: evaluators
                .iter()
                .map(|(member, url)| Evaluator { member: id(member), url: url.clone() })
                .collect(),
            verification: own.unwrap_or_else(|| "https://localhost:1".into()),
            portal: operator.url.clone(),
            marketplace: operator.url.clone(),
            people: vec![Person {
                login: "officer".into(),
                role: "officer".into(),
                password_file: self.path("password"),
            }],
            policy: Policy::default(),
            account: Account { name: "The Bank".into(), iban: "DE89370400440532013000".into() },
            sessions: Default::default(),
        }
    }

    pub async fn gateway(
        &self,
        code: &str,
        database: &TestDatabase,
        node: &Node,
        evaluators: &[(&str, String)],
        operator: &Operator,
    ) -> Gateway {
        let config = self.gateway_config(code, database, node, evaluators, operator);
        let running = kontor_bank_gateway::run(config).await.unwrap_or_else(|error| panic!("{error}"));
        let port = running.mutual_tls.expect("listens for members").port();
        let mut gateway = Gateway {
            public: format!("http://{}", running.http),
            members: format!("https://localhost:{port}"),
            portal: self.ca.client(OPERATOR, "enterprise-portal"),
            staff: client::plain().expect("a client"),
            token: String::new(),
            running,
        };
        gateway.sign_in().await;
        gateway
    }
}

fn listen(listen: Listen) -> Value {
    serde_json::to_value(listen).expect("JSON")
}

/// A running gateway and its callers.
pub struct Gateway {
    pub public: String,
    pub members: String,
    pub portal: Client,
    staff: Client,
    token: String,
    running: kontor_bank_gateway::Running,
}

impl Gateway {
    async fn sign_in(&mut self) {
        let body = json!({ "login": "officer", "password": PASSWORD, "bearer": true });
        let answer = self.staff.post(format!("{}/v1/sessions", self.public)).json(&body).send().await.expect("answers");
        let answer: Value = answer.json().await.expect("JSON");
        self.token = answer["token"].as_str().expect("a token").to_owned();
    }

    /// Calls as an officer and holds the answer against the API's description.
    pub async fn staff(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self.staff.request(method.clone(), format!("{}{path}", self.public)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        checked(method, path, request).await
    }

    /// Calls as the operator's portal and holds the answer against the API's description.
    pub async fn portal(&self, path: &str, body: Value) -> (StatusCode, Value) {
        checked(Method::POST, path, self.portal.post(format!("{}{path}", self.members)).json(&body)).await
    }

    /// The text of a message.
    pub async fn message(&self, application: &str, name: &str) -> String {
        let url = format!("{}/v1/applications/{application}/messages/{name}", self.public);
        let answer = self.staff.get(url).bearer_auth(&self.token).send().await.expect("answers");
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.expect("text")
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }
}

pub async fn checked(method: Method, path: &str, request: reqwest::RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.expect("answers");
    let status = answer.status();
    let body: Value = answer.json().await.expect("JSON");
    kontor_testkit::contract::check(OPENAPI, method.as_str(), path, status.as_u16(), &body);
    (status, body)
}

type Told = Arc<Mutex<Vec<(String, Value)>>>;

/// The operator's portal and marketplace, as far as gateways speak to them.
pub struct Operator {
    pub url: String,
    told: Told,
    running: server::Running,
}

async fn note(request: HttpRequest, told: web::Data<Told>, body: web::Json<Value>) -> HttpResponse {
    told.lock().expect("not poisoned").push((request.path().to_owned(), body.into_inner()));
    if request.path() == "/v1/products" {
        return HttpResponse::Created().json(json!({ "id": "0190a7a0-0000-7000-8000-000000000001" }));
    }
    HttpResponse::NoContent().finish()
}

impl Operator {
    pub async fn start(world: &World) -> Self {
        let service = Service {
            name: "operator",
            title: "Operator",
            about: "Notes what it is told.",
            openapi: r#"{"openapi":"3.1.0","info":{"title":"Operator","version":"1"},"paths":{}}"#,
        };
        let told = Told::default();
        let listen = start::with_members(world.ca.identity(OPERATOR, "enterprise-portal"));
        let routes = |config: &mut web::ServiceConfig, _| {
            config.route("/v1/{rest:.*}", web::put().to(note)).route("/v1/{rest:.*}", web::post().to(note));
        };
        let running = Server::new(service).start(&listen, web::Data::new(told.clone()), routes).await.expect("starts");
        let port = running.mutual_tls.expect("listens for members").port();
        Self { url: format!("https://localhost:{port}"), told, running }
    }

    /// Waits until something was told at `path` that satisfies `wanted`.
    pub async fn heard(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let all = self.told.lock().expect("not poisoned").clone();
            let mut here = all.iter().filter(|(at, _)| at == path).map(|(_, body)| body);
            if let Some(found) = here.find(|body| wanted(body)) {
                return found.clone();
            }
            assert!(Instant::now() < deadline, "{path} only heard {all:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the request is in this state.
    pub async fn state(&self, request: &str, state: &str) -> Value {
        self.heard(&format!("/v1/financing-requests/{request}/status"), |body| body["state"] == state).await
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }
}
