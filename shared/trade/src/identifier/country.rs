//! Countries, ISO 3166-1 alpha-2.

use serde::{Deserialize, Serialize};

use super::{IdentifierError, check_length, text_type};

const KIND: &str = "a country code";
/// Every officially assigned code.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET \
    FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO \
    IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH \
    MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG \
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// A country.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(String);
text_type!(Country);

impl Country {
    /// Reads a country code; white space around it and lower case are tolerated.
    ///
    /// # Errors
    /// Not two characters, or not in ISO 3166-1.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        let text = text.trim().to_ascii_uppercase();
        check_length(KIND, "2", 2..=2, &text)?;
        if CODES.split_ascii_whitespace().any(|code| code == text) {
            Ok(Self(text))
        } else {
            Err(IdentifierError::Unlisted { kind: KIND, list: "ISO 3166-1" })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_list() {
        assert_eq!(CODES.split_ascii_whitespace().count(), 249);
        assert_eq!(Country::parse(" de ").unwrap().as_str(), "DE");
        assert!(Country::parse("XX").is_err());
        assert!(Country::parse("DEU").is_err());
    }
}
