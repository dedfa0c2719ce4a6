//! Proofs and evaluators' answers.

use kontor_proofs::{Context, Proof, Statement, fingerprint};
use rand::{SeedableRng as _, rngs::StdRng};

/// A statement, a context and a proof in CBOR.
pub fn verify(data: &[u8]) {
    let Ok((statement, context, proof)) = minicbor::decode::<(Statement, Context, Proof)>(data) else { return };
    let _ = kontor_proofs::verify(&statement, &proof, &context);
}

/// Evaluators' answers in JSON.
pub fn fingerprint(data: &[u8]) {
    let Ok(answers) = serde_json::from_slice::<Vec<fingerprint::Evaluation>>(data) else { return };
    let rng = &mut StdRng::seed_from_u64(1);
    let (Ok((public, _)), Ok((blinding, _))) = (fingerprint::deal(2, 3, rng), fingerprint::blind(b"x", rng)) else {
        return;
    };
    assert!(fingerprint::finalize(b"x", &blinding, &public, &answers).is_err(), "nobody evaluated");
}
