//! `POST /v1/products`, by staff.

use actix_web::HttpRequest;
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{self, Answer, Key},
    json::{Checkable, Checked},
    outbox,
};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    http::{State, show},
    jobs::MARKET_PRODUCT,
    store::product,
};

/// The request's body; its schema says what is in it.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct Body(Value);

impl Checkable for Body {
    const SCHEMA: &'static str = "NewProduct";
}

/// Keeps the product and publishes it.
pub async fn handle(
    gateway: State,
    session: Session,
    http: HttpRequest,
    body: Checked<Body>,
) -> Result<Answer, Problem> {
    let key = Key::of(&http, session.account, body.raw())?;
    let Body(content) = body.into_inner();
    let id = Uuid::now_v7();
    idempotency::once(&gateway.database, "create-product", key, move |connection| {
        let made = product::insert(connection, &id, &content)?;
        outbox::enqueue(connection, MARKET_PRODUCT, "marketplace", &content, &id.to_string())?;
        Answer::json(201, &show::product(&made))
    })
    .await
}
