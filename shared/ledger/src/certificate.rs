//! Finality certificates of the ordering engine (commonware simplex, 2026.10.0, Ed25519), checked without it.
//!
//! A validator signs `len(namespace) ‖ namespace ‖ epoch ‖ view ‖ parent view ‖ payload` under the namespace
//! `<network's namespace>_FINALIZE`, lengths and numbers as protocol-buffer varints, the payload being the block's
//! digest. Signers are indices into the validators' keys in ascending order; `n − (n−1)/3` of them make a block
//! final. Signatures are checked by ZIP 215, the engine's own rule, so that no certificate that the validators
//! accepted is refused here.

use kontor_sealing::{Hash, PublicKey, Signature};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::block::BlockDigest;

/// Why a certificate does not make its block final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Fewer signers than a quorum.
    #[error("{signers} of {quorum} needed validators signed")]
    Quorum {
        /// How many signed.
        signers: usize,
        /// How many must.
        quorum: usize,
    },
    /// The signers' indices are not strictly increasing, or one is no validator.
    #[error("signer {0} is out of order or no validator")]
    Signer(u32),
    /// The signature of this signer does not hold.
    #[error("the signature of validator {0} does not hold")]
    Signature(u32),
}

/// One validator's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vote {
    /// Index among the validators' keys in ascending order, from 0.
    #[n(0)]
    pub signer: u32,
    /// Over [`Certificate::message`].
    #[n(1)]
    pub signature: Signature,
}

/// That a quorum of validators finalised a block.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Certificate {
    /// The validator set's number.
    #[n(0)]
    pub epoch: u64,
    /// The view that finalised the block.
    #[n(1)]
    pub view: u64,
    /// The view of the block's parent.
    #[n(2)]
    pub parent_view: u64,
    /// The digest of the block's header.
    #[n(3)]
    pub payload: BlockDigest,
    /// By strictly increasing signer.
    #[n(4)]
    pub votes: Vec<Vote>,
}

impl Certificate {
    /// The bytes that each signer signed.
    pub fn message(&self, network: &Hash) -> Vec<u8> {
        let mut namespace = namespace(network);
        namespace.extend_from_slice(b"_FINALIZE");
        let mut bytes = Vec::with_capacity(namespace.len() + 64);
        varint(namespace.len() as u64, &mut bytes);
        bytes.extend_from_slice(&namespace);
        for number in [self.epoch, self.view, self.parent_view] {
            varint(number, &mut bytes);
        }
        bytes.extend_from_slice(self.payload.as_bytes());
        bytes
    }

    /// Checks quorum and signatures against the epoch's validators, whose keys are in ascending order.
    ///
    /// # Errors
    /// Any [`CertificateError`].
    pub fn verify(&self, network: &Hash, validators: &[PublicKey]) -> Result<(), CertificateError> {
        let quorum = quorum(validators.len());
        if self.votes.len() < quorum {
            return Err(CertificateError::Quorum { signers: self.votes.len(), quorum });
        }
        let message = self.message(network);
        let mut next = 0;
        for vote in &self.votes {
            let key = usize::try_from(vote.signer).ok().and_then(|index| validators.get(index));
            let Some(key) = key.filter(|_| vote.signer >= next) else {
                return Err(CertificateError::Signer(vote.signer));
            };
            next = vote.signer.saturating_add(1);
            if key.verify_unlabelled(&message, &vote.signature).is_err() {
                return Err(CertificateError::Signature(vote.signer));
            }
        }
        Ok(())
    }
}

/// The ordering engine's namespace in the network, which its Ed25519 scheme must be made with.
pub fn namespace(network: &Hash) -> Vec<u8> {
    [b"kontor/v1/ordering/".as_slice(), network.as_bytes()].concat()
}

/// Signatures that make a block final among `validators`: all but a third, and never none.
pub const fn quorum(validators: usize) -> usize {
    if validators == 0 { 1 } else { validators - (validators - 1) / 3 }
}

/// Base-128 digits, least significant first, the high bit on all but the last.
fn varint(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::Signer as _;
    use kontor_sealing::Suite;

    fn network() -> Hash {
        Hash::from_bytes([9; 32])
    }

    fn validators() -> Vec<(PublicKey, ed25519_dalek::SigningKey)> {
        let mut all: Vec<_> = (1..=4)
            .map(|seed| {
                let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
                (PublicKey::from_bytes(Suite::Intl, key.verifying_key().to_bytes()), key)
            })
            .collect();
        all.sort_by_key(|(public, _)| *public);
        all
    }

    fn certificate(signers: &[u32]) -> (Certificate, Vec<PublicKey>) {
        let all = validators();
        let payload = BlockDigest::from_bytes([5; 32]);
        let mut certificate = Certificate { epoch: 0, view: 300, parent_view: 7, payload, votes: vec![] };
        let message = certificate.message(&network());
        certificate.votes = signers
            .iter()
            .map(|&signer| Vote {
                signer,
                signature: Signature::from_bytes(all[signer as usize].1.sign(&message).to_bytes()),
            })
            .collect();
        (certificate, all.into_iter().map(|(public, _)| public).collect())
    }

    #[test]
    fn the_message_is_the_engines() {
        let (certificate, _) = certificate(&[]);
        let mut expected = vec![19 + 32 + 9];
        expected.extend_from_slice(b"kontor/v1/ordering/");
        expected.extend_from_slice(&[9; 32]);
        expected.extend_from_slice(b"_FINALIZE");
        expected.extend_from_slice(&[0, 0xac, 0x02, 7]);
        expected.extend_from_slice(&[5; 32]);
        assert_eq!(certificate.message(&network()), expected);
    }

    #[test]
    fn three_of_four_make_a_block_final() {
        let (good, keys) = certificate(&[0, 2, 3]);
        assert_eq!(good.verify(&network(), &keys), Ok(()));
        let (few, _) = certificate(&[0, 2]);
        assert_eq!(few.verify(&network(), &keys), Err(CertificateError::Quorum { signers: 2, quorum: 3 }));
        let (twice, _) = certificate(&[0, 2, 2]);
        assert_eq!(twice.verify(&network(), &keys), Err(CertificateError::Signer(2)));
        let mut stranger = good.clone();
        stranger.votes[2].signer = 4;
        assert_eq!(stranger.verify(&network(), &keys), Err(CertificateError::Signer(4)));
        let mut moved = good.clone();
        moved.view += 1;
        assert_eq!(moved.verify(&network(), &keys), Err(CertificateError::Signature(0)));
        assert_eq!(good.verify(&Hash::default(), &keys), Err(CertificateError::Signature(0)));
        assert_eq!(good.verify(&network(), &[]), Err(CertificateError::Signer(0)));
    }

    #[test]
    fn quorums() {
        assert_eq!([1, 2, 3, 4, 5, 6, 7, 10].map(quorum), [1, 2, 3, 3, 4, 5, 5, 7]);
    }
}
