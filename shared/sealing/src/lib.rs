//! Field-level sealing: every field of a document encrypted under its own key, its owner deciding who reads it.
//!
//! | Module | Holds |
//! |---|---|
//! | [`suite`] | which algorithms |
//! | [`hash`] | SM3 digests |
//! | [`sign`] | labelled signatures |
//! | [`commitment`] | Pedersen commitments of numbers |
//! | [`keys`] | a party's seed and what is derived from it |
//! | [`document`] | what the ledger knows of a sealed document |
//! | [`mod@pointer`] | bounds of what can be sealed |
//! | [`integer`] | which number a field's commitment is of |
//! | [`mod@seal`] | sealing a JSON value |
//! | [`sealed`] | the sealed document and its root |
//! | [`leaf`] | one sealed field |
//! | [`open`] | opening fields |
//! | [`proof`] | that a leaf belongs to a root |
//! | [`disclosure`] | one field shown to a third party |
//! | [`envelope`] | messages sealed to one reader |
//! | [`grant`] | field keys given to one reader |
//! | [`escrow`] | the document key for supervision |
//! | [`error`] | what can go wrong |
//!
//! Sealing, granting one field, and opening it:
//!
//! ```
//! use kontor_sealing::{
//!     EscrowPublic, GrantHeader, GrantedKeys, IntegerForm, Outline, PartySeed, SealedGrant, SealingError, escrow, seal,
//! };
//!
//! # fn main() -> Result<(), SealingError> {
//! # let mut rng = rand::rng();
//! let (regulator, _officers) = escrow::deal(2, 3, &mut rng)?;
//! let (network, _evaluators) = escrow::deal(3, 4, &mut rng)?;
//! let escrow = EscrowPublic { regulator, network }.key()?;
//!
//! let seller = PartySeed::generate(&mut rng);
//! let secret = seller.document(&[7; 32]);
//! let invoice = serde_json::json!({"invoiceNumber": "R-1", "grandTotalAmount": "1190.00"});
//! let form = |pointer: &str, _: &serde_json::Value| match pointer {
//!     "/grandTotalAmount" => IntegerForm::Minor { decimals: 2 },
//!     _ => IntegerForm::HashOnly,
//! };
//! let outline = Outline { schema: "invoice".to_owned(), version: 1, role_keys: vec![] };
//! let sealed = seal(&invoice, form, &secret, outline, &escrow, &mut rng)?;
//! let anchored = sealed.document.check_root()?;
//!
//! let bank = PartySeed::generate(&mut rng).encryption();
//! let keys = GrantedKeys::Fields(sealed.document.field_keys(&sealed.key, ["/grandTotalAmount"])?);
//! let header = GrantHeader::new(&sealed.document.header, "financing", None, &mut rng);
//! let grant = SealedGrant::give(header, &keys, &bank.public(), &mut rng)?;
//!
//! if let GrantedKeys::Fields(keys) = grant.open(&bank)? {
//!     let fields = sealed.document.open_fields(&keys)?;
//!     assert_eq!(fields[0].value, "1190.00");
//!     assert_eq!(fields[0].opening.as_ref().map(|opening| opening.value), Some(119_000));
//!     fields[0].proof.check(&sealed.document.header, &anchored)?;
//! }
//! # Ok(())
//! # }
//! ```

pub mod commitment;
mod derive;
mod directory;
pub mod disclosure;
pub mod document;
pub mod envelope;
pub mod error;
pub mod escrow;
pub mod grant;
pub mod hash;
pub mod integer;
pub mod keys;
pub mod leaf;
pub mod open;
mod plaintext;
pub mod pointer;
pub mod proof;
pub mod seal;
pub mod sealed;
pub mod sign;
pub mod suite;
mod tree;
mod wire;

pub use commitment::{Commitment, Opening};
pub use disclosure::Disclosure;
pub use document::{DocumentHeader, DocumentId, Role, RoleKey};
pub use envelope::Envelope;
pub use error::SealingError;
pub use escrow::{Capsule, EscrowGroup, EscrowKey, EscrowPublic};
pub use grant::{GrantHeader, GrantedKeys, SealedGrant};
pub use hash::Hash;
pub use integer::IntegerForm;
pub use keys::{
    DocumentKey, DocumentSecret, EncryptionKey, EncryptionPublicKey, FieldKey, FieldKeys, IndexKey, PartySeed,
};
pub use leaf::{Leaf, LeafId, LeafParts};
pub use open::OpenedField;
pub use proof::LeafProof;
pub use seal::{Outline, Sealed, seal};
pub use sealed::SealedDocument;
pub use sign::{PublicKey, Signature, SignatureError, SigningKey};
pub use suite::Suite;
