//! Chosen cases: the story of one invoice financed once, and each way around it.

use kontor_ledger::{
    outcome::{
        Outcome::{Accepted, Refused},
        RefusalCode as Code,
    },
    record::{Body, Endorsement, Nonce, Unsigned},
};
use kontor_sealing::Hash;

use super::world::{World, acknowledged, bank, key, reserve};

/// A world with two registered documents worth 1,000 each.
fn two_documents() -> World {
    let mut world = World::new();
    for document in [0, 1] {
        let body = world.register(document, 1_000);
        assert_eq!(world.say(&key(b'd', document), 2, body).1, Accepted);
    }
    world
}

#[test]
fn one_invoice_is_financed_once_and_up_to_its_cap() {
    let mut world = two_documents();
    let first = world.reserve(0, 600, 1, 1);
    let (claim, outcome) = world.say(&key(b'k', 0), 0, reserve(first));
    assert_eq!(outcome, Accepted);
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimFinance { claim }).1, Accepted);

    // The same invoice as another document, then with an altered number.
    let same = world.reserve(1, 100, 1, 1);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(same)).1, Refused(Code::Duplicate));
    let altered = world.reserve(1, 100, 2, 1);
    assert_eq!(world.say(&key(b'k', 2), 1, reserve(altered.clone())).1, Refused(Code::NearMatchUnacknowledged));
    assert_eq!(world.say(&key(b'k', 2), 1, reserve(acknowledged(altered))).1, Accepted);

    // The rest of the cap, and not more.
    let mut stale = acknowledged(world.reserve(0, 300, 1, 1));
    stale.headroom.live.clear();
    assert_eq!(world.say(&key(b'k', 3), 1, reserve(stale)).1, Refused(Code::ClaimsChanged));
    let rest = acknowledged(world.reserve(0, 300, 1, 1));
    let (second, outcome) = world.say(&key(b'k', 4), 1, reserve(rest));
    assert_eq!(outcome, Accepted);
    let more = acknowledged(world.reserve(0, 1, 1, 1));
    assert_eq!(world.say(&key(b'k', 5), 0, reserve(more.clone())).1, Refused(Code::HeadroomProofInvalid));

    // A settled claim makes room; only its key through its bank settles it.
    assert_eq!(world.say(&key(b'k', 9), 0, Body::ClaimSettle { claim }).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&key(b'k', 0), 1, Body::ClaimSettle { claim }).1, Refused(Code::WrongSponsor));
    assert_eq!(world.say(&key(b'k', 4), 1, Body::ClaimSettle { claim: second }).1, Refused(Code::WrongState));
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimSettle { claim }).1, Accepted);
    assert_eq!(world.say(&key(b'k', 5), 0, reserve(more)).1, Refused(Code::ClaimsChanged));
    let again = acknowledged(world.reserve(0, 600, 1, 1));
    assert_eq!(world.say(&key(b'k', 5), 0, reserve(again)).1, Accepted);
}

#[test]
fn reservations_lapse_at_their_time_and_free_the_fingerprint() {
    let mut world = two_documents();
    let terms = world.reserve(0, 600, 1, 1);
    let (claim, _) = world.say(&key(b'k', 0), 0, reserve(terms));
    world.pass(499);
    let other = world.reserve(1, 600, 1, 1);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(other)).1, Refused(Code::Duplicate));
    world.pass(1);
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimFinance { claim }).1, Refused(Code::Expired));
    let other = world.reserve(1, 600, 1, 1);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(other)).1, Accepted);
    let mut long = world.reserve(0, 1, 5, 5);
    long.expires = world.now.plus_millis(1_001);
    assert_eq!(world.say(&key(b'k', 2), 0, reserve(long)).1, Refused(Code::ReservationTooLong));
}

#[test]
fn amending_below_the_claims_dilutes() {
    let mut world = two_documents();
    let terms = world.reserve(0, 600, 1, 1);
    let (claim, _) = world.say(&key(b'k', 0), 0, reserve(terms));
    let owner = key(b'd', 0);
    let body = world.amend(0, 500, true);
    assert_eq!(world.say(&owner, 2, body).1, Refused(Code::HeadroomProofInvalid));
    let body = world.amend(0, 500, false);
    assert_eq!(world.say(&owner, 2, body).1, Accepted);
    assert!(world.document(0).unwrap().diluted);
    let terms = world.reserve(0, 1, 1, 1);
    assert_eq!(world.say(&key(b'k', 1), 0, reserve(terms)).1, Refused(Code::Diluted));
    let body = world.amend(0, 2_000, true);
    assert_eq!(world.say(&owner, 2, body).1, Accepted);
    assert!(!world.document(0).unwrap().diluted);
    let terms = world.reserve(0, 1_200, 1, 1);
    assert_eq!(world.say(&key(b'k', 2), 0, reserve(terms)).1, Accepted);
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimRelease { claim }).1, Accepted);
}

