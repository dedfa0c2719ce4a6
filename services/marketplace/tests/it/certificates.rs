//! The network's issuer with a real ledger: what was issued by files is recorded, services renew by themselves, and
//! who was revoked is refused.

use std::{fs, net::SocketAddr, time::Duration};

use actix_web::web;
use kontor_chassis::{
    auth::Peer,
    ca::{self, Crl, Details, Reason, Validity, request},
    client,
    config::{Issuer, MutualTls},
    server::{self, Server, Service},
};
use kontor_ledger::{
    client::{LedgerClient, Node},
    genesis::{Genesis, Officers, Parameters},
    member::{Member, MemberRole},
    network_certificate::{NetworkCertificate, RevocationReason},
    record::{Body, Nonce, Unsigned},
    time::Timestamp,
};
use kontor_marketplace::OPENAPI;
use kontor_proofs::fingerprint;
use kontor_sealing::{SigningKey, Suite, escrow, keys::PartySeed};
use kontor_testkit::{TestCa, TestDatabase, contract, databases, random, start};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::market::{BANKS, OPERATOR, slug};

struct World {
    ca: TestCa,
    folder: TempDir,
    genesis: Genesis,
    node: kontor_ledger_anchor::Running,
    ledger: LedgerClient,
    market: Option<kontor_marketplace::Running>,
}

fn seed_of(code: &str) -> PartySeed {
    let mut bytes = [9; 32];
    bytes[..code.len()].copy_from_slice(code.as_bytes());
    PartySeed::from_bytes(&bytes)
}

fn authority() -> SigningKey {
    SigningKey::from_seed(&[77; 32])
}

fn genesis(validator: &SigningKey) -> Genesis {
    let mut rng = random::seeded(41);
    let party = |code: &str, role, validator| {
        let seed = seed_of(code);
        let (identity, encryption) = (seed.identity().public(), seed.encryption().public());
        Member {
            id: code.parse().expect("a code"),
            name: code.into(),
            role,
            identity,
            encryption,
            validator,
            evaluator: None,
        }
    };
    Genesis {
        name: "test".into(),
        created: Timestamp::from_millis(1_700_000_000_000).expect("a time"),
        suites: vec![Suite::Intl],
        members: vec![
            party(BANKS[0], MemberRole::Bank, Some(validator.public())),
            party(BANKS[1], MemberRole::Bank, None),
            party(OPERATOR, MemberRole::Operator, None),
        ],
        officers: Officers { threshold: 1, keys: vec![SigningKey::generate(&mut rng).public()] },
        fingerprint: fingerprint::deal(1, 1, &mut rng).expect("shares").0,
        escrow: escrow::EscrowPublic {
            regulator: escrow::deal(1, 1, &mut rng).expect("shares").0,
            network: escrow::deal(1, 1, &mut rng).expect("shares").0,
        },
        parameters: Parameters::default(),
        rules: 2,
        authority: Some(authority().public()),
    }
}

impl World {
    async fn start(database: &TestDatabase) -> Self {
        let (ca, folder) = (TestCa::new(), tempfile::tempdir().expect("a folder"));
        let validator = SigningKey::from_seed(&[78; 32]);
        let genesis = genesis(&validator);
        let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("writes");
        write("genesis.json", serde_json::to_string(&genesis).expect("JSON"));
        write("validator", hex(validator.to_seed().as_ref()));
        write("authority", hex(authority().to_seed().as_ref()));
        write("seed", hex(seed_of(OPERATOR).to_bytes().as_ref()));
        let config = serde_json::from_value(json!({
            "listen": start::with_members(ca.identity(BANKS[0], "ledger-anchor")),
            "member": BANKS[0],
            "genesis": folder.path().join("genesis.json"),
            "data": folder.path().join("node"),
            "validator": { "key": folder.path().join("validator"), "listen": "127.0.0.1:0" },
        }));
        let node = kontor_ledger_anchor::run(config.expect("a configuration")).await;
        let node = node.unwrap_or_else(|error| panic!("{error}"));
        let port = node.mutual_tls().expect("listens for members").port();
        let address =
            Node { http: format!("http://{}", node.http()), mutual_tls: Some(format!("https://localhost:{port}")) };
        let http = client::members_and_public(&ca.identity(BANKS[1], "tests")).expect("a client");
        let ledger = LedgerClient::new(http, vec![address.clone()], genesis.hash());
        let mut world = Self { ca, folder, genesis, node, ledger, market: None };
        world.market = Some(world.market(database, &address).await);
        world
    }

