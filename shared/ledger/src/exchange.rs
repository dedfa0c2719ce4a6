//! What an enterprise and its bank write to each other, sealed so that the portal between them reads nothing.
//!
//! | Payload | From | To | Context |
//! |---|---|---|---|
//! | [`Profile`] | enterprise | bank | [`about_party`] |
//! | [`AttestationGrant`] | bank | enterprise | [`about_party`] |
//! | [`FinancingTerms`] | seller | bank | [`about_document`] |
//! | [`Evidence`] | seller | bank | [`about_claim`] |
//! | [`Offer`] | bank | seller | [`about_document`] |
//!
//! A payload is JSON in an envelope; the context is its associated data, so that it cannot be moved to another
//! party, document or claim. It travels as base64 of the envelope's canonical CBOR.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use curve25519_dalek::Scalar;
use kontor_proofs::Proof;
use kontor_sealing::{
    Envelope, Hash, Opening, PublicKey, Signature, SignatureError, SigningKey,
    document::{DocumentId, Role},
    envelope,
    keys::{EncryptionKey, EncryptionPublicKey},
};
use minicbor::{CborLen, Decode, Encode};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    attestation::{Attestation, AttestedIdentifiers, Identifier, RoleProof},
    encoding::{from_cbor, to_cbor},
    member::MemberId,
    record::{ClaimId, Headroom},
    time::Timestamp,
};

/// Sealed text is not longer.
pub const MAX_SEALED_LENGTH: usize = 128 * 1024;

const EVALUATION_LABEL: &str = "evaluation";
const ACCEPTANCE_LABEL: &str = "offer-acceptance";

/// Why a sealed payload could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Neither base64 nor an envelope, or too long.
    #[error("the sealed text is not an envelope")]
    Malformed,
    /// Sealed to another key, for another purpose or about something else.
    #[error("the envelope does not open with this key in this context")]
    NotForUs,
    /// Opened, but not the payload that belongs here.
    #[error("the sealed content is not of the expected shape")]
    Shape,
    /// The reader's key cannot be sealed to.
    #[error("the reader's encryption key is not usable")]
    Reader,
}

/// Something that is sealed for one reader.
pub trait Payload: Serialize + DeserializeOwned {
    /// The envelope's purpose; keeps one payload from being read as another.
    const INFO: &'static str;
}

/// Who an enterprise says it is when it asks a bank for attestation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    /// Legal name.
    pub name: String,
    /// LEI, USCC, VAT id …, in their schemes.
    pub identifiers: Vec<Identifier>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Whom the bank may ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// The bank's attestation with the identifiers that only the enterprise may show.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestationGrant {
    /// Signed by the bank.
    pub attestation: Attestation,
    /// What its digest covers.
    pub identifiers: AttestedIdentifiers,
}

/// What a seller asks a bank for, and what the bank needs to check it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FinancingTerms {
    /// Amount asked for, in minor units.
    pub amount: u64,
    /// ISO 4217; the document's.
    pub currency: String,
    /// Highest share of the total that all claims may reach, in basis points.
    pub advance_rate: u16,
    /// Days until repayment.
    pub tenor_days: u16,
    /// Who the document's parties are, with identifiers; one for each role.
    pub role_proofs: Vec<PartyProof>,
    /// The document key over [`evaluation_message`].
    pub evaluation: Signature,
    /// Where the money goes: an IBAN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creditor_account: Option<String>,
    /// The bank that keeps that account: a BIC; the financing bank itself if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creditor_agent: Option<String>,
}

/// A role proof and the role it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartyProof {
    /// The role.
    pub role: Role,
    /// Who holds it.
    #[serde(flatten)]
    pub proof: RoleProof,
}

/// A party's answer to who seals a document with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleAnswer {
    /// Who holds the role key; none from a party that nobody attests.
    pub proof: Option<RoleProof>,
}

/// The seller's part of a claim: the amount's opening and the proofs over its commitment.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// The claim's amount, in minor units.
    pub amount: u64,
    /// The commitment's blinding, a canonical scalar in 64 hexadecimal digits; secret between seller and bank.
    pub blinding: String,
    /// That the amount is none below zero (`kontor_ledger`'s amount context).
    pub range: Proof,
    /// That it fits beside the live claims (`kontor_ledger`'s claim context).
    pub headroom: Headroom,
}

