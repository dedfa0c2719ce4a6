//! Asks the marketplace which products fit a request.

use std::sync::Arc;

use actix_web::web::Data;
use kontor_chassis::{
    client::Traced,
    idempotency,
    outbox::{Delivery, Failure, Handlers},
};
use serde::Deserialize;

use super::{again, read};
use crate::{
    app::{
        financing,
        outbox::{MARKETPLACE, MatchQuestion},
    },
    clock,
    domain::outline::Match,
    state::Portal,
};

/// The largest answer that is read.
const MAX_ANSWER: usize = 1 << 20;

#[derive(Deserialize)]
struct Answer {
    matches: Vec<Match>,
}

struct Marketplace {
    portal: Data<Portal>,
    http: reqwest::Client,
    address: Option<String>,
}

/// Adds the handler.
pub fn add(handlers: Handlers, portal: Data<Portal>, http: reqwest::Client, address: Option<String>) -> Handlers {
    let marketplace = Arc::new(Marketplace { portal, http, address });
    handlers.on(MARKETPLACE, move |delivery| {
        let marketplace = Arc::clone(&marketplace);
        async move { marketplace.ask(delivery).await }
    })
}

impl Marketplace {
    async fn ask(&self, delivery: Delivery) -> Result<(), Failure> {
        let question: MatchQuestion = read(delivery.payload)?;
        let base = self.address.as_ref().ok_or_else(|| Failure::Retry("no marketplace is configured".to_owned()))?;
        let answer = self
            .http
            .post(format!("{}/v1/matches", base.trim_end_matches('/')))
            .header(idempotency::HEADER, delivery.key)
            .json(&question)
            .traced()
            .send()
            .await
            .map_err(|error| Failure::Retry(error.without_url().to_string()))?;
        if !answer.status().is_success() {
            return Err(Failure::of_status(answer.status().as_u16()));
        }
        let body = answer.bytes().await.map_err(|error| Failure::Retry(error.without_url().to_string()))?;
        if body.len() > MAX_ANSWER {
            return Err(Failure::GiveUp("the marketplace's answer is too large".to_owned()));
        }
        let Answer { matches } = serde_json::from_slice(&body).map_err(again)?;
        self.portal
            .database
            .transaction("store-matches", move |c| {
                financing::matched(c, question.request, matches.clone(), clock::now())
            })
            .await
            .map_err(again)?;
        self.portal.changes.note();
        Ok(())
    }
}
