//! Chosen cases of receivables: down a chain to its end, and each way to lend twice against one invoice.

use kontor_ledger::{
    outcome::{
        Outcome::{Accepted, Refused},
        RefusalCode as Code,
    },
    receivable::{MAX_PARTS, ReceivableId, ReceivableState as State, child_id},
    record::{Body, Endorsement},
};
use kontor_sealing::{Hash, SigningKey};

use super::world::{World, issued, key, reserve};
use crate::rules::{Stop, decision};

/// A world with two registered and confirmed documents worth 1,000 each.
fn confirmed() -> World {
    let mut world = World::new();
    for document in [0, 1] {
        let body = world.register(document, 1_000);
        assert_eq!(world.say(&key(b'd', document), 2, body).1, Accepted);
        world.confirm(document);
    }
    world
}

/// One with 1,000 issued on the first document and taken by its seller.
fn taken() -> (World, ReceivableId) {
    let mut world = confirmed();
    let terms = world.issue(0, 1_000, 1, 1);
    let (root, outcome) = world.say(&key(b'b', 0), 0, issued(terms));
    assert_eq!(outcome, Accepted);
    assert_eq!(acknowledge(&mut world, root, &key(b's', 0)), Accepted);
    (world, root)
}

fn acknowledge(world: &mut World, receivable: ReceivableId, by: &SigningKey) -> kontor_ledger::outcome::Outcome {
    world.say(by, 2, Body::ReceivableAcknowledge { receivable }).1
}

fn state(world: &World, receivable: ReceivableId) -> State {
    world.receivable(&receivable).unwrap().state
}

#[test]
fn a_receivable_goes_down_the_chain_and_ends_at_settlement() {
    let (mut world, root) = taken();
    let (seller, buyer) = (key(b's', 0), key(b'b', 0));
    let (supplier, change, next, bank) = (key(b'h', 1), key(b'h', 2), key(b'h', 3), key(b'p', 1));
    assert_eq!(state(&world, root), State::Acknowledged);

    for (parts, code) in [
        (vec![(300, &supplier), (701, &change)], Code::ConservationProofInvalid),
        (vec![(1_000, &supplier)], Code::PartsMalformed),
        (vec![(300, &supplier), (700, &supplier)], Code::HolderKeyUsed),
    ] {
        let body = world.split(root, &parts);
        assert_eq!(world.say(&seller, 2, body).1, Refused(code));
    }
    let body = world.split(root, &[(300, &supplier), (700, &change)]);
    assert_eq!(world.say(&supplier, 2, body.clone()).1, Refused(Code::WrongAuthor));
    let (split, outcome) = world.say(&seller, 2, body.clone());
    assert_eq!(outcome, Accepted);
    assert_eq!(world.say(&seller, 2, body).1, Refused(Code::WrongState));
    let (small, large) = (child_id(&split, 0), child_id(&split, 1));

    // Nothing moves on before its holder took it; what nobody takes can be handed to another.
    assert_eq!(state(&world, small), State::Transferred);
    assert_eq!(world.pledge(small, &bank, &seller, 0), Refused(Code::WrongState));
    assert_eq!(acknowledge(&mut world, small, &change), Refused(Code::WrongAuthor));
    assert_eq!(acknowledge(&mut world, small, &supplier), Accepted);
    let to = next.public();
    assert_eq!(world.say(&change, 2, Body::ReceivableTransfer { receivable: large, to }).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&seller, 2, Body::ReceivableTransfer { receivable: large, to }).1, Accepted);
    assert_eq!(acknowledge(&mut world, large, &change), Refused(Code::WrongAuthor));
    assert_eq!(acknowledge(&mut world, large, &next), Accepted);

    // A bank takes the small part in pledge, with the holder's consent, and hands it on.
    assert_eq!(world.pledge(small, &bank, &next, 0), Refused(Code::ConsentInvalid));
    assert_eq!(world.pledge(small, &bank, &supplier, 2), Refused(Code::WrongSponsor));
    assert_eq!(world.pledge(small, &bank, &supplier, 0), Accepted);
    assert_eq!(world.pledge(large, &bank, &next, 0), Refused(Code::ClaimKeyUsed));
    let back = key(b'h', 4);
    let body = Body::ReceivableTransfer { receivable: small, to: back.public() };
    assert_eq!(world.say(&supplier, 0, body.clone()).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&bank, 1, body.clone()).1, Refused(Code::WrongSponsor));
    assert_eq!(world.say(&bank, 0, body).1, Accepted);
    assert_eq!(acknowledge(&mut world, small, &back), Accepted);
    assert_eq!(world.receivable(&small).unwrap().pledge, None);

    // Another bank, until it is paid.
    let bank = key(b'p', 2);
    assert_eq!(world.pledge(small, &bank, &back, 1), Accepted);
    let paid = |receivable| Body::ReceivableSettle { receivable };
    assert_eq!(world.say(&buyer, 2, paid(small)).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&buyer, 2, paid(root)).1, Accepted);
    assert_eq!(world.say(&buyer, 2, paid(root)).1, Refused(Code::WrongState));
    assert_eq!([small, large].map(|id| state(&world, id)), [State::Settled; 2]);
    let to = key(b'h', 5).public();
    assert_eq!(world.say(&next, 2, Body::ReceivableTransfer { receivable: large, to }).1, Refused(Code::WrongState));
    assert_eq!(world.say(&back, 1, paid(small)).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&bank, 1, paid(small)).1, Accepted);
    assert_eq!(world.say(&next, 2, paid(large)).1, Accepted);
    assert_eq!([root, small, large].map(|id| state(&world, id)), [State::Split, State::Destroyed, State::Destroyed]);
    assert!(world.receivable(&root).unwrap().leaves.is_empty());

    // The total was paid out: nobody lends on it again.
    let terms = world.reserve(0, 1, 7, 7);
    assert_eq!(world.say(&key(b'k', 0), 0, reserve(terms)).1, Refused(Code::ReceivablesIssued));
    let terms = world.issue(0, 1, 1, 1);
    assert_eq!(world.say(&buyer, 0, issued(terms)).1, Refused(Code::HeadroomProofInvalid));
}