impl Evidence {
    /// Evidence for the claim whose amount `opening` opens.
    pub fn new(opening: &Opening, range: Proof, headroom: Headroom) -> Self {
        let blinding = hex::encode(opening.blinding.as_bytes());
        Self { amount: opening.value, blinding, range, headroom }
    }

    /// The amount's opening, if the blinding is a scalar.
    pub fn opening(&self) -> Option<Opening> {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        hex::decode_to_slice(&self.blinding, bytes.as_mut()).ok()?;
        let blinding = Option::from(Scalar::from_canonical_bytes(*bytes))?;
        Some(Opening { value: self.amount, blinding })
    }
}

impl Drop for Evidence {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.blinding);
        zeroize::Zeroize::zeroize(&mut self.amount);
    }
}

/// A bank's offer on its claim.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Offer {
    /// Known by.
    #[n(0)]
    pub id: String,
    /// Who offers.
    #[n(1)]
    pub bank: MemberId,
    /// On which document.
    #[n(2)]
    pub document: DocumentId,
    /// And version.
    #[n(3)]
    pub version: u32,
    /// The claim that secures it.
    #[n(4)]
    pub claim: ClaimId,
    /// What is advanced, in minor units.
    #[n(5)]
    pub amount: u64,
    /// ISO 4217.
    #[n(6)]
    pub currency: String,
    /// Yearly rate in basis points.
    #[n(7)]
    pub rate: u16,
    /// Taken from the amount, in minor units.
    #[n(8)]
    pub fee: u64,
    /// Days until repayment.
    #[n(9)]
    pub tenor_days: u16,
    /// Until when it may be accepted.
    #[n(10)]
    pub expires: Timestamp,
}

impl Offer {
    /// What the seller signs to accept.
    pub fn digest(&self) -> Hash {
        Hash::sm3(&[b"kontor/v1/offer", &to_cbor(self)])
    }

    /// Accepts with the document's seller role key.
    pub fn accept(&self, seller: &SigningKey) -> Signature {
        seller.sign(ACCEPTANCE_LABEL, self.digest().as_bytes())
    }

    /// Checks an acceptance against the document's seller role key.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn check_acceptance(&self, seller: &PublicKey, signature: &Signature) -> Result<(), SignatureError> {
        seller.verify(ACCEPTANCE_LABEL, self.digest().as_bytes(), signature)
    }
}

impl Payload for Profile {
    const INFO: &'static str = "attestation-profile";
}

impl Payload for AttestationGrant {
    const INFO: &'static str = "attestation-grant";
}

impl Payload for FinancingTerms {
    const INFO: &'static str = "financing-terms";
}

impl Payload for RoleAnswer {
    const INFO: &'static str = "role-answer";
}

impl Payload for Evidence {
    const INFO: &'static str = "claim-evidence";
}

impl Payload for Offer {
    const INFO: &'static str = "offer";
}

/// The context of what concerns a party as such.
pub fn about_party(identity: &PublicKey) -> Vec<u8> {
    to_cbor(&("party", identity))
}

/// The context of what concerns one version of a document.
pub fn about_document(document: &DocumentId, version: u32) -> Vec<u8> {
    to_cbor(&("document", document, version))
}

/// The context of what concerns one claim.
pub fn about_claim(claim_key: &PublicKey) -> Vec<u8> {
    to_cbor(&("claim", claim_key))
}

