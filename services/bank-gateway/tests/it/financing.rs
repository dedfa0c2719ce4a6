//! From request to payment against a real ledger node and two evaluators, and what does not get there.

use kontor_sealing::Opening;
use kontor_testkit::{TestDatabase, databases};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    enterprise::{Invoice, Party},
    world::{BANKS, Gateway, Operator, World},
};

fn example() -> Value {
    serde_json::from_str(include_str!("../../../../api-spec/examples/invoice.json")).expect("JSON")
}

fn request(kind: usize, number: usize) -> String {
    format!("0190a7a0-0000-7000-8000-0000000{kind:02}{number:03}")
}

/// Sends a request and waits for the first state after the checks.
async fn apply(gateway: &Gateway, operator: &Operator, body: Value, state: &str) -> Value {
    let id = body["id"].as_str().expect("an id").to_owned();
    assert_eq!(gateway.portal("/v1/financing-requests", body).await.0, StatusCode::CREATED);
    operator.state(&id, state).await
}

/// Sends evidence and waits for what the ledger says of the claim.
async fn prove(gateway: &Gateway, operator: &Operator, id: &str, sealed: String, state: &str) -> Value {
    let body = json!({ "evidence": id, "sealedEvidence": sealed });
    let path = format!("/v1/financing-requests/{id}/evidence");
    assert_eq!(gateway.portal(&path, body.clone()).await.0, StatusCode::CREATED);
    assert_eq!(gateway.portal(&path, body).await.0, StatusCode::OK, "the same evidence again changes nothing");
    operator.state(id, state).await
}

