//! A regulator with officers, and a supervisor that serves them; the ledger is out of reach.

use kontor_chassis::{client, people::Person};
use kontor_ledger::{
    client::Node,
    genesis::{Genesis, Officers, Parameters},
    member::{Member, MemberId, MemberRole},
    time::Timestamp,
};
use kontor_proofs::fingerprint;
use kontor_sealing::{PartySeed, SigningKey, Suite, escrow};
use kontor_supervisor::{Config, Running, run};
use kontor_testkit::{TestCa, TestDatabase, contract, random::seeded, start};
use reqwest::Method;
use serde_json::{Value, json};

pub const OPENAPI: &str = include_str!("../../../../api-spec/supervisor.json");

/// A supervisor under test; its folder lives as long as it does.
pub struct Network {
    pub genesis: Genesis,
    pub officers: Vec<SigningKey>,
    pub member: MemberId,
    running: Running,
    http: reqwest::Client,
    token: String,
    _folder: tempfile::TempDir,
    _authority: TestCa,
}

impl Network {
    pub async fn start(database: &TestDatabase) -> Self {
        let seed = PartySeed::generate(&mut seeded(1));
        Self::with_node(database, seed, "http://127.0.0.1:1", |_| ()).await
    }

    /// With the regulator's `seed` of now, and a node that `tell` tells of genesis before the supervisor starts.
    pub async fn with_node(database: &TestDatabase, seed: PartySeed, node: &str, tell: impl FnOnce(&Genesis)) -> Self {
        let rng = &mut seeded(1);
        let original = PartySeed::generate(rng);
        let officers: Vec<SigningKey> = (0..3).map(|_| SigningKey::generate(rng)).collect();
        let member: MemberId = "REGUEU2L".parse().expect("a code");
        let regulator = Member {
            id: member,
            name: "Regulator".to_owned(),
            role: MemberRole::Regulator,
            identity: original.identity().public(),
            encryption: original.encryption().public(),
            validator: Some(SigningKey::generate(rng).public()),
            evaluator: None,
        };
        let genesis = Genesis {
            name: "test".to_owned(),
            created: Timestamp::from_millis(1_700_000_000_000).expect("a time"),
            suites: vec![Suite::Intl],
            members: vec![regulator],
            officers: Officers { threshold: 2, keys: officers.iter().map(SigningKey::public).collect() },
            fingerprint: fingerprint::deal(1, 1, rng).expect("deals").0,
            escrow: escrow::EscrowPublic {
                regulator: escrow::deal(2, 3, rng).expect("deals").0,
                network: escrow::deal(1, 1, rng).expect("deals").0,
            },
            parameters: Parameters::default(),
            rules: 2,
            authority: None,
        };
        tell(&genesis);
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, content: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).expect("writes");
            path
        };
        let authority = TestCa::new();
        let config = Config {
            listen: start::with_members(authority.identity("REGUEU2L", "supervisor")),
            database: database.url().to_owned(),
            genesis: file("genesis.json", serde_json::to_string(&genesis).expect("JSON")),
            member,
            seed: file("seed", hex::encode(*seed.to_bytes())),
            ledger: vec![Node { http: node.to_owned(), mutual_tls: None }],
            evaluators: Vec::new(),
            people: vec![Person {
                login: "olga".to_owned(),
                role: "officer".to_owned(),
                password_file: file("password", "correct horse battery".to_owned()),
            }],
        };
        let running = run(config).await.expect("starts");
        let http = client::plain().expect("a client");
        let mut network = Self {
            genesis,
            officers,
            member,
            running,
            http,
            token: String::new(),
            _folder: folder,
            _authority: authority,
        };
        let login = json!({ "login": "olga", "password": "correct horse battery", "bearer": true });
        let (status, body) = network.call(Method::POST, "/v1/sessions", Some(login)).await;
        assert_eq!(status, 201, "{body}");
        network.token = body["token"].as_str().expect("a token").to_owned();
        network
    }

    /// Calls without the contract's check.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.http.request(method, format!("http://{}{path}", self.running.http()));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// Calls and holds the answer against the OpenAPI document; `route` is the path there.
    pub async fn checked(&self, method: Method, route: &str, id: &str, body: Option<Value>) -> (u16, Value) {
        let (status, answer) = self.call(method.clone(), &route.replace("{id}", id), body).await;
        contract::check(OPENAPI, method.as_str(), route, status, &answer);
        (status, answer)
    }

    pub fn signed_out(mut self) -> Self {
        self.token.clear();
        self
    }

    pub async fn page(&self, path: &str) -> String {
        let url = format!("http://{}{path}", self.running.http());
        self.http.get(url).send().await.expect("an answer").text().await.expect("text")
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }
}
