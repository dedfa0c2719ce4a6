//! The real prover and verifier, no ideal one: a claim that fits is taken, a forged or moved proof is not.

use kontor_ledger::{
    context::{Anchored, split_context, total_context},
    outcome::{
        Outcome::{self, Accepted, Refused},
        RefusalCode as Code,
    },
    proving::{self, Claiming},
    record::{Body, Endorsement, Nonce, Reservation, Total, Unsigned},
};
use kontor_proofs::{Proof, ProofError, Statement, Witness, prove};
use kontor_sealing::{Hash, Opening, SigningKey};

use super::world::{World, bank, issued, key, reserve};
use crate::rules::{
    BlockContext, apply,
    proofs::{Verdicts, obligations},
};

/// The capsule's verdict is known, for these documents were not sealed; every other proof is checked.
struct CapsuleKnown(Hash);

impl Verdicts for CapsuleKnown {
    fn known(&self, digest: &Hash) -> Option<bool> {
        (*digest == self.0).then_some(true)
    }
}

fn opening(value: u64) -> Opening {
    Opening { value, blinding: blinding(value) }
}

/// Any blinding will do here.
fn blinding(value: u64) -> curve25519_dalek::Scalar {
    curve25519_dalek::Scalar::from(value) + curve25519_dalek::Scalar::from(77_u64)
}

fn judge(world: &mut World, author: &SigningKey, body: Body) -> Outcome {
    world.nonce += 1;
    let unsigned = Unsigned { network: world.network.id, body, nonce: Nonce(world.nonce), author: author.public() };
    let record = unsigned.sign(author, bank(0));
    let unknown = CapsuleKnown(Hash::default());
    let mut context = BlockContext { network: &world.network, height: 1, timestamp: world.now, verdicts: &unknown };
    let owed = obligations(&world.state, &context, &record).unwrap();
    let capsule = owed.iter().find(|one| one.refusal == Code::CapsuleInvalid);
    let known = CapsuleKnown(capsule.map(|one| one.digest()).unwrap_or_default());
    context.verdicts = &known;
    apply(&mut world.state, &context, &record.id(), &record).unwrap()
}

fn shown(statement: &Statement, openings: Vec<Opening>, context: &kontor_proofs::Context) -> Proof {
    prove(statement, &Witness::new(openings), context, &mut rand::rng()).unwrap()
}

fn proven(world: &mut World, claim_key: &SigningKey, amount: &Opening, total: &Opening) -> Reservation {
    let claim_key = claim_key.public();
    let claiming =
        Claiming { network: world.network.id, claimed: anchored(world, 0), claim_key: &claim_key, advance_rate: 9_000 };
    let mut terms = world.reserve(0, 0, 1, 1);
    terms.amount = amount.commitment();
    terms.range = claiming.amount(amount, &mut rand::rng()).unwrap();
    terms.headroom = claiming.headroom(total, &[], amount, &mut rand::rng()).unwrap();
    terms
}

fn anchored(world: &World, document: u8) -> Anchored {
    let Body::DocumentRegister { header, root, .. } = register_shape(world, document) else {
        unreachable!("as made below")
    };
    Anchored { document: header.document, version: 1, root }
}

fn register_shape(world: &World, document: u8) -> Body {
    let header = world.header(document, 1);
    Body::DocumentRegister { header, root: Hash::sm3(&[b"root"]), attachment: Hash::default(), total: None }
}

/// A document with its total and the total's proof, or one that proves nothing.
fn with_total(world: &World, document: u8, total: &Opening, forged: bool) -> Body {
    let Body::DocumentRegister { header, root, attachment, .. } = register_shape(world, document) else {
        unreachable!("as made above")
    };
    let context = total_context(world.network.id, anchored(world, document));
    let statement = Statement::Range { value: total.commitment(), bits: 64 };
    let range = if forged { Proof::default() } else { shown(&statement, vec![total.clone()], &context) };
    Body::DocumentRegister { header, root, attachment, total: Some(Total { commitment: total.commitment(), range }) }
}

#[test]
fn real_proofs_decide() {
    let mut world = World::new();
    let total = opening(1_000);
    let [forged, good] = [true, false].map(|forged| with_total(&world, 0, &total, forged));
    assert_eq!(judge(&mut world, &key(b'd', 0), forged), Refused(Code::RangeProofInvalid));
    assert_eq!(judge(&mut world, &key(b'd', 0), good), Accepted);

    let (bank_key, other) = (key(b'k', 0), key(b'k', 1));
    let terms = proven(&mut world, &bank_key, &opening(900), &total);
    let moved = reserve(terms.clone());
    assert_eq!(judge(&mut world, &other, moved), Refused(Code::RangeProofInvalid));
    let mut forged = terms.clone();
    forged.headroom.proof = forged.range.clone();
    assert_eq!(judge(&mut world, &bank_key, reserve(forged)), Refused(Code::HeadroomProofInvalid));
    let mut larger = terms.clone();
    larger.advance_rate = 8_999;
    assert_eq!(judge(&mut world, &bank_key, reserve(larger)), Refused(Code::HeadroomProofInvalid));
    assert_eq!(judge(&mut world, &bank_key, reserve(terms)), Accepted);
}

