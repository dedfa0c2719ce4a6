//! The real prover and verifier, no ideal one: a claim that fits is taken, a forged or moved proof is not.

use kontor_ledger::{
    context::{Anchored, amount_context, claim_context, total_context},
    outcome::{
        Outcome::{self, Accepted, Refused},
        RefusalCode as Code,
    },
    record::{Body, Headroom, Nonce, Reservation, Total, Unsigned},
};
use kontor_proofs::{Proof, Statement, Witness, prove};
use kontor_sealing::{Hash, Opening, SigningKey};

use super::world::{World, bank, key, reserve};
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
    let anchored = anchored(world);
    let mut terms = world.reserve(0, 0, 1, 1);
    let new = amount.commitment();
    let range = Statement::Range { value: new, bits: 64 };
    let fits = Statement::OverFinancing { total: total.commitment(), advance_rate_bp: 9_000, live: vec![], new };
    let context = amount_context(world.network.id, anchored, &claim_key.public());
    terms.amount = new;
    terms.range = shown(&range, vec![amount.clone()], &context);
    let context = claim_context(world.network.id, anchored, &claim_key.public(), &[]);
    terms.headroom = Headroom { live: vec![], proof: shown(&fits, vec![total.clone(), amount.clone()], &context) };
    terms
}

fn anchored(world: &World) -> Anchored {
    let Body::DocumentRegister { header, root, .. } = register_shape(world) else { unreachable!("as made below") };
    Anchored { document: header.document, version: 1, root }
}

fn register_shape(world: &World) -> Body {
    let header = world.header(0, 1);
    Body::DocumentRegister { header, root: Hash::sm3(&[b"root"]), attachment: Hash::default(), total: None }
}

#[test]
fn real_proofs_decide() {
    let mut world = World::new();
    let total = opening(1_000);
    let context = total_context(world.network.id, anchored(&world));
    let statement = Statement::Range { value: total.commitment(), bits: 64 };
    let range = shown(&statement, vec![total.clone()], &context);
    let with_total = |range| match register_shape(&world) {
        Body::DocumentRegister { header, root, attachment, .. } => {
            let total = Some(Total { commitment: total.commitment(), range });
            Body::DocumentRegister { header, root, attachment, total }
        }
        other => other,
    };
    let (forged, good) = (with_total(Proof::default()), with_total(range));
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
