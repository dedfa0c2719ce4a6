//! Which identifier stands for a party.

use super::normalise::{letters_and_digits, normal_name};
use crate::document::Party;
use crate::identifier::{Identifier, Lei, Scheme, Uscc};

/// The one identifier that stands for a party, whatever a document calls it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CanonicalIdentifier(String);

impl CanonicalIdentifier {
    /// An identifier that the network's registry resolved a party to.
    pub fn of(identifier: &Identifier) -> Self {
        let value = letters_and_digits(identifier.value());
        // Which of two tax numbers is the VAT number, syntaxes and senders do not say reliably.
        let scheme = match identifier.scheme() {
            Scheme::Vat | Scheme::Tax => "tax",
            scheme => scheme.as_str(),
        };
        Self(format!("{}:{value}", scheme.to_ascii_lowercase()))
    }

    /// Whether it is no more than the party's name.
    pub fn is_name(&self) -> bool {
        self.0.starts_with("name:")
    }

    /// The identifier as text, such as `lei:529900t8bm49aursdo55`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for CanonicalIdentifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The best identifier that a document itself gives: LEI, USCC, VAT or other tax number, legal registration, GLN,
/// DUNS, BIC, any other scheme of ISO 6523, else the name. Of several of one rank, the first in the order of their
/// normalised text.
///
/// Electronic addresses, numbers that the other party assigned, and local schemes are left out: syntaxes differ in
/// whether they carry them, and providers share addresses.
pub fn own_identifier(party: &Party) -> CanonicalIdentifier {
    let ranked = party
        .identifiers
        .iter()
        .filter_map(|identifier| Some((rank(identifier)?, CanonicalIdentifier::of(&known(identifier)))));
    match ranked.min() {
        Some((_, canonical)) => canonical,
        None => CanonicalIdentifier(format!("name:{}", normal_name(&party.name))),
    }
}

/// A LEI or USCC is one wherever it stands: Chinese invoices give the USCC as the tax number.
fn known(identifier: &Identifier) -> Identifier {
    let as_scheme = |scheme| Identifier::new(scheme, identifier.value()).ok();
    match recognised(identifier) {
        Some(scheme) => as_scheme(scheme).unwrap_or_else(|| identifier.clone()),
        None => identifier.clone(),
    }
}

fn recognised(identifier: &Identifier) -> Option<Scheme> {
    match identifier.scheme() {
        Scheme::Vat | Scheme::Tax | Scheme::Registration => {
            let value = identifier.value();
            let uscc = || Uscc::parse(value).is_ok().then_some(Scheme::Uscc);
            Lei::parse(value).is_ok().then_some(Scheme::Lei).or_else(uscc)
        }
        _ => None,
    }
}

fn rank(identifier: &Identifier) -> Option<u8> {
    let recognised = recognised(identifier);
    match recognised.as_ref().unwrap_or(identifier.scheme()) {
        Scheme::Lei => Some(0),
        Scheme::Uscc => Some(1),
        Scheme::Vat | Scheme::Tax => Some(2),
        Scheme::Registration => Some(3),
        Scheme::Gln => Some(4),
        Scheme::Duns => Some(5),
        Scheme::Bic => Some(6),
        scheme @ Scheme::Other(_) => scheme.iso6523().map(|_| 7),
        Scheme::Assigned => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(identifiers: &[(Scheme, &str)]) -> Party {
        let identifiers = identifiers.iter().map(|(scheme, value)| Identifier::new(scheme.clone(), value).unwrap());
        Party { name: "Müller & Co.".to_owned(), identifiers: identifiers.collect(), ..Party::default() }
    }

    #[test]
    fn takes_the_best() {
        let lei = (Scheme::Lei, "529900T8BM49AURSDO55");
        let vat = (Scheme::Vat, "DE 123.456.789");
        let own = |identifiers: &[(Scheme, &str)]| own_identifier(&party(identifiers)).to_string();
        assert_eq!(own(&[vat.clone(), lei]), "lei:529900t8bm49aursdo55");
        assert_eq!(own(&[(Scheme::Gln, "4012345000009"), vat.clone()]), "tax:de123456789");
        assert_eq!(own(&[vat, (Scheme::Tax, "045/231")]), "tax:045231");
        assert_eq!(own(&[(Scheme::Tax, "914403001922038216")]), "uscc:914403001922038216");
        assert_eq!(own(&[(Scheme::Assigned, "138"), (Scheme::Other("SEPA".to_owned()), "DE98")]), "name:müllerco");
    }
}
