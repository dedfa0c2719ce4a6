//! What the rules said about a record: accepted, or refused with a code that never changes its meaning.

use std::fmt;

use minicbor::{CborLen, Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Serialize};

/// The verdict that a log leaf holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The record took effect.
    Accepted,
    /// The record changed nothing but the use of its nonce.
    Refused(RefusalCode),
}

impl Outcome {
    /// The two bytes of the leaf: 0 if accepted, else the code.
    pub const fn number(self) -> u16 {
        match self {
            Self::Accepted => 0,
            Self::Refused(code) => code as u16,
        }
    }

    /// The reverse of [`Self::number`].
    pub fn from_number(number: u16) -> Option<Self> {
        if number == 0 {
            return Some(Self::Accepted);
        }
        RefusalCode::ALL.into_iter().find(|code| *code as u16 == number).map(Self::Refused)
    }

    /// Whether the record took effect.
    pub const fn is_accepted(self) -> bool {
        matches!(self, Self::Accepted)
    }
}

impl RefusalCode {
    /// Whether a proof that the record carries did not hold.
    pub const fn is_of_proof(self) -> bool {
        matches!(
            self,
            Self::HeadroomProofInvalid
                | Self::RangeProofInvalid
                | Self::CapsuleInvalid
                | Self::ConservationProofInvalid
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("accepted"),
            Self::Refused(code) => write!(f, "refused: {code}"),
        }
    }
}

impl<C> Encode<C> for Outcome {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.u16(self.number())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Outcome {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::from_number(d.u16()?).ok_or_else(|| decode::Error::message("unknown refusal code"))
    }
}

impl<C> CborLen<C> for Outcome {
    fn cbor_len(&self, context: &mut C) -> usize {
        self.number().cbor_len(context)
    }
}

