//! Certificates of the network's authority (RFC 5280) as the ledger records them: issued once, revoked once.

use std::{fmt, str::FromStr};

use kontor_sealing::{Hash, PublicKey};
use minicbor::{CborLen, Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{member::MemberId, record::RecordId, time::Timestamp};

/// Why a text is not a [`CertificateSerial`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 lower-case hexadecimal digits, the first of them 0 to 7 and not both first ones 0")]
pub struct SerialError;

/// A certificate's serial number: a positive integer of 16 bytes (RFC 5280, 4.1.2.2, allows 20); 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateSerial([u8; 16]);

impl CertificateSerial {
    /// The number, big-endian.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl TryFrom<[u8; 16]> for CertificateSerial {
    type Error = SerialError;

    fn try_from(bytes: [u8; 16]) -> Result<Self, SerialError> {
        // DER would be a byte shorter, or longer.
        if (0x01..=0x7f).contains(&bytes[0]) { Ok(Self(bytes)) } else { Err(SerialError) }
    }
}

impl FromStr for CertificateSerial {
    type Err = SerialError;

    fn from_str(text: &str) -> Result<Self, SerialError> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| SerialError)?;
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) { Err(SerialError) } else { Self::try_from(bytes) }
    }
}

impl fmt::Display for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for CertificateSerial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<C> Encode<C> for CertificateSerial {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for CertificateSerial {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let bytes = <[u8; 16]>::try_from(d.bytes()?).map_err(|_| decode::Error::custom(SerialError))?;
        Self::try_from(bytes).map_err(decode::Error::custom)
    }
}

impl<C> CborLen<C> for CertificateSerial {
    fn cbor_len(&self, context: &mut C) -> usize {
        self.0.as_slice().len().cbor_len(context) + self.0.len()
    }
}

impl Serialize for CertificateSerial {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CertificateSerial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Why a certificate was revoked; the numbers of RFC 5280, 5.3.1. Nothing is put on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// No reason given.
    #[n(0)]
    Unspecified,
    /// The private key may be known to others.
    #[n(1)]
    KeyCompromise,
    /// The authority's key may be known to others.
    #[n(2)]
    CaCompromise,
    /// The member's name or standing changed.
    #[n(3)]
    AffiliationChanged,
    /// Another certificate took its place.
    #[n(4)]
    Superseded,
    /// The service is no longer run.
    #[n(5)]
    CessationOfOperation,
    /// What the certificate allowed was taken away.
    #[n(9)]
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The standard's number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }

    /// The reason with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// What an issue records of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateTerms {
    /// Whose it is (O).
    #[n(0)]
    pub member: MemberId,
    /// Which of the member's services (CN), 1 to 64 characters.
    #[n(1)]
    pub service: String,
    /// Its serial number.
    #[n(2)]
    pub serial: CertificateSerial,
    /// SM3 of its DER form.
    #[n(3)]
    pub fingerprint: Hash,
    /// Its first second.
    #[n(4)]
    pub not_before: Timestamp,
    /// Its last second.
    #[n(5)]
    pub not_after: Timestamp,
}

impl CertificateTerms {
    /// Characters of a service's name at most, as X.520 has it.
    pub const MAX_SERVICE: usize = 64;

    /// Whether a certificate could say so.
    pub fn is_sound(&self) -> bool {
        let named = (1..=Self::MAX_SERVICE).contains(&self.service.len());
        named && self.service.bytes().all(|byte| byte.is_ascii_graphic()) && self.not_before < self.not_after
    }
}

/// A certificate with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkCertificate {
    /// What was issued.
    #[n(0)]
    pub terms: CertificateTerms,
    /// The record of its issue.
    #[n(1)]
    pub record: RecordId,
    /// When that was.
    #[n(2)]
    pub at: Timestamp,
    /// Its revocation.
    #[n(3)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation: Option<Revocation>,
}

/// A certificate's revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revocation {
    /// Why.
    #[n(0)]
    pub reason: RevocationReason,
    /// Since when, as the revocation says.
    #[n(1)]
    pub at: Timestamp,
    /// The record of it.
    #[n(2)]
    pub record: RecordId,
    /// Who authored it: the authority, or the member itself.
    #[n(3)]
    pub by: PublicKey,
}

/// A page of certificates, the last recorded first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkCertificates {
    /// At most as many as were asked for.
    pub items: Vec<NetworkCertificate>,
    /// Where the next page starts; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::{from_cbor, to_cbor};

    #[test]
    fn serials_are_positive_and_sixteen_bytes_long() {
        let text = "4".repeat(32);
        let serial: CertificateSerial = text.parse().unwrap();
        assert_eq!(serial.to_string(), text);
        assert_eq!(from_cbor::<CertificateSerial>(&to_cbor(&serial)).unwrap(), serial);
        assert_eq!(to_cbor(&serial).len(), minicbor::len(serial));
        for bad in ["", &"4".repeat(31), &format!("00{}", "4".repeat(30)), &"8".repeat(32), &"4A".repeat(16)] {
            assert_eq!(bad.parse::<CertificateSerial>(), Err(SerialError), "{bad}");
        }
        assert!(from_cbor::<CertificateSerial>(&[0x50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).is_err());
    }

    #[test]
    fn reasons_have_the_standard_numbers() {
        for reason in RevocationReason::ALL {
            assert_eq!(to_cbor(&reason), [reason.code()]);
            assert_eq!(RevocationReason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(RevocationReason::from_code(6), None);
    }
}
