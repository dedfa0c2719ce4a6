//! Records of the consortium ledger, their receipts and how anyone checks them offline.
//!
//! | Module | Holds |
//! |---|---|
//! | [`record`] | what members submit |
//! | [`batch`] | records under one signature of their sponsor |
//! | [`receivable`], [`source`], [`alert`] | what some of them say, and what becomes of it |
//! | [`proving`] | the proofs that they owe |
//! | [`outcome`] | accepted, or why refused |
//! | [`object`] | what the accepted records add up to |
//! | [`context`] | what the proofs in records are bound to |
//! | [`exchange`] | what enterprises and banks write to each other, sealed |
//! | [`checks`] | a bank's cross-checks and their signed report |
//! | [`member`], [`genesis`] | who takes part, and what a network starts from |
//! | [`attestation`] | whose keys the parties' keys are |
//! | [`network_certificate`] | the network authority's certificates |
//! | [`merkle`] | the log's tree and its proofs |
//! | [`block`], [`certificate`] | what validators sign |
//! | [`epoch`] | how validators hand over to the next |
//! | [`governance`] | what members decide by vote |
//! | [`roster`] | who is a member now |
//! | [`receipt`] | all of it in one file that anyone can check |
//! | [`event`] | what nodes tell those who follow |
//! | [`encoding`], [`time`] | canonical CBOR, agreed time |
#![cfg_attr(feature = "client", doc = "| [`client`] | talking to nodes |")]

pub mod alert;
pub mod attestation;
pub mod batch;
pub mod block;
pub mod certificate;
pub mod checks;
#[cfg(feature = "client")]
pub mod client;
pub mod context;
pub mod encoding;
pub mod epoch;
pub mod event;
pub mod exchange;
pub mod genesis;
pub mod governance;
pub mod member;
pub mod merkle;
pub mod network_certificate;
pub mod object;
pub mod outcome;
pub mod proving;
pub mod receipt;
pub mod receivable;
pub mod record;
pub mod roster;
pub mod source;
pub mod time;

pub use attestation::{Attestation, AttestationError, AttestationId, AttestedIdentifiers, Identifier, RoleProof};
pub use batch::{Batch, BatchError};
pub use block::{BlockDigest, BlockHeader};
pub use certificate::{Certificate, CertificateError, Vote};
pub use context::{Anchored, amend_context, amount_context, claim_context, source_context, total_context};
pub use encoding::{EncodingError, from_cbor, to_cbor};
pub use epoch::{EpochEnd, EpochError};
pub use genesis::{Genesis, GenesisError, Officers, Parameters};
pub use member::{Member, MemberId, MemberRole};
pub use network_certificate::{CertificateSerial, CertificateTerms, NetworkCertificate, RevocationReason};
pub use outcome::{Outcome, RefusalCode};
pub use receipt::{Proven, Receipt, ReceiptError};
pub use receivable::ReceivableId;
pub use record::{Body, CaseId, ClaimId, Nonce, Record, RecordId, Unsigned};
pub use roster::Roster;
pub use time::Timestamp;
