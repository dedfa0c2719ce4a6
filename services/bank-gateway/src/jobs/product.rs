//! Publishes a product at the marketplace.

use kontor_chassis::{
    client::Traced as _,
    idempotency,
    outbox::{Delivery, Failure},
};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::{Gateway, error::AppError},
    store::product,
};

#[derive(Deserialize)]
struct Published {
    id: Uuid,
}

/// Delivers one product; the marketplace knows a repetition by its key.
pub async fn deliver(gateway: &Gateway, delivery: &Delivery) -> Result<(), Failure> {
    let unreadable = || Failure::GiveUp("unreadable payload".into());
    let id: Uuid = delivery.key.parse().map_err(|_| unreadable())?;
    let body: &Value = &delivery.payload;
    let url = format!("{}/v1/products", gateway.addresses.marketplace);
    let request = gateway.http.post(url).header(idempotency::HEADER, &delivery.key).traced().json(body);
    let response = super::settled(request.send().await)?;
    let published: Published = response.json().await.map_err(|error| Failure::Retry(error.to_string()))?;
    let noted = gateway.database.transaction("publish-product", move |connection| {
        product::published(connection, &id, &published.id).map_err(AppError::from)
    });
    noted.await.map_err(|error| Failure::Retry(error.to_string()))
}
