//! A receivable's way through a node: sealed document, real proofs, objects as the contract describes them.

use curve25519_dalek::Scalar;
use kontor_ledger::{
    Anchored, Timestamp,
    alert::{AlertTerms, Severity},
    proving,
    receivable::{Issue, child_id},
    record::{Body, Endorsement, Fingerprint, FingerprintKind, Nonce, RecordId, Total, Unsigned},
    total_context,
};
use kontor_proofs::{Statement, Witness, prove};
use kontor_sealing::{
    Hash, Opening, Role, RoleKey, SigningKey,
    integer::IntegerForm,
    keys::PartySeed,
    seal::{Outline, seal},
};
use kontor_testkit::random;
use serde_json::{Value, json};

use crate::network::{BANK, Network, Node, id};

/// Says something through the bank and gives the record's id.
async fn say(network: &Network, node: &Node, author: &SigningKey, body: Body) -> RecordId {
    let size = node.running.node().progress().borrow().size;
    let unsigned = Unsigned { network: network.genesis.hash(), body, nonce: Nonce(size), author: author.public() };
    let record = unsigned.sign(author, id(BANK));
    let (status, answer) = node.submit(&network.batch(vec![record.clone()], BANK)).await;
    assert_eq!((status, &answer["outcome"]), (201, &json!("accepted")), "{answer}");
    record.id()
}

async fn object(node: &Node, reference: impl std::fmt::Display) -> Value {
    let (status, object) = node.get(&format!("/v1/objects/{reference}")).await;
    assert_eq!(status, 200, "{object}");
    object
}

fn opening(value: u64) -> Opening {
    Opening { value, blinding: Scalar::random(&mut rand::rng()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receivable_is_issued_split_and_seen() {
    let network = Network::new();
    let node = network.started().await;
    let (genesis, mut rng) = (network.genesis.hash(), random::seeded(3));
    let secret = PartySeed::from_bytes(&[1; 32]).document(&[2; 32]);
    let (seller, buyer) = (SigningKey::from_seed(&[3; 32]), SigningKey::from_seed(&[4; 32]));
    let roles = [(Role::Seller, &seller), (Role::Buyer, &buyer)];
    let role_keys = roles.map(|(role, key)| RoleKey { role, key: key.public() }).to_vec();
    let outline = Outline { schema: "invoice".to_owned(), version: 1, role_keys };
    let escrow = network.genesis.escrow.key().unwrap();
    let form = |_: &str, _: &Value| IntegerForm::Minor { decimals: 2 };
    let sealed = seal(&json!({ "total": "10.00" }), form, &secret, outline, &escrow, &mut rng).unwrap();
    let root = sealed.document.check_root().unwrap();
    let document = Anchored { document: secret.id(), version: 1, root };
    let keys = sealed.document.field_keys(&sealed.key, ["/total"]).unwrap();
    let total = sealed.document.open_fields(&keys).unwrap().remove(0).opening.clone().unwrap();
    let statement = Statement::Range { value: total.commitment(), bits: 64 };
    let context = total_context(genesis, document);
    let range = prove(&statement, &Witness::new([total.clone()]), &context, &mut rng).unwrap();
    let attachment = sealed.document.attachment_digest();
    let (status, _) = node.put(&format!("/v1/attachments/{attachment}"), sealed.document.to_bytes()).await;
    assert!((200..300).contains(&status));
    let header = sealed.document.header.clone();
    let anchor = Body::DocumentRegister {
        header,
        root,
        attachment,
        total: Some(Total { commitment: total.commitment(), range }),
    };
    say(&network, &node, secret.signing_key(), anchor).await;
    for (author, action) in [(&seller, Endorsement::Issue), (&buyer, Endorsement::Confirm)] {
        let body = Body::DocumentEndorse { document: document.document, version: 1, root, action };
        say(&network, &node, author, body).await;
    }

    let amount = opening(900);
    let (range, headroom) = proving::issue(genesis, document, &buyer.public(), &total, &[], &amount, &mut rng).unwrap();
    let exact = Fingerprint { kind: FingerprintKind::Exact, value: Hash::sm3(&[b"exact"]) };
    let near = Fingerprint { kind: FingerprintKind::NearAmount, value: Hash::sm3(&[b"near"]) };
    let issue = Issue {
        document: document.document,
        version: 1,
        amount: amount.commitment(),
        range,
        headroom,
        due: "2099-01-01T00:00:00Z".parse::<Timestamp>().unwrap(),
        fingerprints: vec![exact, near],
        acknowledgement: None,
    };
    let issued = say(&network, &node, &buyer, Body::ReceivableIssue { issue: Box::new(issue) }).await;
    let seen = object(&node, issued).await;
    assert_eq!((&seen["state"], &seen["next"]), (&json!("issued"), &json!(seller.public())));
    let seen = object(&node, document.document).await;
    assert_eq!(seen["receivables"]["roots"], json!([issued]));
    let seen = object(&node, format!("fingerprint:near-amount:{}", near.value)).await;
    assert_eq!(seen["documents"], json!([document.document]));

    say(&network, &node, &seller, Body::ReceivableAcknowledge { receivable: issued }).await;
    let holders = [5, 6].map(|seed| SigningKey::from_seed(&[seed; 32]));
    let parts: Vec<_> =
        holders.iter().map(SigningKey::public).zip([400, 500].map(opening)).map(|(one, part)| (one, part, 8)).collect();
    let made = proving::split(genesis, (&issued, &amount), &parts, &seller.public(), &mut rng);
    let (children, proof) = made.unwrap();
    let split = say(&network, &node, &seller, Body::ReceivableSplit { receivable: issued, children, proof }).await;
    let part = child_id(&split, 1);
    say(&network, &node, &holders[1], Body::ReceivableAcknowledge { receivable: part }).await;
    let seen = object(&node, part).await;
    assert_eq!((&seen["state"], &seen["parent"]), (&json!("held"), &json!(issued)));
    assert_eq!(seen["amount"], json!(parts[1].1.commitment()));
    let seen = object(&node, issued).await;
    assert_eq!((&seen["state"], &seen["children"]), (&json!("split"), &json!([child_id(&split, 0), part])));

    let officer = PartySeed::from_bytes(&network_officer()).identity();
    let alert = AlertTerms {
        rule: "tenor".to_owned(),
        severity: Severity::Notice,
        text: "a long term".to_owned(),
        documents: vec![document.document],
        claims: vec![],
    };
    let raised = say(&network, &node, &officer, Body::SupervisionAlert { alert }).await;
    assert_eq!(object(&node, raised).await["terms"]["severity"], json!("notice"));
    assert_eq!(object(&node, document.document).await["alerts"], json!([raised]));
    node.running.stop().await;
}

/// The seed of the officer in the network's genesis.
fn network_officer() -> [u8; 32] {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(b"OFFICER1");
    bytes
}
