//! Members of the consortium, known by a BIC-shaped code (ISO 9362).

use std::{fmt, str::FromStr};

use kontor_sealing::{PublicKey, keys::EncryptionPublicKey};
use minicbor::{CborLen, Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text is not a [`MemberId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a member's code of 8 or 11 capital letters and digits")]
pub struct MemberIdError;

/// A member's code: 8 or 11 capital letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId([u8; 11]);

impl MemberId {
    /// The code.
    pub fn as_str(&self) -> &str {
        let length = if self.0[8] == 0 { 8 } else { 11 };
        // Only ASCII ever gets in.
        std::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }
}

impl FromStr for MemberId {
    type Err = MemberIdError;

    fn from_str(text: &str) -> Result<Self, MemberIdError> {
        let fits =
            matches!(text.len(), 8 | 11) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !fits {
            return Err(MemberIdError);
        }
        let mut bytes = [0; 11];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<C> Encode<C> for MemberId {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.str(self.as_str())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for MemberId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.str()?.parse().map_err(decode::Error::custom)
    }
}

impl<C> CborLen<C> for MemberId {
    fn cbor_len(&self, context: &mut C) -> usize {
        self.as_str().cbor_len(context)
    }
}

impl Serialize for MemberId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MemberId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What a member does in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum MemberRole {
    /// Finances, attests its customers, runs a node and an evaluator.
    #[n(0)]
    Bank,
    /// Runs the enterprise portal and the marketplace.
    #[n(1)]
    Operator,
    /// Supervises, and follows the ledger as an observer.
    #[n(2)]
    Regulator,
}

/// A member with its public keys.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// Its code.
    #[n(0)]
    pub id: MemberId,
    /// Its name, for people.
    #[n(1)]
    pub name: String,
    /// What it does.
    #[n(2)]
    pub role: MemberRole,
    /// Signs attestations, anchors and, as sponsor, batches of records.
    #[n(3)]
    pub identity: PublicKey,
    /// Grants and messages are sealed to it.
    #[n(4)]
    pub encryption: EncryptionPublicKey,
    /// Its node's key, if its node orders records; Ed25519.
    #[n(5)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator: Option<PublicKey>,
    /// Its evaluator's index among the fingerprint shares and the network's escrow shares, from 1.
    #[n(6)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluator: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_eight_or_eleven_capitals() {
        assert_eq!("AURUDEFF".parse::<MemberId>().unwrap().to_string(), "AURUDEFF");
        assert_eq!("AURUDEFFXXX".parse::<MemberId>().unwrap().to_string(), "AURUDEFFXXX");
        for bad in ["", "AURUDEF", "aurudeff", "AURUDEFFX", "AURUDEFFXXXX", "AURU\0EFF"] {
            assert_eq!(bad.parse::<MemberId>(), Err(MemberIdError), "{bad:?}");
        }
    }
}