/// Seals a payload for the holder of `reader`.
///
/// # Errors
/// [`ExchangeError::Reader`] if the key is no usable key, [`ExchangeError::Shape`] if the payload has no JSON form.
pub fn seal<P: Payload>(
    payload: &P,
    reader: &EncryptionPublicKey,
    context: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<String, ExchangeError> {
    let plaintext = zeroize::Zeroizing::new(serde_json::to_vec(payload).map_err(|_| ExchangeError::Shape)?);
    let envelope = envelope::seal_to(reader, P::INFO, context, &plaintext, rng).map_err(|_| ExchangeError::Reader)?;
    Ok(BASE64_STANDARD.encode(to_cbor(&envelope)))
}

/// Opens what [`seal`] made.
///
/// # Errors
/// Any [`ExchangeError`] but the last.
pub fn open<P: Payload>(text: &str, key: &EncryptionKey, context: &[u8]) -> Result<P, ExchangeError> {
    if text.len() > MAX_SEALED_LENGTH {
        return Err(ExchangeError::Malformed);
    }
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| ExchangeError::Malformed)?;
    let envelope: Envelope = from_cbor(&bytes).map_err(|_| ExchangeError::Malformed)?;
    let plaintext = envelope::open(key, P::INFO, context, &envelope).map_err(|_| ExchangeError::NotForUs)?;
    serde_json::from_slice(&plaintext).map_err(|_| ExchangeError::Shape)
}

/// Allows `bank` to have the fingerprints of this document version evaluated.
pub fn authorise_evaluation(
    document_key: &SigningKey,
    network: &Hash,
    document: &DocumentId,
    version: u32,
    bank: &MemberId,
) -> Signature {
    document_key.sign(EVALUATION_LABEL, &evaluation_message(network, document, version, bank))
}

/// Checks what [`authorise_evaluation`] signed.
///
/// # Errors
/// As [`PublicKey::verify`].
pub fn check_evaluation(
    document_key: &PublicKey,
    network: &Hash,
    document: &DocumentId,
    version: u32,
    bank: &MemberId,
    authorisation: &Signature,
) -> Result<(), SignatureError> {
    document_key.verify(EVALUATION_LABEL, &evaluation_message(network, document, version, bank), authorisation)
}

fn evaluation_message(network: &Hash, document: &DocumentId, version: u32, bank: &MemberId) -> Vec<u8> {
    to_cbor(&(network, document, version, bank))
}

#[cfg(test)]
mod tests {
    use kontor_sealing::keys::PartySeed;
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::*;

    fn profile() -> Profile {
        let identifiers = vec![Identifier { scheme: "lei".into(), value: "6234kontorseller0198".into() }];
        Profile { name: "Nordlicht".into(), identifiers, country: None, contact: None }
    }

    #[test]
    fn a_payload_opens_for_its_reader_in_its_context_only() {
        let mut rng = StdRng::seed_from_u64(1);
        let (bank, other) = (PartySeed::from_bytes(&[1; 32]), PartySeed::from_bytes(&[2; 32]));
        let context = about_party(&other.identity().public());
        let text = seal(&profile(), &bank.encryption().public(), &context, &mut rng).unwrap();
        assert!(open::<Profile>(&text, &bank.encryption(), &context).is_ok_and(|opened| opened == profile()));
        let failed = |key: &PartySeed, context: &[u8]| open::<Profile>(&text, &key.encryption(), context).err();
        assert_eq!(failed(&other, &context), Some(ExchangeError::NotForUs));
        assert_eq!(failed(&bank, &about_party(&bank.identity().public())), Some(ExchangeError::NotForUs));
        let as_terms = open::<FinancingTerms>(&text, &bank.encryption(), &context).err();
        assert_eq!(as_terms, Some(ExchangeError::NotForUs));
        assert_eq!(open::<Profile>("!", &bank.encryption(), &context).err(), Some(ExchangeError::Malformed));
        let long = "A".repeat(MAX_SEALED_LENGTH + 4);
        assert_eq!(open::<Profile>(&long, &bank.encryption(), &context).err(), Some(ExchangeError::Malformed));
    }

    #[test]
    fn evidence_opens_to_its_commitment() {
        let opening = Opening { value: 7, blinding: Scalar::from(9_u64) };
        let evidence = Evidence::new(&opening, Proof::default(), Headroom { live: vec![], proof: Proof::default() });
        let again = evidence.opening().unwrap();
        assert_eq!((again.value, again.commitment()), (7, opening.commitment()));
        let text = serde_json::to_string(&evidence).unwrap();
        let wrong: Evidence = serde_json::from_str(&text.replace(&evidence.blinding, &"ff".repeat(32))).unwrap();
        assert!(wrong.opening().is_none());
    }
}
