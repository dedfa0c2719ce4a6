//! Chosen cases of near and source fingerprints.

use kontor_ledger::{
    outcome::{
        Outcome::{Accepted, Refused},
        RefusalCode as Code,
    },
    record::{Body, ClaimId, Reservation},
    source::MAX_SOURCES,
};
use kontor_sealing::Hash;

use super::world::{World, acknowledged, key, numbered, reserve};

/// Two invoices worth 1,000 each, 0 and 1, and two orders worth 1,000 each, 2 and 3.
fn market() -> World {
    let mut world = World::new();
    for document in 0..4 {
        let body = world.register(document, 1_000);
        assert_eq!(world.say(&key(b'd', document), 2, body).1, Accepted);
    }
    world
}

/// A claim on an invoice that rests on an order under a source fingerprint.
fn resting(world: &mut World, invoice: u8, amount: u64, source: u8, order: u8) -> Reservation {
    let terms = world.reserve(invoice, amount, invoice, invoice);
    world.resting(terms, source, order)
}

#[test]
fn an_altered_amount_is_a_near_match() {
    let mut world = market();
    let terms = numbered(world.reserve(0, 100, 1, 1), 5);
    assert_eq!(world.say(&key(b'k', 0), 0, reserve(terms)).1, Accepted);
    let terms = numbered(world.reserve(1, 100, 2, 2), 5);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(terms.clone())).1, Refused(Code::NearMatchUnacknowledged));
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(acknowledged(terms))).1, Accepted);
    let mut twice = numbered(world.reserve(1, 100, 2, 2), 5);
    twice.fingerprints.push(twice.fingerprints[2]);
    assert_eq!(world.say(&key(b'k', 2), 1, reserve(twice)).1, Refused(Code::FingerprintsMalformed));
}

#[test]
fn claims_on_two_invoices_share_the_room_of_their_order() {
    let mut world = market();
    let terms = resting(&mut world, 0, 600, 9, 2);
    let (first, outcome) = world.say(&key(b'k', 0), 0, reserve(terms));
    assert_eq!(outcome, Accepted);
    assert_eq!(world.live(2), [first]);

    // The other invoice has room of its own, the order has not.
    let over = resting(&mut world, 1, 301, 9, 2);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(over)).1, Refused(Code::HeadroomProofInvalid));
    let mut stale = resting(&mut world, 1, 300, 9, 2);
    stale.sources[0].headroom.live.clear();
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(stale)).1, Refused(Code::ClaimsChanged));
    // Another order under the same fingerprint gives no second cap; another fingerprint none on the same order.
    let elsewhere = resting(&mut world, 1, 300, 9, 3);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(elsewhere)).1, Refused(Code::SourceMismatch));
    let renamed = resting(&mut world, 1, 301, 8, 2);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(renamed)).1, Refused(Code::HeadroomProofInvalid));
    // Neither does a claim on the order itself.
    let direct = world.reserve(2, 301, 7, 7);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(direct)).1, Refused(Code::HeadroomProofInvalid));
    let fits = resting(&mut world, 1, 300, 9, 2);
    let (second, outcome) = world.say(&key(b'k', 1), 1, reserve(fits));
    assert_eq!(outcome, Accepted);
    assert_eq!(sorted(world.live(2)), sorted(vec![first, second]));

    // A settled claim makes room in both sums.
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimRelease { claim: first }).1, Accepted);
    assert_eq!((world.live(0), world.live(2)), (vec![], vec![second]));
    let again = resting(&mut world, 0, 600, 9, 2);
    assert_eq!(world.say(&key(b'k', 2), 0, reserve(again)).1, Accepted);
}

fn sorted(mut claims: Vec<ClaimId>) -> Vec<ClaimId> {
    claims.sort_unstable();
    claims
}

#[test]
fn an_order_amended_below_its_claims_is_diluted() {
    let mut world = market();
    let terms = resting(&mut world, 0, 600, 9, 2);
    let (claim, _) = world.say(&key(b'k', 0), 0, reserve(terms));
    let body = world.amend(2, 100, false);
    assert_eq!(world.say(&key(b'd', 2), 2, body).1, Accepted);
    assert!(world.document(2).unwrap().diluted);
    let more = resting(&mut world, 1, 1, 9, 2);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(more)).1, Refused(Code::Diluted));
    let shown = crate::state::object(&world.state, &world.network.genesis, &claim.to_string(), world.now).unwrap();
    assert!(matches!(shown, Some(kontor_ledger::object::Object::Claim(claim)) if claim.diluted));
    assert_eq!(world.say(&key(b'k', 0), 0, Body::ClaimRelease { claim }).1, Accepted);
    assert!(!world.document(2).unwrap().diluted);
}

#[test]
fn a_replaced_order_hands_its_sum_on() {
    let mut world = market();
    let terms = resting(&mut world, 0, 600, 9, 2);
    let (claim, _) = world.say(&key(b'k', 0), 0, reserve(terms));
    let [document, by] = [2, 3].map(|order| world.header(order, 1).document);
    for owner in [3, 2] {
        assert_eq!(world.say(&key(b'd', owner), 2, Body::DocumentSupersede { document, by }).1, Accepted);
    }
    assert_eq!((world.live(2), world.live(3)), (vec![], vec![claim]));
    let body = world.amend(3, 1_000, true);
    assert_eq!(world.say(&key(b'd', 3), 2, body).1, Accepted);
    let over = resting(&mut world, 1, 301, 9, 3);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(over)).1, Refused(Code::HeadroomProofInvalid));
    let fits = resting(&mut world, 1, 300, 9, 3);
    assert_eq!(world.say(&key(b'k', 1), 1, reserve(fits)).1, Accepted);
}

#[test]
fn sources_are_few_ordered_and_distinct() {
    let mut world = market();
    let terms = resting(&mut world, 0, 1, 9, 2);
    let source = |fingerprint: u8, document: u8| {
        let mut one = terms.sources[0].clone();
        one.fingerprint = Hash::from_bytes([fingerprint; 32]);
        one.document = world.header(document, 1).document;
        one
    };
    let lists = [
        vec![source(9, 2), source(8, 3)],
        vec![source(8, 2), source(8, 3)],
        vec![source(8, 2), source(9, 2)],
        vec![source(8, 0)],
        (0..=MAX_SOURCES as u8).map(|index| source(index, index + 1)).collect(),
    ];
    let unknown = vec![source(8, 9)];
    for (sources, code) in
        lists.map(|list| (list, Code::SourcesMalformed)).into_iter().chain([(unknown, Code::UnknownDocument)])
    {
        let terms = Reservation { sources, ..terms.clone() };
        assert_eq!(world.say(&key(b'k', 0), 0, reserve(terms)).1, Refused(code));
    }
}
