//! `POST /v1/products`: a bank's gateway publishes for its own bank.

use actix_web::{HttpRequest, web::Data};
use kontor_chassis::{
    Problem,
    auth::Peer,
    idempotency::{Answer, Key, once},
    json::{Checkable, Checked},
};

use super::View;
use crate::{app::publish::publish, clock, domain::product::Criteria, state::Marketplace};

impl Checkable for Criteria {
    const SCHEMA: &'static str = "NewProduct";
}

/// Publishes.
pub async fn handle(
    request: HttpRequest,
    peer: Peer,
    market: Data<Marketplace>,
    body: Checked<Criteria>,
) -> Result<Answer, Problem> {
    let bank = market.bank(&peer).ok_or_else(Problem::forbidden)?;
    let key = Key::of(&request, bank, body.raw())?;
    let criteria = body.into_inner();
    once(&market.database, "publish-product", key, move |c| {
        let product = publish(c, bank, criteria.clone(), clock::now())?;
        let location = format!("/v1/products/{}", product.id);
        Ok(Answer::json(201, &View::from(product))?.location(location))
    })
    .await
}
