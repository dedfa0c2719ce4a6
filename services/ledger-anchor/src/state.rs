//! The rules' state: objects in canonical CBOR under typed keys, over whatever keeps them.

use std::collections::BTreeMap;

use kontor_ledger::{
    alert::Alert,
    encoding,
    genesis::Genesis,
    governance::{Epoch, MemberState, Proposal, Settings},
    member::MemberId,
    network_certificate::{CertificateSerial, NetworkCertificate},
    object::{Access, Case, Claim, Document, FingerprintHolders, Grant, Object, Withdrawals},
    receivable::{Receivable, ReceivableId},
    record::{ClaimId, Fingerprint, FingerprintKind, Nonce, RecordId},
    time::Timestamp,
};
use kontor_sealing::{Hash, PublicKey, document::DocumentId};
use minicbor::{Decode, Encode};

use crate::rules::members::member;

/// A stored object that cannot be read: the node must stop, for it no longer knows what the others know.
#[derive(Debug, thiserror::Error)]
#[error("the stored object {key} is damaged")]
pub struct StateError {
    /// The key, in hexadecimal.
    pub key: String,
    #[source]
    source: encoding::EncodingError,
}

/// Keys and values that the rules work on. An implementation that cannot read must stop the node itself.
pub trait State {
    /// The value of a key.
    fn get(&self, key: &[u8]) -> Option<Vec<u8>>;
    /// Sets a key.
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>);
    /// Forgets a key.
    fn delete(&mut self, key: &[u8]);
}

/// State in memory, for trials and tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryState(BTreeMap<Vec<u8>, Vec<u8>>);

impl MemoryState {
    /// All keys and values in the order of keys.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))
    }
}

impl State for MemoryState {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(key).cloned()
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.0.insert(key, value);
    }

    fn delete(&mut self, key: &[u8]) {
        self.0.remove(key);
    }
}

/// Changes over a state that stays as it is until they are wanted.
#[derive(Debug)]
pub struct Overlay<'a, S> {
    base: &'a S,
    changes: Changes,
}

/// New values by key, `None` for deleted ones.
pub type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

impl<'a, S: State> Overlay<'a, S> {
    /// No changes yet.
    pub const fn new(base: &'a S) -> Self {
        Self { base, changes: Changes::new() }
    }

    /// What changed.
    pub fn into_changes(self) -> Changes {
        self.changes
    }
}

impl<S: State> State for Overlay<'_, S> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        match self.changes.get(key) {
            Some(change) => change.clone(),
            None => self.base.get(key),
        }
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.insert(key, Some(value));
    }

    fn delete(&mut self, key: &[u8]) {
        self.changes.insert(key.to_vec(), None);
    }
}

/// Applies changes to the state they were made over.
pub fn commit(state: &mut impl State, changes: Changes) {
    for (key, change) in changes {
        match change {
            Some(value) => state.put(key, value),
            None => state.delete(&key),
        }
    }
}

/// Something stored under a key of its own kind.
pub(crate) trait Stored: Encode<()> + for<'b> Decode<'b, ()> {
    /// What identifies it.
    type Id;
    /// Its key; the first byte tells kinds apart.
    fn key(id: &Self::Id) -> Vec<u8>;
}

/// Defines the key of a kind whose id is bytes.
fn prefixed(kind: u8, id: &[u8]) -> Vec<u8> {
    [&[kind], id].concat()
}

/// What the keys of documents begin with.
pub(crate) const DOCUMENTS: &[u8] = b"d";

/// What the keys of cases begin with.
pub(crate) const CASES: &[u8] = b"s";

impl Stored for Document {
    type Id = DocumentId;
    fn key(id: &DocumentId) -> Vec<u8> {
        [DOCUMENTS, id.as_bytes()].concat()
    }
}

impl Stored for Claim {
    type Id = ClaimId;
    fn key(id: &ClaimId) -> Vec<u8> {
        prefixed(b'c', id.as_bytes())
    }
}

impl Stored for Grant {
    type Id = RecordId;
    fn key(id: &RecordId) -> Vec<u8> {
        prefixed(b'g', id.as_bytes())
    }
}

impl Stored for Case {
    type Id = RecordId;
    fn key(id: &RecordId) -> Vec<u8> {
        [CASES, id.as_bytes()].concat()
    }
}

impl Stored for Access {
    type Id = RecordId;
    fn key(id: &RecordId) -> Vec<u8> {
        prefixed(b'a', id.as_bytes())
    }
}

impl Stored for Withdrawals {
    type Id = Hash;
    fn key(id: &Hash) -> Vec<u8> {
        prefixed(b'w', id.as_bytes())
    }
}

impl Stored for NetworkCertificate {
    type Id = CertificateSerial;
    fn key(id: &CertificateSerial) -> Vec<u8> {
        prefixed(b'x', id.as_bytes())
    }
}

/// How many certificates were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct CertificateCount(#[n(0)] pub(crate) u64);

impl Stored for CertificateCount {
    type Id = ();
    fn key((): &()) -> Vec<u8> {
        vec![b'y']
    }
}

