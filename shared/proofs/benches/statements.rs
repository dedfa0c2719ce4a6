//! What statements and fingerprints cost: `cargo bench -p kontor-proofs`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use curve25519_dalek::Scalar;
use kontor_proofs::{
    Context, Proof, Statement, Witness,
    fingerprint::{blind, deal, finalize},
    prove, verify, verify_batch,
};
use kontor_sealing::{Hash, Opening};
use rand::{SeedableRng as _, rngs::StdRng};

fn opening(value: u64, rng: &mut StdRng) -> Opening {
    Opening { value, blinding: Scalar::random(rng) }
}

fn context() -> Context {
    Context {
        network: Hash::sm3(&[b"bench"]),
        purpose: "bench".to_owned(),
        documents: vec![(Hash::sm3(&[b"document"]), 1, Hash::sm3(&[b"root"]))],
        binding: vec![7; 64],
    }
}

fn statements(criterion: &mut Criterion) {
    let rng = &mut StdRng::seed_from_u64(1);
    let context = context();
    let (total, first, second) = (opening(1_000_000, rng), opening(500_000, rng), opening(300_000, rng));
    let over = Statement::OverFinancing {
        total: total.commitment(),
        advance_rate_bp: 9_000,
        live: vec![first.commitment()],
        new: second.commitment(),
    };
    let cases = [
        (
            "equal",
            Statement::Equal { a: first.commitment(), b: first.commitment() },
            vec![first.clone(), first.clone()],
        ),
        ("range", Statement::Range { value: total.commitment(), bits: 64 }, vec![total.clone()]),
        ("range of 50 bits", Statement::Range { value: total.commitment(), bits: 50 }, vec![total.clone()]),
        (
            "at most",
            Statement::AtMost { a: first.commitment(), b: total.commitment() },
            vec![first.clone(), total.clone()],
        ),
        ("over-financing", over, vec![total, first, second]),
    ];
    for (name, statement, openings) in cases {
        let witness = Witness::new(openings);
        let proof = prove(&statement, &witness, &context, rng).expect("proves");
        criterion.bench_function(&format!("prove {name}"), |b| {
            b.iter(|| prove(black_box(&statement), &witness, &context, rng).expect("proves"));
        });
        criterion.bench_function(&format!("verify {name}"), |b| {
            b.iter(|| verify(black_box(&statement), &proof, &context).expect("holds"));
        });
    }
    let batch: Vec<(Statement, Proof, Context)> = (0..64)
        .map(|value| {
            let value = opening(value, rng);
            let statement = Statement::Range { value: value.commitment(), bits: 64 };
            let proof = prove(&statement, &Witness::new([value]), &context, rng).expect("proves");
            (statement, proof, context.clone())
        })
        .collect();
    let batch: Vec<_> = batch.iter().map(|(statement, proof, context)| (statement, proof, context)).collect();
    criterion.bench_function("verify 64 ranges together", |b| b.iter(|| verify_batch(black_box(&batch))));
}

fn fingerprints(criterion: &mut Criterion) {
    let rng = &mut StdRng::seed_from_u64(2);
    let (public, shares) = deal(3, 4, rng).expect("deals");
    criterion.bench_function("fingerprint with 3 of 4 evaluators", |b| {
        b.iter(|| {
            let (blinding, blinded) = blind(b"input", rng).expect("blinds");
            let answers: Vec<_> =
                shares.iter().take(3).map(|share| share.evaluate(&blinded, rng).expect("answers")).collect();
            finalize(b"input", &blinding, &public, &answers).expect("combines")
        });
    });
}

criterion_group!(benches, statements, fingerprints);
criterion_main!(benches);
