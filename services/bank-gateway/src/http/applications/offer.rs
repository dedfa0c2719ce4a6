//! `POST /v1/applications/{id}/offers`, by staff.

use actix_web::{HttpRequest, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{self, Answer, Key},
    json::{Checkable, Checked},
};
use kontor_ledger::Timestamp;
use kontor_trade::{Currency, Money};
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

use super::get::whole;
use crate::{
    app::{
        check::{now, reopen},
        error::AppError,
        make_offer,
    },
    domain::offer::{Advance, Draft},
    http::State,
    store::application,
};

/// The request's body.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    #[serde(default)]
    amount: Option<Decimal>,
    #[serde(default)]
    percentage: Option<u16>,
    rate: u16,
    fee: Decimal,
    tenor_days: u16,
    expires: Timestamp,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "NewOffer";
}

impl Body {
    fn draft(&self, currency: Currency) -> Result<Draft, Problem> {
        let units = |amount: Decimal, pointer: &str| {
            let units = Money::new(amount, currency).and_then(|money| money.unsigned_minor_units());
            units.map_err(|error| {
                Problem::new(422, "amount", "The amount does not fit the currency")
                    .detail(error.to_string())
                    .pointer(pointer)
            })
        };
        let advance = match (self.amount, self.percentage) {
            (Some(amount), _) => Advance::Amount(units(amount, "/amount")?),
            (None, Some(percentage)) => Advance::Percentage(percentage),
            (None, None) => return Err(Problem::new(400, "schema", "The body does not satisfy its schema")),
        };
        let fee = units(self.fee, "/fee")?;
        Ok(Draft { advance, rate: self.rate, fee, tenor_days: self.tenor_days, expires: self.expires })
    }
}

/// Makes the offer and sends it to the seller.
pub async fn handle(
    gateway: State,
    session: Session,
    id: web::Path<Uuid>,
    http: HttpRequest,
    body: Checked<Body>,
) -> Result<Answer, Problem> {
    let key = Key::of(&http, session.account, body.raw())?;
    let (bank, body, login) = (gateway.bank.clone(), body.into_inner(), session.login);
    let offer_id = Uuid::now_v7();
    idempotency::once(&gateway.database, "make-offer", key, move |connection| {
        let found = application::find(connection, &id)?.ok_or(AppError::NotFound)?;
        found.state.apply(crate::domain::application::Event::OfferMade).map_err(AppError::from)?;
        let invoice = reopen(&bank, &found)?.invoice.ok_or(AppError::Missing("the invoice"))?;
        let draft = body.draft(invoice.currency)?;
        let changed = make_offer::make(connection, &bank, &id, &offer_id, &draft, now(), &login)?;
        Answer::json(201, &whole(connection, &bank, &changed)?)
    })
    .await
}
