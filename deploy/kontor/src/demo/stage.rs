//! The network that a run plays on: a fresh one in this process, or one that is running.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use kontor_ledger::{
    genesis::Genesis,
    outcome::Outcome,
    receipt::{self, Receipt},
    record::RecordId,
};
use serde_json::Value;

use crate::{
    client::{Api, ApiError, officer::Officer},
    consortium::{
        manifest::{Manifest, PersonEntry},
        plan::ServiceKind,
        start::{self, Running},
    },
};

/// Where a run plays.
pub struct Stage {
    /// The network.
    pub manifest: Manifest,
    /// Its genesis.
    pub genesis: Arc<Genesis>,
    running: Option<Running>,
}

impl Stage {
    /// Starts the network in `folder` in this process, creating it if it is not there.
    ///
    /// # Errors
    /// One line saying why not.
    pub async fn start(folder: &Path) -> Result<Self, String> {
        let base = start::free_base().map_err(|error| error.to_string())?;
        let running = start::start(folder, Some(base)).await.map_err(|error| error.to_string())?;
        let manifest = running.manifest.clone();
        let genesis = Arc::new(manifest.genesis().map_err(|error| error.to_string())?);
        Ok(Self { manifest, genesis, running: Some(running) })
    }

    /// Uses the running network whose data folder this is.
    ///
    /// # Errors
    /// One line saying why not.
    pub async fn join(folder: &Path) -> Result<Self, String> {
        let manifest = Manifest::read(folder).map_err(|error| error.to_string())?;
        let genesis = Arc::new(manifest.genesis().map_err(|error| error.to_string())?);
        let stage = Self { manifest, genesis, running: None };
        let portal =
            Api::new(&stage.service(ServiceKind::EnterprisePortal, "operator")?).map_err(|error| error.to_string())?;
        let answered = portal.get("/health/ready").await;
        answered.map_err(|error| format!("the network in {} is not running: {error}", folder.display()))?;
        Ok(stage)
    }

    /// Ends what was started here.
    pub async fn end(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
    }

    /// The address of one party's service.
    ///
    /// # Errors
    /// If the manifest has none.
    pub fn service(&self, kind: ServiceKind, party: &str) -> Result<String, String> {
        let entry = self.manifest.service(kind, party);
        entry.map(|entry| entry.public.clone()).ok_or_else(|| format!("the network has no {kind} of {party}"))
    }

    /// The people of one party's service with their passwords.
    ///
    /// # Errors
    /// If a password cannot be read.
    pub fn people(&self, kind: ServiceKind, party: &str) -> Result<Vec<(PersonEntry, String)>, String> {
        let read = |person: &PersonEntry| {
            let password = std::fs::read_to_string(&person.password_file);
            let password = password.map_err(|error| format!("{}: {error}", person.password_file.display()))?;
            Ok((person.clone(), password.trim().to_owned()))
        };
        self.manifest.people_of(kind, party).map(read).collect()
    }

    /// One bank's officer, signed in.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn officer(&self, party: &str) -> Result<Officer, ApiError> {
        let people = self.people(ServiceKind::BankGateway, party)?;
        let (person, password) = people.first().ok_or_else(|| format!("{party} has no officer"))?;
        Officer::sign_in(&self.service(ServiceKind::BankGateway, party)?, &person.login, password).await
    }

    /// That every node has the same verdict on a record; the refusal's code if it is one.
    ///
    /// # Errors
    /// [`ApiError`] if a node does not know the record in time or differs.
    pub async fn verdict(&self, record: &RecordId) -> Result<Option<String>, ApiError> {
        let mut first: Option<Value> = None;
        for node in self.manifest.of(ServiceKind::LedgerAnchor) {
            let path = format!("/v1/records/{record}");
            let api = Api::new(&node.public)?;
            let seen = api.wait(&path, "finality", |seen| !seen["outcome"].is_null()).await?;
            match &first {
                None => first = Some(seen),
                Some(other) if other["outcome"] == seen["outcome"] && other["position"] == seen["position"] => {}
                Some(_) => return Err(format!("{}'s node judges record {record} otherwise", node.party).into()),
            }
        }
        let outcome = first.map(|seen| seen["outcome"].clone()).unwrap_or_default();
        let outcome: Outcome = serde_json::from_value(outcome).map_err(|error| error.to_string())?;
        Ok(match outcome {
            Outcome::Accepted => None,
            Outcome::Refused(code) => Some(code.to_string()),
        })
    }

    /// Fetches a record's receipt, writes it to a file and checks it offline as `kontor verify` does.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn receipt(&self, record: &RecordId, folder: &Path) -> Result<PathBuf, ApiError> {
        let node = self.manifest.of(ServiceKind::LedgerAnchor).next().ok_or_else(|| "no node".to_owned())?;
        let api = Api::new(&node.public)?;
        let mut patience = 100;
        let bytes = loop {
            match api.bytes(&format!("/v1/records/{record}/receipt")).await {
                Err(ApiError::Problem { status: 404, .. }) if patience > 0 => patience -= 1,
                answer => break answer?,
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let path = folder.join(format!("{record}.json"));
        std::fs::write(&path, &bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        let receipt: Receipt = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let proven = receipt::verify(&receipt, &self.manifest.network).map_err(|error| error.to_string())?;
        if proven.record == *record {
            Ok(path)
        } else {
            Err(format!("a receipt of another record than {record}").into())
        }
    }
}