#[test]
fn superseding_needs_both_and_carries_the_sum() {
    let mut world = two_documents();
    let terms = world.reserve(0, 600, 1, 1);
    let (claim, _) = world.say(&key(b'k', 0), 0, reserve(terms));
    let ids = [0, 1].map(|document| world.header(document, 1).document);
    let body = Body::DocumentSupersede { document: ids[0], by: ids[1] };
    assert_eq!(world.say(&key(b'd', 0), 2, body.clone()).1, Refused(Code::WrongState));
    assert_eq!(world.say(&key(b'd', 1), 2, body.clone()).1, Accepted);
    assert_eq!(world.say(&key(b'd', 0), 2, body).1, Accepted);
    assert_eq!(world.live(1), [claim]);
    let old = world.reserve(0, 1, 3, 3);
    assert_eq!(world.say(&key(b'k', 1), 0, reserve(old)).1, Refused(Code::Superseded));
    let body = world.amend(1, 1_000, true);
    assert_eq!(world.say(&key(b'd', 1), 2, body).1, Accepted);
    let over = world.reserve(1, 400, 3, 3);
    assert_eq!(world.say(&key(b'k', 2), 0, reserve(over)).1, Refused(Code::HeadroomProofInvalid));
    let within = world.reserve(1, 300, 3, 3);
    assert_eq!(world.say(&key(b'k', 3), 0, reserve(within)).1, Accepted);
}

#[test]
fn only_the_roles_that_a_kind_names_author_it() {
    let mut world = two_documents();
    let (seller, buyer) = (key(b's', 0), key(b'b', 0));
    for (author, action, outcome) in [
        (&buyer, Endorsement::Issue, Refused(Code::WrongAuthor)),
        (&seller, Endorsement::Issue, Accepted),
        (&seller, Endorsement::Issue, Refused(Code::WrongState)),
        (&seller, Endorsement::Confirm, Refused(Code::WrongAuthor)),
        (&buyer, Endorsement::Confirm, Accepted),
        (&buyer, Endorsement::Cancel, Refused(Code::WrongAuthor)),
        (&seller, Endorsement::Cancel, Accepted),
        (&buyer, Endorsement::Dispute, Refused(Code::Cancelled)),
    ] {
        let body = world.endorse(0, action);
        assert_eq!(world.say(author, 2, body).1, outcome, "{action:?}");
    }
    let terms = world.reserve(0, 1, 1, 1);
    assert_eq!(world.say(&key(b'k', 0), 0, reserve(terms)).1, Refused(Code::Cancelled));
    let terms = world.reserve(1, 1, 1, 1);
    assert_eq!(world.say(&key(b'k', 1), 2, reserve(terms)).1, Refused(Code::WrongSponsor));
    let body = world.amend(1, 5, false);
    assert_eq!(world.say(&key(b'd', 0), 2, body).1, Refused(Code::WrongAuthor));
    let digest = Hash::default();
    assert_eq!(world.say(&key(b'x', 0), 2, Body::AnchorNotarise { digest }).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&key(b'm', 1), 2, Body::AnchorNotarise { digest }).1, Accepted);
    let withdrawal = Body::NetworkAttestationWithdraw { attestation: digest };
    assert_eq!(world.say(&key(b'm', 1), 1, withdrawal.clone()).1, Accepted);
    assert_eq!(world.say(&key(b'm', 1), 1, withdrawal).1, Refused(Code::AlreadyRegistered));
}

#[test]
fn an_access_needs_a_case_and_officers() {
    let mut world = two_documents();
    let officer = key(b'o', 0);
    let body = world.case("1", &[0]);
    assert_eq!(world.say(&officer, 3, body).1, Refused(Code::ApprovalsMissing));
    let body = world.case("1", &[0, 0]);
    assert_eq!(world.say(&officer, 3, body).1, Refused(Code::ApprovalsMissing));
    let body = world.case("1", &[0, 2]);
    assert_eq!(world.say(&key(b'm', 3), 3, body.clone()).1, Refused(Code::WrongAuthor));
    let (case, outcome) = world.say(&officer, 3, body.clone());
    assert_eq!(outcome, Accepted);
    assert_eq!(world.say(&officer, 3, body).1, Refused(Code::AlreadyRegistered));

    let body = world.access(case, 0, "audit", &[1]);
    assert_eq!(world.say(&officer, 3, body).1, Refused(Code::ApprovalsMissing));
    let body = world.access(Hash::default(), 0, "audit", &[1, 2]);
    assert_eq!(world.say(&officer, 3, body).1, Refused(Code::CaseNotOpen));
    let body = world.access(case, 0, "audit", &[1, 2]);
    let (access, outcome) = world.say(&officer, 3, body);
    assert_eq!(outcome, Accepted);
    assert_eq!(world.document(0).unwrap().accesses, [access]);
    assert_eq!(world.say(&officer, 3, Body::SupervisionCaseClose { case }).1, Accepted);
    let body = world.access(case, 0, "more", &[1, 2]);
    assert_eq!(world.say(&officer, 3, body).1, Refused(Code::CaseNotOpen));
}

#[test]
fn nonces_and_networks() {
    let mut world = World::new();
    let author = key(b'm', 0);
    let unsigned = |network, digest| Unsigned {
        network,
        body: Body::AnchorNotarise { digest: Hash::from_bytes([digest; 32]) },
        nonce: Nonce(7),
        author: author.public(),
    };
    let network = world.network.id;
    let elsewhere = unsigned(Hash::default(), 1).sign(&author, bank(0));
    assert_eq!(world.judge(&elsewhere), Refused(Code::WrongNetwork));
    assert_eq!(world.judge(&unsigned(network, 1).sign(&author, bank(0))), Accepted);
    assert_eq!(world.judge(&unsigned(network, 2).sign(&author, bank(0))), Refused(Code::NonceUsed));
    let stranger = "NOBODY00".parse().unwrap();
    let unsigned = Unsigned { nonce: Nonce(8), ..unsigned(network, 2) };
    assert_eq!(world.judge(&unsigned.sign(&author, stranger)), Refused(Code::NotAMember));
}
