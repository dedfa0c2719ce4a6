//! Block headers: what validators certify. A header fixes the order and, through the log's root, the outcomes.

use std::{fmt, str::FromStr};

use kontor_sealing::Hash;
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::{encoding::to_cbor, epoch::validators_hash, genesis::Genesis, merkle, time::Timestamp};

/// Why a text is not a [`BlockDigest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits")]
pub struct BlockDigestError;

/// SHA-256 of a header's canonical encoding: the ordering engine's digest, unlike the SM3 of everything else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Encode, Decode, CborLen)]
#[cbor(transparent)]
pub struct BlockDigest(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]);

impl BlockDigest {
    /// A digest that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for BlockDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for BlockDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for BlockDigest {
    type Err = BlockDigestError;

    fn from_str(text: &str) -> Result<Self, BlockDigestError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| BlockDigestError)?;
        Ok(Self(bytes))
    }
}

impl Serialize for BlockDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlockDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A block without its batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlockHeader {
    /// The genesis hash of the network.
    #[n(0)]
    pub network: Hash,
    /// The validator set's number; 0 for the one of genesis.
    #[n(1)]
    pub epoch: u64,
    /// Blocks before this one.
    #[n(2)]
    pub height: u64,
    /// The header before.
    #[n(3)]
    pub parent: BlockDigest,
    /// Agreed time, never before the parent's.
    #[n(4)]
    pub timestamp: Timestamp,
    /// SM3 of the canonical encoding of the block's batches.
    #[n(5)]
    pub body: Hash,
    /// Leaves in the log after this block.
    #[n(6)]
    pub log_size: u64,
    /// The log's Merkle root after this block.
    #[n(7)]
    pub log_root: Hash,
    /// The validators after this block, by [`validators_hash`]: others than before if it is the last of its epoch.
    #[n(8)]
    pub validators: Hash,
}

impl BlockHeader {
    /// The header that a network starts from; nobody signs it, its digest follows from genesis.
    pub fn first(genesis: &Genesis) -> Self {
        Self {
            network: genesis.hash(),
            epoch: 0,
            height: 0,
            parent: BlockDigest::default(),
            timestamp: genesis.created,
            body: Hash::sm3(&[]),
            log_size: 0,
            log_root: merkle::empty_root(),
            validators: validators_hash(&genesis.validators()),
        }
    }

    /// What certificates sign.
    pub fn digest(&self) -> BlockDigest {
        BlockDigest(Sha256::digest(to_cbor(self)).into())
    }
}
