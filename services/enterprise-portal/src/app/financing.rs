//! Financing requests: from the seller to matching and to one bank, and the bank's reports.

use kontor_chassis::database::Connection;
use kontor_ledger::{member::MemberId, time::Timestamp};
use kontor_sealing::{DocumentId, Signature};
use serde_json::json;

use super::{accounts, outbox, reading, sharing};
use crate::{
    domain::{
        enterprise::AccountId,
        financing::{Event, State},
        financing_request::{Approach, BankReport, FinancingRequest},
        id::Id,
        outline::{Match, Outline},
        sealed::Sealed,
    },
    error::Error,
    store,
};

/// What a seller asks for.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// On its own document.
    pub document: DocumentId,
    /// The latest by default.
    pub version: Option<u32>,
    /// The bank, if chosen; the caller looked it up among the members.
    pub approach: Option<Approach>,
    /// Disclosed for matching.
    pub outline: Option<Outline>,
}

/// The seller's acceptance of an offer.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The offer's id.
    pub offer: String,
    /// The seller's, over the offer.
    pub signature: Signature,
    /// More for the bank, sealed to it.
    pub sealed: Option<Sealed>,
}

/// Makes a request and sends it to the bank or to matching.
///
/// # Errors
/// [`Error::NotFound`] for another's document, [`Error::UnknownVersion`], [`Error::UnknownGrant`],
/// [`Error::NeitherBankNorOutline`].
pub fn create(
    c: &mut Connection,
    account: AccountId,
    new: NewRequest,
    now: Timestamp,
) -> Result<FinancingRequest, Error> {
    reading::own(c, account, &new.document)?;
    let latest = store::document::latest_version(c, &new.document)?.ok_or(Error::NotFound)?;
    let version = new.version.unwrap_or(latest);
    if version == 0 || version > latest {
        return Err(Error::UnknownVersion(version));
    }
    let state = match (&new.approach, &new.outline) {
        (Some(_), _) => State::Submitted,
        (None, Some(_)) => State::Matching,
        (None, None) => return Err(Error::NeitherBankNorOutline),
    };
    let request = FinancingRequest {
        id: Id::fresh(),
        account,
        document: new.document,
        version,
        state,
        approach: new.approach,
        outline: new.outline,
        matches: None,
        claim_key: None,
        claim_terms: None,
        claim_record: None,
        offer: None,
        reasons: Vec::new(),
        bank_sequence: None,
        created: now,
        updated: now,
    };
    store::financing_request::insert(c, &request)?;
    match (&request.approach, &request.outline) {
        (Some(approach), _) => submit(c, &request, approach)?,
        (None, Some(outline)) => {
            outbox::to_marketplace(c, &outbox::MatchQuestion { request: request.id, outline: outline.clone() })?;
        }
        (None, None) => {}
    }
    Ok(request)
}

/// Sends a matched request to the bank that the seller chose.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Financing`], [`Error::UnknownGrant`].
pub fn choose(
    c: &mut Connection,
    account: AccountId,
    id: Id<FinancingRequest>,
    approach: Approach,
    now: Timestamp,
) -> Result<FinancingRequest, Error> {
    let mut request = own(c, account, id)?;
    request.apply(Event::BankChosen, now)?;
    submit(c, &request, &approach)?;
    request.approach = Some(approach);
    store::financing_request::update(c, &request)?;
    Ok(request)
}

fn submit(c: &mut Connection, request: &FinancingRequest, approach: &Approach) -> Result<(), Error> {
    sharing::granted(c, &request.document, &approach.grant)?;
    let party = accounts::own(c, request.account)?.party;
    let body = json!({
        "id": request.id,
        "document": request.document,
        "version": request.version,
        "grantRecord": approach.grant,
        "sealedTerms": approach.terms,
        "identityKey": party.identity_key,
        "encryptionKey": party.encryption_key,
    });
    tell_bank(c, request.id, &approach.bank, "", &request.id.to_string(), body)
}

