//! The bank's keys, and what is kept under them: nothing that was opened, and no private key, is stored in the clear.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kontor_ledger::{
    Batch, BatchError, Genesis, Member, MemberId, MemberRole,
    attestation::{Attestation, AttestationTerms},
    client::Members,
    encoding::{from_cbor, to_cbor},
    record::{Nonce, Record},
};
use kontor_sealing::{
    Envelope, Hash, SigningKey, envelope,
    keys::{EncryptionKey, PartySeed},
};
use kontor_trade::{Bic, Iban};
use rand::{CryptoRng, Rng, rngs::StdRng};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::config::{Config, Policy};

/// What the bank's own envelopes are sealed for.
const PURPOSE: &str = "gateway-store";

/// Why the bank's keys or genesis cannot be used; one line.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// A file is missing or not readable.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The seed is not 64 hexadecimal digits.
    #[error("{} does not hold 64 hexadecimal digits", .0.display())]
    Seed(PathBuf),
    /// The genesis is none.
    #[error("{} holds no genesis: {reason}", path.display())]
    Genesis {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No bank of this code is listed with the seed's keys.
    #[error("neither the genesis nor the ledger lists a bank {0} with the keys of this seed")]
    NotAMember(MemberId),
    /// The account is no IBAN.
    #[error("the bank's account is no IBAN: {0}")]
    Account(kontor_trade::identifier::IdentifierError),
    /// The member's code is no BIC, as payment messages need.
    #[error("the bank's code is no BIC: {0}")]
    Bic(kontor_trade::identifier::IdentifierError),
}

/// Why something kept cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// Damaged, moved, or of another bank.
    #[error("something kept in the database does not open with the bank's key")]
    Closed,
    /// Opened to something else.
    #[error("something kept in the database has another shape")]
    Shape(#[source] serde_json::Error),
}

/// A member bank.
pub struct Bank {
    /// Its code.
    pub member: MemberId,
    /// Its code in payment messages.
    pub bic: Bic,
    /// The network.
    pub genesis: Genesis,
    /// The genesis hash.
    pub network: Hash,
    /// What it agrees to.
    pub policy: Policy,
    /// Its name in payment messages.
    pub account_name: String,
    /// Where it pays from.
    pub account: Iban,
    identity: SigningKey,
    encryption: EncryptionKey,
}

impl Bank {
    /// Reads seed and genesis. Whether the bank is a member with these keys, [`Self::require_member`] says.
    ///
    /// # Errors
    /// Any [`BankError`].
    pub fn load(config: &Config) -> Result<Self, BankError> {
        let seed = seed(&config.seed)?;
        let genesis = genesis(&config.genesis)?;
        let (identity, encryption) = (seed.identity(), seed.encryption());
        Ok(Self {
            member: config.member,
            bic: Bic::parse(config.member.as_str()).map_err(BankError::Bic)?,
            network: genesis.hash(),
            genesis,
            policy: config.policy,
            account_name: config.account.name.clone(),
            account: Iban::parse(&config.account.iban).map_err(BankError::Account)?,
            identity,
            encryption,
        })
    }

    /// Waits until the bank is listed with the keys of its seed.
    ///
    /// # Errors
    /// [`BankError::NotAMember`].
    pub async fn require_member(&self, members: &Members) -> Result<(), BankError> {
        let (identity, encryption) = (self.identity.public(), self.encryption.public());
        let ours = |member: &Member| {
            member.role == MemberRole::Bank && member.identity == identity && member.encryption == encryption
        };
        if members.lists(&self.member, ours).await { Ok(()) } else { Err(BankError::NotAMember(self.member)) }
    }

    /// Opens what others sealed to the bank.
    pub const fn encryption(&self) -> &EncryptionKey {
        &self.encryption
    }

    /// Whether a signature is the bank's own.
    pub fn identity(&self) -> kontor_sealing::PublicKey {
        self.identity.public()
    }

    /// Gives the bank's word on a key.
    pub fn attest(&self, terms: AttestationTerms) -> Attestation {
        terms.sign(&self.identity)
    }

    /// Puts the bank's name to a record that goes to the ledger.
    ///
    /// # Errors
    /// [`BatchError`]; does not happen for one record.
    pub fn sponsor(&self, record: Record) -> Result<Batch, BatchError> {
        Batch::sign(vec![record], self.member, &self.identity)
    }

    /// Seals a value for the bank's own database; `about` ties it to its row.
    ///
    /// # Errors
    /// [`KeptError`]; does not happen for values with a JSON form.
    pub fn keep<T: Serialize>(&self, about: &str, value: &T) -> Result<String, KeptError> {
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(KeptError::Shape)?);
        let sealed = envelope::seal_to(&self.encryption.public(), PURPOSE, about.as_bytes(), &plain, &mut rng());
        Ok(hex::encode(to_cbor(&sealed.map_err(|_| KeptError::Closed)?)))
    }

    /// Opens what [`Self::keep`] sealed.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn reveal<T: DeserializeOwned>(&self, about: &str, kept: &str) -> Result<T, KeptError> {
        let bytes = hex::decode(kept).map_err(|_| KeptError::Closed)?;
        let sealed: Envelope = from_cbor(&bytes).map_err(|_| KeptError::Closed)?;
        let plain =
            envelope::open(&self.encryption, PURPOSE, about.as_bytes(), &sealed).map_err(|_| KeptError::Closed)?;
        serde_json::from_slice(&plain).map_err(KeptError::Shape)
    }

    /// Seals a one-time claim key for the database.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn keep_key(&self, about: &str, key: &SigningKey) -> Result<String, KeptError> {
        self.keep(about, &Zeroizing::new(hex::encode(key.to_seed().as_ref())).as_str())
    }

    /// Opens a one-time claim key.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn reveal_key(&self, about: &str, kept: &str) -> Result<SigningKey, KeptError> {
        let digits: Zeroizing<String> = Zeroizing::new(self.reveal(about, kept)?);
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits.as_bytes(), seed.as_mut()).map_err(|_| KeptError::Closed)?;
        Ok(SigningKey::from_seed(&seed))
    }
}

/// The process' secure randomness.
pub fn rng() -> impl CryptoRng {
    rand::make_rng::<StdRng>()
}

/// A nonce that the author never used.
pub fn nonce() -> Nonce {
    Nonce(rng().next_u64())
}

fn read(path: &Path) -> Result<Zeroizing<String>, BankError> {
    let text = fs::read_to_string(path).map_err(|source| BankError::Read { path: path.to_owned(), source })?;
    Ok(Zeroizing::new(text))
}

fn seed(path: &Path) -> Result<PartySeed, BankError> {
    let text = read(path)?;
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), bytes.as_mut()).map_err(|_| BankError::Seed(path.to_owned()))?;
    Ok(PartySeed::from_bytes(&bytes))
}

fn genesis(path: &Path) -> Result<Genesis, BankError> {
    let unusable = |reason: String| BankError::Genesis { path: path.to_owned(), reason };
    let genesis: Genesis = serde_json::from_str(&read(path)?).map_err(|error| unusable(error.to_string()))?;
    genesis.check().map_err(|error| unusable(error.to_string()))?;
    Ok(genesis)
}
