//! Chosen cases of appeals, alerts and decisions about others' claims.

use kontor_ledger::{
    alert::{AlertTerms, AppealTerms, Severity},
    object::{ClaimState, Object},
    outcome::{
        Outcome::{Accepted, Refused},
        RefusalCode as Code,
    },
    record::{Body, ClaimId, Endorsement, FingerprintKind},
};
use kontor_sealing::Hash;

use super::world::{World, bank, issued, key, reserve};
use crate::{
    rules::{Stop, decision},
    state::object,
};

/// Two documents, and a claim on the first.
fn claimed() -> (World, ClaimId) {
    let mut world = World::new();
    for document in [0, 1] {
        let body = world.register(document, 1_000);
        assert_eq!(world.say(&key(b'd', document), 2, body).1, Accepted);
    }
    let terms = world.reserve(0, 600, 1, 1);
    let (claim, outcome) = world.say(&key(b'k', 0), 0, reserve(terms));
    assert_eq!(outcome, Accepted);
    (world, claim)
}

#[test]
fn an_owner_appeals_against_a_match_once() {
    let (mut world, claim) = claimed();
    let documents = [0, 1].map(|document| world.header(document, 1).document);
    let appeal = |document, kind| {
        let reason = "the buyer ordered twice".to_owned();
        Body::ClaimAppeal { appeal: AppealTerms { document, against: claim, kind, reason } }
    };
    let owner = key(b'd', 1);
    let exact = appeal(documents[1], FingerprintKind::Exact);
    assert_eq!(world.say(&key(b'd', 0), 2, exact.clone()).1, Refused(Code::WrongAuthor));
    let own = appeal(documents[0], FingerprintKind::Exact);
    assert_eq!(world.say(&key(b'd', 0), 2, own).1, Refused(Code::NoMatch));
    let other = appeal(documents[1], FingerprintKind::Source);
    assert_eq!(world.say(&owner, 2, other).1, Refused(Code::NoMatch));
    let mut long = exact.clone();
    if let Body::ClaimAppeal { appeal } = &mut long {
        appeal.reason = "x".repeat(501);
    }
    assert_eq!(world.say(&owner, 2, long).1, Refused(Code::TooLong));
    let (record, outcome) = world.say(&owner, 2, exact.clone());
    assert_eq!(outcome, Accepted);
    assert_eq!(world.say(&owner, 2, exact).1, Refused(Code::AlreadyRegistered));
    assert_eq!(world.document(1).unwrap().appeals[0].record, record);
    assert_eq!(world.claim(&claim).unwrap().appeals, world.document(1).unwrap().appeals);

    // It changes no sum and frees no fingerprint.
    let terms = world.reserve(1, 1, 1, 1);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(terms)).1, Refused(Code::Duplicate));
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimRelease { claim }).1, Accepted);
    let near = appeal(documents[1], FingerprintKind::NearNumber);
    assert_eq!(world.say(&owner, 2, near).1, Refused(Code::NoMatch));
}

#[test]
fn an_owner_appeals_against_a_match_with_receivables() {
    let mut world = World::new();
    for document in [0, 1] {
        let body = world.register(document, 1_000);
        assert_eq!(world.say(&key(b'd', document), 2, body).1, Accepted);
        world.confirm(document);
    }
    let terms = world.issue(0, 500, 1, 1);
    let (root, outcome) = world.say(&key(b'b', 0), 0, issued(terms));
    assert_eq!(outcome, Accepted);
    let appeal = |against, kind| {
        let (document, reason) = (world.header(1, 1).document, String::new());
        Body::ClaimAppeal { appeal: AppealTerms { document, against, kind, reason } }
    };
    let [right, amount] = [FingerprintKind::Exact, FingerprintKind::NearAmount].map(|kind| appeal(root, kind));
    let unknown = appeal(Hash::default(), FingerprintKind::Exact);
    assert_eq!(world.say(&key(b'd', 1), 2, amount).1, Refused(Code::NoMatch));
    assert_eq!(world.say(&key(b'd', 1), 2, unknown).1, Refused(Code::UnknownClaim));
    assert_eq!(world.say(&key(b'd', 1), 2, right.clone()).1, Accepted);
    assert_eq!(world.say(&key(b'd', 1), 2, right).1, Refused(Code::AlreadyRegistered));
    assert_eq!(world.document(0).unwrap().appeals, world.document(1).unwrap().appeals);
    assert_eq!(world.document(0).unwrap().appeals.len(), 1);
}

