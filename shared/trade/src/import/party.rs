//! Identifiers as others write them: which scheme is meant, whatever the syntax.

use super::map::Mapper;
use super::tree::Node;
use crate::document::Party;
use crate::identifier::{Identifier, Lei, Scheme};

/// The scheme that a `schemeID` means: an ISO 6523 code or one of the names in use for it.
pub(super) fn scheme_of(code: &str) -> Scheme {
    match code.trim().to_ascii_uppercase().as_str() {
        "0199" | "LEI" => Scheme::Lei,
        "0088" | "GLN" => Scheme::Gln,
        "0060" | "DUNS" | "DUNS-NUMBER" => Scheme::Duns,
        "USCC" => Scheme::Uscc,
        "BIC" => Scheme::Bic,
        other => Scheme::Other(other.to_owned()),
    }
}

/// The identifier in an element, with the scheme that its `schemeID` or else its place says.
///
/// A number that claims a scheme whose check digits it fails is kept under the scheme's code, where nobody will take
/// it for a checked one.
pub(super) fn identifier(mapper: &mut Mapper, node: Node, place: Scheme) -> Option<Identifier> {
    let value = node.text()?;
    let scheme = match node.attribute("schemeID") {
        // Tax and legal registrations keep their place's meaning whatever local scheme they name, except a LEI.
        Some(code) if matches!(place, Scheme::Vat | Scheme::Tax) => match scheme_of(code) {
            Scheme::Lei => Scheme::Lei,
            _ => place,
        },
        Some(code) => scheme_of(code),
        None if !matches!(place, Scheme::Vat | Scheme::Tax) && Lei::parse(value).is_ok() => Scheme::Lei,
        None => place,
    };
    match Identifier::new(scheme.clone(), value) {
        Ok(identifier) => Some(identifier),
        Err(error) => {
            mapper.warn(node, format!("{error}; kept as an unchecked number"));
            let code = scheme.iso6523().map_or_else(|| format!("UNCHECKED-{}", scheme.as_str()), str::to_owned);
            Identifier::new(Scheme::Other(code), value).ok()
        }
    }
}

/// Adds an identifier that is not there yet.
pub(super) fn add(party: &mut Party, identifier: Option<Identifier>) {
    if let Some(identifier) = identifier
        && !party.identifiers.contains(&identifier)
        && party.identifiers.len() < 50
    {
        party.identifiers.push(identifier);
    }
}

/// Sets the electronic address; one that is a LEI is as good as any other statement of it.
pub(super) fn set_electronic_address(mapper: &mut Mapper, party: &mut Party, node: Option<Node>) {
    let Some(node) = node else { return };
    let address = identifier(mapper, node, Scheme::Other("URI".to_owned()));
    if let Some(address) = &address
        && *address.scheme() == Scheme::Lei
    {
        add(party, Some(address.clone()));
    }
    party.electronic_address = address;
}
