//! `consortium.json`: what a data folder holds. Written last, so that its presence says that the rest is complete.

use std::path::{Path, PathBuf};

use kontor_ledger::genesis::Genesis;
use kontor_sealing::Hash;
use serde::{Deserialize, Serialize};
use zeroize::ZeroizeOnDrop;

use super::{ConsortiumError, file, plan::ServiceKind};

/// The manifest's name in the data folder.
pub const FILE: &str = "consortium.json";

/// The form that this program writes and reads.
pub const VERSION: u32 = 1;

/// A network on one machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// Form of this file.
    pub version: u32,
    /// The network's id.
    pub network: Hash,
    /// The genesis, JSON.
    pub genesis: PathBuf,
    /// What runs.
    pub services: Vec<ServiceEntry>,
    /// Who may sign in.
    pub people: Vec<PersonEntry>,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceEntry {
    /// What it is.
    pub service: ServiceKind,
    /// Whose it is: folder name.
    pub party: String,
    /// Whose it is: member code.
    pub member: String,
    /// The address that people open.
    pub address: String,
    /// Its public listener, for programs on this machine.
    pub public: String,
    /// Its members' listener.
    pub members: String,
    /// Its configuration.
    pub config: PathBuf,
    /// Its folder, where everything that it writes is.
    pub folder: PathBuf,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonEntry {
    /// What is typed to sign in.
    pub login: String,
    /// As what.
    pub role: String,
    /// At which service.
    pub service: ServiceKind,
    /// Whose: folder name.
    pub party: String,
    /// File with the password.
    pub password_file: PathBuf,
    /// File with the officer's own keys: signing key and escrow share, JSON; for officers of the regulator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
}

/// An officer's own keys; hexadecimal.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfficerFile {
    /// Seed of the signing key.
    pub signing_key: String,
    /// Share of the regulator's half of the supervision key.
    pub escrow_share: String,
}

impl ServiceEntry {
    /// What it is and whose, for messages.
    pub fn title(&self) -> String {
        format!("{} of {}", self.service, self.party)
    }
}

impl Manifest {
    /// Reads a complete folder's manifest.
    ///
    /// # Errors
    /// [`ConsortiumError::Absent`] or [`ConsortiumError::Incomplete`] if there is none, [`ConsortiumError::Moved`] if
    /// the folder is not where it was created, [`ConsortiumError::Manifest`] if it is unusable.
    pub fn read(folder: &Path) -> Result<Self, ConsortiumError> {
        let path = folder.join(FILE);
        if !path.exists() {
            let begun = folder.join("ca").exists();
            let missing = if begun { ConsortiumError::Incomplete } else { ConsortiumError::Absent };
            return Err(missing(folder.to_owned()));
        }
        let text = std::fs::read_to_string(&path).map_err(file(&path))?;
        let unusable = |message: String| ConsortiumError::Manifest { path: path.clone(), message };
        let manifest: Self = serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?;
        if manifest.version != VERSION {
            return Err(unusable(format!("form {}", manifest.version)));
        }
        // A copy would start on the original's files.
        let (found, home) = (folder.canonicalize().map_err(file(folder))?, manifest.genesis.parent());
        match home.filter(|home| *home != found) {
            Some(home) => Err(ConsortiumError::Moved { found, home: home.to_owned() }),
            None => Ok(manifest),
        }
    }

    /// The network's genesis.
    ///
    /// # Errors
    /// [`ConsortiumError::Manifest`] if the file is missing or damaged.
    pub fn genesis(&self) -> Result<Genesis, ConsortiumError> {
        let unusable = |message: String| ConsortiumError::Manifest { path: self.genesis.clone(), message };
        let text = std::fs::read_to_string(&self.genesis).map_err(|error| unusable(error.to_string()))?;
        let genesis: Genesis = serde_json::from_str(&text).map_err(|error| unusable(error.to_string()))?;
        if genesis.hash() == self.network { Ok(genesis) } else { Err(unusable("another genesis".to_owned())) }
    }

    /// The services of one kind.
    pub fn of(&self, kind: ServiceKind) -> impl Iterator<Item = &ServiceEntry> {
        self.services.iter().filter(move |entry| entry.service == kind)
    }

    /// One party's service of a kind.
    pub fn service(&self, kind: ServiceKind, party: &str) -> Option<&ServiceEntry> {
        self.of(kind).find(|entry| entry.party == party)
    }

    /// The people of one party's service.
    pub fn people_of(&self, kind: ServiceKind, party: &str) -> impl Iterator<Item = &PersonEntry> {
        self.people.iter().filter(move |person| person.service == kind && person.party == party)
    }
}
