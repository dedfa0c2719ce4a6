//! What a cheating prover could try: other commitments under one proof, numbers below zero, sums past the group's order.

use curve25519_dalek::{RistrettoPoint, Scalar};
use kontor_sealing::{Commitment, Opening};
use minicbor::Encoder;
use rand::{SeedableRng as _, rngs::StdRng};

use super::{context, opening};
use crate::{Proof, ProofError, Statement, Witness, prove, schnorr, transcript, verify};

fn every_kind(rng: &mut StdRng) -> Vec<(Statement, Witness)> {
    let (a, b, c, again) = (opening(60, rng), opening(90, rng), opening(330, rng), opening(60, rng));
    let [ca, cb, cc] = [&a, &b, &c].map(Opening::commitment);
    let linear = Statement::Linear { terms: vec![(1, ca), (3, cb)], sum: cc };
    let at_most = Statement::AtMost { a: ca, b: cb };
    let over =
        Statement::OverFinancing { total: cc, advance_rate_bp: 9_000, live: vec![ca, cb], new: again.commitment() };
    vec![
        (Statement::Range { value: ca, bits: 50 }, Witness::new([a.clone()])),
        (Statement::Equal { a: ca, b: again.commitment() }, Witness::new([a.clone(), again.clone()])),
        (Statement::EqualConstant { a: ca, constant: 60 }, Witness::new([a.clone()])),
        (linear.clone(), Witness::new([a.clone(), b.clone(), c.clone()])),
        (at_most.clone(), Witness::new([a.clone(), b.clone()])),
        (over, Witness::new([c.clone(), a.clone(), b.clone(), again])),
        (Statement::And(vec![linear, at_most]), Witness::new([a.clone(), b.clone(), c, a, b])),
    ]
}

/// The statement with its n-th commitment changed.
fn with(statement: &Statement, n: usize, change: impl Fn(&Commitment) -> Commitment) -> Statement {
    let mut changed = statement.clone();
    let places: Vec<&mut Commitment> = match &mut changed {
        Statement::Range { value: a, .. } | Statement::EqualConstant { a, .. } => vec![a],
        Statement::Equal { a, b } | Statement::AtMost { a, b } => vec![a, b],
        Statement::Linear { terms, sum } => terms.iter_mut().map(|(_, term)| term).chain([sum]).collect(),
        Statement::OverFinancing { total, live, new, .. } => [total].into_iter().chain(live).chain([new]).collect(),
        Statement::And(parts) => {
            let own = parts[0].commitments().len();
            let (part, n) = if n < own { (0, n) } else { (1, n - own) };
            parts[part] = with(&parts[part], n, change);
            return changed;
        }
    };
    let place = places.into_iter().nth(n).unwrap();
    *place = change(place);
    changed
}

#[test]
fn a_proof_serves_its_commitments_only() {
    let rng = &mut StdRng::seed_from_u64(11);
    let stranger = opening(1, rng).commitment();
    for (statement, witness) in every_kind(rng) {
        let proof = prove(&statement, &witness, &context("test"), rng).unwrap();
        for n in 0..statement.commitments().len() {
            let others: [&dyn Fn(&Commitment) -> Commitment; 4] = [
                &|_| stranger,
                &|own| Commitment::from_point(&(own.point().unwrap() + RistrettoPoint::mul_base(&Scalar::ONE))),
                &|own| Commitment::from_point(&-own.point().unwrap()),
                &|_| Commitment::from_bytes([0; 32]),
            ];
            for other in others {
                let changed = with(&statement, n, other);
                assert!(verify(&changed, &proof, &context("test")).is_err(), "{changed:?}");
            }
        }
    }
}

#[test]
fn operands_and_parameters_cannot_be_swapped() {
    let rng = &mut StdRng::seed_from_u64(12);
    for (statement, witness) in every_kind(rng) {
        let proof = prove(&statement, &witness, &context("test"), rng).unwrap();
        let mut swapped = statement.clone();
        match &mut swapped {
            Statement::Range { bits, .. } => *bits = 49,
            Statement::Equal { a, b } | Statement::AtMost { a, b } => std::mem::swap(a, b),
            Statement::EqualConstant { constant, .. } => *constant = 59,
            Statement::Linear { terms, .. } => terms[0].0 = 2,
            Statement::OverFinancing { advance_rate_bp, .. } => *advance_rate_bp = 10_000,
            Statement::And(parts) => parts.reverse(),
        }
        assert!(verify(&swapped, &proof, &context("test")).is_err(), "{swapped:?}");
        if let Statement::OverFinancing { live, .. } = &mut swapped {
            live.reverse();
            assert!(verify(&swapped, &proof, &context("test")).is_err());
        }
    }
}

/// A commitment to −1 or to 2^64 has no range proof, whichever integer its opening claims to be.
#[test]
fn numbers_outside_64_bits_are_no_witness() {
    let rng = &mut StdRng::seed_from_u64(13);
    for value in [-Scalar::ONE, Scalar::from(1_u128 << 64)] {
        let blinding = Scalar::random(rng);
        let statement = Statement::Range { value: Commitment::commit_scalar(&value, &blinding), bits: 64 };
        for claimed in [0, 1, u64::MAX] {
            let witness = Witness::new([Opening { value: claimed, blinding }]);
            assert_eq!(prove(&statement, &witness, &context("test"), rng), Err(ProofError::Witness));
        }
    }
}

