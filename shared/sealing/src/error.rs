//! Why something was not sealed, opened or accepted.

/// One reason for each thing a caller can tell apart; no variant repeats a field's value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    /// Not twenty-four words of the English BIP-39 list with their check sum.
    #[error("the recovery words are not 24 words of the list with a matching check sum")]
    Words,
    /// The bytes are not in the one encoding that this type has.
    #[error("the bytes are not a canonical encoding")]
    Encoding,
    /// The document has more, deeper or longer fields than can be sealed.
    #[error("the document is larger than its bounds: {0}")]
    TooLarge(&'static str),
    /// A number that RFC 8785 would round.
    #[error("the number at {pointer} is not exact in double precision; write it as text")]
    InexactNumber {
        /// Where it stands.
        pointer: String,
    },
    /// The value does not have the integer form that its schema declares.
    #[error("the value at {pointer} has no integer form: {reason}")]
    IntegerForm {
        /// Where it stands.
        pointer: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The document id does not belong to the document key and salt.
    #[error("the document id does not belong to the document key and salt")]
    DocumentId,
    /// The header has a bad schema name, version, or list of role keys.
    #[error("the document header breaks its own rules")]
    Header,
    /// Leaf ids must strictly increase, in a number that is a power of two.
    #[error("the leaves are not strictly increasing in id, or not a power of two of at least 16")]
    Leaves,
    /// The key does not belong to this document and version.
    #[error("the key does not belong to this version of the document")]
    WrongKey,
    /// The document has no leaf for that pointer.
    #[error("the document has no field at {pointer}")]
    NoSuchField {
        /// The pointer asked for.
        pointer: String,
    },
    /// Another key than the committed one.
    #[error("the field key is not the one that the leaf commits to")]
    KeyCommitment,
    /// The ciphertext was altered.
    #[error("the field's ciphertext does not authenticate")]
    Ciphertext,
    /// The plaintext is not what an honest sealer writes.
    #[error("the field decrypts to something that is not a padded field of that pointer")]
    Plaintext,
    /// The commitment is not of the value that was decrypted.
    #[error("the field's commitment is not of its value")]
    Commitment,
    /// The leaf or the path does not lead to the root.
    #[error("the leaf does not belong to the document's root")]
    Root,
    /// Some leaf is neither a listed field nor filler: it could be shown to others only.
    #[error("the document has leaves that its directory does not list")]
    HiddenLeaf,
    /// The fields do not fit together into one JSON value.
    #[error("the fields do not fit together into one value")]
    Structure,
    /// Not sealed to this key, for this purpose, or altered.
    #[error("the envelope does not open with this key for this purpose")]
    Envelope,
    /// The recipient's key is no usable key.
    #[error("the encryption key is not usable")]
    EncryptionKey,
    /// The grant is for another document or version, or lists nothing or too much.
    #[error("the grant does not fit the document or its bounds")]
    Grant,
    /// The capsule was made for another document, version or supervision key, or altered.
    #[error("the escrow capsule is not valid for this document")]
    Capsule,
    /// A supervision key or its shares are inconsistent.
    #[error("the supervision key's public shares are inconsistent")]
    EscrowGroup,
    /// The partial decryption of that share is not valid.
    #[error("the partial decryption of share {index} is not valid")]
    Partial {
        /// The share's index, from 1.
        index: u16,
    },
    /// Fewer valid partial decryptions than the threshold.
    #[error("{given} partial decryptions of {needed} needed")]
    TooFewPartials {
        /// How many distinct ones there were.
        given: usize,
        /// The threshold.
        needed: u16,
    },
}
