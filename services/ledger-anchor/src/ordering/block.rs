//! A block: the header that validators certify and the batches that it covers.
//!
//! On the wire and in the engine's archive: the header's canonical CBOR and the body, each with its length before
//! it. The body is a sequence of batches in canonical CBOR, each with its length before it. The header commits to
//! the batches' keys, which nodes need anyway to know a batch again.

use std::{
    cmp::Ordering::{Equal, Greater, Less},
    sync::Arc,
};

use bytes::{Buf as _, BufMut, Bytes, BytesMut};
use commonware_codec::{Buf, EncodeSize, Error, RangeCfg, Read, Write};
use commonware_consensus::{BoundedBlock, Heightable, types::Height};
use commonware_cryptography::{Digestible, Hasher as _, Sha256, sha256};
use kontor_ledger::{
    block::{BlockDigest, BlockHeader},
    encoding::{MAX_BYTES, from_cbor, to_cbor},
};
use kontor_sealing::Hash;

/// The most bytes that a block's body takes: one batch of the largest size always fits.
pub const MAX_BODY: usize = MAX_BYTES + LENGTH;

/// More than any header takes.
const MAX_HEADER: usize = 512;

const LENGTH: usize = size_of::<u32>();

/// The engine's own type for a header's digest.
pub type EngineDigest = sha256::Digest;

/// The engine's form of a digest.
pub fn engine_digest(digest: &BlockDigest) -> EngineDigest {
    sha256::Digest(*digest.as_bytes())
}

/// SHA-256 of a batch's canonical encoding: what a node knows a batch by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchKey([u8; 32]);

impl BatchKey {
    /// The key of an encoded batch.
    pub fn of(batch: &[u8]) -> Self {
        Self(Sha256::hash(&[batch]).0)
    }
}

/// A header and its batches.
#[derive(Debug, Clone)]
pub struct Block {
    header: BlockHeader,
    encoded_header: Bytes,
    body: Bytes,
    batches: Arc<[(BatchKey, Bytes)]>,
    digest: BlockDigest,
    base: u64,
}

impl Block {
    /// Puts a header before the body whose digest it names.
    pub fn new(header: BlockHeader, body: Body) -> Self {
        let digest = header.digest();
        let encoded_header = Bytes::from(to_cbor(&header));
        Self { header, encoded_header, body: body.bytes, batches: body.batches, digest, base: 0 }
    }

    /// The block for an engine that counts heights from `base`, the last block of the epoch before.
    #[must_use]
    pub const fn above(mut self, base: u64) -> Self {
        self.base = base;
        self
    }

    /// What is certified.
    pub fn header(&self) -> &BlockHeader {
        &self.header
    }

    /// The batches with their keys.
    pub fn batches(&self) -> &[(BatchKey, Bytes)] {
        &self.batches
    }

    /// The digest that names the block.
    pub fn id(&self) -> BlockDigest {
        self.digest
    }

    /// The wire form.
    pub fn to_bytes(&self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(self.encode_size());
        self.write(&mut bytes);
        bytes.freeze()
    }

    /// Reads the wire form.
    ///
    /// # Errors
    /// For anything that [`Self::to_bytes`] does not produce.
    pub fn from_bytes(bytes: Bytes) -> Result<Self, Error> {
        let mut reader = bytes;
        let block = Self::read_cfg(&mut reader, &0)?;
        if reader.has_remaining() { Err(Error::ExtraData(reader.remaining())) } else { Ok(block) }
    }
}

/// The batches of a block and their sequence.
#[derive(Debug, Clone)]
pub struct Body {
    bytes: Bytes,
    batches: Arc<[(BatchKey, Bytes)]>,
}

impl Body {
    /// Joins encoded batches.
    pub fn join(batches: Vec<(BatchKey, Bytes)>) -> Self {
        let mut bytes = BytesMut::with_capacity(batches.iter().map(|(_, batch)| LENGTH + batch.len()).sum());
        for (_, batch) in &batches {
            // Admission bounds a batch far below u32::MAX.
            bytes.put_u32(batch.len() as u32);
            bytes.put_slice(batch);
        }
        Self { bytes: bytes.freeze(), batches: batches.into() }
    }

    /// Takes a sequence apart; `None` if it is not one.
    pub fn split(bytes: Bytes) -> Option<Self> {
        let mut rest = bytes.clone();
        let mut batches = Vec::new();
        while rest.has_remaining() {
            let length = usize::try_from(rest.try_get_u32().ok()?).ok()?;
            if length == 0 || length > rest.remaining() {
                return None;
            }
            let batch = rest.split_to(length);
            batches.push((BatchKey::of(&batch), batch));
        }
        Some(Self { bytes, batches: batches.into() })
    }

    /// How much of a body a batch of `length` bytes takes.
    pub const fn share(length: usize) -> usize {
        LENGTH + length
    }

    /// What the header names: SM3 of the batches' keys.
    pub fn hash(&self) -> Hash {
        let keys: Vec<&[u8]> = self.batches.iter().map(|(key, _)| key.0.as_slice()).collect();
        Hash::sm3(&keys)
    }
}

impl Write for Block {
    fn write(&self, writer: &mut impl BufMut) {
        self.encoded_header.write(writer);
        self.body.write(writer);
    }
}

impl EncodeSize for Block {
    fn encode_size(&self) -> usize {
        self.encoded_header.encode_size() + self.body.encode_size()
    }
}

impl Read for Block {
    /// The height that the engine counts from.
    type Cfg = u64;

    /// Reads a block and holds its body against the header: the digest must commit to all of it.
    fn read_cfg(reader: &mut impl Buf, base: &u64) -> Result<Self, Error> {
        let encoded_header = Bytes::read_cfg(reader, &RangeCfg::new(0..=MAX_HEADER))?;
        let header: BlockHeader =
            from_cbor(&encoded_header).map_err(|_| Error::Invalid("Block", "the header is not canonical CBOR"))?;
        let body = Bytes::read_cfg(reader, &RangeCfg::new(0..=MAX_BODY))?;
        let body = Body::split(body).ok_or(Error::Invalid("Block", "the body is not a sequence of batches"))?;
        // Of the block that an epoch stands on the engine has the header only: its records are final already.
        let holds = match header.height.cmp(base) {
            Less => false,
            Equal => body.batches.is_empty(),
            Greater => body.hash() == header.body,
        };
        if !holds {
            return Err(Error::Invalid("Block", "the body is not the one that the header names"));
        }
        let digest = header.digest();
        Ok(Self { header, encoded_header, body: body.bytes, batches: body.batches, digest, base: *base })
    }
}

impl Digestible for Block {
    type Digest = EngineDigest;

    fn digest(&self) -> EngineDigest {
        engine_digest(&self.digest)
    }
}

impl Heightable for Block {
    fn height(&self) -> Height {
        Height::new(self.header.height.saturating_sub(self.base))
    }
}

impl commonware_consensus::Block for Block {
    fn parent(&self) -> EngineDigest {
        engine_digest(&self.header.parent)
    }
}

impl BoundedBlock for Block {
    fn max_encode_size(_: &u64) -> usize {
        // Two length prefixes of at most five bytes.
        5 + MAX_HEADER + 5 + MAX_BODY
    }
}
