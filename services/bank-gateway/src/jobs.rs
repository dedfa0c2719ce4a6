//! Background work: the outbox' deliveries.

mod attestation_answer;
mod product;
mod status;

use std::sync::Arc;

use kontor_chassis::outbox::{Delivery, Failure, Handlers};
use serde::de::DeserializeOwned;

use crate::app::{Gateway, check, decide_attestation, submit, tell};

/// The outbox kind of products on their way to the marketplace.
pub const MARKET_PRODUCT: &str = "market-product";

/// Which code delivers what.
pub fn handlers(gateway: Arc<Gateway>) -> Handlers {
    let for_check = gateway.clone();
    let for_submit = gateway.clone();
    let for_status = gateway.clone();
    let for_attestation = gateway.clone();
    Handlers::new()
        .on(check::CHECK, move |delivery| {
            let gateway = for_check.clone();
            async move { check::run(&gateway, payload(&delivery)?).await }
        })
        .on(submit::SUBMIT, move |delivery| {
            let gateway = for_submit.clone();
            async move { submit::run(&gateway, payload(&delivery)?).await }
        })
        .on(tell::PORTAL_STATUS, move |delivery| {
            let gateway = for_status.clone();
            async move { status::deliver(&gateway, payload(&delivery)?).await }
        })
        .on(decide_attestation::PORTAL_ATTESTATION, move |delivery| {
            let gateway = for_attestation.clone();
            async move { attestation_answer::deliver(&gateway, payload(&delivery)?).await }
        })
        .on(MARKET_PRODUCT, move |delivery| {
            let gateway = gateway.clone();
            async move { product::deliver(&gateway, &delivery).await }
        })
}

fn payload<T: DeserializeOwned>(delivery: &Delivery) -> Result<T, Failure> {
    serde_json::from_value(delivery.payload.clone()).map_err(|_| Failure::GiveUp("unreadable payload".into()))
}

/// What an answer means for a delivery: taken, known already, or as the chassis sorts it.
fn settled(response: Result<reqwest::Response, reqwest::Error>) -> Result<reqwest::Response, Failure> {
    let response = response.map_err(|error| Failure::Retry(error.without_url().to_string()))?;
    let status = response.status();
    if status.is_success() { Ok(response) } else { Err(Failure::of_status(status.as_u16())) }
}
