//! Receipts are checked by a program that shares no code with Kontor, so the format stands on its own.

use std::{path::Path, process::Command, time::Duration};

use kontor_ledger::{
    encoding::to_cbor,
    receipt::Receipt,
    record::{Body, RecordId},
};
use kontor_sealing::{Hash, SigningKey};
use kontor_tests::{Bank, Network};

async fn receipt(bank: &Bank, id: &RecordId) -> Vec<u8> {
    let url = format!("{}/v1/records/{id}/receipt", bank.node.public);
    let answer = bank.http.get(url).header("accept", "application/cbor").send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/cbor".parse().unwrap())
    );
    answer.bytes().await.unwrap().to_vec()
}

/// What the verifier prints, or why it refuses.
fn verify(folder: &Path, bytes: &[u8], network: &Hash) -> Result<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let file = folder.join("receipt.cbor");
    std::fs::write(&file, bytes).unwrap();
    let python = root.join("target/tools/venv/bin/python");
    let mut command = Command::new(python);
    command.arg(root.join("tests/verifier/receipt.py")).arg(&file).arg(network.to_string());
    let output = command.output().expect("`make test` installs the verifier's Python");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    let said = text(&output.stderr);
    assert!(!said.contains("Traceback"), "{said}");
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(said) }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_in_another_language_verifies_receipts() {
    let network = Network::start().await;
    let bank = network.bank("bank-a");
    let wait = Duration::from_secs(10);
    let good: Vec<_> = (1..=20).map(|number| bank.anchor(number)).collect();
    let stranger = bank.record(Body::AnchorNotarise { digest: Hash::default() }, 1, &SigningKey::from_seed(&[9; 32]));
    let ids: Vec<_> = good.iter().map(|record| record.id()).collect();
    assert_eq!(bank.submit(good, wait).await.0.as_u16(), 200);
    assert_eq!(bank.submit(vec![stranger.clone()], wait).await.0.as_u16(), 422);

    let (folder, hash) = (network.folder(), network.genesis.hash());
    for id in &ids {
        assert!(verify(folder, &receipt(&bank, id).await, &hash).unwrap().starts_with(&format!("{id} accepted ")));
    }
    let refused = receipt(&bank, &stranger.id()).await;
    assert!(verify(folder, &refused, &hash).unwrap().starts_with(&format!("{} refused ", stranger.id())));
    assert!(verify(folder, &refused, &Hash::default()).unwrap_err().contains("another network"));
    // Every altered receipt is refused, wherever it is altered.
    for place in (0..refused.len()).step_by(refused.len() / 40) {
        let mut altered = refused.clone();
        altered[place] ^= 1;
        assert!(verify(folder, &altered, &hash).is_err(), "byte {place}");
    }
    network.processes.stop().await;
}

/// The validators that signed came after those of genesis.
#[test]
fn the_other_program_follows_validators_from_epoch_to_epoch() {
    let frozen = include_str!("../../shared/ledger/testdata/receipt-of-a-later-epoch.json");
    let later: Receipt = serde_json::from_str(frozen).unwrap();
    let (folder, network) = (tempfile::tempdir().unwrap(), later.genesis.hash());
    let good = to_cbor(&later);
    assert!(verify(folder.path(), &good, &network).unwrap().starts_with(&later.record.id().to_string()));
    for (alter, why) in [
        ((|receipt| receipt.epochs.clear()) as fn(&mut Receipt), "does not show"),
        (|receipt| receipt.epochs[0].certificate.votes.truncate(2), "too few"),
        (|receipt| receipt.epochs[0].validators.truncate(4), "are others"),
        (|receipt| receipt.epochs[0].block.height = 7, "another block"),
    ] {
        let mut bad = later.clone();
        alter(&mut bad);
        let said = verify(folder.path(), &to_cbor(&bad), &network).unwrap_err();
        assert!(said.contains(why), "{said}");
    }
}
