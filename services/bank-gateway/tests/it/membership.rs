//! Members change while services run: who joined is served and serves, who is suspended is not.

use std::time::{Duration, Instant};

use kontor_bank_gateway::{app::bank::nonce, run};
use kontor_ledger::{
    Batch, Member, MemberRole, Roster, Timestamp,
    client::{LedgerClient, Node},
    exchange::{self, AttestationGrant},
    governance::{Change, Endpoints, HeldKey, JoinRequest, Rotation},
    record::{Body, RecordId, Unsigned},
};
use kontor_sealing::{SigningKey, keys::PartySeed};
use kontor_testkit::TestDatabase;
use reqwest::{Client, Method, StatusCode};
use serde_json::json;

use crate::{
    intake::{REQUEST, attestation, nowhere},
    verification::ask,
    world::{BANKS, OPERATOR, Operator, World, id, seed_of},
};

const LATE: &str = "EMERDEFF";
/// More than the time between two questions to the node.
const LONGER: Duration = Duration::from_secs(5);

impl World {
    /// What a bank gives to the members that propose it.
    fn join_request(&self, code: &str) -> JoinRequest {
        let (network, seed) = (self.genesis.hash(), seed_of(code));
        JoinRequest {
            member: Member {
                id: id(code),
                name: code.into(),
                role: MemberRole::Bank,
                identity: seed.identity().public(),
                encryption: seed.encryption().public(),
                validator: None,
                evaluator: None,
            },
            endpoints: Endpoints {
                http: "http://localhost:1".into(),
                mutual_tls: "https://localhost:2".into(),
                ordering: "127.0.0.1:3".into(),
            },
            identity_possession: HeldKey::new(&seed.identity(), &network, &id(code)).possession,
            validator_possession: None,
        }
    }

    /// A member's record, by way of the first bank.
    async fn say(&self, node: &Node, key: &SigningKey, body: Body) -> RecordId {
        let identity = self.ca.identity(BANKS[0], "bank-gateway");
        let http = kontor_chassis::client::members_and_public(&identity).expect("a client");
        let ledger = LedgerClient::new(http, vec![node.clone()], self.genesis.hash());
        let unsigned = Unsigned { network: self.genesis.hash(), body, nonce: nonce(), author: key.public() };
        let record = unsigned.sign(key, id(BANKS[0]));
        let batch = Batch::sign(vec![record], id(BANKS[0]), &seed_of(BANKS[0]).identity()).expect("a batch");
        let done = ledger.submit_one(&batch).await.expect("final");
        assert!(done.outcome.is_accepted(), "{:?}", done.outcome);
        done.id
    }

    /// The founding banks decide a change.
    async fn decide(&self, node: &Node, change: Change) {
        let [first, second] = BANKS.map(|bank| seed_of(bank).identity());
        let expires = now().plus_millis(60_000);
        let proposal = self.say(node, &first, Body::NetworkPropose { change, expires }).await;
        self.say(node, &second, Body::NetworkVote { proposal, approve: true }).await;
    }
}

fn now() -> Timestamp {
    let now = kontor_chassis::database::now_ms();
    u64::try_from(now).ok().and_then(|now| Timestamp::from_millis(now).ok()).expect("a time")
}