fn tell_bank(
    c: &mut Connection,
    request: Id<FinancingRequest>,
    bank: &MemberId,
    part: &str,
    key: &str,
    body: serde_json::Value,
) -> Result<(), Error> {
    let path = match part {
        "" => "/v1/financing-requests".to_owned(),
        part => format!("/v1/financing-requests/{request}/{part}"),
    };
    Ok(outbox::to_gateway(c, &request.to_string(), key, &outbox::GatewayMessage { bank: *bank, path, body })?)
}

/// Sends the seller's proofs to the bank.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Financing`].
pub fn give_evidence(
    c: &mut Connection,
    account: AccountId,
    id: Id<FinancingRequest>,
    evidence: &Sealed,
    now: Timestamp,
) -> Result<FinancingRequest, Error> {
    let (request, bank) = advance(c, account, id, Event::EvidenceGiven, now)?;
    let key = Id::<Sealed>::fresh();
    let body = json!({ "evidence": key, "sealedEvidence": evidence });
    tell_bank(c, id, &bank, "evidence", &key.to_string(), body)?;
    Ok(request)
}

/// Sends the seller's acceptance to the bank.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Financing`].
pub fn accept(
    c: &mut Connection,
    account: AccountId,
    id: Id<FinancingRequest>,
    acceptance: &Acceptance,
    now: Timestamp,
) -> Result<FinancingRequest, Error> {
    let (request, bank) = advance(c, account, id, Event::OfferAccepted, now)?;
    let mut body = json!({ "offer": acceptance.offer, "signature": acceptance.signature });
    if let (Some(sealed), Some(members)) = (&acceptance.sealed, body.as_object_mut()) {
        members.insert("sealedAcceptance".to_owned(), json!(sealed));
    }
    tell_bank(c, id, &bank, "acceptance", &Id::<Acceptance>::fresh().to_string(), body)?;
    Ok(request)
}

fn advance(
    c: &mut Connection,
    account: AccountId,
    id: Id<FinancingRequest>,
    event: Event,
    now: Timestamp,
) -> Result<(FinancingRequest, MemberId), Error> {
    let mut request = own(c, account, id)?;
    request.apply(event, now)?;
    // Every state that these events belong to has a bank.
    let bank = request.approach.as_ref().ok_or(Error::Stored("financing_request.bank"))?.bank;
    store::financing_request::update(c, &request)?;
    Ok((request, bank))
}

/// Takes a report of `bank`.
///
/// # Errors
/// [`Error::NotFound`] for a request to another bank, [`Error::Financing`].
pub fn hear(
    c: &mut Connection,
    bank: &MemberId,
    id: Id<FinancingRequest>,
    report: BankReport,
    now: Timestamp,
) -> Result<(), Error> {
    let mut request = store::financing_request::find(c, id)?
        .filter(|request| request.approach.as_ref().is_some_and(|approach| approach.bank == *bank))
        .ok_or(Error::NotFound)?;
    if request.hear(report, now)? {
        store::financing_request::update(c, &request)?;
    }
    Ok(())
}

/// Stores the marketplace's answer.
///
/// # Errors
/// As the database.
pub fn matched(c: &mut Connection, id: Id<FinancingRequest>, matches: Vec<Match>, now: Timestamp) -> Result<(), Error> {
    let Some(mut request) = store::financing_request::find(c, id)? else { return Ok(()) };
    if request.apply(Event::Matched, now)? {
        request.matches = Some(matches);
        store::financing_request::update(c, &request)?;
    }
    Ok(())
}

/// The caller's request.
///
/// # Errors
/// [`Error::NotFound`].
pub fn own(c: &mut Connection, account: AccountId, id: Id<FinancingRequest>) -> Result<FinancingRequest, Error> {
    store::financing_request::find(c, id)?.filter(|request| request.account == account).ok_or(Error::NotFound)
}
