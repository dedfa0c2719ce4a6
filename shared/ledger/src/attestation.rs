//! Attestations: a member's word, after review, that a key belongs to an enterprise; and role proofs, by which the
//! enterprise ties a document's one-time role key to it.
//!
//! Both travel sealed between parties and never stand on the ledger; only a withdrawal does, by a digest that names
//! nobody.

use kontor_sealing::{
    Hash, PublicKey, Signature, SigningKey,
    document::{DocumentId, Role},
    keys::EncryptionPublicKey,
};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{encoding::to_cbor, member::MemberId, roster::Roster, time::Timestamp};

const LABEL: &str = "attestation";
const ROLE_LABEL: &str = "role";

/// Digest of an attestation's content.
pub type AttestationId = Hash;

/// Why an attestation or role proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// Made for another network.
    #[error("the attestation is for another network")]
    Network,
    /// The attester is no bank of the network.
    #[error("the attester {0} is not a member bank")]
    Attester(MemberId),
    /// The attester's signature does not hold.
    #[error("the attester's signature does not hold")]
    Signature,
    /// Its time has passed.
    #[error("the attestation expired at {0}")]
    Expired(Timestamp),
    /// The identifiers are not the attested ones.
    #[error("the identifiers are not those that were attested")]
    Identifiers,
    /// The party did not sign this role key for this document.
    #[error("the party's signature over document, role and role key does not hold")]
    Role,
}

/// An identifier in its scheme, such as `lei` or `uscc`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Identifier {
    /// The scheme, in lower case.
    #[n(0)]
    pub scheme: String,
    /// The identifier, normalised by its scheme.
    #[n(1)]
    pub value: String,
}

/// Whom an attestation speaks of; shown only to those the enterprise chooses.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestedIdentifiers {
    /// The one that fingerprints use for the party.
    #[n(0)]
    pub canonical: Identifier,
    /// All that the attester checked, the canonical one among them.
    #[n(1)]
    pub identifiers: Vec<Identifier>,
    /// The party's legal name.
    #[n(2)]
    pub name: String,
    /// Random, so that the digest cannot be guessed.
    #[n(3)]
    pub salt: Hash,
}

impl AttestedIdentifiers {
    /// What the attestation holds in their place.
    pub fn digest(&self) -> Hash {
        Hash::sm3(&[b"kontor/v1/attested-identifiers", &to_cbor(self)])
    }

    /// Whether the party goes by `identifier`.
    pub fn includes(&self, identifier: &Identifier) -> bool {
        self.canonical == *identifier || self.identifiers.contains(identifier)
    }
}

/// What an attester signs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestationTerms {
    /// The genesis hash of the network.
    #[n(0)]
    pub network: Hash,
    /// The member that reviewed the enterprise.
    #[n(1)]
    pub attester: MemberId,
    /// The enterprise's identity key.
    #[n(2)]
    pub subject: PublicKey,
    /// Grants and messages for the enterprise are sealed to it.
    #[n(3)]
    pub encryption: EncryptionPublicKey,
    /// Salted digest of [`AttestedIdentifiers`].
    #[n(4)]
    pub identifiers: Hash,
    /// When it ends by itself.
    #[n(5)]
    pub expires: Timestamp,
}

impl AttestationTerms {
    /// The digest by which the attester may withdraw it.
    pub fn id(&self) -> AttestationId {
        Hash::sm3(&[b"kontor/v1/attestation", &to_cbor(self)])
    }

    /// Signs as the attester.
    pub fn sign(self, attester: &SigningKey) -> Attestation {
        let signature = attester.sign(LABEL, self.id().as_bytes());
        Attestation { terms: self, signature }
    }
}

/// A member's word on a key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attestation {
    /// The content.
    #[n(0)]
    pub terms: AttestationTerms,
    /// The attester's.
    #[n(1)]
    pub signature: Signature,
}

impl Attestation {
    /// The digest by which the attester may withdraw it.
    pub fn id(&self) -> AttestationId {
        self.terms.id()
    }

    /// Checks network, attester, signature by the attester's key of now, and time. Whether it was withdrawn, the ledger
    /// knows.
    ///
    /// # Errors
    /// Any [`AttestationError`] but the last two.
    pub fn check(&self, members: &Roster, now: Timestamp) -> Result<(), AttestationError> {
        if self.terms.network != *members.network() {
            return Err(AttestationError::Network);
        }
        let attester = members.attester(&self.terms.attester).ok_or(AttestationError::Attester(self.terms.attester))?;
        attester
            .identity
            .verify(LABEL, self.id().as_bytes(), &self.signature)
            .map_err(|_| AttestationError::Signature)?;
        if now >= self.terms.expires { Err(AttestationError::Expired(self.terms.expires)) } else { Ok(()) }
    }
}

/// That an attested party holds a role in a document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleProof {
    /// Whose key it is.
    #[n(0)]
    pub attestation: Attestation,
    /// Who that is; left out towards those who need not know.
    #[n(1)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<AttestedIdentifiers>,
    /// The party's identity key over document, role and role key.
    #[n(2)]
    pub signature: Signature,
}

impl RoleProof {
    /// Signs `role_key` for `role` in `document` with the party's identity key.
    pub fn sign(
        identity: &SigningKey,
        attestation: Attestation,
        identifiers: Option<AttestedIdentifiers>,
        document: &DocumentId,
        role: Role,
        role_key: &PublicKey,
    ) -> Self {
        let signature = identity.sign(ROLE_LABEL, &role_message(&attestation, document, role, role_key));
        Self { attestation, identifiers, signature }
    }

    /// The same proof for those who need not know who the party is.
    pub fn without_identifiers(&self) -> Self {
        Self { identifiers: None, ..self.clone() }
    }

    /// Checks the attestation and that its subject took `role` in `document` with `role_key`. Whether the
    /// attestation was withdrawn, the ledger knows.
    ///
    /// # Errors
    /// Any [`AttestationError`].
    pub fn check(
        &self,
        members: &Roster,
        document: &DocumentId,
        role: Role,
        role_key: &PublicKey,
        now: Timestamp,
    ) -> Result<(), AttestationError> {
        self.attestation.check(members, now)?;
        if self.identifiers.as_ref().is_some_and(|shown| shown.digest() != self.attestation.terms.identifiers) {
            return Err(AttestationError::Identifiers);
        }
        let message = role_message(&self.attestation, document, role, role_key);
        self.attestation.terms.subject.verify(ROLE_LABEL, &message, &self.signature).map_err(|_| AttestationError::Role)
    }
}

fn role_message(attestation: &Attestation, document: &DocumentId, role: Role, role_key: &PublicKey) -> Vec<u8> {
    to_cbor(&(attestation.terms.network, document, role, role_key))
}
