//! What a run needs to be taken up again after a crash. All randomness of a run comes from its seed, and every step can
//! be done again, so the seed, the invoices and the network's folder are enough.

use std::path::{Path, PathBuf};

use kontor_chassis::files::write_secret;
use kontor_sealing::Hash;
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use zeroize::ZeroizeOnDrop;

/// A run that has not ended.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Journal {
    /// All keys and randomness of the run's enterprises.
    seed: String,
    /// The network's data folder.
    #[zeroize(skip)]
    pub network: PathBuf,
    /// Whether the run made the network and removes it in the end.
    pub temporary: bool,
    /// The invoices, if not the built-in ones.
    #[zeroize(skip)]
    pub invoices: Vec<PathBuf>,
}

impl Journal {
    /// A new run.
    pub fn new(network: PathBuf, temporary: bool, invoices: Vec<PathBuf>) -> Self {
        Self { seed: hex::encode(rand::rng().random::<[u8; 32]>()), network, temporary, invoices }
    }

    /// Where the latest unfinished run of this user is written down.
    ///
    /// # Errors
    /// If there is no home folder.
    pub fn path() -> Result<PathBuf, String> {
        let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state = of("XDG_STATE_HOME").or_else(|| of("HOME").map(|home| home.join(".local/state")));
        let state = state.ok_or("there is no home folder to keep the run's journal in")?;
        Ok(state.join("kontor").join("demo.json"))
    }

    /// The unfinished run.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|_| "there is no unfinished run to resume".to_owned())?;
        serde_json::from_str(&text).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    }

    /// Writes it down, for the owner only.
    ///
    /// # Errors
    /// If that is not possible.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let failed = |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        }
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(&error))?;
        write_secret(path, text.as_bytes()).map_err(|error| failed(&error))
    }

    /// 32 bytes of the run's own for `purpose`.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        *Hash::sm3(&[b"kontor/v1/demo", self.seed.as_bytes(), purpose.as_bytes()]).as_bytes()
    }

    /// A short word that tells this run from others.
    pub fn word(&self) -> String {
        hex::encode(self.derive("word").first_chunk::<4>().copied().unwrap_or_default())
    }
}
