//! An officer makes an offer on a claim that stands.

use kontor_chassis::database::{Connection, now_ms};
use kontor_ledger::{Timestamp, exchange};
use uuid::Uuid;

use super::{
    bank::{Bank, rng},
    check::reopen,
    error::AppError,
    tell::{self, With},
};
use crate::{
    domain::{
        application::Event,
        offer::{self, Draft, Security},
    },
    store::{
        application::{self, Application},
        claim, offer as offers,
    },
};

/// Makes an offer and sends it, sealed, to the seller. A later offer takes the place of an earlier one.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Refusal`], [`AppError::Offer`].
pub fn make(
    connection: &mut Connection,
    bank: &Bank,
    id: &Uuid,
    offer_id: &Uuid,
    draft: &Draft,
    now: Timestamp,
    by: &str,
) -> Result<Application, AppError> {
    let mut application = application::find(connection, id)?.ok_or(AppError::NotFound)?;
    application.state = application.state.apply(Event::OfferMade)?;
    let claim = claim::find(connection, id)?.ok_or(AppError::Missing("the claim"))?;
    let opened = reopen(bank, &application)?;
    let invoice = opened.invoice.ok_or(AppError::Missing("the invoice"))?;
    let security = Security {
        bank: bank.member,
        document: application.document,
        version: application.version,
        claim: claim.record.ok_or(AppError::Missing("the claim's record"))?,
        amount: opened.terms.ok_or(AppError::Missing("the terms"))?.amount,
        expires: claim.terms.expires,
        total: invoice.total,
        currency: invoice.currency.to_string(),
    };
    let offer = offer::make(offer_id.to_string(), draft, &security, now)?;
    let context = exchange::about_document(&application.document, application.version);
    let sealed = exchange::seal(&offer, &application.encryption_key, &context, &mut rng())?;
    offers::insert(connection, id, &offer, &sealed, by)?;
    application.reasons.clear();
    let with = With { sealed_offer: Some(sealed), claim_record: claim.record, claim: None };
    tell::portal(connection, &mut application, with)?;
    application.updated = now_ms();
    application::save(connection, &application, "make-offer")?;
    Ok(application)
}
