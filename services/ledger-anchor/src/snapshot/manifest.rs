//! Manifests: which bytes a snapshot has, and which validators say so.

use std::collections::{BTreeSet, HashMap};

use kontor_ledger::{block::BlockDigest, encoding::to_cbor};
use kontor_sealing::{Hash, PublicKey, Signature, SigningKey};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// What validators sign manifests under: with its length before it, it begins no vote (`kontor/v1/ordering/`) and no
/// note (`kontor.network/`).
pub const LABEL: &str = "snapshot";

/// Chunks of one snapshot at most, 256 GiB; the manifest stays within the bound of one encoded value.
pub const MAX_CHUNKS: usize = 1 << 16;

/// The rules' state after one block, by the digests of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// The genesis hash of the network.
    #[n(0)]
    pub network: Hash,
    /// The epoch of the block; its validators vouch.
    #[n(1)]
    pub epoch: u64,
    /// The height of the block.
    #[n(2)]
    pub height: u64,
    /// The digest of the block.
    #[n(3)]
    pub block: BlockDigest,
    /// Keys in the state.
    #[n(4)]
    pub count: u64,
    /// SM3 over each chunk, in order.
    #[n(5)]
    pub chunks: Vec<Hash>,
}

impl Manifest {
    /// What is signed: SM3 over `kontor/v1/snapshot` and the canonical encoding.
    pub fn digest(&self) -> Hash {
        Hash::sm3(&[b"kontor/v1/snapshot", &to_cbor(self)])
    }
}

/// A validator's word that a snapshot is what its rules came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vouch {
    /// Whose.
    #[n(0)]
    pub validator: PublicKey,
    /// Over the manifest's digest.
    #[n(1)]
    pub signature: Signature,
}

impl Vouch {
    /// Vouches for a manifest.
    pub fn new(key: &SigningKey, manifest: &Manifest) -> Self {
        Self { validator: key.public(), signature: key.sign(LABEL, manifest.digest().as_bytes()) }
    }
}

/// A snapshot that a node has.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Offer {
    /// What it is.
    #[n(0)]
    pub manifest: Manifest,
    /// The node's own word for it, if it had a seat at that height.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouch: Option<Vouch>,
}

/// Validators of `validators` of which at least one is honest: one more than may fail.
pub const fn enough(validators: usize) -> usize {
    validators.saturating_sub(1) / 3 + 1
}

/// The latest snapshot of `network` that enough validators of its epoch vouch for; `epochs` are the validators of each
/// epoch from 0 on. A later epoch goes before a height: those whose epoch is over might claim any.
pub fn latest_vouched(network: &Hash, epochs: &[Vec<PublicKey>], offers: &[Offer]) -> Option<Manifest> {
    let mut vouchers: HashMap<&Manifest, BTreeSet<PublicKey>> = HashMap::new();
    for Offer { manifest, vouch } in offers {
        let validators = usize::try_from(manifest.epoch).ok().and_then(|epoch| epochs.get(epoch));
        let Some((validators, vouch)) = validators.zip(vouch.as_ref()) else { continue };
        let holds = manifest.network == *network
            && manifest.height > 0
            && manifest.chunks.len() <= MAX_CHUNKS
            && validators.contains(&vouch.validator)
            && vouch.validator.verify(LABEL, manifest.digest().as_bytes(), &vouch.signature).is_ok();
        if holds {
            vouchers.entry(manifest).or_default().insert(vouch.validator);
        }
    }
    let vouched = vouchers.into_iter().filter(|(manifest, by)| {
        let validators = usize::try_from(manifest.epoch).ok().and_then(|epoch| epochs.get(epoch));
        validators.is_some_and(|validators| by.len() >= enough(validators.len()))
    });
    vouched.max_by_key(|(manifest, _)| (manifest.epoch, manifest.height)).map(|(manifest, _)| manifest.clone())
}

#[cfg(test)]
mod tests {
    use kontor_ledger::encoding::from_cbor;

    use super::*;

    fn key(number: u8) -> SigningKey {
        SigningKey::from_seed(&[number; 32])
    }

    fn manifest(height: u64) -> Manifest {
        let block = BlockDigest::from_bytes([3; 32]);
        let chunks = vec![Hash::from_bytes([4; 32]), Hash::from_bytes([5; 32])];
        Manifest { network: Hash::from_bytes([9; 32]), epoch: 1, height, block, count: 7, chunks }
    }

    fn offer(number: u8, manifest: &Manifest) -> Offer {
        Offer { manifest: manifest.clone(), vouch: Some(Vouch::new(&key(number), manifest)) }
    }

    fn latest(offers: &[Offer]) -> Option<u64> {
        let epochs = [vec![key(9).public()], (0..4).map(|number| key(number).public()).collect()];
        latest_vouched(&Hash::from_bytes([9; 32]), &epochs, offers).map(|manifest| manifest.height)
    }

    #[test]
    fn the_encoding_is_frozen() {
        let bytes = to_cbor(&manifest(300));
        let hashes = |byte: u8| format!("5820{}", hex::encode([byte; 32]));
        let expected = format!("86{}0119012c{}0782{}{}", hashes(9), hashes(3), hashes(4), hashes(5));
        assert_eq!(hex::encode(&bytes), expected);
        assert_eq!(from_cbor::<Manifest>(&bytes).unwrap(), manifest(300));
        let offer = offer(1, &manifest(300));
        assert_eq!(from_cbor::<Offer>(&to_cbor(&offer)).unwrap(), offer);
        assert_eq!(serde_json::from_str::<Offer>(&serde_json::to_string(&offer).unwrap()).unwrap(), offer);
    }

    #[test]
    fn one_more_than_may_fail() {
        assert_eq!([1, 2, 3, 4, 6, 7, 10].map(enough), [1, 1, 1, 2, 2, 3, 4]);
    }

    #[test]
    fn the_latest_that_two_of_four_vouch_for() {
        let (low, high) = (manifest(8), manifest(16));
        let both = [offer(0, &low), offer(1, &low), offer(2, &high)];
        assert_eq!(latest(&both), Some(8));
        assert_eq!(latest(&[both.as_slice(), &[offer(3, &high)]].concat()), Some(16));
        // The same one twice, one of another epoch, and nobody are not two.
        for other in [offer(2, &high), offer(9, &high), Offer { manifest: high.clone(), vouch: None }] {
            assert_eq!(latest(&[offer(2, &high), other]), None);
        }
    }

    #[test]
    fn those_of_an_epoch_that_is_over_do_not_outbid() {
        let before = Manifest { epoch: 0, ..manifest(1 << 40) };
        assert_eq!(latest(&[offer(9, &before)]), Some(1 << 40));
        let now = manifest(8);
        assert_eq!(latest(&[offer(9, &before), offer(0, &now), offer(1, &now)]), Some(8));
    }

    #[test]
    fn what_does_not_hold_does_not_count() {
        let good = manifest(8);
        let other = Manifest { count: 8, ..good.clone() };
        assert_eq!(latest(&[offer(0, &good), offer(1, &other)]), None);
        let moved = Offer { manifest: good.clone(), vouch: offer(1, &other).vouch };
        assert_eq!(latest(&[offer(0, &good), moved]), None);
        let later = Manifest { epoch: 2, ..good.clone() };
        assert_eq!(latest(&[offer(0, &later), offer(1, &later)]), None);
        let elsewhere = Manifest { network: Hash::default(), ..good };
        assert_eq!(latest(&[offer(0, &elsewhere), offer(1, &elsewhere)]), None);
    }
}
