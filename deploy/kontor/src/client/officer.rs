//! A bank's officer at the gateway.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::{Api, ApiError};

/// A signed-in officer.
pub struct Officer {
    api: Api,
}

impl Officer {
    /// Signs in at the gateway with this base address.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn sign_in(base: &str, login: &str, password: &str) -> Result<Self, ApiError> {
        Ok(Self { api: Api::new(base)?.sign_in(login, password).await? })
    }

    /// Grants an attestation, once the request has arrived; granting again changes nothing.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn attest(&self, request: &str) -> Result<(), ApiError> {
        let path = format!("/v1/attestation-requests/{request}");
        let seen = self.api.wait(&path, "arrival", |seen| seen["state"].is_string()).await?;
        if seen["state"] == "requested" {
            self.api.post(&format!("{path}/grant"), &json!({}), None).await?;
        }
        Ok(())
    }

    /// Waits until an application is in one of `states`.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn application(&self, id: &str, states: &[&str]) -> Result<Value, ApiError> {
        let wanted = |seen: &Value| seen["state"].as_str().is_some_and(|state| states.contains(&state));
        self.api.wait(&format!("/v1/applications/{id}"), &states.join(" or "), wanted).await
    }

    /// Offers `amount`, the whole claim, at `rate` basis points a year; offering again changes nothing.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn offer(&self, id: &str, amount: &Value, rate: u16, tenor_days: u16) -> Result<(), ApiError> {
        let expires = Timestamp::now().checked_add(72.hours()).map_err(|error| error.to_string())?;
        // The whole second keeps the text within what every reader of RFC 3339 takes.
        let expires = Timestamp::from_second(expires.as_second()).map_err(|error| error.to_string())?;
        let body = json!({
            "amount": amount, "rate": rate, "fee": "0", "tenorDays": tenor_days, "expires": expires.to_string(),
        });
        match self.api.post(&format!("/v1/applications/{id}/offers"), &body, None).await {
            Err(ApiError::Problem { status: 409, .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Answers a near match; answering again changes nothing.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn acknowledge(&self, id: &str, action: &str) -> Result<(), ApiError> {
        let body = json!({ "action": action });
        match self.api.post(&format!("/v1/applications/{id}/acknowledgement"), &body, None).await {
            Err(ApiError::Problem { status: 409, .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A message to the core banking system, XML.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn message(&self, id: &str, name: &str) -> Result<String, ApiError> {
        let bytes = self.api.bytes(&format!("/v1/applications/{id}/messages/{name}")).await?;
        String::from_utf8(bytes).map_err(|_| ApiError::Unexpected(format!("{name} is no text")))
    }

    /// Publishes a product; the same key publishes it once.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn publish(&self, product: &Value, key: &str) -> Result<(), ApiError> {
        let made = self.api.post("/v1/products", product, Some(key)).await?;
        let id = made["id"].clone();
        let published = |seen: &Value| {
            let products = seen["items"].as_array().into_iter().flatten();
            products.filter(|product| product["id"] == id).any(|product| product["state"] == "published")
        };
        self.api.wait("/v1/products?limit=100", "publication", published).await.map(|_| ())
    }

    /// Waits for the lead of a request.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn lead(&self, request: &str) -> Result<(), ApiError> {
        let arrived =
            |seen: &Value| seen["items"].as_array().into_iter().flatten().any(|lead| lead["request"] == request);
        self.api.wait("/v1/leads?limit=100", "the lead", arrived).await.map(|_| ())
    }
}
