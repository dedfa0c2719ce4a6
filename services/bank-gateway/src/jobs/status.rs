//! Tells the portal how an application stands.

use kontor_chassis::{client::Traced as _, outbox::Failure};

use crate::app::{Gateway, tell::Told};

/// Delivers one status. The portal ignores those that it has left behind, and refuses with 409 what its own order of
/// things does not allow: sending that again would change nothing.
pub async fn deliver(gateway: &Gateway, told: Told) -> Result<(), Failure> {
    let url = format!("{}/v1/financing-requests/{}/status", gateway.addresses.portal, told.request);
    let response = gateway.http.put(url).traced().json(&told.status).send().await;
    if response.as_ref().is_ok_and(|response| response.status() == reqwest::StatusCode::CONFLICT) {
        return Err(Failure::GiveUp(format!("the portal does not allow {}", told.status.state)));
    }
    super::settled(response).map(|_| ())
}
