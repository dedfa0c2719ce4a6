//! Checkpoints as signed notes (C2SP tlog-checkpoint and signed-note), which stock tools of transparency logs read;
//! the finality certificate travels beside it.
//!
//! A node signs with its validator key. No note can be taken for a vote or a vote for a note: a vote begins with its
//! namespace's length and `kontor/v1/ordering/`, a note with `kontor.network/`. With the same key it vouches for
//! snapshots, under a label that begins neither.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use commonware_cryptography::{Hasher as _, Sha256};
use ed25519_dalek::Signer as _;
use kontor_ledger::member::MemberId;
use kontor_sealing::{Hash, SigningKey};

use crate::snapshot::{Manifest, Vouch};

/// Signed-note's number for Ed25519.
const ED25519: u8 = 1;

/// The log's name in notes.
pub fn origin(network: &Hash) -> String {
    format!("kontor.network/{network}")
}

/// The note's text: the log's origin, its size in decimal and its root in base64, a line each.
pub fn note(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", BASE64_STANDARD.encode(root.as_bytes()))
}

/// Signs one node's notes.
pub struct NoteSigner {
    name: String,
    id: [u8; 4],
    key: ed25519_dalek::SigningKey,
    validator: SigningKey,
}

impl NoteSigner {
    /// The signer of `member`'s node in `network`.
    pub fn new(network: &Hash, member: &MemberId, key: &SigningKey) -> Self {
        let name = format!("{}/{member}", origin(network));
        let validator = SigningKey::from_seed(&key.to_seed());
        let key = ed25519_dalek::SigningKey::from_bytes(&key.to_seed());
        let digest = Sha256::hash(&[name.as_bytes(), &[b'\n', ED25519], key.verifying_key().as_bytes()]).0;
        let [first, second, third, fourth, ..] = digest;
        Self { name, id: [first, second, third, fourth], key, validator }
    }

    /// The key that verifiers are given, in signed-note's form.
    pub fn verifier(&self) -> String {
        let key = [&[ED25519], self.key.verifying_key().as_bytes().as_slice()].concat();
        format!("{}+{}+{}", self.name, hex::encode(self.id), BASE64_STANDARD.encode(key))
    }

    /// The validator's word for a snapshot.
    pub(crate) fn vouch(&self, manifest: &Manifest) -> Vouch {
        Vouch::new(&self.validator, manifest)
    }

    /// The note with this signature below it.
    pub fn sign(&self, note: &str) -> String {
        let signature = [self.id.as_slice(), &self.key.sign(note.as_bytes()).to_bytes()].concat();
        format!("{note}\n\u{2014} {} {}\n", self.name, BASE64_STANDARD.encode(signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_lines() {
        let text = note("kontor.network/demo", 7, &Hash::from_bytes([0; 32]));
        assert_eq!(text, "kontor.network/demo\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    }

    #[test]
    fn the_signature_is_over_the_text_and_found_by_the_verifiers_key() {
        let (network, member) = (Hash::default(), "AURUDEFF".parse().unwrap());
        let signer = NoteSigner::new(&network, &member, &SigningKey::from_seed(&[3; 32]));
        let text = note(&origin(&network), 7, &Hash::default());
        let signed = signer.sign(&text);
        let (body, line) = signed.split_once("\n\n").unwrap();
        assert_eq!(format!("{body}\n"), text);
        let (name, signature) = line.strip_prefix("\u{2014} ").unwrap().trim_end().split_once(' ').unwrap();
        let signature = BASE64_STANDARD.decode(signature).unwrap();
        let verifier = signer.verifier();
        let [named, id, key] = verifier.splitn(3, '+').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!((name, hex::encode(&signature[..4]).as_str()), (named, id));
        let key = BASE64_STANDARD.decode(key).unwrap();
        let key = ed25519_dalek::VerifyingKey::from_bytes(key[1..].try_into().unwrap()).unwrap();
        let signature = ed25519_dalek::Signature::from_slice(&signature[4..]).unwrap();
        assert!(key.verify_strict(text.as_bytes(), &signature).is_ok());
    }
}