/// Asks until the answer is `wanted`.
async fn becomes(wanted: StatusCode, what: &str, asked: impl AsyncFn() -> StatusCode) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let found = asked().await;
        if found == wanted {
            return;
        }
        assert!(Instant::now() < deadline, "{what} is still answered with {found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_evaluator_answers_active_members_only() {
    let world = World::new();
    let (node, address) = world.ledger().await;
    let running = world.verification(BANKS[0], &address).await;
    let base = format!("https://localhost:{}", running.mutual_tls.expect("listens for members").port());
    let evaluated = async |client: &Client, bank: &str| {
        let signature = seed_of(bank).identity().sign("test", b"");
        let question = json!({
            "document": "11".repeat(32), "version": 1, "bank": bank, "authorisation": signature,
            "elements": [{ "kind": "exact", "blinded": "00".repeat(32) }],
        });
        ask(client, &base, "/v1/evaluations", question).await.0
    };
    let [late, founder] = [LATE, BANKS[1]].map(|code| world.ca.client(code, "bank-gateway"));
    assert_eq!(evaluated(&late, LATE).await, StatusCode::FORBIDDEN);

    world.decide(&address, Change::MemberAdmit { request: Box::new(world.join_request(LATE)) }).await;
    becomes(StatusCode::NOT_FOUND, "who joined", async || evaluated(&late, LATE).await).await;
    world.decide(&address, Change::MemberSuspend { member: id(LATE) }).await;
    becomes(StatusCode::FORBIDDEN, "who is suspended", async || evaluated(&late, LATE).await).await;
    assert_eq!(evaluated(&founder, BANKS[1]).await, StatusCode::NOT_FOUND, "the others are served");
    world.decide(&address, Change::MemberReinstate { member: id(LATE) }).await;
    becomes(StatusCode::NOT_FOUND, "who is reinstated", async || evaluated(&late, LATE).await).await;
    world.decide(&address, Change::MemberRetire { member: id(BANKS[1]) }).await;
    becomes(StatusCode::FORBIDDEN, "who has left", async || evaluated(&founder, BANKS[1]).await).await;

    node.stop().await;
    tokio::time::sleep(LONGER).await;
    assert_eq!(evaluated(&founder, BANKS[1]).await, StatusCode::FORBIDDEN, "the last answer stays");
    assert_eq!(evaluated(&late, LATE).await, StatusCode::SERVICE_UNAVAILABLE, "a member, but nothing can be looked up");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_joined_later_runs_a_gateway() {
    let world = World::new();
    let (node, address) = world.ledger().await;
    let operator = Operator::start(&world).await;
    let database = TestDatabase::sqlite();
    world.write_seed(LATE, &seed_of(LATE));
    // It is started first, and waits until the ledger lists the bank.
    let admit = Change::MemberAdmit { request: Box::new(world.join_request(LATE)) };
    let starts = world.gateway(LATE, &database, &address, &[], &operator);
    let (gateway, ()) = tokio::join!(starts, world.decide(&address, admit));

    let seed = PartySeed::from_bytes(&[9; 32]);
    let body = attestation(LATE, &seed, "6234KONTORSELLER0198");
    assert_eq!(gateway.portal("/v1/attestation-requests", body.clone()).await.0, StatusCode::CREATED);
    let path = format!("/v1/attestation-requests/{REQUEST}");
    assert_eq!(gateway.staff(Method::POST, &format!("{path}/grant"), Some(json!({}))).await.0, StatusCode::OK);
    let answer = operator.heard(&format!("{path}/answer"), |body| body["state"] == "granted").await;
    let sealed = answer["sealedAttestation"].as_str().expect("text");
    let context = exchange::about_party(&seed.identity().public());
    let grant: AttestationGrant = exchange::open(sealed, &seed.encryption(), &context).expect("opens");
    let founders = Roster::original(&world.genesis);
    let members = world.operators_ledger(&address).roster(&founders).await.expect("answers").expect("is later");
    assert_eq!(grant.attestation.check(&members, now()), Ok(()));
    assert!(grant.attestation.check(&founders, now()).is_err());

    let asked = async || gateway.portal("/v1/attestation-requests", body.clone()).await.0;
    world.decide(&address, Change::MemberSuspend { member: id(OPERATOR) }).await;
    becomes(StatusCode::FORBIDDEN, "a suspended operator", asked).await;
    world.decide(&address, Change::MemberReinstate { member: id(OPERATOR) }).await;
    becomes(StatusCode::OK, "a reinstated operator", asked).await;
    node.stop().await;
    tokio::time::sleep(LONGER).await;
    assert_eq!(asked().await, StatusCode::OK, "the last answer stays");
    gateway.stop().await;
    operator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_rotated_its_keys_runs_a_gateway_with_the_new_ones() {
    let world = World::new();
    let (node, address) = world.ledger().await;
    let operator = Operator::start(&world).await;
    let database = TestDatabase::sqlite();
    let (bank, new) = (BANKS[1], PartySeed::from_bytes(&[3; 32]));
    let identity = HeldKey::new(&new.identity(), &world.genesis.hash(), &id(bank));
    let (identity, encryption) = (Some(identity), Some(new.encryption().public()));
    let rotation = Rotation { identity, encryption, ..Rotation::default() };
    world.say(&address, &seed_of(bank).identity(), Body::NetworkKeyRotate { rotation }).await;
    world.write_seed(bank, &new);
    world.gateway(bank, &database, &address, &[], &operator).await.stop().await;
    operator.stop().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_nobody_lists_runs_none() {
    let world = World::new();
    let operator = Operator::start(&world).await;
    let database = TestDatabase::sqlite();
    world.write_seed(LATE, &seed_of(LATE));
    let config = world.gateway_config(LATE, &database, &nowhere(), &[], &operator);
    let refused = run(config).await.err().expect("does not start");
    let said = "neither the genesis nor the ledger lists a bank EMERDEFF with the keys of this seed";
    assert_eq!(refused.to_string(), said);
    operator.stop().await;
}
