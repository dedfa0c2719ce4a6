//! An enterprise at the portal. Its keys never leave it; the portal gets ciphertext and signed records.

use std::sync::Arc;

use kontor_ledger::{
    attestation::{Identifier, RoleProof},
    exchange::{self, AttestationGrant, Profile, RoleAnswer},
    genesis::Genesis,
    member::MemberId,
    record::{Body, Nonce, RecordId, Unsigned},
};
use kontor_sealing::{EncryptionPublicKey, Hash, PublicKey, Role, SigningKey, document::DocumentId, keys::PartySeed};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::{Value, json};

use super::{Api, ApiError};

/// A signed-in enterprise.
pub struct Enterprise {
    /// Its pseudonym at the portal.
    pub handle: String,
    /// All its keys come from this.
    pub seed: PartySeed,
    /// Its bank's word on who it is.
    pub attestation: Option<AttestationGrant>,
    pub(crate) api: Api,
    pub(crate) genesis: Arc<Genesis>,
    sponsor: MemberId,
}

/// What a call of a submitted record brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Accepted by the rules.
    Accepted(RecordId),
    /// Refused by the rules, with the code.
    Refused(RecordId, String),
}

impl Enterprise {
    /// Signs up, or in if that was done before.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn join(
        portal: &Api,
        genesis: Arc<Genesis>,
        handle: &str,
        seed: PartySeed,
        password: &str,
    ) -> Result<Self, ApiError> {
        let identity = seed.identity();
        let account = json!({
            "handle": handle,
            "password": password,
            "identityKey": identity.public(),
            "encryptionKey": seed.encryption().public(),
            "signature": identity.sign("account", handle.as_bytes()),
        });
        match portal.post("/v1/accounts", &account, None).await {
            Err(ApiError::Problem { status: 409, .. }) | Ok(_) => {}
            Err(error) => return Err(error),
        }
        let api = portal.clone().sign_in(handle, password).await?;
        let network = api.get("/v1/network").await?;
        let sponsor = network["sponsor"].as_str().unwrap_or_default().parse();
        let sponsor = sponsor.map_err(|error| ApiError::Unexpected(format!("the portal's sponsor: {error}")))?;
        Ok(Self { handle: handle.to_owned(), seed, attestation: None, api, genesis, sponsor })
    }

    /// Randomness that is the same whenever the same thing is done again, so that a repetition makes the same record.
    pub(crate) fn rng(&self, purpose: &str) -> StdRng {
        let seed = Hash::sm3(&[b"kontor/v1/client", self.seed.to_bytes().as_ref(), purpose.as_bytes()]);
        StdRng::from_seed(*seed.as_bytes())
    }

    pub(crate) fn bank(&self, bank: MemberId) -> Result<EncryptionPublicKey, ApiError> {
        let member = self.genesis.member(&bank).ok_or_else(|| format!("{bank} is no member"))?;
        Ok(member.encryption)
    }

    /// Asks a bank for attestation; the request's id.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn request_attestation(
        &self,
        bank: MemberId,
        name: &str,
        identifiers: Vec<Identifier>,
    ) -> Result<String, ApiError> {
        let profile = Profile { name: name.to_owned(), identifiers, country: None, contact: None };
        let about = exchange::about_party(&self.seed.identity().public());
        let sealed = exchange::seal(&profile, &self.bank(bank)?, &about, &mut self.rng("profile"));
        let sealed = sealed.map_err(|error| error.to_string())?;
        let body = json!({ "bank": bank, "sealedProfile": sealed });
        let made = self.api.post("/v1/attestation-requests", &body, Some("attestation")).await?;
        text(&made, "id")
    }

    /// Waits for the bank's word and keeps it.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn await_attestation(&mut self, id: &str) -> Result<(), ApiError> {
        let path = format!("/v1/attestation-requests/{id}");
        let answered = self.api.wait(&path, "an answer", |seen| seen["state"] != "requested").await?;
        let sealed =
            answered["sealedAttestation"].as_str().ok_or_else(|| format!("declined: {}", answered["reason"]))?;
        let about = exchange::about_party(&self.seed.identity().public());
        let grant = exchange::open(sealed, &self.seed.encryption(), &about).map_err(|error| error.to_string())?;
        self.attestation = Some(grant);
        Ok(())
    }

    /// The proof that this enterprise stands behind its key of a role, if it is attested.
    pub(crate) fn role_proof(&self, document: &DocumentId, role: Role) -> Option<RoleProof> {
        let grant = self.attestation.clone()?;
        let key = self.seed.role(document, role).public();
        let (attestation, shown) = (grant.attestation, Some(grant.identifiers));
        Some(RoleProof::sign(&self.seed.identity(), attestation, shown, document, role, &key))
    }

    /// Asks another enterprise for its key of a role; the request's id.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn request_role(&self, party: &str, document: &DocumentId, role: Role) -> Result<String, ApiError> {
        let body = json!({ "party": party, "document": document, "role": role });
        let key = format!("role-{document}-{}", role.name());
        text(&self.api.post("/v1/role-requests", &body, Some(&key)).await?, "id")
    }

    /// Answers every role request that waits.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn answer_roles(&self) -> Result<(), ApiError> {
        let list = self.api.get("/v1/role-requests?direction=in&limit=100").await?;
        for request in list["items"].as_array().into_iter().flatten().filter(|item| item["state"] == "requested") {
            let document: DocumentId = parsed(request, "document")?;
            let role: Role = serde_json::from_value(request["role"].clone()).map_err(|error| error.to_string())?;
            let requester = self.api.get(&format!("/v1/parties/{}", text(request, "requester")?)).await?;
            let reader: EncryptionPublicKey =
                serde_json::from_value(requester["encryptionKey"].clone()).map_err(|error| error.to_string())?;
            let answer = RoleAnswer { proof: self.role_proof(&document, role) };
            let about = exchange::about_document(&document, 1);
            let sealed = exchange::seal(&answer, &reader, &about, &mut self.rng(&format!("role {document}")));
            let body = json!({
                "roleKey": self.seed.role(&document, role).public(),
                "sealedProof": sealed.map_err(|error| error.to_string())?,
            });
            self.api.put(&format!("/v1/role-requests/{}/answer", text(request, "id")?), &body).await?;
        }
        Ok(())
    }

    /// Waits for the answer to a role request.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn await_role(
        &self,
        id: &str,
        document: &DocumentId,
    ) -> Result<(PublicKey, Option<RoleProof>), ApiError> {
        let path = format!("/v1/role-requests/{id}");
        let answered = self.api.wait(&path, "an answer", |seen| seen["state"] == "answered").await?;
        let about = exchange::about_document(document, 1);
        let opened: Result<RoleAnswer, _> =
            exchange::open(&text(&answered, "sealedProof")?, &self.seed.encryption(), &about);
        Ok((parsed(&answered, "roleKey")?, opened.map_err(|error| error.to_string())?.proof))
    }

    /// Signs a record with `key` and has the portal relay it; `purpose` makes a repetition the same record.
    ///
    /// # Errors
    /// [`ApiError`] if no verdict came.
    pub async fn say(&self, purpose: &str, body: Body, key: &SigningKey) -> Result<Said, ApiError> {
        let nonce = Nonce(self.rng(&format!("nonce {purpose}")).next_u64() >> 11);
        let unsigned = Unsigned { network: self.genesis.hash(), body, nonce, author: key.public() };
        let record = unsigned.sign(key, self.sponsor);
        let id = record.id();
        let json = serde_json::to_value(&record).map_err(|error| error.to_string())?;
        match self.api.post("/v1/records", &json, None).await {
            Ok(answer) if answer["outcome"] == "accepted" => return Ok(Said::Accepted(id)),
            Ok(_) => {}
            Err(error) if error.slug() == Some("refused") => {}
            Err(error) => return Err(error),
        }
        let path = format!("/v1/records/{id}");
        let decided = self
            .api
            .wait(&path, "a verdict", |seen| {
                matches!(seen["state"].as_str(), Some("accepted" | "refused" | "rejected"))
            })
            .await?;
        match decided["state"].as_str() {
            Some("accepted") => Ok(Said::Accepted(id)),
            _ => Ok(Said::Refused(id, decided["code"].as_str().unwrap_or_default().to_owned())),
        }
    }

    /// As [`Self::say`], where anything but acceptance is an error.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn say_accepted(&self, purpose: &str, body: Body, key: &SigningKey) -> Result<RecordId, ApiError> {
        match self.say(purpose, body, key).await? {
            Said::Accepted(id) => Ok(id),
            Said::Refused(id, code) => Err(format!("{purpose}: the ledger refused {id}: {code}").into()),
        }
    }

    /// The regulator's accesses to one of the enterprise's documents.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn await_access(&self, document: &DocumentId, record: &str) -> Result<Value, ApiError> {
        let path = format!("/v1/documents/{document}/accesses");
        let listed = |seen: &Value| {
            seen["items"].as_array().into_iter().flatten().find(|access| access["record"] == record).cloned()
        };
        let seen = self.api.wait(&path, "the access", |seen| listed(seen).is_some()).await?;
        Ok(listed(&seen).unwrap_or_default())
    }
}

pub(super) fn text(value: &Value, name: &str) -> Result<String, ApiError> {
    let found = value[name].as_str().map(str::to_owned);
    found.ok_or_else(|| ApiError::Unexpected(format!("an answer lacks {name}: {value}")))
}

pub(super) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(value: &Value, name: &str) -> Result<T, ApiError> {
    text(value, name)?.parse().map_err(|error| ApiError::Unexpected(format!("{name}: {error}")))
}
