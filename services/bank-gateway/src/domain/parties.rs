//! Who the parties are: what the document calls them against what member banks attest.
//!
//! | The document's identifiers of a party | The attested ones | Then |
//! |---|---|---|
//! | one equals, none of the same scheme differs | | known |
//! | one of the same scheme differs | | not known: party-differs |
//! | none that identifies, and the name is the attested one | | known |
//! | none equals | | not known: party-not-identified |

use kontor_ledger::{
    attestation::{AttestedIdentifiers, Identifier},
    exchange::PartyProof,
    member::MemberId,
    roster::Roster,
    time::Timestamp,
};
use kontor_sealing::document::{DocumentHeader, Role};
use kontor_trade::{
    Party, identifier,
    identity::{CanonicalIdentifier, normal_name, own_identifier},
};
use serde::{Deserialize, Serialize};

use super::verdict::Reason;

/// A party as its attestation says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KnownParty {
    /// What it is to the document.
    pub role: Role,
    /// Legal name.
    pub name: String,
    /// All attested identifiers.
    pub identifiers: Vec<Identifier>,
    /// The one that fingerprints use.
    pub canonical: Identifier,
    /// The bank that attests.
    pub attester: MemberId,
}

/// The party in `role`, proven and equal to what the document says.
///
/// # Errors
/// The reason why it is not known.
pub fn known(
    role: Role,
    in_document: &Party,
    header: &DocumentHeader,
    proofs: &[PartyProof],
    members: &Roster,
    now: Timestamp,
) -> Result<KnownParty, Reason> {
    let lacking = |code: &str| Reason::with(code, role.name());
    let key = header.role_key(role).ok_or_else(|| lacking("no-role-key"))?;
    let shown = proofs.iter().find(|proof| proof.role == role).ok_or_else(|| lacking("not-attested"))?;
    shown.proof.check(members, &header.document, role, &key, now).map_err(|_| lacking("not-attested"))?;
    let attested = shown.proof.identifiers.as_ref().ok_or_else(|| lacking("identifiers-not-shown"))?;
    same(in_document, attested).map_err(lacking)?;
    Ok(KnownParty {
        role,
        name: attested.name.clone(),
        identifiers: attested.identifiers.clone(),
        canonical: attested.canonical.clone(),
        attester: shown.proof.attestation.terms.attester,
    })
}

/// Whether the document speaks of the attested party, or the code that says why not.
fn same(in_document: &Party, attested: &AttestedIdentifiers) -> Result<(), &'static str> {
    let named: Vec<Identifier> = in_document.identifiers.iter().map(normal).collect();
    let differs = |own: &Identifier| {
        let of_scheme = || attested.identifiers.iter().filter(|known| known.scheme == own.scheme);
        of_scheme().next().is_some() && !of_scheme().any(|known| known == own)
    };
    if named.iter().any(differs) {
        Err("party-differs")
    } else if named.iter().any(|own| attested.includes(own)) || same_by_name(in_document, attested) {
        Ok(())
    } else {
        Err("party-not-identified")
    }
}

/// Many invoices give no more than the buyer's name. Who the buyer is, the role proof shows; the name must only not
/// speak of somebody else.
fn same_by_name(in_document: &Party, attested: &AttestedIdentifiers) -> bool {
    let (name, attested) = (normal_name(&in_document.name), normal_name(&attested.name));
    own_identifier(in_document).is_name() && !name.is_empty() && name == attested
}

/// An identifier in the form in which attestations hold it: lower-case scheme, letters and digits only.
pub fn normal(identifier: &identifier::Identifier) -> Identifier {
    let canonical = CanonicalIdentifier::of(identifier);
    let (scheme, value) = canonical.as_str().split_once(':').unwrap_or_default();
    Identifier { scheme: scheme.to_owned(), value: value.to_owned() }
}

impl KnownParty {
    /// The identifier that fingerprints use, as their input has it.
    pub fn fingerprint_identifier(&self) -> Option<CanonicalIdentifier> {
        let scheme = identifier::Scheme::from(self.canonical.scheme.to_ascii_uppercase());
        identifier::Identifier::new(scheme, &self.canonical.value)
            .ok()
            .map(|identifier| CanonicalIdentifier::of(&identifier))
    }
}

/// Whom to attest: a profile's identifiers, checked by their schemes, and the best of them as the canonical one.
///
/// # Errors
/// The reason why nobody can be identified by them.
pub fn attestable(name: &str, identifiers: &[Identifier]) -> Result<(Identifier, Vec<Identifier>), Reason> {
    let parsed: Vec<identifier::Identifier> = identifiers
        .iter()
        .map(|given| {
            let scheme = identifier::Scheme::from(given.scheme.to_ascii_uppercase());
            identifier::Identifier::new(scheme, &given.value)
                .map_err(|error| Reason::with("identifier-invalid", format!("{}: {error}", given.scheme)))
        })
        .collect::<Result<_, _>>()?;
    let party = Party { name: name.to_owned(), identifiers: parsed, ..Party::default() };
    let best = own_identifier(&party);
    let all: Vec<Identifier> = party.identifiers.iter().map(normal).collect();
    let canonical = all.iter().find(|own| format!("{}:{}", own.scheme, own.value) == best.as_str());
    let canonical = canonical.cloned().ok_or_else(|| Reason::new("no-identifier-of-the-network"))?;
    Ok((canonical, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEI: &str = "529900T8BM49AURSDO55";

    fn given(scheme: &str, value: &str) -> Identifier {
        Identifier { scheme: scheme.into(), value: value.into() }
    }

    fn party(identifiers: &[(&str, &str)]) -> Party {
        let identifiers = identifiers
            .iter()
            .map(|(scheme, value)| identifier::Identifier::new((*scheme).to_owned().into(), value).expect("valid"))
            .collect();
        Party { identifiers, ..Party::default() }
    }

    fn attested() -> AttestedIdentifiers {
        let (canonical, identifiers) = attestable("Nord", &[given("vat", "DE 12"), given("lei", LEI)]).expect("known");
        AttestedIdentifiers { canonical, identifiers, name: "Nord".into(), salt: Default::default() }
    }

    #[test]
    fn the_lei_goes_first_and_check_digits_count() {
        assert_eq!(attested().canonical, given("lei", &LEI.to_lowercase()));
        let wrong = attestable("Nord", &[given("lei", "529900T8BM49AURSDO56")]);
        assert_eq!(wrong.map_err(|reason| reason.code), Err("identifier-invalid".to_owned()));
        assert!(attestable("Nord", &[]).is_err());
    }

    #[test]
    fn one_match_and_no_contradiction() {
        assert_eq!(same(&party(&[("VAT", "DE12")]), &attested()), Ok(()));
        assert_eq!(same(&party(&[("VAT", "DE12"), ("GLN", "4012345000009")]), &attested()), Ok(()));
        assert_eq!(same(&party(&[("VAT", "DE13"), ("LEI", LEI)]), &attested()), Err("party-differs"));
        assert_eq!(same(&party(&[("GLN", "4012345000009")]), &attested()), Err("party-not-identified"));
        assert_eq!(same(&party(&[]), &attested()), Err("party-not-identified"));
        let named = |name: &str, identifiers| Party { name: name.to_owned(), ..party(identifiers) };
        assert_eq!(same(&named("NORD", &[]), &attested()), Ok(()), "the name alone, where there is no more");
        assert_eq!(same(&named("Süd", &[]), &attested()), Err("party-not-identified"));
        assert_eq!(same(&named("Nord", &[("GLN", "4012345000009")]), &attested()), Err("party-not-identified"));
    }
}
