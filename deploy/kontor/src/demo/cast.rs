//! Who takes part in one run: enterprises with keys of the run, attested by a bank.

use kontor_ledger::{attestation::Identifier, member::MemberId};
use kontor_sealing::{Hash, keys::PartySeed};
use kontor_trade::{document::Party, identifier::Lei, identity::own_identifier};

use super::{journal::Journal, stage::Stage};
use crate::{
    client::{Api, ApiError, Enterprise},
    consortium::plan::ServiceKind,
};

/// Seller and buyer of one invoice, and a forger.
pub struct Cast {
    /// Issues the invoice.
    pub seller: Enterprise,
    /// Owes it.
    pub buyer: Enterprise,
    /// A buyer that somebody made up: signed up, attested by nobody.
    pub made_up: Enterprise,
}

/// The code of a party of the network on one machine.
pub fn member(stage: &Stage, party: &str) -> Result<MemberId, ApiError> {
    let entry =
        stage.manifest.service(ServiceKind::BankGateway, party).ok_or_else(|| format!("no gateway of {party}"))?;
    entry.member.parse().map_err(|error| ApiError::Unexpected(format!("{}: {error}", entry.member)))
}

impl Cast {
    /// Signs everybody in; `story` tells the invoices of one run apart.
    pub async fn gather(
        stage: &Stage,
        journal: &Journal,
        story: &str,
        seller: &Party,
        buyer: &Party,
    ) -> Result<Self, ApiError> {
        let portal = Api::new(&stage.service(ServiceKind::EnterprisePortal, "operator")?)?;
        let join = async |role: &str| {
            let handle = format!("{role}-{story}-{}", journal.word());
            let seed = PartySeed::from_bytes(&journal.derive(&format!("{story} {role}")));
            let password = hex::encode(journal.derive(&format!("{story} {role} password")));
            Enterprise::join(&portal, stage.genesis.clone(), &handle, seed, &password).await
        };
        let mut cast =
            Self { seller: join("seller").await?, buyer: join("buyer").await?, made_up: join("made-up").await? };
        attest(stage, &mut cast.seller, seller).await?;
        attest(stage, &mut cast.buyer, buyer).await?;
        Ok(cast)
    }
}

/// Has bank A attest an enterprise under the identifiers that the invoice shows.
async fn attest(stage: &Stage, enterprise: &mut Enterprise, party: &Party) -> Result<(), ApiError> {
    let mut identifiers: Vec<Identifier> = party
        .identifiers
        .iter()
        .map(|identifier| serde_json::to_value(identifier).and_then(serde_json::from_value))
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    if own_identifier(party).is_name() {
        // A bank knows its customer better than the invoice does; here an LEI is made up for it.
        let body = Hash::sm3(&[b"kontor/v1/demo-lei", party.name.as_bytes()]).to_string();
        let lei = Lei::with_check_digits(body.get(..18).unwrap_or_default()).map_err(|error| error.to_string())?;
        identifiers = vec![Identifier { scheme: "lei".to_owned(), value: lei.as_str().to_owned() }];
    }
    let id = enterprise.request_attestation(member(stage, "bank-a")?, &party.name, identifiers).await?;
    stage.officer("bank-a").await?.attest(&id).await.map_err(|error| {
        ApiError::Unexpected(format!("{} cannot be attested by the invoice's identifiers: {error}", party.name))
    })?;
    enterprise.await_attestation(&id).await
}