    async fn market(&self, database: &TestDatabase, node: &Node) -> kontor_marketplace::Running {
        let config = serde_json::from_value(json!({
            "listen": start::with_members(self.ca.identity(OPERATOR, "marketplace")),
            "database": database.url(),
            "genesis": self.folder.path().join("genesis.json"),
            "member": OPERATOR,
            "authority": {
                "folder": self.ca.folder(),
                "key": self.folder.path().join("authority"),
                "seed": self.folder.path().join("seed"),
                "ledger": [node],
                "every": 1,
            },
        }));
        let running = kontor_marketplace::run(config.expect("a configuration")).await;
        running.unwrap_or_else(|error| panic!("{error}"))
    }

    fn url(&self) -> String {
        let market = self.market.as_ref().expect("runs");
        format!("https://localhost:{}", market.mutual_tls.expect("listens for members").port())
    }

    /// An identity with a month's life of which `left` days are left, that is renewed by the marketplace.
    fn ageing(&self, member: &str, service: &str, left: i64) -> MutualTls {
        const DAY: i64 = 86_400;
        let files = self.ca.identity(member, service);
        let validity = Validity { not_before: ca::now() - (30 - left) * DAY, not_after: ca::now() + left * DAY };
        let peer = Peer { member: member.to_owned(), service: service.to_owned() };
        let names = ca::LOCAL_NAMES.map(str::to_owned);
        let issued = self.ca.register().issue(self.ca.authority(), &peer, &names, validity).expect("issues");
        issued.write(self.ca.folder(), &format!("{member}-{service}")).expect("writes");
        MutualTls { issuer: Some(Issuer { url: self.url(), every: 1 }), ..files }
    }

