//! The seller accepts: the claim is marked financed on the ledger, and money goes out once the ledger has it.

use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::{Timestamp, record::Body};
use kontor_sealing::Signature;
use uuid::Uuid;

use super::{
    bank::{Bank, nonce},
    check::reopen,
    error::AppError,
    receive::Received,
    submit,
};
use crate::{
    domain::{
        application::{Event, State},
        claim::follow_up,
    },
    store::{application, claim, ledger_record::Purpose, offer as offers},
};

/// Takes the acceptance over. The portal knows of it already, so nothing is told.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Refusal`], [`AppError::NotTheOffer`], [`AppError::OfferExpired`],
/// [`AppError::Acceptance`].
pub fn accept(
    connection: &mut Connection,
    bank: &Bank,
    id: &Uuid,
    offer_id: &str,
    signature: &Signature,
    now: Timestamp,
) -> Result<Received, AppError> {
    let mut application = application::find(connection, id)?.ok_or(AppError::NotFound)?;
    let standing = offers::last(connection, id)?;
    let named = standing.filter(|standing| standing.offer.id == offer_id);
    let settled = matches!(application.state, State::Accepted | State::Financed);
    if settled && named.as_ref().is_some_and(|offer| offer.accepted.is_some()) {
        return Ok(Received::Before);
    }
    let accepted = application.state.apply(Event::OfferAccepted)?;
    let offer = named.ok_or(AppError::NotTheOffer)?.offer;
    if now >= offer.expires {
        return Err(AppError::OfferExpired);
    }
    let seller = reopen(bank, &application)?.seller_key.ok_or(AppError::Missing("the seller's key"))?;
    offer.check_acceptance(&seller, signature).map_err(|_| AppError::Acceptance)?;
    offers::accept(connection, offer_id, signature)?;
    let claim = claim::find(connection, id)?.ok_or(AppError::Missing("the claim"))?;
    let key = bank.reveal_key(&submit::key_name(id), &claim.sealed_key)?;
    let record = follow_up(bank.network, Body::ClaimFinance { claim: offer.claim }, nonce(), &key, bank.member);
    submit::queue(connection, id, Purpose::Finance, &record)?;
    application.state = accepted;
    application.updated = now_ms();
    application::save(connection, &application, "accept-offer")?;
    Ok(Received::New)
}