async fn application(gateway: &Gateway, id: &str) -> Value {
    gateway.staff(Method::GET, &format!("/v1/applications/{id}"), None).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn one_invoice_is_financed_once() {
    let world = World::new();
    let (node, address) = world.ledger().await;
    let operator = Operator::start(&world).await;
    let (first, second) = (world.verification(BANKS[0], &address).await, world.verification(BANKS[1], &address).await);
    let url = |running: &kontor_verification::Running| {
        format!("https://localhost:{}", running.mutual_tls.expect("listens for members").port())
    };
    let evaluators = [(BANKS[0], url(&first)), (BANKS[1], url(&second))];
    for (kind, database) in databases().iter().enumerate() {
        let a = world.gateway(BANKS[0], database, &address, &evaluators, &operator).await;
        let others = TestDatabase::sqlite();
        let b = world.gateway(BANKS[1], &others, &address, &evaluators, &operator).await;
        story(&world, &operator, &a, &b, &address, kind).await;
        a.stop().await;
        b.stop().await;
    }
    first.stop().await;
    second.stop().await;
    operator.stop().await;
    node.stop().await;
}

async fn story(
    world: &World,
    operator: &Operator,
    a: &Gateway,
    b: &Gateway,
    address: &kontor_ledger::client::Node,
    kind: usize,
) {
    let ledger = &world.operators_ledger(address);
    let mut value = example();
    value["invoiceNumber"] = format!("NW-{kind}").into();
    value["issueDate"] = format!("2026-10-0{}", kind + 1).into();
    let seller = Party::attested(world, 21, &value["seller"]["identifiers"]);
    let buyer = Party::attested(world, 22, &value["buyer"]["identifiers"]);
    let seed = |n: u64| 100 * u64::try_from(kind).expect("small") + n;
    let mut invoice = Invoice::register(world, ledger, &value, &seller, &buyer, seed(1)).await;

    let claim = financed(world, operator, a, &mut invoice, ledger, &seller, &request(kind, 1)).await;

    // The same invoice as another document, at another bank: refused by the ledger's rules.
    let id = request(kind, 2);
    let mut again = Invoice::register(world, ledger, &value, &seller, &buyer, seed(2)).await;
    let body = again.ask(world, ledger, BANKS[1], &id, 100_000, &seller).await;
    let told = apply(b, operator, body, "evidence-requested").await;
    let (sealed, _) = again.evidence(BANKS[1], &told, 100_000, &[], false);
    let told = prove(b, operator, &id, sealed, "refused-duplicate").await;
    assert_eq!(told["reasons"][0]["code"], "duplicate");
    let shown = application(b, &id).await;
    assert_eq!((&shown["checks"][1]["name"], &shown["checks"][1]["result"]), (&json!("duplicate"), &json!("fail")));
    assert!(!shown.to_string().contains(BANKS[0]) || shown["parties"][0]["attester"] == BANKS[0]);

    // Under an altered number, or with an altered date: the officer is warned and must speak first.
    let [mut number, mut date] = [value.clone(), value.clone()];
    number["invoiceNumber"] = format!("NW-{kind}-X").into();
    date["issueDate"] = format!("2026-09-0{}", kind + 1).into();
    for (index, altered, near) in [(3, number, "near-number"), (6, date, "near-amount")] {
        let id = request(kind, index);
        let seed = seed(u64::try_from(index).expect("small"));
        let mut other = Invoice::register(world, ledger, &altered, &seller, &buyer, seed).await;
        let body = other.ask(world, ledger, BANKS[1], &id, 100_000, &seller).await;
        assert_eq!(b.portal("/v1/financing-requests", body).await.0, StatusCode::CREATED);
        let shown = awaiting(b, &id).await;
        assert_eq!(shown["checks"][1]["reasons"], json!([{ "code": "partial-match", "subject": near }]));
        let path = format!("/v1/applications/{id}/acknowledgement");
        assert_eq!(b.staff(Method::POST, &path, Some(json!({ "action": "proceed" }))).await.0, StatusCode::OK);
        let told = operator.state(&id, "evidence-requested").await;
        let (sealed, _) = other.evidence(BANKS[1], &told, 100_000, &[], false);
        prove(b, operator, &id, sealed, "claimed").await;
        let path = format!("/v1/applications/{id}/decline");
        let (status, shown) = b.staff(Method::POST, &path, Some(json!({ "reason": "another invoice" }))).await;
        assert_eq!((status, &shown["state"]), (StatusCode::OK, &json!("declined")));
    }

    // A second claim on the first document with a proof that does not hold: refused by the ledger's rules.
    let id = request(kind, 4);
    let body = invoice.ask(world, ledger, BANKS[1], &id, 4_000_000, &seller).await;
    let told = apply(b, operator, body, "evidence-requested").await;
    let (sealed, _) = invoice.evidence(BANKS[1], &told, 4_000_000, std::slice::from_ref(&claim), true);
    let told = prove(b, operator, &id, sealed, "refused-over-limit").await;
    assert_eq!(told["reasons"][0]["code"], "headroom-proof-invalid");

    // A buyer that nobody attests: nothing is provable, nothing is financed.
    let id = request(kind, 5);
    let mut invented = value.clone();
    invented["invoiceNumber"] = format!("NW-{kind}-Y").into();
    let nobody = Party::unknown(23);
    let mut own = Invoice::register(world, ledger, &invented, &seller, &nobody, seed(4)).await;
    let body = own.ask(world, ledger, BANKS[0], &id, 100_000, &seller).await;
    let told = apply(a, operator, body, "declined").await;
    assert_eq!(told["reasons"][0], json!({ "code": "not-attested", "detail": "buyer" }));
    assert_eq!(application(a, &id).await["checks"][0]["result"], "not-provable");
}

async fn awaiting(gateway: &Gateway, id: &str) -> Value {
    for _ in 0..600 {
        let shown = application(gateway, id).await;
        if shown["state"] == "awaiting-acknowledgement" {
            return shown;
        }
        assert_eq!(shown["state"], "checking", "{shown:#}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the checks never ended");
}

/// 60% of the invoice, from request to payment. The claim and its opening.
async fn financed(
    world: &World,
    operator: &Operator,
    a: &Gateway,
    invoice: &mut Invoice,
    ledger: &kontor_ledger::client::LedgerClient,
    seller: &Party,
    id: &str,
) -> (kontor_ledger::RecordId, Opening) {
    let amount = 6_708_000 * 60 / 100;
    let body = invoice.ask(world, ledger, BANKS[0], id, amount, seller).await;
    let told = apply(a, operator, body, "evidence-requested").await;
    let shown = application(a, id).await;
    assert_eq!(shown["checks"][0]["result"], "pass", "{shown:#}");
    assert_eq!(shown["total"], json!({ "amount": "67080.00", "currency": "EUR" }));
    let (wrong, _) = invoice.evidence(BANKS[0], &told, amount + 1, &[], false);
    let path = format!("/v1/financing-requests/{id}/evidence");
    let body = json!({ "evidence": id.replace("0190a7a0", "0190a7a1"), "sealedEvidence": wrong });
    assert_eq!(a.portal(&path, body).await.0, StatusCode::CREATED);
    let status = format!("/v1/financing-requests/{id}/status");
    operator.heard(&status, |body| body["reasons"][0]["code"] == "evidence-amount").await;

    let (sealed, opening) = invoice.evidence(BANKS[0], &told, amount, &[], false);
    let told = prove(a, operator, id, sealed, "claimed").await;
    let claim = told["claimRecord"].as_str().expect("a record").parse().expect("a record");
    let offer = json!({
        "percentage": 6_000, "rate": 450, "fee": "120.00", "tenorDays": 60,
        "expires": shown["claim"]["expires"],
    });
    let path = format!("/v1/applications/{id}/offers");
    let above = json!({ "amount": "40248.01", "rate": 1, "fee": "0", "tenorDays": 60, "expires": offer["expires"] });
    assert_eq!(a.staff(Method::POST, &path, Some(above)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let (made, shown) = a.staff(Method::POST, &path, Some(offer)).await;
    assert_eq!((made, &shown["offer"]["amount"]["amount"]), (StatusCode::CREATED, &json!("40248.00")));
    let told = operator.state(id, "offered").await;
    let acceptance = invoice.accept(&told, seller);
    let path = format!("/v1/financing-requests/{id}/acceptance");
    let mut forged = acceptance.clone();
    forged["signature"] = "00".repeat(64).into();
    assert_eq!(a.portal(&path, forged).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(a.portal(&path, acceptance.clone()).await.0, StatusCode::CREATED);
    assert_eq!(a.portal(&path, acceptance).await.0, StatusCode::OK);
    operator.state(id, "financed").await;
    assert!(a.message(id, "tsin.002").await.contains("<FincgReqSts>FNCD</FincgReqSts>"));
    let payment = a.message(id, "pacs.008").await;
    assert!(payment.contains(">40128.00<") && payment.contains("DE83370400440532013011"), "{payment}");
    (claim, opening)
}
