//! Delivers leads to the banks' gateways.

use std::{collections::BTreeMap, sync::Arc};

use kontor_chassis::{
    client::Traced,
    idempotency,
    outbox::{Delivery, Failure, Handlers},
};
use kontor_ledger::member::MemberId;

use crate::{
    app::matching::{LEAD, Lead},
    config::Gateway,
};

/// Where gateways are, and the client that reaches them.
struct Gateways {
    http: reqwest::Client,
    addresses: BTreeMap<MemberId, String>,
}

/// The outbox's handlers.
pub fn handlers(http: reqwest::Client, gateways: Vec<Gateway>) -> Handlers {
    let addresses = gateways.into_iter().map(|gateway| (gateway.member, gateway.url)).collect();
    let gateways = Arc::new(Gateways { http, addresses });
    Handlers::new().on(LEAD, move |delivery| {
        let gateways = Arc::clone(&gateways);
        async move { gateways.deliver(delivery).await }
    })
}

impl Gateways {
    async fn deliver(&self, delivery: Delivery) -> Result<(), Failure> {
        let lead: Lead = serde_json::from_value(delivery.payload)
            .map_err(|error| Failure::GiveUp(format!("unreadable lead: {error}")))?;
        let base = self
            .addresses
            .get(&lead.bank)
            .ok_or_else(|| Failure::GiveUp(format!("no gateway is configured for {}", lead.bank)))?;
        let sent = self
            .http
            .post(format!("{}/v1/leads", base.trim_end_matches('/')))
            .header(idempotency::HEADER, delivery.key)
            .json(&lead.body)
            .traced()
            .send()
            .await
            .map_err(|error| Failure::Retry(error.without_url().to_string()))?;
        match sent.status().as_u16() {
            // A gateway that knows the lead already has it.
            200..300 | 409 => Ok(()),
            status => Err(Failure::of_status(status)),
        }
    }
}
