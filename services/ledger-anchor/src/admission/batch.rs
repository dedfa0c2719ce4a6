//! A batch with what was computed about it once: the records, their ids and where their bytes are.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use kontor_ledger::{
    batch::{Batch, BatchError},
    encoding::{EncodingError, MAX_BYTES, to_cbor},
    governance::MemberState,
    member::MemberId,
    record::{Record, RecordId, Unsigned},
};
use kontor_sealing::{Hash, PublicKey, Signature};
use minicbor::Decoder;

use super::{AdmissionError, signatures};
use crate::ordering::block::BatchKey;

/// What admission must know of the network.
#[derive(Debug)]
pub struct Directory {
    network: Hash,
    identities: RwLock<HashMap<MemberId, PublicKey>>,
}

impl Directory {
    /// A network's members.
    pub fn new(network: Hash, members: &[MemberState]) -> Self {
        let directory = Self { network, identities: RwLock::default() };
        directory.update(members);
        directory
    }

    /// Takes up what has changed. Whether a member may sponsor is for the rules to say; here its signature must hold.
    pub fn update(&self, members: &[MemberState]) {
        let identities = members.iter().map(|one| (one.member.id, one.member.identity)).collect();
        *self.identities.write().unwrap_or_else(PoisonError::into_inner) = identities;
    }

    fn identity(&self, member: &MemberId) -> Option<PublicKey> {
        self.identities.read().unwrap_or_else(PoisonError::into_inner).get(member).copied()
    }
}

/// A batch that was read; [`Self::verify`] checks its signatures.
#[derive(Debug)]
pub struct Admitted {
    /// What the batch is known by.
    pub key: BatchKey,
    /// Its canonical encoding.
    pub bytes: Bytes,
    /// Its records, in order.
    pub records: Vec<AdmittedRecord>,
    batch: Signed,
}

/// A record with its id and canonical encoding.
#[derive(Debug)]
pub struct AdmittedRecord {
    /// SM3 over the encoding without signatures.
    pub id: RecordId,
    /// The record.
    pub record: Record,
    /// Its encoding, a view of the batch's.
    pub bytes: Bytes,
}

#[derive(Debug)]
struct Signed {
    sponsor: MemberId,
    signature: Signature,
}

impl Admitted {
    /// Reads an encoded batch and checks all but signatures.
    ///
    /// # Errors
    /// Any [`AdmissionError`] but [`AdmissionError::UnknownMember`] and [`AdmissionError::Signature`].
    pub fn read(key: BatchKey, bytes: Bytes, directory: &Directory) -> Result<Self, AdmissionError> {
        if bytes.len() > MAX_BYTES {
            return Err(AdmissionError::TooLarge { bytes: bytes.len(), limit: MAX_BYTES });
        }
        let (batch, spans) = decode(&bytes).map_err(|error| AdmissionError::Malformed(Arc::new(error)))?;
        batch.check_shape().map_err(AdmissionError::Shape)?;
        let mut seen = HashSet::with_capacity(batch.records.len());
        let mut records = Vec::with_capacity(batch.records.len());
        for (place, (record, span)) in batch.records.into_iter().zip(spans).enumerate() {
            if record.unsigned.network != directory.network {
                return Err(AdmissionError::WrongNetwork { place, network: record.unsigned.network });
            }
            if !seen.insert(span.id) {
                return Err(AdmissionError::Repeated { place });
            }
            records.push(AdmittedRecord { id: span.id, record, bytes: bytes.slice(span.start..span.end) });
        }
        Ok(Self { key, bytes, records, batch: Signed { sponsor: batch.sponsor, signature: batch.signature } })
    }

    /// Checks the sponsor's and every author's signature.
    ///
    /// # Errors
    /// [`AdmissionError::Signature`].
    pub fn verify(&self, directory: &Directory) -> Result<(), AdmissionError> {
        let Some(identity) = directory.identity(&self.batch.sponsor) else {
            return Err(AdmissionError::UnknownMember(self.batch.sponsor));
        };
        self.check_sponsor(&identity).map_err(AdmissionError::Signature)?;
        match signatures::first_wrong(&self.records) {
            Some(place) => Err(AdmissionError::Signature(BatchError::Author(place))),
            None => Ok(()),
        }
    }

    fn check_sponsor(&self, identity: &PublicKey) -> Result<(), BatchError> {
        let ids: Vec<RecordId> = self.records.iter().map(|record| record.id).collect();
        let shell = Batch { records: Vec::new(), sponsor: self.batch.sponsor, signature: self.batch.signature };
        shell.check_sponsor(&ids, identity)
    }

    /// Whether the sponsor signed with this key.
    pub fn is_signed_by(&self, identity: &PublicKey) -> bool {
        self.check_sponsor(identity).is_ok()
    }

    /// The member that relays the records.
    pub fn sponsor(&self) -> &MemberId {
        &self.batch.sponsor
    }
}

/// Where a record lies in its batch, and its id.
struct Span {
    start: usize,
    end: usize,
    id: RecordId,
}

/// Decodes field by field to learn where each record lies; that the whole is canonical makes the spans canonical too,
/// so that a record's id is a hash over bytes that are there already.
fn decode(bytes: &[u8]) -> Result<(Batch, Vec<Span>), EncodingError> {
    let (batch, spans) = read(bytes).map_err(EncodingError::Malformed)?;
    if to_cbor(&batch) == bytes { Ok((batch, spans)) } else { Err(EncodingError::NotCanonical) }
}

fn read(bytes: &[u8]) -> Result<(Batch, Vec<Span>), minicbor::decode::Error> {
    let mut decoder = Decoder::new(bytes);
    expect(&mut decoder, 3)?;
    let count = decoder.array()?.ok_or_else(|| minicbor::decode::Error::message("indefinite length"))?;
    // Each record takes more than a byte, so this cannot reserve more than the input's size.
    let capacity = usize::try_from(count).unwrap_or(usize::MAX).min(bytes.len() / 64);
    let mut records = Vec::with_capacity(capacity);
    let mut spans = Vec::with_capacity(capacity);
    for _ in 0..count {
        let start = decoder.position();
        expect(&mut decoder, 3)?;
        let inner = decoder.position();
        let unsigned: Unsigned = decoder.decode()?;
        let encoded = bytes.get(inner..decoder.position()).unwrap_or_default();
        let id = Hash::sm3(&[b"kontor/v1/record", encoded]);
        let record = Record { unsigned, sponsor: decoder.decode()?, signature: decoder.decode()? };
        records.push(record);
        spans.push(Span { start, end: decoder.position(), id });
    }
    let batch = Batch { records, sponsor: decoder.decode()?, signature: decoder.decode()? };
    Ok((batch, spans))
}

fn expect(decoder: &mut Decoder<'_>, length: u64) -> Result<(), minicbor::decode::Error> {
    match decoder.array()? {
        Some(found) if found == length => Ok(()),
        _ => Err(minicbor::decode::Error::message("unexpected number of fields")),
    }
}