    async fn on_the_ledger(&self, serial: &str, wanted: impl Fn(&NetworkCertificate) -> bool) -> NetworkCertificate {
        let serial = serial.parse().expect("a serial number");
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match self.ledger.certificate(&serial).await.expect("answers") {
                Some(found) if wanted(&found) => return found,
                other => assert!(Instant::now() < deadline, "{serial} is {other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn crl(&self) -> Crl {
        let address: SocketAddr = self.market.as_ref().expect("runs").http;
        let answer = client::plain().expect("a client").get(format!("http://{address}/v1/crl")).send().await;
        let answer = answer.expect("answers");
        assert_eq!(answer.headers()["content-type"], "application/pkix-crl");
        self.ca.authority().read_crl(&answer.bytes().await.expect("bytes")).expect("is signed")
    }

    async fn stop(self) {
        if let Some(market) = self.market {
            market.stop().await;
        }
        self.node.stop().await;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn held(files: &MutualTls) -> Details {
    Details::of_chain(&fs::read_to_string(&files.certificate).expect("there")).expect("reads")
}

async fn post(http: &reqwest::Client, base: &str, path: &str, body: &Value) -> (u16, Value) {
    let answer = http.post(format!("{base}{path}")).json(body).send().await.expect("answers");
    let (status, body) = (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null));
    contract::check(OPENAPI, "POST", path, status, &body);
    (status, body)
}

const SERVICE: Service = Service {
    name: "gateway",
    title: "Gateway",
    about: "Has a certificate.",
    openapi: r#"{"openapi":"3.1.0","info":{"title":"Gateway","version":"1"},"paths":{}}"#,
};

async fn serve(files: &MutualTls) -> server::Running {
    let routes = |config: &mut web::ServiceConfig, _| {
        config.route("/v1/whoami", web::get().to(async |peer: Peer| peer.member));
    };
    Server::new(SERVICE).start(&start::with_members(files.clone()), web::Data::new(()), routes).await.expect("starts")
}

async fn until(what: &str, done: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !done().await {
        assert!(Instant::now() < deadline, "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_renews_by_itself_and_goes_on_without_a_restart() {
    for database in databases() {
        let world = World::start(&database).await;
        // What was issued by files is recorded.
        let first = held(&world.ca.identity(BANKS[1], "recorded"));
        world.on_the_ledger(&first.serial, |_| true).await;

        let files = world.ageing(BANKS[1], "bank-gateway", 8);
        let old = held(&files);
        let running = serve(&files).await;
        until("renewal", async || held(&files).serial != old.serial && !files.waiting_key().exists()).await;
        let new = held(&files);
        assert_eq!((&new.peer, &new.names), (&old.peer, &old.names));
        assert_ne!(new.key, old.key, "the key is new");
        assert!(new.validity.left(ca::now()) > 80 * 86_400);
        let recorded = world.on_the_ledger(&new.serial, |_| true).await;
        assert_eq!(recorded.terms.member.as_str(), BANKS[1]);
        assert_eq!(recorded.terms.not_after.as_millis() / 1_000, new.validity.not_after as u64);

        // It serves with the new one, and calls with it.
        let mut status = running.certificate().expect("has one");
        let seen = status.wait_for(|status| status.serial == new.serial).await.expect("lives").clone();
        assert_eq!((seen.alarm(ca::now()), seen.failure), (None, None));
        assert!(files.crl().exists(), "the revocation list lies beside the certificate");
        let caller = world.ca.client(BANKS[0], "ledger-anchor");
        let answer = caller.get(start::https(&running, "/v1/whoami")).send().await.expect("answers");
        assert_eq!(answer.text().await.expect("text"), BANKS[0]);
        running.stop().await;
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_renews_ones_own_only_and_twice_is_once() {
    for database in databases() {
        let world = World::start(&database).await;
        let files = world.ageing(BANKS[1], "bank-gateway", 20);
        let (http, own) = (client::mutual_tls(&files).expect("a client"), held(&files));
        let key = request::new_key().expect("a key");
        let csr = |peer: &Peer, names: &[String]| request::request(&key, peer, names).expect("a request");
        let ask = async |csr: String| post(&http, &world.url(), "/v1/certificates", &json!({ "csr": csr })).await;

        let (status, made) = ask(csr(&own.peer, &own.names)).await;
        assert_eq!(status, 201, "{made}");
        let recorded = world.on_the_ledger(made["serial"].as_str().expect("a serial"), |_| true).await;
        assert_eq!(made["record"], json!(recorded.record), "it was on the ledger when it was given");
        assert_eq!(ask(csr(&own.peer, &own.names)).await.1, made, "the same key gets the same certificate");

        for other in [
            Peer { member: BANKS[0].to_owned(), ..own.peer.clone() },
            Peer { service: "ledger-anchor".to_owned(), ..own.peer.clone() },
        ] {
            assert_eq!(slug(&ask(csr(&other, &own.names)).await.1), "forbidden");
        }
        let (status, refused) = ask(csr(&own.peer, &["bank-a.localhost".to_owned()])).await;
        assert_eq!((status, slug(&refused)), (403, "forbidden"));
        assert_eq!(slug(&ask("-----BEGIN".to_owned()).await.1), "signing-request");
        // One of the twenty may have been issued by files.
        let mut renewed = 1;
        let refused = loop {
            let key = request::new_key().expect("a key");
            let (status, answer) = ask(request::request(&key, &own.peer, &own.names).expect("a request")).await;
            if status != 201 {
                break answer;
            }
            renewed += 1;
        };
        assert_eq!(slug(&refused), "too-many-certificates");
        assert!((19..=20).contains(&renewed), "{renewed}");
        let (status, wrong) = post(&http, &world.url(), "/v1/certificates", &json!({ "csr": 1 })).await;
        assert_eq!((status, slug(&wrong)), (400, "schema"));
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_reach_the_list_the_ledger_and_every_service() {
    for database in databases() {
        let world = World::start(&database).await;
        let files = world.ageing(BANKS[0], "bank-gateway", 29);
        let running = serve(&files).await;
        let [bad, other, own, filed] = ["one", "two", "three", "four"].map(|name| world.ca.identity(BANKS[1], name));
        for one in [&bad, &other, &own, &filed] {
            world.on_the_ledger(&held(one).serial, |_| true).await;
        }
        let caller = client::mutual_tls(&bad).expect("a client");
        let whoami = start::https(&running, "/v1/whoami");
        assert_eq!(caller.get(&whoami).send().await.expect("answers").status(), 200);

        let reason = json!({ "reason": "key-compromise" });
        let path = |files: &MutualTls| format!("/v1/certificates/{}/revocation", held(files).serial);
        let stranger = world.ca.client(BANKS[0], "bank-gateway");
        let (status, refused) = post(&stranger, &world.url(), &path(&bad), &reason).await;
        assert_eq!((status, slug(&refused)), (403, "forbidden"));
        let administrator = world.ca.client(OPERATOR, "administrator");
        let nothing = format!("/v1/certificates/{}/revocation", "4".repeat(32));
        assert_eq!(post(&administrator, &world.url(), &nothing, &reason).await.0, 404);

        let (status, made) = post(&administrator, &world.url(), &path(&bad), &reason).await;
        assert_eq!((status, &made["reason"]), (200, &json!("key-compromise")), "{made}");
        let again = json!({ "reason": "superseded" });
        assert_eq!(post(&administrator, &world.url(), &path(&bad), &again).await.1, made, "the first one stands");
        let on_ledger = world.on_the_ledger(&held(&bad).serial, |one| one.revocation.is_some()).await;
        let revocation = on_ledger.revocation.expect("revoked");
        assert_eq!((json!(revocation.record), revocation.by), (made["record"].clone(), authority().public()));
        let member = client::mutual_tls(&other).expect("a client");
        assert_eq!(post(&member, &world.url(), &path(&other), &reason).await.0, 200, "one's own");
        let crl = world.crl().await;
        assert!(crl.lists(&held(&bad).serial) && crl.lists(&held(&other).serial));

        // The service learns it by itself; on the connection that it had, and on new ones.
        until("refusal", async || caller.get(&whoami).send().await.map_or(true, |answer| answer.status() == 401)).await;
        assert!(client::mutual_tls(&bad).expect("a client").get(&whoami).send().await.is_err());

        // By the member's own record on the ledger, and by the authority's files.
        let key = seed_of(BANKS[1]).identity();
        let body = Body::NetworkCertificateRevoke {
            serial: held(&own).serial.parse().expect("a serial"),
            reason: RevocationReason::CessationOfOperation,
            at: world.genesis.created,
        };
        let unsigned = Unsigned { network: world.genesis.hash(), body, nonce: Nonce(1), author: key.public() };
        let member = BANKS[1].parse().expect("a code");
        let batch = kontor_ledger::Batch::sign(vec![unsigned.sign(&key, member)], member, &key).expect("a batch");
        assert!(world.ledger.submit_one(&batch).await.expect("final").outcome.is_accepted());
        world.ca.register().revoke(&held(&filed).serial, Reason::Superseded, ca::now()).expect("revokes");
        until("taking over", async || {
            let crl = world.crl().await;
            crl.lists(&held(&own).serial) && crl.lists(&held(&filed).serial)
        })
        .await;
        world.on_the_ledger(&held(&filed).serial, |one| one.revocation.is_some()).await;
        running.stop().await;
        world.stop().await;
    }
}