#[test]
fn only_the_buyer_issues_on_a_confirmed_document_within_its_total() {
    let mut world = confirmed();
    let buyer = key(b'b', 0);
    let terms = world.issue(0, 600, 1, 1);
    assert_eq!(world.say(&key(b's', 0), 0, issued(terms.clone())).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&buyer, 2, issued(terms.clone())).1, Refused(Code::WrongSponsor));
    let (first, outcome) = world.say(&buyer, 0, issued(terms.clone()));
    assert_eq!(outcome, Accepted);
    assert_eq!(world.say(&buyer, 0, issued(terms)).1, Refused(Code::ReceivablesChanged));
    let terms = world.issue(0, 401, 1, 1);
    assert_eq!(world.say(&buyer, 0, issued(terms)).1, Refused(Code::HeadroomProofInvalid));
    let terms = world.issue(0, 400, 1, 1);
    let (second, outcome) = world.say(&buyer, 1, issued(terms));
    assert_eq!(outcome, Accepted);

    // What the seller declines opens the document again once nothing else stands on it.
    assert_eq!(world.say(&key(b's', 0), 2, Body::ReceivableSettle { receivable: second }).1, Accepted);
    let terms = world.reserve(0, 1, 1, 1);
    assert_eq!(world.say(&key(b'k', 0), 0, reserve(terms.clone())).1, Refused(Code::ReceivablesIssued));
    assert_eq!(world.say(&buyer, 2, Body::ReceivableSettle { receivable: first }).1, Accepted);
    assert_eq!([first, second].map(|id| state(&world, id)), [State::Destroyed; 2]);
    assert_eq!(acknowledge(&mut world, first, &key(b's', 0)), Refused(Code::WrongState));
    assert_eq!(world.say(&key(b'k', 0), 0, reserve(terms)).1, Accepted);
    assert_eq!(
        world.say(&buyer, 0, Body::ReceivableSettle { receivable: Hash::default() }).1,
        Refused(Code::UnknownReceivable)
    );

    let body = world.amend(1, 900, false);
    assert_eq!(world.say(&key(b'd', 1), 2, body).1, Accepted);
    let terms = world.issue(1, 1, 2, 2);
    assert_eq!(world.say(&key(b'b', 1), 0, issued(terms)).1, Refused(Code::NotConfirmed));
}

#[test]
fn nobody_lends_on_a_document_and_on_its_receivables() {
    let mut world = confirmed();
    // Claims first: on the document, as its source, on the same invoice elsewhere.
    let terms = world.reserve(0, 100, 1, 1);
    let (claim, _) = world.say(&key(b'k', 0), 0, reserve(terms));
    let terms = world.issue(0, 100, 1, 1);
    assert_eq!(world.say(&key(b'b', 0), 0, issued(terms)).1, Refused(Code::ClaimsLive));
    let same = world.issue(1, 100, 1, 2);
    assert_eq!(world.say(&key(b'b', 1), 0, issued(same)).1, Refused(Code::Duplicate));
    let near = world.issue(1, 100, 2, 1);
    assert_eq!(world.say(&key(b'b', 1), 0, issued(near)).1, Refused(Code::NearMatchUnacknowledged));
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimRelease { claim }).1, Accepted);

    // Receivables first.
    let terms = world.issue(0, 100, 1, 1);
    assert_eq!(world.say(&key(b'b', 0), 0, issued(terms)).1, Accepted);
    let terms = world.reserve(0, 100, 1, 1);
    assert_eq!(world.say(&key(b'k', 1), 0, reserve(terms)).1, Refused(Code::ReceivablesIssued));
    let terms = world.reserve(1, 100, 1, 2);
    assert_eq!(world.say(&key(b'k', 1), 0, reserve(terms)).1, Refused(Code::Duplicate));
    let terms = world.reserve(1, 100, 2, 1);
    assert_eq!(world.say(&key(b'k', 1), 0, reserve(terms)).1, Refused(Code::NearMatchUnacknowledged));
    let terms = world.reserve(1, 100, 2, 2);
    let resting = world.resting(terms, 9, 0);
    assert_eq!(world.say(&key(b'k', 1), 0, reserve(resting)).1, Refused(Code::ReceivablesIssued));
    let body = world.amend(0, 50, false);
    assert_eq!(world.say(&key(b'd', 0), 2, body).1, Refused(Code::ReceivablesIssued));
    for (kind, action) in [(b's', Endorsement::Cancel), (b'b', Endorsement::Dispute)] {
        let body = world.endorse(0, action);
        assert_eq!(world.say(&key(kind, 0), 2, body).1, Refused(Code::ReceivablesIssued));
    }
    let ids = [0, 1].map(|document| world.header(document, 1).document);
    for (document, by) in [(ids[0], ids[1]), (ids[1], ids[0])] {
        let body = Body::DocumentSupersede { document, by };
        assert_eq!(world.say(&key(b'd', 0), 2, body).1, Refused(Code::ReceivablesIssued));
    }
}