/// The certificate that was recorded at a place, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct CertificateAt(#[n(0)] pub(crate) CertificateSerial);

impl Stored for CertificateAt {
    type Id = u64;
    fn key(place: &u64) -> Vec<u8> {
        prefixed(b'y', &place.to_be_bytes())
    }
}

/// Claims that hold a fingerprint, in ascending order; lapsed ones may still be among them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct Holders(#[n(0)] pub(crate) Vec<ClaimId>);

impl Stored for Holders {
    type Id = Fingerprint;
    fn key(id: &Fingerprint) -> Vec<u8> {
        [&[b'f', letter(id.kind)], id.value.as_bytes().as_slice()].concat()
    }
}

/// A fingerprint kind within a key.
const fn letter(kind: FingerprintKind) -> u8 {
    match kind {
        FingerprintKind::Exact => b'e',
        FingerprintKind::NearNumber => b'n',
        FingerprintKind::NearAmount => b'm',
        FingerprintKind::Source => b's',
    }
}

impl Stored for Receivable {
    type Id = ReceivableId;
    fn key(id: &ReceivableId) -> Vec<u8> {
        prefixed(b'r', id.as_bytes())
    }
}

/// Documents that bear receivables under a fingerprint, in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct Bearers(#[n(0)] pub(crate) Vec<DocumentId>);

impl Stored for Bearers {
    type Id = Fingerprint;
    fn key(id: &Fingerprint) -> Vec<u8> {
        [&[b'u', b'f', letter(id.kind)], id.value.as_bytes().as_slice()].concat()
    }
}

impl Stored for Alert {
    type Id = RecordId;
    fn key(id: &RecordId) -> Vec<u8> {
        [b"ua".as_slice(), id.as_bytes()].concat()
    }
}

/// The record that used something up: a nonce, a claim key, an officer's approved terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct UsedBy(#[n(0)] pub(crate) RecordId);

/// What can be used once only.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Once {
    /// An author's nonce.
    Nonce(PublicKey, Nonce),
    /// The key of a claim.
    ClaimKey(PublicKey),
    /// The digest of terms that officers approved.
    Terms(Hash),
    /// The key of a receivable's holder.
    HolderKey(PublicKey),
}

impl Stored for UsedBy {
    type Id = Once;
    fn key(id: &Once) -> Vec<u8> {
        match id {
            Once::Nonce(key, nonce) => {
                [&[b'o', key.suite() as u8], key.as_bytes().as_slice(), &nonce.0.to_be_bytes()].concat()
            }
            Once::ClaimKey(key) => [&[b'k', key.suite() as u8], key.as_bytes().as_slice()].concat(),
            Once::Terms(digest) => prefixed(b't', digest.as_bytes()),
            Once::HolderKey(key) => [&[b'u', b'k', key.suite() as u8], key.as_bytes().as_slice()].concat(),
        }
    }
}

impl Stored for MemberState {
    type Id = MemberId;
    fn key(id: &MemberId) -> Vec<u8> {
        prefixed(b'm', id.as_str().as_bytes())
    }
}

/// What the keys of proposals begin with.
pub(crate) const PROPOSALS: &[u8] = b"p";

impl Stored for Proposal {
    type Id = RecordId;
    fn key(id: &RecordId) -> Vec<u8> {
        [PROPOSALS, id.as_bytes()].concat()
    }
}

impl Stored for Epoch {
    type Id = ();
    fn key((): &()) -> Vec<u8> {
        b"v".to_vec()
    }
}

impl Stored for Settings {
    type Id = ();
    fn key((): &()) -> Vec<u8> {
        b"z".to_vec()
    }
}

/// The member that a signing key belongs to, or belonged to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct Holder(#[n(0)] pub(crate) MemberId);

impl Stored for Holder {
    type Id = PublicKey;
    fn key(id: &PublicKey) -> Vec<u8> {
        [&[b'i', id.suite() as u8], id.as_bytes().as_slice()].concat()
    }
}

/// Members that are not in genesis, in the order in which they joined.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct Joined(#[n(0)] pub(crate) Vec<MemberId>);

impl Stored for Joined {
    type Id = ();
    fn key((): &()) -> Vec<u8> {
        b"j".to_vec()
    }
}

/// Whether a key is of what says who takes part.
pub(crate) fn is_of_roster(key: &[u8]) -> bool {
    matches!(key.first(), Some(b'm' | b'v'))
}

/// Reads an object.
pub(crate) fn load<T: Stored>(state: &impl State, id: &T::Id) -> Result<Option<T>, StateError> {
    let key = T::key(id);
    let Some(bytes) = state.get(&key) else { return Ok(None) };
    match encoding::from_cbor(&bytes) {
        Ok(object) => Ok(Some(object)),
        Err(source) => Err(StateError { key: key.iter().map(|byte| format!("{byte:02x}")).collect(), source }),
    }
}

/// Writes an object.
pub(crate) fn save<T: Stored>(state: &mut impl State, id: &T::Id, object: &T) {
    state.put(T::key(id), encoding::to_cbor(object));
}

