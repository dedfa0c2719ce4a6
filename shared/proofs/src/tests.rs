//! Complete for what is true, closed to everything else.

use curve25519_dalek::{RistrettoPoint, Scalar};
use kontor_sealing::{Commitment, Hash, Opening, commitment::BLINDING_GENERATOR};
use proptest::prelude::*;
use rand::{SeedableRng as _, rngs::StdRng};
use tari_bulletproofs_plus::{
    generators::pedersen_gens::ExtensionDegree, ristretto::create_pedersen_gens_with_extension_degree,
};

mod soundness;
mod vectors;

use crate::{Context, Proof, ProofError, Statement, Witness, prove, verify, verify_batch};

fn context(purpose: &str) -> Context {
    Context {
        network: Hash::sm3(&[b"network"]),
        purpose: purpose.to_owned(),
        documents: vec![(Hash::sm3(&[b"document"]), 1, Hash::sm3(&[b"root"]))],
        binding: b"claim key".to_vec(),
    }
}

fn opening(value: u64, rng: &mut StdRng) -> Opening {
    Opening { value, blinding: Scalar::random(rng) }
}

fn over_financing(total: u64, rate: u16, live: &[u64], new: u64, rng: &mut StdRng) -> (Statement, Witness) {
    let (total, new) = (opening(total, rng), opening(new, rng));
    let live: Vec<_> = live.iter().map(|value| opening(*value, rng)).collect();
    let statement = Statement::OverFinancing {
        total: total.commitment(),
        advance_rate_bp: rate,
        live: live.iter().map(Opening::commitment).collect(),
        new: new.commitment(),
    };
    (statement, Witness::new([total].into_iter().chain(live).chain([new])))
}

#[test]
fn generators_are_those_of_the_range_proofs() {
    let generators = create_pedersen_gens_with_extension_degree(ExtensionDegree::DefaultPedersen);
    assert_eq!(generators.g_base_compressed_vec[0].as_bytes(), &BLINDING_GENERATOR);
    let blinding = Scalar::from(9_u64);
    let theirs = generators.commit(&Scalar::from(7_u64), &[blinding]).unwrap();
    assert_eq!(Commitment::from_point(&theirs), Commitment::commit(7, &blinding));
}

#[test]
fn true_statements_are_proven_and_bound_to_their_context() {
    let rng = &mut StdRng::seed_from_u64(1);
    let (a, b, c) = (opening(60, rng), opening(90, rng), opening(330, rng));
    let again = opening(60, rng);
    let (over, witness) = over_financing(1_000, 9_000, &[600], 300, rng);
    let linear = Statement::Linear { terms: vec![(1, a.commitment()), (3, b.commitment())], sum: c.commitment() };
    let cases = [
        (Statement::Range { value: a.commitment(), bits: 64 }, Witness::new([a.clone()])),
        (Statement::Range { value: a.commitment(), bits: 6 }, Witness::new([a.clone()])),
        (Statement::Equal { a: a.commitment(), b: again.commitment() }, Witness::new([a.clone(), again.clone()])),
        (Statement::EqualConstant { a: a.commitment(), constant: 60 }, Witness::new([a.clone()])),
        (linear.clone(), Witness::new([a.clone(), b.clone(), c.clone()])),
        (Statement::AtMost { a: a.commitment(), b: b.commitment() }, Witness::new([a.clone(), b.clone()])),
        (Statement::AtMost { a: a.commitment(), b: again.commitment() }, Witness::new([a.clone(), again])),
        (over, witness),
        (
            Statement::And(vec![
                linear,
                Statement::AtMost { a: a.commitment(), b: b.commitment() },
                Statement::Range { value: b.commitment(), bits: 50 },
            ]),
            Witness::new([a.clone(), b.clone(), c, a, b.clone(), b]),
        ),
    ];
    for (statement, witness) in cases {
        let proof = prove(&statement, &witness, &context("test"), rng).unwrap();
        assert_eq!(verify(&statement, &proof, &context("test")), Ok(()), "{statement:?}");
        assert!(verify(&statement, &proof, &context("other")).is_err(), "{statement:?}");
        let mut elsewhere = context("test");
        elsewhere.documents[0].1 = 2;
        assert!(verify(&statement, &proof, &elsewhere).is_err());
        elsewhere = context("test");
        elsewhere.binding.push(0);
        assert!(verify(&statement, &proof, &elsewhere).is_err());
    }
}

#[test]
fn false_statements_cannot_be_proven() {
    let rng = &mut StdRng::seed_from_u64(2);
    let (a, b) = (opening(60, rng), opening(90, rng));
    let context = context("test");
    let false_ones = [
        (Statement::Range { value: b.commitment(), bits: 6 }, Witness::new([b.clone()])),
        (Statement::Equal { a: a.commitment(), b: b.commitment() }, Witness::new([a.clone(), b.clone()])),
        (Statement::EqualConstant { a: a.commitment(), constant: 61 }, Witness::new([a.clone()])),
        (Statement::AtMost { a: b.commitment(), b: a.commitment() }, Witness::new([b.clone(), a.clone()])),
        (
            Statement::Linear { terms: vec![(2, a.commitment())], sum: b.commitment() },
            Witness::new([a.clone(), b.clone()]),
        ),
        over_financing(1_000, 9_000, &[600], 301, rng),
        over_financing(1_000, 9_000, &[600, 300], 1, rng),
        over_financing(999, 9_000, &[], 900, rng),
    ];
    for (statement, witness) in false_ones {
        assert_eq!(prove(&statement, &witness, &context, rng), Err(ProofError::False), "{statement:?}");
    }
    let statement = Statement::Range { value: a.commitment(), bits: 64 };
    assert_eq!(prove(&statement, &Witness::new([b]), &context, rng), Err(ProofError::Witness));
    assert_eq!(prove(&statement, &Witness::default(), &context, rng), Err(ProofError::Witness));
}