macro_rules! refusal_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal, $code:literal;)+) => {
        /// Why the rules refused a record. Numbers are in the log for good: add, never reuse.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[repr(u16)]
        pub enum RefusalCode {
            $($(#[doc = $doc])+ $name = $number,)+
        }

        impl RefusalCode {
            /// Every code, in the order of their numbers.
            pub const ALL: [Self; [$($number),+].len()] = [$(Self::$name),+];

            /// The code as it stands in JSON and problem details.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The code in a sentence, for people.
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

refusal_codes! {
    /// Another document with a live claim has the same exact fingerprint.
    Duplicate = 1, "duplicate";
    /// Another document's live claim has the same near fingerprint and the bank gave no word on it.
    NearMatchUnacknowledged = 2, "near-match-unacknowledged";
    /// The live claims are not those that the headroom was proven over.
    ClaimsChanged = 3, "claims-changed";
    /// The proof that the claims stay within the cap does not hold.
    HeadroomProofInvalid = 4, "headroom-proof-invalid";
    /// The proof that an amount lies in its range does not hold.
    RangeProofInvalid = 5, "range-proof-invalid";
    /// The advance rate is zero or above the network's.
    OverRate = 6, "over-rate";
    /// No such document is registered.
    UnknownDocument = 7, "unknown-document";
    /// No such claim was made.
    UnknownClaim = 8, "unknown-claim";
    /// The author is not whom the kind names.
    WrongAuthor = 9, "wrong-author";
    /// The object's state does not allow it.
    WrongState = 10, "wrong-state";
    /// The version is not the one that the kind demands.
    WrongVersion = 11, "wrong-version";
    /// It stands on the ledger already.
    AlreadyRegistered = 12, "already-registered";
    /// The document's id is not the digest of its key and salt.
    DocumentIdMismatch = 13, "document-id-mismatch";
    /// Its time has passed.
    Expired = 14, "expired";
    /// There is no such case, or it is closed or lapsed, or it does not cover the document.
    CaseNotOpen = 15, "case-not-open";
    /// Fewer officers approved than the threshold.
    ApprovalsMissing = 16, "approvals-missing";
    /// The author used the nonce before.
    NonceUsed = 17, "nonce-used";
    /// The sponsor or author is not a member that may do this.
    NotAMember = 18, "not-a-member";
    /// The document's total was amended below its live claims.
    Diluted = 19, "diluted";
    /// The document was cancelled.
    Cancelled = 20, "cancelled";
    /// The document was replaced by another.
    Superseded = 21, "superseded";
    /// The reservation would last longer than the network allows.
    ReservationTooLong = 22, "reservation-too-long";
    /// The fingerprints are not one exact one and then near ones by kind.
    FingerprintsMalformed = 23, "fingerprints-malformed";
    /// The document has no total that could be financed.
    NotFinanceable = 24, "not-financeable";
    /// The root is not that of the version.
    RootMismatch = 25, "root-mismatch";
    /// The document names no key for the role.
    UnknownRole = 26, "unknown-role";
    /// A role that the document listed has another key, none, or two.
    RolesChanged = 27, "roles-changed";
    /// No such grant was given for the document.
    UnknownGrant = 28, "unknown-grant";
    /// The network does not allow the suite.
    SuiteNotAllowed = 29, "suite-not-allowed";
    /// The record is for another network.
    WrongNetwork = 30, "wrong-network";
    /// A text or list is longer than allowed.
    TooLong = 31, "too-long";
    /// The claim key has made a claim before.
    ClaimKeyUsed = 32, "claim-key-used";
    /// The sponsor is not the one that the claim was made through, or not a bank.
    WrongSponsor = 33, "wrong-sponsor";
    /// The document holds as many live claims as the network allows.
    TooManyClaims = 34, "too-many-claims";
    /// The document's header contradicts itself.
    HeaderMalformed = 35, "header-malformed";
    /// The escrow capsule was not made for this document and version.
    CapsuleInvalid = 36, "capsule-invalid";
    /// No such receivable was issued.
    UnknownReceivable = 40, "unknown-receivable";
    /// Receivables were issued on the document: money is lent on them and not on it, and it changes no more.
    ReceivablesIssued = 41, "receivables-issued";
    /// The document has live claims, so that no receivable can be issued on it.
    ClaimsLive = 42, "claims-live";
    /// The document's latest version is not issued by its seller and confirmed by its buyer.
    NotConfirmed = 43, "not-confirmed";
    /// The proof that the parts sum to the whole does not hold.
    ConservationProofInvalid = 44, "conservation-proof-invalid";
    /// The parts are fewer than two, more than allowed, or one may not even be itself.
    PartsMalformed = 45, "parts-malformed";
    /// The holder's key holds or held another part, or is named twice.
    HolderKeyUsed = 46, "holder-key-used";
    /// The holder did not sign that the receivable is pledged to this key of this bank.
    ConsentInvalid = 47, "consent-invalid";
    /// The document bears as many receivables, or the receivable would become as many parts, as allowed.
    TooManyReceivables = 48, "too-many-receivables";
    /// The receivables issued before are not those that the headroom was proven over.
    ReceivablesChanged = 49, "receivables-changed";
    /// The sources are too many, not in order, not distinct, or name the claimed document.
    SourcesMalformed = 50, "sources-malformed";
    /// The source fingerprint stands for another document while claims under it live.
    SourceMismatch = 51, "source-mismatch";
    /// What is appealed against holds no fingerprint of the kind, or is on the same document, or lives no more.
    NoMatch = 52, "no-match";
    /// The network has no certificate authority.
    NoAuthority = 60, "no-authority";
    /// A certificate with this serial number was issued before.
    SerialUsed = 61, "serial-used";
    /// No certificate with this serial number was issued.
    UnknownCertificate = 62, "unknown-certificate";
    /// The certificate was revoked before.
    CertificateRevoked = 63, "certificate-revoked";
    /// The certificate names no service, ends before it begins, or is revoked at a time to come.
    CertificateMalformed = 64, "certificate-malformed";
    /// No such proposal was made, or it has lapsed or taken effect.
    UnknownProposal = 70, "unknown-proposal";
    /// The member has had its word on the proposal.
    AlreadyVoted = 71, "already-voted";
    /// Another change of validators is under way; come back after the next epoch has begun.
    EpochChangePending = 72, "epoch-change-pending";
    /// The member is suspended or has left.
    MemberInactive = 73, "member-inactive";
    /// Another member has this key, or had it.
    KeyInUse = 74, "key-in-use";
    /// The key is unusable, or its holder did not sign for it.
    KeyNotHeld = 75, "key-not-held";
    /// The change would leave no validator, or is none.
    ValidatorsUnfit = 76, "validators-unfit";
    /// A parameter lies outside its bounds.
    ParameterOutOfBounds = 77, "parameter-out-of-bounds";
    /// The rules' version is not the next one, or its block is too near.
    RulesVersionUnfit = 78, "rules-version-unfit";
    /// The network's rules know this kind of record in a later version only.
    NotActiveYet = 79, "not-active-yet";
    /// An address does not have its form.
    AddressMalformed = 80, "address-malformed";
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_stable_and_agree() {
        assert!(RefusalCode::ALL.is_sorted_by(|one, next| (*one as u16) < *next as u16));
        for code in RefusalCode::ALL {
            assert_eq!(Outcome::from_number(code as u16), Some(Outcome::Refused(code)));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
            assert!(code.explanation().ends_with('.'));
        }
        assert_eq!(Outcome::from_number(0), Some(Outcome::Accepted));
        assert_eq!(Outcome::from_number(9999), None);
        assert_eq!(serde_json::to_string(&Outcome::Accepted).unwrap(), r#""accepted""#);
        let refused = Outcome::Refused(RefusalCode::Duplicate);
        assert_eq!(serde_json::to_string(&refused).unwrap(), r#"{"refused":"duplicate"}"#);
        assert_eq!(crate::encoding::to_cbor(&refused), [1]);
    }
}