/// 2^50 is in range as 64 bits and not as 50; both ends are.
#[test]
fn ranges_end_where_they_say() {
    let rng = &mut StdRng::seed_from_u64(14);
    for (value, bits, fits) in [
        (0, 50, true),
        ((1 << 50) - 1, 50, true),
        (1 << 50, 50, false),
        (u64::MAX, 50, false),
        (u64::MAX, 64, true),
        (1, 1, true),
        (2, 1, false),
    ] {
        let value = opening(value, rng);
        let statement = Statement::Range { value: value.commitment(), bits };
        let proof = prove(&statement, &Witness::new([value]), &context("test"), rng);
        assert_eq!(proof.is_ok(), fits);
        if let Ok(proof) = proof {
            assert_eq!(verify(&statement, &proof, &context("test")), Ok(()));
        }
    }
    // A proof of the wider range does not pass for the narrower one.
    let value = opening(1 << 50, rng);
    let [wide, narrow] = [64, 50].map(|bits| Statement::Range { value: value.commitment(), bits });
    let proof = prove(&wide, &Witness::new([value]), &context("test"), rng).unwrap();
    assert!(verify(&narrow, &proof, &context("test")).is_err());
}

/// `2^63 · 2 = 2^64` is no sum of 64 bits, and products that leave 128 bits are refused rather than wrapped.
#[test]
fn sums_do_not_wrap() {
    let rng = &mut StdRng::seed_from_u64(15);
    for (weight, value) in [(1 << 63, 2), (u64::MAX, u64::MAX)] {
        let (term, sum) = (opening(value, rng), opening(0, rng));
        let statement = Statement::Linear { terms: vec![(weight, term.commitment()); 3], sum: sum.commitment() };
        let witness = Witness::new([term.clone(), term.clone(), term, sum]);
        assert_eq!(prove(&statement, &witness, &context("test"), rng), Err(ProofError::False));
    }
}

/// A prover that skips our checks and runs the protocol on a false equality convinces nobody.
#[test]
fn a_forged_response_does_not_verify() {
    let rng = &mut StdRng::seed_from_u64(16);
    let (a, b) = (opening(60, rng), opening(61, rng));
    let statement = Statement::Equal { a: a.commitment(), b: b.commitment() };
    let difference = a.commitment().point().unwrap() - b.commitment().point().unwrap();
    let x = zeroize::Zeroizing::new(a.blinding - b.blinding);
    let mut bytes = vec![1];
    let mut transcript = transcript::start(&statement, &context("test"));
    schnorr::prove(&mut transcript, &[(difference, x)], &mut bytes, rng).unwrap();
    let proof = Proof::from_bytes(bytes).unwrap();
    assert_eq!(verify(&statement, &proof, &context("test")), Err(ProofError::Invalid));
}

/// Identity commitments are points, so they are decided by what they commit to: zero.
#[test]
fn the_identity_commits_to_zero() {
    let rng = &mut StdRng::seed_from_u64(17);
    let nothing = Opening { value: 0, blinding: Scalar::ZERO };
    let some = opening(5, rng);
    for (statement, witness) in [
        (Statement::Range { value: nothing.commitment(), bits: 64 }, Witness::new([nothing.clone()])),
        (Statement::EqualConstant { a: nothing.commitment(), constant: 0 }, Witness::new([nothing.clone()])),
        (Statement::AtMost { a: some.commitment(), b: some.commitment() }, Witness::new([some.clone(), some])),
    ] {
        let proof = prove(&statement, &witness, &context("test"), rng).unwrap();
        assert_eq!(verify(&statement, &proof, &context("test")), Ok(()));
    }
    let five = Statement::EqualConstant { a: nothing.commitment(), constant: 5 };
    assert_eq!(prove(&five, &Witness::new([nothing]), &context("test"), rng), Err(ProofError::False));
}

#[test]
fn statements_are_bounded_where_they_are_read() {
    let mut nested = Vec::new();
    let mut encoder = Encoder::new(&mut nested);
    for _ in 0..100_000 {
        encoder.array(2).unwrap().u32(6).unwrap().array(1).unwrap().array(1).unwrap();
    }
    assert!(minicbor::decode::<Statement>(&nested).is_err());
    let value = Commitment::from_bytes([0; 32]);
    let read = |statement: &Statement| minicbor::decode::<Statement>(&crate::wire::to_cbor(statement));
    let flat =
        Statement::And(vec![Statement::Range { value, bits: 64 }, Statement::EqualConstant { a: value, constant: 1 }]);
    assert_eq!(read(&flat).unwrap(), flat);
    assert!(read(&Statement::And(vec![flat])).is_err());
    assert!(read(&Statement::And(vec![Statement::Range { value, bits: 64 }; 65])).is_err());
    // Sums that are each within bounds may not be together.
    let sum = Statement::Linear { terms: vec![(1, value); 1 << 15], sum: value };
    let proof = Proof::from_bytes(vec![1]).unwrap();
    let both = Statement::And(vec![sum.clone(), sum]);
    assert_eq!(verify(&both, &proof, &context("test")), Err(ProofError::Statement));
}