/// A claim of −100 would make room for more; its commitment exists, its range proof does not.
#[test]
fn a_negative_amount_has_no_range_proof() {
    let rng = &mut StdRng::seed_from_u64(3);
    let blinding = Scalar::random(rng);
    let negative = Commitment::commit_scalar(&-Scalar::from(100_u64), &blinding);
    let positive = Opening { value: 100, blinding: -blinding };
    let proof = prove(
        &Statement::Range { value: positive.commitment(), bits: 64 },
        &Witness::new([positive]),
        &context("test"),
        rng,
    );
    assert!(verify(&Statement::Range { value: negative, bits: 64 }, &proof.unwrap(), &context("test")).is_err());
}

#[test]
fn statements_out_of_bounds_are_refused_before_any_work() {
    let rng = &mut StdRng::seed_from_u64(4);
    let value = opening(1, rng).commitment();
    let range = |bits| Statement::Range { value, bits };
    let over = |rate| Statement::OverFinancing { total: value, advance_rate_bp: rate, live: vec![], new: value };
    let nested = Statement::And(vec![Statement::And(vec![range(64)])]);
    let many = Statement::And(vec![range(64); 65]);
    for statement in [range(0), range(65), over(0), over(10_001), nested, many, Statement::And(vec![])] {
        let proof = Proof::from_bytes(vec![1]).unwrap();
        assert_eq!(verify(&statement, &proof, &context("test")), Err(ProofError::Statement), "{statement:?}");
    }
    let no_point = Statement::Range { value: Commitment::from_bytes([255; 32]), bits: 64 };
    let proof = Proof::from_bytes(vec![1]).unwrap();
    assert_eq!(verify(&no_point, &proof, &context("test")), Err(ProofError::Commitment));
    assert!(Proof::from_bytes(vec![0; 16 * 1024 + 1]).is_err());
}

#[test]
fn a_batch_finds_the_bad_ones() {
    let rng = &mut StdRng::seed_from_u64(5);
    let mut items: Vec<_> = (0..6)
        .map(|value| {
            let (statement, witness) = over_financing(1_000, 9_000, &[100], value, rng);
            let proof = prove(&statement, &witness, &context("test"), rng).unwrap();
            (statement, proof, context("test"))
        })
        .collect();
    let verdicts = |items: &[(Statement, Proof, Context)]| -> Vec<bool> {
        let items: Vec<_> = items.iter().map(|(statement, proof, context)| (statement, proof, context)).collect();
        verify_batch(&items).iter().map(Result::is_ok).collect()
    };
    assert_eq!(verdicts(&items), [true; 6]);
    let other = items[0].1.clone();
    items[3].1 = other;
    assert_eq!(verdicts(&items), [true, true, true, false, true, true]);
    assert!(verify_batch(&[]).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn claims_fit_exactly_when_they_do(
        total in 0_u64..1 << 40, rate in 1_u16..=10_000, live in prop::collection::vec(0_u64..1 << 38, 0..3),
        new in 0_u64..1 << 40,
    ) {
        let rng = &mut StdRng::seed_from_u64(6);
        let fits = 10_000 * (u128::from(new) + live.iter().map(|value| u128::from(*value)).sum::<u128>())
            <= u128::from(total) * u128::from(rate);
        let (statement, witness) = over_financing(total, rate, &live, new, rng);
        let proof = prove(&statement, &witness, &context("test"), rng);
        prop_assert_eq!(proof.is_ok(), fits);
        if let Ok(proof) = proof {
            prop_assert_eq!(verify(&statement, &proof, &context("test")), Ok(()));
        }
    }

    #[test]
    fn no_byte_of_a_proof_can_change(position: prop::sample::Index, flip in 1_u8..=255) {
        let rng = &mut StdRng::seed_from_u64(7);
        let (a, b) = (opening(5, rng), opening(5, rng));
        let statement = Statement::And(vec![
            Statement::Equal { a: a.commitment(), b: b.commitment() },
            Statement::Range { value: a.commitment(), bits: 50 },
        ]);
        let proof = prove(&statement, &Witness::new([a.clone(), b, a]), &context("test"), rng).unwrap();
        let mut bytes = proof.as_bytes().to_vec();
        bytes[position.index(proof.as_bytes().len())] ^= flip;
        prop_assert!(verify(&statement, &Proof::from_bytes(bytes).unwrap(), &context("test")).is_err());
        let mut longer = proof.as_bytes().to_vec();
        longer.push(flip);
        prop_assert!(verify(&statement, &Proof::from_bytes(longer).unwrap(), &context("test")).is_err());
        let shorter = &proof.as_bytes()[..position.index(proof.as_bytes().len())];
        prop_assert!(verify(&statement, &Proof::from_bytes(shorter.to_vec()).unwrap(), &context("test")).is_err());
    }

    #[test]
    fn noise_proves_nothing_and_panics_nowhere(noise in prop::collection::vec(any::<u8>(), 0..700)) {
        let value = Commitment::from_point(&RistrettoPoint::mul_base(&Scalar::from(3_u64)));
        let mut bytes = vec![1];
        bytes.extend_from_slice(&noise);
        for statement in [Statement::Range { value, bits: 64 }, Statement::Equal { a: value, b: value }] {
            let proof = Proof::from_bytes(bytes.clone()).unwrap();
            prop_assert!(verify(&statement, &proof, &context("test")).is_err());
        }
    }
}