#[test]
fn an_officers_alert_stands_on_what_it_names() {
    let (mut world, claim) = claimed();
    let document = world.header(0, 1).document;
    let terms = AlertTerms {
        rule: "concentration".to_owned(),
        severity: Severity::Warning,
        text: "many claims through one bank".to_owned(),
        documents: vec![document, document],
        claims: vec![claim],
    };
    let alert = |terms: &AlertTerms| Body::SupervisionAlert { alert: terms.clone() };
    let officer = key(b'o', 0);
    assert_eq!(world.say(&key(b'm', 3), 3, alert(&terms)).1, Refused(Code::WrongAuthor));
    let unknown = AlertTerms { claims: vec![Hash::default()], ..terms.clone() };
    assert_eq!(world.say(&officer, 3, alert(&unknown)).1, Refused(Code::UnknownClaim));
    let long = AlertTerms { text: "x".repeat(501), ..terms.clone() };
    assert_eq!(world.say(&officer, 3, alert(&long)).1, Refused(Code::TooLong));
    let many = AlertTerms { documents: vec![document; 101], ..terms.clone() };
    assert_eq!(world.say(&officer, 3, alert(&many)).1, Refused(Code::TooLong));
    let (record, outcome) = world.say(&officer, 3, alert(&terms));
    assert_eq!(outcome, Accepted);
    assert_eq!(world.document(0).unwrap().alerts, [record]);
    assert_eq!(world.claim(&claim).unwrap().alerts, [record]);
    let shown = object(&world.state, &world.network.genesis, &record.to_string(), world.now).unwrap();
    assert!(matches!(shown, Some(Object::Alert(alert)) if alert.terms == terms));
}

#[test]
fn a_claim_is_handed_to_another_bank_or_released_by_decision() {
    let (mut world, claim) = claimed();
    let decision = decision::Decision { record: Hash::sm3(&[b"order"]), at: world.now };
    let next = key(b'k', 9);
    let used = decision::reassign(&mut world.state, &decision, &claim, &key(b'k', 0).public(), bank(1));
    assert!(matches!(used, Err(Stop::Refused(Code::ClaimKeyUsed))));
    decision::reassign(&mut world.state, &decision, &claim, &next.public(), bank(1)).unwrap();
    assert_eq!(world.live(0), [claim]);
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimFinance { claim }).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&next, 1, Body::ClaimFinance { claim }).1, Accepted);
    let terms = world.reserve(0, 1, 1, 1);
    assert_eq!(world.say(&next, 1, reserve(terms)).1, Refused(Code::ClaimKeyUsed));

    decision::release(&mut world.state, &decision, &claim).unwrap();
    assert_eq!(world.claim(&claim).unwrap().state, ClaimState::Released);
    assert_eq!(world.live(0), []);
    let terms = world.reserve(1, 900, 1, 1);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(terms)).1, Accepted);
    let ended = decision::release(&mut world.state, &decision, &claim);
    assert!(matches!(ended, Err(Stop::Refused(Code::WrongState))));
    let ended = decision::reassign(&mut world.state, &decision, &claim, &key(b'k', 8).public(), bank(1));
    assert!(matches!(ended, Err(Stop::Refused(Code::WrongState))));
}

#[test]
fn cancelling_under_claims_dilutes_them() {
    let (mut world, claim) = claimed();
    let body = world.endorse(0, Endorsement::Cancel);
    assert_eq!(world.say(&key(b's', 0), 2, body).1, Accepted);
    let shown = object(&world.state, &world.network.genesis, &claim.to_string(), world.now).unwrap();
    assert!(matches!(shown, Some(Object::Claim(claim)) if claim.diluted && claim.state == ClaimState::Reserved));
    let body = world.endorse(1, Endorsement::Cancel);
    assert_eq!(world.say(&key(b's', 1), 2, body).1, Accepted);
    assert!(!world.document(1).unwrap().diluted);
}