#[test]
fn real_proofs_decide_on_sources() {
    let mut world = World::new();
    let (total, order) = (opening(1_000), opening(2_000));
    for (document, total) in [(0, &total), (1, &order)] {
        let body = with_total(&world, document, total, false);
        assert_eq!(judge(&mut world, &key(b'd', document), body), Accepted);
    }
    let (bank_key, amount) = (key(b'k', 0), opening(900));
    let claim_key = bank_key.public();
    let terms = proven(&mut world, &bank_key, &amount, &total);
    let [claimed, behind] = [0, 1].map(|document| anchored(&world, document));
    let claiming = Claiming { network: world.network.id, claimed, claim_key: &claim_key, advance_rate: 9_000 };
    let mut terms = world.resting(terms, 9, 1);
    // A proof about the claimed document shows nothing of its source, nor does one for another claim.
    terms.sources[0].headroom = terms.headroom.clone();
    assert_eq!(judge(&mut world, &bank_key, reserve(terms.clone())), Refused(Code::HeadroomProofInvalid));
    let elsewhere = Claiming { claimed: behind, ..claiming };
    terms.sources[0].headroom = elsewhere.source(behind, &order, &[], &amount, &mut rand::rng()).unwrap();
    assert_eq!(judge(&mut world, &bank_key, reserve(terms.clone())), Refused(Code::HeadroomProofInvalid));
    terms.sources[0].headroom = claiming.source(behind, &order, &[], &amount, &mut rand::rng()).unwrap();
    assert_eq!(judge(&mut world, &bank_key, reserve(terms)), Accepted);
    let over = claiming.source(behind, &opening(999), &[], &amount, &mut rand::rng());
    assert!(matches!(over, Err(ProofError::False)));
}

#[test]
fn real_proofs_decide_on_receivables() {
    let mut world = World::new();
    let (total, whole) = (opening(1_000), opening(600));
    let body = with_total(&world, 0, &total, false);
    assert_eq!(judge(&mut world, &key(b'd', 0), body), Accepted);
    let (seller, buyer) = (key(b's', 0), key(b'b', 0));
    let (network, document) = (world.network.id, anchored(&world, 0));
    for (author, action) in [(&seller, Endorsement::Issue), (&buyer, Endorsement::Confirm)] {
        let body = Body::DocumentEndorse { document: document.document, version: 1, root: document.root, action };
        assert_eq!(judge(&mut world, author, body), Accepted);
    }
    let mut terms = world.issue(0, 600, 1, 1);
    let issuer = buyer.public();
    let proofs = proving::issue(network, document, &issuer, &total, &[], &whole, &mut rand::rng()).unwrap();
    (terms.amount, terms.range, terms.headroom) = (whole.commitment(), proofs.0, proofs.1);
    let mut forged = terms.clone();
    forged.headroom.proof = forged.range.clone();
    assert_eq!(judge(&mut world, &buyer, issued(forged)), Refused(Code::HeadroomProofInvalid));
    assert_eq!(judge(&mut world, &buyer, issued(terms)), Accepted);
    let over = proving::issue(network, document, &issuer, &total, &[], &opening(1_001), &mut rand::rng());
    assert!(matches!(over, Err(ProofError::False)));

    let root = world.document(0).unwrap().receivables.unwrap().roots[0];
    assert_eq!(judge(&mut world, &seller, Body::ReceivableAcknowledge { receivable: root }), Accepted);
    let holders = [1, 2, 3].map(|index| key(b'h', index).public());
    let parts: Vec<_> =
        holders.into_iter().zip([100, 200, 300].map(opening)).map(|(one, part)| (one, part, 1)).collect();
    let author = seller.public();
    let made = proving::split(network, (&root, &whole), &parts, &author, &mut rand::rng());
    let (children, proof) = made.unwrap();
    let split = |children, proof| Body::ReceivableSplit { receivable: root, children, proof };
    // The proof is for these holders; a part cannot be given to another.
    let mut moved = children.clone();
    moved[0].holder = key(b'h', 9).public();
    assert_eq!(judge(&mut world, &seller, split(moved, proof.clone())), Refused(Code::ConservationProofInvalid));
    let few = children[..2].to_vec();
    assert_eq!(judge(&mut world, &seller, split(few, proof.clone())), Refused(Code::ConservationProofInvalid));
    // That they sum alone is not enough: one could be negative.
    let terms = children.iter().map(|child| (1, child.amount)).collect();
    let sum = Statement::Linear { terms, sum: whole.commitment() };
    let openings = parts.iter().map(|(_, part, _)| part.clone()).chain([whole.clone()]).collect();
    let alone = shown(&sum, openings, &split_context(network, &root, &children, &author));
    assert_eq!(judge(&mut world, &seller, split(children.clone(), alone)), Refused(Code::ConservationProofInvalid));
    assert_eq!(judge(&mut world, &seller, split(children, proof)), Accepted);
    assert_eq!(world.receivable(&root).unwrap().leaves.len(), 3);

    // Parts that do not sum to the whole have no proof.
    let more: Vec<_> = parts.iter().map(|(holder, ..)| (*holder, opening(300), 1)).collect();
    let none = proving::split(network, (&root, &whole), &more, &author, &mut rand::rng());
    assert!(matches!(none, Err(ProofError::False)));
}