#[test]
fn a_pledge_is_handed_to_another_bank_by_decision() {
    let (mut world, root) = taken();
    let (first, second) = (key(b'p', 1), key(b'p', 2));
    let decision = decision::Decision { record: Hash::sm3(&[b"vote"]), at: world.now };
    let sponsor = super::world::bank(1);
    let reassign = |world: &mut World, key: &SigningKey| {
        decision::reassign_pledge(&mut world.state, &decision, &root, &key.public(), sponsor)
    };
    assert!(matches!(reassign(&mut world, &second), Err(Stop::Refused(Code::WrongState))));
    assert_eq!(world.pledge(root, &first, &key(b's', 0), 0), Accepted);
    assert!(matches!(reassign(&mut world, &first), Err(Stop::Refused(Code::ClaimKeyUsed))));
    assert!(reassign(&mut world, &second).is_ok());
    let body = Body::ReceivableSettle { receivable: root };
    assert_eq!(world.say(&first, 0, body.clone()).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&second, 0, body.clone()).1, Refused(Code::WrongSponsor));
    assert_eq!(world.say(&second, 1, body).1, Accepted);
}

#[test]
fn a_key_holds_one_part_and_naming_it_does_not_use_it_up() {
    let (mut world, root) = taken();
    let (seller, one, two) = (key(b's', 0), key(b'h', 1), key(b'h', 2));
    let body = world.split(root, &[(300, &one), (700, &two)]);
    let (split, _) = world.say(&seller, 2, body);
    let [small, large] = [0, 1].map(|index| child_id(&split, index));
    // Named for both parts, it takes one; the other waits for another key.
    let body = Body::ReceivableTransfer { receivable: large, to: one.public() };
    assert_eq!(world.say(&seller, 2, body).1, Accepted);
    assert_eq!(acknowledge(&mut world, small, &one), Accepted);
    assert_eq!(acknowledge(&mut world, large, &one), Refused(Code::HolderKeyUsed));
    for (to, outcome) in [(&one, Refused(Code::HolderKeyUsed)), (&two, Accepted)] {
        let body = Body::ReceivableTransfer { receivable: large, to: to.public() };
        assert_eq!(world.say(&seller, 2, body).1, outcome);
    }
    assert_eq!(acknowledge(&mut world, large, &two), Accepted);
}

#[test]
fn pledging_ends_when_it_is_due_and_parts_are_bounded() {
    let (mut world, root) = taken();
    let (mut holder, mut leaf) = (key(b's', 0), root);
    for round in 0_u8..17 {
        let holders: Vec<SigningKey> = (0..16).map(|index| key(b'h' + 1 + round, index)).collect();
        let value = world.value(&world.receivable(&leaf).unwrap().amount);
        let mut parts: Vec<(u64, &SigningKey)> = holders.iter().map(|holder| (1, holder)).collect();
        parts[15].0 = value - 15;
        let body = world.split(leaf, &parts);
        let (split, outcome) = world.say(&holder, 2, body);
        assert_eq!(outcome, Accepted, "{round}");
        leaf = child_id(&split, 15);
        holder = holders[15].clone();
        assert_eq!(acknowledge(&mut world, leaf, &holder), Accepted);
    }
    assert_eq!(world.receivable(&root).unwrap().leaves.len(), usize::from(MAX_PARTS));
    let value = world.value(&world.receivable(&leaf).unwrap().amount);
    let body = world.split(leaf, &[(1, &key(b'z', 0)), (value - 1, &key(b'z', 1))]);
    assert_eq!(world.say(&holder, 2, body.clone()).1, Refused(Code::TooManyReceivables));
    let Body::ReceivableSplit { receivable, mut children, proof } = body else { unreachable!() };
    children[0].parts = 0;
    let body = Body::ReceivableSplit { receivable, children, proof };
    assert_eq!(world.say(&holder, 2, body).1, Refused(Code::PartsMalformed));
    world.pass(3_000);
    assert_eq!(world.pledge(leaf, &key(b'p', 0), &holder, 0), Refused(Code::Expired));
}
