//! Sealing a document.

use rand_core::CryptoRng;
use serde_json::Value;

use crate::{
    directory,
    document::{DocumentHeader, RoleKey},
    error::SealingError,
    escrow::{Capsule, EscrowKey},
    integer::IntegerForm,
    keys::{DocumentKey, DocumentSecret, IndexKey, secret::FieldKeyring},
    leaf::{self, Leaf},
    plaintext::{Plaintext, TAG, canonical},
    pointer::flatten,
    sealed::{MIN_LEAVES, SealedDocument},
    suite::Suite,
};

/// What the header says besides what sealing computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// Name of the schema.
    pub schema: String,
    /// From 1 upwards.
    pub version: u32,
    /// One key for each role; any order.
    pub role_keys: Vec<RoleKey>,
}

/// A document just sealed.
pub struct Sealed {
    /// To be stored and anchored.
    pub document: SealedDocument,
    /// Opens all of it.
    pub key: DocumentKey,
}

/// Seals every leaf of `value` under its own key. `form` gives each leaf's integer form by its pointer and value, as
/// the schema fixes it. Each call uses fresh keys, also for the same version.
///
/// # Errors
/// [`SealingError::TooLarge`], [`SealingError::InexactNumber`], [`SealingError::IntegerForm`] for the value;
/// [`SealingError::Header`] for the outline.
pub fn seal(
    value: &Value,
    form: impl Fn(&str, &Value) -> IntegerForm,
    secret: &DocumentSecret,
    outline: Outline,
    escrow: &EscrowKey,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealingError> {
    let mut version_salt = [0; 32];
    rng.fill_bytes(&mut version_salt);
    let key = secret.key(outline.version, &version_salt);
    let index_key = key.index_key();
    let header = header(secret, outline, version_salt, &key, &index_key, escrow);
    header.check()?;
    let writer = Writer { keyring: FieldKeyring::new(&key, &header.document, header.version), index_key };
    let mut leaves = writer.fields(value, form)?;
    writer.fill(&mut leaves)?;
    leaves.sort_unstable_by_key(|leaf| leaf.id);
    Ok(Sealed { document: SealedDocument { header, leaves }, key })
}

fn header(
    secret: &DocumentSecret,
    outline: Outline,
    version_salt: [u8; 32],
    key: &DocumentKey,
    index_key: &IndexKey,
    escrow: &EscrowKey,
) -> DocumentHeader {
    let Outline { schema, version, mut role_keys } = outline;
    role_keys.sort_unstable();
    DocumentHeader {
        schema,
        suite: Suite::Intl,
        document: secret.id(),
        key: secret.signing_key().public(),
        salt: *secret.salt(),
        version,
        version_salt,
        role_keys,
        index_key_hash: index_key.hash(),
        capsule: Capsule::new(key, escrow, &secret.id(), version),
    }
}

struct Writer {
    keyring: FieldKeyring,
    index_key: IndexKey,
}

impl Writer {
    /// The leaves of the value and of the list of its pointers.
    fn fields(&self, value: &Value, form: impl Fn(&str, &Value) -> IntegerForm) -> Result<Vec<Leaf>, SealingError> {
        let fields = flatten(value)?;
        let mut leaves = Vec::with_capacity(2 * fields.len() + MIN_LEAVES);
        for field in &fields {
            let form = form(&field.pointer, field.value);
            leaves.push(self.leaf(&field.pointer, form, field.arrays, field.value, None)?);
        }
        for (n, part) in directory::write(fields.iter().map(|field| field.pointer.as_str())).iter().enumerate() {
            leaves.push(self.leaf(&directory::part_name(n), IntegerForm::None, 0, part, None)?);
        }
        Ok(leaves)
    }

    /// Adds filler up to a power of two, in lengths that the document's own leaves have.
    fn fill(&self, leaves: &mut Vec<Leaf>) -> Result<(), SealingError> {
        let own: Vec<usize> = leaves.iter().map(|leaf| leaf.ciphertext.len().saturating_sub(TAG)).collect();
        let missing = own.len().next_power_of_two().max(MIN_LEAVES) - own.len();
        for (n, bucket) in (0..missing).zip(own.iter().cycle()) {
            leaves.push(self.leaf(&directory::filler_name(n), IntegerForm::None, 0, &Value::Null, Some(*bucket))?);
        }
        Ok(())
    }

    fn leaf(
        &self,
        name: &str,
        form: IntegerForm,
        arrays: u32,
        value: &Value,
        bucket: Option<usize>,
    ) -> Result<Leaf, SealingError> {
        let plaintext = Plaintext { form, arrays, value: value.clone(), canonical: canonical(value, name)? };
        leaf::seal(self.index_key.leaf_id(name), &self.keyring.field_key(name), name, &plaintext, bucket)
    }
}
