//! Currencies and their decimals, ISO 4217.

use serde::{Deserialize, Serialize};

/// Codes with the number of decimals, as in list one of ISO 4217; metals, testing and "no currency" are left out.
const DECIMALS: [(u32, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW \
         CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF \
         IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK \
         MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP \
         SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG \
         YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];
/// Withdrawn lately (list three), still met on documents; all with two decimals.
const WITHDRAWN: &str = "ANG BGN CUC HRK SLL ZWL";

/// A text is not a currency that ISO 4217 lists with decimals.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a currency of ISO 4217")]
pub struct CurrencyError;

/// A currency.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency {
    code: [u8; 3],
    decimals: u8,
}

impl Currency {
    /// Reads a currency's three letters; white space around them and lower case are tolerated.
    ///
    /// # Errors
    /// Not in ISO 4217.
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        let text = text.trim().to_ascii_uppercase();
        let listed = |codes: &str| codes.split_ascii_whitespace().any(|code| code == text);
        let decimals = DECIMALS
            .iter()
            .find(|(_, codes)| listed(codes))
            .map(|(decimals, _)| *decimals)
            .or_else(|| listed(WITHDRAWN).then_some(2))
            .ok_or(CurrencyError)?;
        let code = text.as_bytes().try_into().map_err(|_| CurrencyError)?;
        Ok(Self { code, decimals: u8::try_from(decimals).map_err(|_| CurrencyError)? })
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        // Made of a listed code, so always ASCII.
        std::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// How many decimals its amounts have.
    pub fn decimals(&self) -> u32 {
        u32::from(self.decimals)
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyError;
    fn try_from(text: String) -> Result<Self, CurrencyError> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_decimals() {
        for (code, decimals) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("CNY", 2), ("HUF", 2), ("HRK", 2)] {
            assert_eq!(Currency::parse(code).unwrap().decimals(), decimals, "{code}");
        }
        assert!(Currency::parse("XXX").is_err());
        assert!(Currency::parse("€").is_err());
    }

    #[test]
    fn lists_no_code_twice() {
        let mut codes: Vec<_> = DECIMALS.iter().flat_map(|(_, c)| c.split_ascii_whitespace()).collect();
        codes.extend(WITHDRAWN.split_ascii_whitespace());
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
        assert!(codes.iter().all(|code| code.len() == 3));
    }
}
