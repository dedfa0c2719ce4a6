//! Agreed time: milliseconds since 1970-01-01T00:00Z; in JSON an RFC 3339 timestamp in UTC.

use std::{fmt, str::FromStr};

use minicbor::{CborLen, Decode, Decoder, Encode, Encoder, decode, encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why something is not a [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Before 1970 or after 9999.
    #[error("a time lies between the years 1970 and 9999")]
    Range,
    /// Not RFC 3339.
    #[error("expected an RFC 3339 time such as 2026-11-20T12:00:00Z")]
    Format,
    /// Finer than a millisecond.
    #[error("times are counted in whole milliseconds")]
    Precision,
}

/// A moment, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The last moment that can be written, late in the year 9999.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// The moment `millis` milliseconds after the Unix epoch.
    ///
    /// # Errors
    /// [`TimeError::Range`] beyond [`Timestamp::MAX`].
    pub const fn from_millis(millis: u64) -> Result<Self, TimeError> {
        if millis <= Self::MAX.0 { Ok(Self(millis)) } else { Err(TimeError::Range) }
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment and `millis` more, at most [`Timestamp::MAX`].
    pub const fn plus_millis(self, millis: u64) -> Self {
        let sum = self.0.saturating_add(millis);
        if sum < Self::MAX.0 { Self(sum) } else { Self::MAX }
    }

    /// Milliseconds from `earlier` to this moment; 0 if it is not earlier.
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = i64::try_from(self.0).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
        match moment {
            Some(moment) => write!(f, "{moment}"),
            None => Err(fmt::Error),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let moment: jiff::Timestamp = text.parse().map_err(|_| TimeError::Format)?;
        if moment.subsec_nanosecond() % 1_000_000 != 0 {
            return Err(TimeError::Precision);
        }
        u64::try_from(moment.as_millisecond()).map_err(|_| TimeError::Range).and_then(Self::from_millis)
    }
}

impl<C> Encode<C> for Timestamp {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.u64(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Timestamp {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        Self::from_millis(d.u64()?).map_err(decode::Error::message)
    }
}

impl<C> CborLen<C> for Timestamp {
    fn cbor_len(&self, context: &mut C) -> usize {
        self.0.cbor_len(context)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_number_agree() {
        let noon: Timestamp = "2026-11-20T12:00:00.25Z".parse().unwrap();
        assert_eq!(noon.as_millis(), 1_795_176_000_250);
        assert_eq!(noon.to_string().parse(), Ok(noon));
        assert_eq!(Timestamp::MAX.to_string().parse(), Ok(Timestamp::MAX));
        assert_eq!("1969-12-31T23:59:59Z".parse::<Timestamp>(), Err(TimeError::Range));
        assert_eq!("2026-11-20T12:00:00.0001Z".parse::<Timestamp>(), Err(TimeError::Precision));
        assert_eq!("noon".parse::<Timestamp>(), Err(TimeError::Format));
        assert_eq!(Timestamp::from_millis(Timestamp::MAX.as_millis() + 1), Err(TimeError::Range));
        assert_eq!(Timestamp::MAX.plus_millis(1), Timestamp::MAX);
    }
}
