//! The regulator's officers at the supervisor: each signs with a key of their own.

use std::{path::Path, sync::Arc};

use kontor_ledger::{
    genesis::Genesis,
    member::MemberId,
    record::{AccessTerms, Approvable, Approval, Body, CaseTerms, Nonce, Record, Unsigned},
};
use kontor_sealing::{
    Hash, SigningKey,
    document::{DocumentHeader, DocumentId},
    escrow::Share,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    Api, ApiError,
    enterprise::{parsed, text},
};
use crate::consortium::manifest::OfficerFile;

/// A signed-in officer of the regulator.
pub struct Supervisor {
    api: Api,
    signing: SigningKey,
    share: Share,
    genesis: Arc<Genesis>,
    sponsor: MemberId,
}

impl Supervisor {
    /// Signs in at the supervisor with this base address, with the officer's own keys from `key_file`.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn sign_in(
        base: &str,
        login: &str,
        password: &str,
        key_file: &Path,
        genesis: Arc<Genesis>,
        sponsor: MemberId,
    ) -> Result<Self, ApiError> {
        let unusable = |what: &dyn std::fmt::Display| format!("{}: {what}", key_file.display());
        let text = std::fs::read_to_string(key_file).map_err(|error| unusable(&error))?;
        let own: OfficerFile = serde_json::from_str(&text).map_err(|error| unusable(&error))?;
        let (mut seed, mut share) = (zeroize::Zeroizing::new([0; 32]), zeroize::Zeroizing::new([0; 34]));
        hex::decode_to_slice(&own.signing_key, seed.as_mut()).map_err(|error| unusable(&error))?;
        hex::decode_to_slice(&own.escrow_share, share.as_mut()).map_err(|error| unusable(&error))?;
        let share = Share::from_bytes(&share).map_err(|error| unusable(&error))?;
        let api = Api::new(base)?.sign_in(login, password).await?;
        Ok(Self { api, signing: SigningKey::from_seed(&seed), share, genesis, sponsor })
    }

    /// Reads the market.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn market(&self, wanted: impl Fn(&Value) -> bool) -> Result<Value, ApiError> {
        self.api.wait("/v1/market", "the expected figures", wanted).await
    }

    /// Waits until the refusals list shows `record`.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn refusal(&self, record: &str) -> Result<Value, ApiError> {
        let find = |seen: &Value| {
            seen["items"].as_array().into_iter().flatten().find(|refusal| refusal["record"] == record).cloned()
        };
        let seen = self.api.wait("/v1/refusals?limit=100", "the refusal", |seen| find(seen).is_some()).await?;
        Ok(find(&seen).unwrap_or_default())
    }

    /// Drafts a case.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn draft_case(&self, terms: &CaseTerms, key: &str) -> Result<String, ApiError> {
        let body = serde_json::to_value(terms).map_err(|error| error.to_string())?;
        text(&self.api.post("/v1/cases", &body, Some(key)).await?, "id")
    }

    /// Asks to read a document under a case.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn draft_access(
        &self,
        case: &str,
        document: &DocumentId,
        reason: &str,
        key: &str,
    ) -> Result<String, ApiError> {
        let body = json!({ "document": document, "version": 1, "reason": reason });
        text(&self.api.post(&format!("/v1/cases/{case}/accesses"), &body, Some(key)).await?, "id")
    }

    /// Approves a case or an access as it stands, by `/v1/cases` or `/v1/accesses`.
    async fn approve<T: Approvable + DeserializeOwned>(&self, path: &str) -> Result<(), ApiError> {
        let seen = self.api.get(path).await?;
        let terms: T = serde_json::from_value(seen["terms"].clone()).map_err(|error| error.to_string())?;
        let approval = terms.approve(&self.genesis.hash(), &self.signing);
        let body = serde_json::to_value(&approval).map_err(|error| error.to_string())?;
        match self.api.post(&format!("{path}/approvals"), &body, None).await {
            // Approved before, or already on its way.
            Err(ApiError::Problem { status: 409, .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Approves a case.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn approve_case(&self, id: &str) -> Result<(), ApiError> {
        self.approve::<CaseTerms>(&format!("/v1/cases/{id}")).await
    }

    /// Approves an access.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn approve_access(&self, id: &str) -> Result<(), ApiError> {
        self.approve::<AccessTerms>(&format!("/v1/accesses/{id}")).await
    }

    /// Puts an approved case on the ledger; its record's id.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn open_case(&self, id: &str) -> Result<Hash, ApiError> {
        self.submit(&format!("/v1/cases/{id}"), |terms, approvals| {
            Ok(Body::SupervisionCaseOpen { case: serde_json::from_value(terms)?, approvals })
        })
        .await
    }

    /// Puts an approved access on the ledger; its record's id.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn record_access(&self, id: &str) -> Result<Hash, ApiError> {
        self.submit(&format!("/v1/accesses/{id}"), |terms, approvals| {
            Ok(Body::SupervisionAccess { access: serde_json::from_value(terms)?, approvals })
        })
        .await
    }

    async fn submit(
        &self,
        path: &str,
        body: impl Fn(Value, Vec<Approval>) -> Result<Body, serde_json::Error>,
    ) -> Result<Hash, ApiError> {
        let seen = self.api.get(path).await?;
        if seen["state"] == "drafted" {
            let approvals = serde_json::from_value(seen["approvals"].clone()).map_err(|error| error.to_string())?;
            let body = body(seen["terms"].clone(), approvals).map_err(|error| error.to_string())?;
            // The same filing always gets the same nonce.
            let nonce = Hash::sm3(&[b"kontor/v1/filing", path.as_bytes()]);
            let nonce = nonce.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes) >> 11);
            let unsigned =
                Unsigned { network: self.genesis.hash(), body, nonce: Nonce(nonce), author: self.signing.public() };
            let record: Record = unsigned.sign(&self.signing, self.sponsor);
            self.api.post(&format!("{path}/submission"), &json!({ "record": record }), None).await?;
        }
        let decided = |seen: &Value| seen["state"] == "recorded" || seen["state"] == "refused";
        let seen = self.api.wait(path, "a verdict", decided).await?;
        if seen["state"] == "refused" {
            return Err(format!("{path}: the ledger refused: {}", seen["code"]).into());
        }
        parsed(&seen, "record")
    }

    /// Gives this officer's part of the decryption.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn contribute(&self, access: &str) -> Result<(), ApiError> {
        let path = format!("/v1/accesses/{access}");
        let seen = self.api.get(&path).await?;
        let header: DocumentHeader =
            serde_json::from_value(seen["header"].clone()).map_err(|error| format!("{path}: no header: {error}"))?;
        let escrow = self.genesis.escrow.key().map_err(|error| error.to_string())?;
        let partial = self.share.partial(&header, &escrow, &mut rand::rng()).map_err(|error| error.to_string())?;
        self.api.post(&format!("{path}/partials"), &json!({ "partial": partial }), None).await.map(|_| ())
    }

    /// Whether the document can be read yet: an attempt that is refused.
    ///
    /// # Errors
    /// [`ApiError`] if the service did something else.
    pub async fn cannot_read_yet(&self, access: &str) -> Result<bool, ApiError> {
        match self.api.get(&format!("/v1/accesses/{access}/document")).await {
            Err(ApiError::Problem { status: 409, .. }) => Ok(true),
            Ok(_) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Waits for the members' shares and reads the document.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn read(&self, access: &str) -> Result<Value, ApiError> {
        let needed = u64::from(self.genesis.escrow.network.threshold);
        let path = format!("/v1/accesses/{access}");
        let enough = |seen: &Value| seen["networkShares"].as_u64().is_some_and(|shares| shares >= needed);
        self.api.wait(&path, "the members' shares", enough).await?;
        self.api.get(&format!("{path}/document")).await
    }
}
