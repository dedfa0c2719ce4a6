//! The bank's keys and shares, read from files and checked against what is listed of the bank.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kontor_ledger::{
    Genesis, Member, MemberId,
    checks::{CheckFindings, CheckReport},
    client::Members,
};
use kontor_proofs::fingerprint::EvaluatorShare;
use kontor_sealing::{
    Hash, SigningKey,
    escrow::{EscrowKey, Share},
    keys::PartySeed,
};
use rand::{CryptoRng, rngs::StdRng};
use zeroize::Zeroizing;

use crate::config::Config;

/// Why keys or genesis cannot be used; one line.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file is missing or not readable.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file holds another number of hexadecimal digits, or no share.
    #[error("{} does not hold what is expected of it", .0.display())]
    Content(PathBuf),
    /// The genesis is none.
    #[error("{} holds no genesis: {reason}", path.display())]
    Genesis {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Seed or shares are not those of the member that is listed.
    #[error("neither the genesis nor the ledger lists an evaluator {0} with this seed and these shares")]
    NotTheEvaluator(MemberId),
}

/// A member bank's evaluator.
pub struct Keys {
    /// The bank.
    pub member: MemberId,
    /// The network.
    pub genesis: Genesis,
    /// The genesis hash.
    pub network: Hash,
    /// The supervision key that capsules are made for.
    pub escrow: EscrowKey,
    /// The share of the fingerprint key.
    pub fingerprint: EvaluatorShare,
    /// The share of the network's half of the supervision key.
    pub decryption: Share,
    identity: SigningKey,
}

impl Keys {
    /// Reads everything. Whether the bank is a member with it, [`Self::require_member`] says.
    ///
    /// # Errors
    /// [`KeysError`].
    pub fn load(config: &Config) -> Result<Self, KeysError> {
        let identity = PartySeed::from_bytes(&*digits::<32>(&config.seed)?).identity();
        let genesis = genesis(&config.genesis)?;
        let bad = |path: &Path| KeysError::Content(path.to_owned());
        let fingerprint = EvaluatorShare::from_bytes(&*digits::<34>(&config.fingerprint_share)?)
            .map_err(|_| bad(&config.fingerprint_share))?;
        let decryption =
            Share::from_bytes(&*digits::<34>(&config.escrow_share)?).map_err(|_| bad(&config.escrow_share))?;
        let escrow = genesis
            .escrow
            .key()
            .map_err(|error| KeysError::Genesis { path: config.genesis.clone(), reason: error.to_string() })?;
        let network = genesis.hash();
        Ok(Self { member: config.member, genesis, network, escrow, fingerprint, decryption, identity })
    }

    /// Waits until the bank is listed with its seed's key and its shares' index.
    ///
    /// # Errors
    /// [`KeysError::NotTheEvaluator`].
    pub async fn require_member(&self, members: &Members) -> Result<(), KeysError> {
        let identity = self.identity.public();
        let ours = |member: &Member| {
            member.identity == identity
                && member.evaluator == Some(self.fingerprint.index())
                && member.evaluator == Some(self.decryption.index())
        };
        if members.lists(&self.member, ours).await { Ok(()) } else { Err(KeysError::NotTheEvaluator(self.member)) }
    }

    /// Puts the bank's name to a report.
    pub fn report(&self, findings: CheckFindings) -> CheckReport {
        findings.sign(&self.identity)
    }
}

/// The process' secure randomness.
pub fn rng() -> impl CryptoRng {
    rand::make_rng::<StdRng>()
}

fn read(path: &Path) -> Result<Zeroizing<String>, KeysError> {
    let text = fs::read_to_string(path).map_err(|source| KeysError::Read { path: path.to_owned(), source })?;
    Ok(Zeroizing::new(text))
}

fn digits<const N: usize>(path: &Path) -> Result<Zeroizing<[u8; N]>, KeysError> {
    let mut bytes = Zeroizing::new([0; N]);
    hex::decode_to_slice(read(path)?.trim(), bytes.as_mut()).map_err(|_| KeysError::Content(path.to_owned()))?;
    Ok(bytes)
}

fn genesis(path: &Path) -> Result<Genesis, KeysError> {
    let unusable = |reason: String| KeysError::Genesis { path: path.to_owned(), reason };
    let genesis: Genesis = serde_json::from_str(&read(path)?).map_err(|error| unusable(error.to_string()))?;
    genesis.check().map_err(|error| unusable(error.to_string()))?;
    Ok(genesis)
}
