//! Delivers to the banks' gateways.

use std::{collections::BTreeMap, sync::Arc};

use kontor_chassis::{
    client::Traced,
    idempotency,
    outbox::{Delivery, Failure, Handlers},
};
use kontor_ledger::member::MemberId;

use super::read;
use crate::{
    app::outbox::{GATEWAY, GatewayMessage},
    config::Gateway,
};

struct Gateways {
    http: reqwest::Client,
    addresses: BTreeMap<MemberId, String>,
}

/// Adds the handler.
pub fn add(handlers: Handlers, http: reqwest::Client, gateways: Vec<Gateway>) -> Handlers {
    let addresses = gateways.into_iter().map(|gateway| (gateway.member, gateway.url)).collect();
    let gateways = Arc::new(Gateways { http, addresses });
    handlers.on(GATEWAY, move |delivery| {
        let gateways = Arc::clone(&gateways);
        async move { gateways.deliver(delivery).await }
    })
}

impl Gateways {
    async fn deliver(&self, delivery: Delivery) -> Result<(), Failure> {
        let message: GatewayMessage = read(delivery.payload)?;
        let base = self
            .addresses
            .get(&message.bank)
            .ok_or_else(|| Failure::Retry(format!("no gateway is configured for {}", message.bank)))?;
        let sent = self
            .http
            .post(format!("{}{}", base.trim_end_matches('/'), message.path))
            .header(idempotency::HEADER, delivery.key)
            .json(&message.body)
            .traced()
            .send()
            .await
            .map_err(|error| Failure::Retry(error.without_url().to_string()))?;
        match sent.status().as_u16() {
            // A gateway that knows the message already has it.
            200..300 | 409 => Ok(()),
            status => Err(Failure::of_status(status)),
        }
    }
}
