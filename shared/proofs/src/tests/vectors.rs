//! Frozen vectors: proofs of version 1 verify for ever and are made again from the same randomness, byte for byte.
//! `KONTOR_WRITE_VECTORS=1 cargo test -p kontor-proofs frozen` writes them anew after an intended change of version.

use std::{convert::Infallible, path::Path};

use curve25519_dalek::Scalar;
use kontor_sealing::Opening;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

use super::context;
use crate::{
    Context, Proof, Statement, Witness,
    fingerprint::{Evaluation, FingerprintPublic, blind, deal, finalize},
    prove, verify, wire,
};

/// SHA-512 of a label and a counter: the vectors outlive any generator that a crate may change.
struct Counted {
    label: &'static str,
    counter: u64,
}

impl TryRng for Counted {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(64) {
            let block = Sha512::new().chain_update(self.label).chain_update(self.counter.to_be_bytes()).finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
            self.counter += 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counted {}

fn rng(label: &'static str) -> Counted {
    Counted { label, counter: 0 }
}

/// The file's vectors, written first if asked to.
fn frozen(file: &str, fresh: impl FnOnce() -> Value) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(file);
    if std::env::var_os("KONTOR_WRITE_VECTORS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&fresh()).unwrap() + "\n").unwrap();
    }
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn frozen_statements_hold_and_are_made_again() {
    let vectors = frozen("statements-v1.json", statements);
    assert_eq!(vectors, statements());
    let text = |vector: &Value, name: &str| hex::decode(vector[name].as_str().unwrap()).unwrap();
    for vector in vectors.as_array().unwrap() {
        let statement: Statement = minicbor::decode(&text(vector, "statement")).unwrap();
        let context: Context = minicbor::decode(&text(vector, "context")).unwrap();
        let proof = Proof::from_bytes(text(vector, "proof")).unwrap();
        assert_eq!(verify(&statement, &proof, &context), Ok(()));
    }
}

fn statements() -> Value {
    let rng = &mut rng("statements-v1");
    let mut opening = |value| Opening { value, blinding: Scalar::random(rng) };
    let [a, again, b, sum, total] = [60, 60, 90, 330, 1_000].map(&mut opening);
    let [ca, c_again, cb, c_sum, c_total] = [&a, &again, &b, &sum, &total].map(Opening::commitment);
    let equal = Statement::Equal { a: ca, b: c_again };
    let short = Statement::Range { value: ca, bits: 50 };
    let over = Statement::OverFinancing { total: c_total, advance_rate_bp: 9_000, live: vec![ca, cb], new: c_again };
    let cases = [
        ("range", Statement::Range { value: ca, bits: 64 }, vec![&a]),
        ("range of 50 bits", short.clone(), vec![&a]),
        ("equal", equal.clone(), vec![&a, &again]),
        ("equal to a constant", Statement::EqualConstant { a: ca, constant: 60 }, vec![&a]),
        ("linear", Statement::Linear { terms: vec![(1, ca), (3, cb)], sum: c_sum }, vec![&a, &b, &sum]),
        ("at most", Statement::AtMost { a: ca, b: cb }, vec![&a, &b]),
        ("over-financing", over, vec![&total, &a, &b, &again]),
        ("and", Statement::And(vec![equal, short, Statement::AtMost { a: ca, b: cb }]), vec![&a, &again, &a, &a, &b]),
    ];
    let vector = |(name, statement, openings): (&str, Statement, Vec<&Opening>)| {
        let witness = Witness::new(openings.into_iter().cloned());
        let proof = prove(&statement, &witness, &context("frozen"), rng).unwrap();
        json!({
            "name": name,
            "statement": hex::encode(wire::to_cbor(&statement)),
            "context": hex::encode(wire::to_cbor(&context("frozen"))),
            "proof": hex::encode(proof.as_bytes()),
        })
    };
    cases.into_iter().map(vector).collect()
}

#[test]
fn frozen_fingerprints_hold_and_are_made_again() {
    let vectors = frozen("fingerprints-v1.json", fingerprints);
    assert_eq!(vectors, fingerprints());
    let public: FingerprintPublic = serde_json::from_value(vectors["public"].clone()).unwrap();
    public.check().unwrap();
    let answers: Vec<Evaluation> = serde_json::from_value(vectors["evaluations"].clone()).unwrap();
    let bytes: [u8; 32] = hex::decode(vectors["blinding"].as_str().unwrap()).unwrap().try_into().unwrap();
    let blinding = crate::fingerprint::Blinding::from_bytes(&bytes).unwrap();
    for answers in [&answers[..3], &answers[1..]] {
        let output = finalize(b"invoice", &blinding, &public, answers).unwrap();
        assert_eq!(vectors["output"], hex::encode(output));
    }
}

fn fingerprints() -> Value {
    let rng = &mut rng("fingerprints-v1");
    let (public, shares) = deal(3, 4, rng).unwrap();
    let (blinding, blinded) = blind(b"invoice", rng).unwrap();
    let answers: Vec<_> = shares.iter().map(|share| share.evaluate(&blinded, rng).unwrap()).collect();
    let output = finalize(b"invoice", &blinding, &public, &answers).unwrap();
    json!({
        "public": public,
        "publicCbor": hex::encode(wire::to_cbor(&public)),
        "input": hex::encode(b"invoice"),
        "blinding": hex::encode(*blinding.to_bytes()),
        "blinded": blinded,
        "evaluations": answers,
        "evaluationsCbor": hex::encode(wire::to_cbor(&answers)),
        "output": hex::encode(output),
    })
}
