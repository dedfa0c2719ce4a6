//! Epochs: the validators of a stretch of blocks, and the chain of certificates that leads from genesis to each.
//!
//! The last block of an epoch names the next epoch's validators in its header, and the validators before sign it. So
//! whoever trusts a genesis can follow the validators from one epoch to the next without reading the log.

use kontor_sealing::{Hash, PublicKey};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    block::BlockHeader,
    certificate::{Certificate, CertificateError},
    encoding::to_cbor,
    genesis::Genesis,
};

/// Why a chain of epochs does not lead to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EpochError {
    /// The block is of another network, of another epoch, or later blocks of the epoch follow it.
    #[error("the block is not the last of epoch {0}")]
    Block(u64),
    /// The validators shown are not those that the block names.
    #[error("the validators after epoch {0} are not those that its last block names")]
    Validators(u64),
    /// The epoch's validators did not sign its last block.
    #[error("the last block of epoch {0} is not certified")]
    Certificate(u64, #[source] CertificateError),
}

/// What a header names validators by: SM3 over `kontor/v1/validators` and the canonical encoding of their keys.
pub fn validators_hash(validators: &[PublicKey]) -> Hash {
    Hash::sm3(&[b"kontor/v1/validators", &to_cbor(&validators)])
}

/// The end of an epoch, signed by its validators, and the validators after it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EpochEnd {
    /// The epoch's last block.
    #[n(0)]
    pub block: BlockHeader,
    /// By the epoch's validators.
    #[n(1)]
    pub certificate: Certificate,
    /// The next epoch's validators, in ascending order.
    #[n(2)]
    pub validators: Vec<PublicKey>,
}

impl EpochEnd {
    /// Checks that `before`, the validators of `epoch`, hand over to [`Self::validators`].
    ///
    /// # Errors
    /// Any [`EpochError`].
    pub fn verify(&self, network: &Hash, epoch: u64, before: &[PublicKey]) -> Result<(), EpochError> {
        let Self { block, certificate, validators } = self;
        let ends = block.network == *network
            && block.epoch == epoch
            && certificate.epoch == epoch
            && certificate.payload == block.digest()
            && block.validators != validators_hash(before);
        if !ends {
            return Err(EpochError::Block(epoch));
        }
        let ascending = validators.is_sorted_by(|one, next| one < next);
        if validators.is_empty() || !ascending || block.validators != validators_hash(validators) {
            return Err(EpochError::Validators(epoch));
        }
        certificate.verify(network, before).map_err(|error| EpochError::Certificate(epoch, error))
    }
}

/// The validators after the last of `ends`, which begin at `genesis`.
///
/// # Errors
/// The [`EpochError`] of the first that does not hold.
pub fn follow(genesis: &Genesis, ends: &[EpochEnd]) -> Result<Vec<PublicKey>, EpochError> {
    let network = genesis.hash();
    let mut validators = genesis.validators();
    for (epoch, end) in (0..).zip(ends) {
        end.verify(&network, epoch, &validators)?;
        validators.clone_from(&end.validators);
    }
    Ok(validators)
}
