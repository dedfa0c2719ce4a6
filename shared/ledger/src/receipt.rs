//! Receipts: what anyone needs to check, offline, that a record stands on the ledger with its outcome.

use kontor_sealing::Hash;
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    block::{BlockDigest, BlockHeader},
    certificate::{Certificate, CertificateError},
    epoch::{self, EpochEnd, EpochError},
    genesis::{Genesis, GenesisError},
    merkle::{self, MerkleError},
    outcome::Outcome,
    record::{Record, RecordId},
    time::Timestamp,
};

/// Which check of a receipt failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The genesis in the receipt is not the one pinned.
    #[error("the receipt is from the network {found}, not from {pinned}")]
    Network {
        /// What the verifier trusts.
        pinned: Hash,
        /// What the receipt's genesis hashes to.
        found: Hash,
    },
    /// The genesis contradicts itself.
    #[error("the genesis could not start a network")]
    Genesis(#[source] GenesisError),
    /// The record was made for another network.
    #[error("the record is for another network")]
    RecordNetwork,
    /// The author's signature does not hold.
    #[error("the record's author did not sign it")]
    Author,
    /// The block is of another network.
    #[error("the block is of another network")]
    BlockNetwork,
    /// The block is of validators that the receipt does not show.
    #[error("the block is of epoch {0}, whose validators the receipt does not show")]
    Epoch(u64),
    /// Genesis does not lead to the block's validators.
    #[error("the receipt's epochs do not lead from genesis to the block")]
    Epochs(#[source] EpochError),
    /// The record cannot be later than the block that proves it.
    #[error("the record's time is after the block's")]
    Time,
    /// Record, outcome and time are not at the position in the block's log.
    #[error("the record with this outcome and time is not in the block's log")]
    Inclusion(#[source] MerkleError),
    /// The certificate is for another block.
    #[error("the certificate is for another block")]
    Payload {
        /// The digest of the receipt's block.
        block: BlockDigest,
        /// What the validators signed.
        signed: BlockDigest,
    },
    /// The validators did not finalise the block.
    #[error("the validators did not finalise the block")]
    Certificate(#[source] CertificateError),
}

/// The receipt's form, so that a file says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
pub enum Format {
    /// This one.
    #[n(0)]
    #[serde(rename = "kontor-receipt-v1")]
    #[default]
    V1,
}

/// A record with the proof of what became of it.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receipt {
    /// The form.
    #[n(0)]
    pub format: Format,
    /// The record.
    #[n(1)]
    pub record: Record,
    /// What the rules said.
    #[n(2)]
    pub outcome: Outcome,
    /// The agreed time of the block that holds the record.
    #[n(3)]
    pub timestamp: Timestamp,
    /// The leaf's index in the log.
    #[n(4)]
    pub position: u64,
    /// From the leaf to the block's log root.
    #[n(5)]
    pub inclusion: Vec<Hash>,
    /// The block whose log root it is: the record's own or a later one.
    #[n(6)]
    pub block: BlockHeader,
    /// That the block is final.
    #[n(7)]
    pub certificate: Certificate,
    /// Where the network began; only its hash is trusted.
    #[n(8)]
    pub genesis: Genesis,
    /// The ends of all epochs before the block's.
    #[n(9)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub epochs: Vec<EpochEnd>,
}

/// What a verified receipt proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proven {
    /// The network.
    pub network: Hash,
    /// The record.
    pub record: RecordId,
    /// What the rules said.
    pub outcome: Outcome,
    /// The agreed time.
    pub timestamp: Timestamp,
    /// The leaf's index in the log.
    pub position: u64,
    /// Leaves of the log that the certificate covers.
    pub log_size: u64,
    /// Root of that log.
    pub log_root: Hash,
    /// Validators that signed.
    pub signers: usize,
    /// Validators that there are.
    pub validators: usize,
}

/// Checks a receipt against the pinned hash of its network's genesis.
///
/// # Errors
/// The [`ReceiptError`] of the first check that fails.
pub fn verify(receipt: &Receipt, pinned: &Hash) -> Result<Proven, ReceiptError> {
    let found = receipt.genesis.hash();
    if found != *pinned {
        return Err(ReceiptError::Network { pinned: *pinned, found });
    }
    receipt.genesis.check().map_err(ReceiptError::Genesis)?;

    let id = receipt.record.id();
    if receipt.record.unsigned.network != *pinned {
        return Err(ReceiptError::RecordNetwork);
    }
    receipt.record.verify_author(&id).map_err(|_| ReceiptError::Author)?;

    let block = &receipt.block;
    if block.network != *pinned {
        return Err(ReceiptError::BlockNetwork);
    }
    let shown = receipt.epochs.len() as u64;
    if block.epoch != shown || receipt.certificate.epoch != shown {
        return Err(ReceiptError::Epoch(block.epoch.max(receipt.certificate.epoch)));
    }
    if receipt.timestamp > block.timestamp {
        return Err(ReceiptError::Time);
    }
    let leaf = merkle::record_leaf(&id, receipt.outcome, receipt.timestamp);
    merkle::verify_inclusion(leaf, receipt.position, block.log_size, &receipt.inclusion, &block.log_root)
        .map_err(ReceiptError::Inclusion)?;

    let digest = block.digest();
    if receipt.certificate.payload != digest {
        return Err(ReceiptError::Payload { block: digest, signed: receipt.certificate.payload });
    }
    let validators = epoch::follow(&receipt.genesis, &receipt.epochs).map_err(ReceiptError::Epochs)?;
    receipt.certificate.verify(pinned, &validators).map_err(ReceiptError::Certificate)?;

    Ok(Proven {
        network: *pinned,
        record: id,
        outcome: receipt.outcome,
        timestamp: receipt.timestamp,
        position: receipt.position,
        log_size: block.log_size,
        log_root: block.log_root,
        signers: receipt.certificate.votes.len(),
        validators: validators.len(),
    })
}
