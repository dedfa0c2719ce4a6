//! Gives the portal the answer to a request for attestation.

use kontor_chassis::{client::Traced as _, outbox::Failure};

use crate::app::{Gateway, decide_attestation::Told};

/// Delivers one answer; the same one again is fine with the portal.
pub async fn deliver(gateway: &Gateway, told: Told) -> Result<(), Failure> {
    let url = format!("{}/v1/attestation-requests/{}/answer", gateway.addresses.portal, told.request);
    let response = gateway.http.put(url).traced().json(&told.answer).send().await;
    if response.as_ref().is_ok_and(|response| response.status() == reqwest::StatusCode::CONFLICT) {
        return Err(Failure::GiveUp("the portal has another answer".into()));
    }
    super::settled(response).map(|_| ())
}