/// Whether a nonce was used, and by which record.
///
/// # Errors
/// [`StateError`] if the entry is damaged.
pub fn nonce_user(state: &impl State, author: &PublicKey, nonce: Nonce) -> Result<Option<RecordId>, StateError> {
    Ok(load::<UsedBy>(state, &Once::Nonce(*author, nonce))?.map(|used| used.0))
}

/// Whether `attester` withdrew the attestation.
///
/// # Errors
/// [`StateError`] if the entry is damaged.
pub fn is_withdrawn(state: &impl State, attestation: &Hash, attester: &MemberId) -> Result<bool, StateError> {
    let withdrawals = load::<Withdrawals>(state, attestation)?;
    Ok(withdrawals.is_some_and(|all| all.by.iter().any(|one| one.member == *attester)))
}

/// The object that `reference` names: the 64 digits of a document's, claim's, grant's, case's, access's, receivable's,
/// alert's or proposal's id, or `fingerprint:<kind>:<digits>` with a kind's name, `attestation:<digits>`, `member:<code>`,
/// `certificate:<serial>`.
///
/// # Errors
/// [`StateError`] if the object is damaged.
pub fn object(
    state: &impl State,
    genesis: &Genesis,
    reference: &str,
    now: Timestamp,
) -> Result<Option<Object>, StateError> {
    if let Some(rest) = reference.strip_prefix("fingerprint:") {
        let fingerprint = rest.split_once(':').and_then(|(name, value)| {
            let kind = FingerprintKind::ALL.into_iter().find(|kind| kind.as_str() == name)?;
            Some(Fingerprint { kind, value: value.parse().ok()? })
        });
        return fingerprint.map(|one| holders(state, one, now)).transpose().map(Option::flatten);
    }
    if let Some(digits) = reference.strip_prefix("attestation:") {
        let Ok(id) = digits.parse::<Hash>() else { return Ok(None) };
        return Ok(load::<Withdrawals>(state, &id)?.map(Object::Attestation));
    }
    if let Some(code) = reference.strip_prefix("member:") {
        let Ok(id) = code.parse() else { return Ok(None) };
        return Ok(member(state, genesis, &id)?.map(Object::Member));
    }
    if let Some(serial) = reference.strip_prefix("certificate:") {
        let Ok(serial) = serial.parse() else { return Ok(None) };
        return Ok(load::<NetworkCertificate>(state, &serial)?.map(Object::Certificate));
    }
    let Ok(id) = reference.parse::<Hash>() else { return Ok(None) };
    if let Some(document) = load::<Document>(state, &DocumentId::from(id))? {
        return Ok(Some(Object::Document(document)));
    }
    if let Some(claim) = load::<Claim>(state, &id)? {
        return shown(state, claim, now).map(Object::Claim).map(Some);
    }
    if let Some(grant) = load::<Grant>(state, &id)? {
        return Ok(Some(Object::Grant(grant)));
    }
    if let Some(case) = load::<Case>(state, &id)? {
        return Ok(Some(Object::Case(case)));
    }
    if let Some(proposal) = load::<Proposal>(state, &id)? {
        return Ok(Some(Object::Proposal(proposal)));
    }
    if let Some(access) = load::<Access>(state, &id)? {
        return Ok(Some(Object::Access(access)));
    }
    if let Some(receivable) = load::<Receivable>(state, &id)? {
        return Ok(Some(Object::Receivable(receivable)));
    }
    Ok(load::<Alert>(state, &id)?.map(Object::Alert))
}

/// A claim as it stands now.
fn shown(state: &impl State, mut claim: Claim, now: Timestamp) -> Result<Claim, StateError> {
    claim.state = claim.state_at(now);
    if claim.state.is_live() {
        for document in claim.counts_in().collect::<Vec<_>>() {
            claim.diluted |= load::<Document>(state, &document)?.is_some_and(|document| document.diluted);
        }
    }
    Ok(claim)
}

fn holders(state: &impl State, fingerprint: Fingerprint, now: Timestamp) -> Result<Option<Object>, StateError> {
    let mut documents = load::<Bearers>(state, &fingerprint)?.unwrap_or_default().0;
    for id in load::<Holders>(state, &fingerprint)?.unwrap_or_default().0 {
        let Some(claim) = load::<Claim>(state, &id)?.filter(|claim| claim.is_live(now)) else { continue };
        match fingerprint.kind {
            FingerprintKind::Exact | FingerprintKind::NearNumber | FingerprintKind::NearAmount => {
                documents.push(claim.document);
            }
            FingerprintKind::Source => {
                let held = claim.sources.iter().filter(|hold| hold.fingerprint == fingerprint.value);
                documents.extend(held.map(|hold| hold.counted_in));
            }
        }
    }
    documents.sort_unstable();
    documents.dedup();
    let Fingerprint { kind, value } = fingerprint;
    let held = !documents.is_empty();
    Ok(held.then_some(Object::Fingerprint(FingerprintHolders { kind, value, documents })))
}
