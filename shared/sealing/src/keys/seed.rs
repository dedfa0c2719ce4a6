//! A party's seed: with its recovery words (BIP-39) and the ledger everything can be opened again.

use bip39::{Language, Mnemonic};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    derive::Derivation,
    document::{DocumentId, Role},
    error::SealingError,
    keys::{DocumentSecret, EncryptionKey},
    sign::SigningKey,
};

/// Thirty-two random bytes from which all keys of a party follow; zeroized when dropped, never printed.
#[derive(Clone)]
pub struct PartySeed(Zeroizing<[u8; 32]>);

impl PartySeed {
    /// A fresh seed.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self(bytes)
    }

    /// A seed from a sealed key store.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// The seed, to be written to a sealed key store only.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// Reads recovery words; letter case and spacing do not matter.
    ///
    /// # Errors
    /// [`SealingError::Words`] unless they are 24 English BIP-39 words with a matching check sum.
    pub fn from_words(words: &str) -> Result<Self, SealingError> {
        let words: Vec<&str> = words.split_whitespace().collect();
        let normal = Zeroizing::new(words.join(" ").to_ascii_lowercase());
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &normal).map_err(|_| SealingError::Words)?;
        let entropy = Zeroizing::new(mnemonic.to_entropy());
        let bytes: [u8; 32] = entropy.as_slice().try_into().map_err(|_| SealingError::Words)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The 24 recovery words, to be shown once.
    pub fn words(&self) -> Zeroizing<String> {
        match Mnemonic::from_entropy_in(Language::English, self.0.as_ref()) {
            Ok(mnemonic) => {
                let mut text = Zeroizing::new(String::with_capacity(24 * 9));
                for (position, word) in mnemonic.words().enumerate() {
                    if position > 0 {
                        text.push(' ');
                    }
                    text.push_str(word);
                }
                text
            }
            Err(_) => unreachable!("thirty-two bytes are a valid BIP-39 entropy"),
        }
    }

    /// The key that attestations speak of and that proves who stands behind a role key.
    pub fn identity(&self) -> SigningKey {
        SigningKey::from_seed(&self.derive().bytes("identity", &[]))
    }

    /// The key that envelopes and grants to this party are sealed to.
    pub fn encryption(&self) -> EncryptionKey {
        EncryptionKey::derive(&self.derive().bytes("encryption", &[]))
    }

    /// The secrets of the document that has `salt` in its header.
    pub fn document(&self, salt: &[u8; 32]) -> DocumentSecret {
        let derivation = self.derive();
        DocumentSecret::new(
            SigningKey::from_seed(&derivation.bytes("document-signing", &[salt])),
            derivation.bytes("document-secret", &[salt]),
            *salt,
        )
    }

    /// The one-time key of this party in `role` of `document`: outsiders cannot link two of them.
    pub fn role(&self, document: &DocumentId, role: Role) -> SigningKey {
        SigningKey::from_seed(&self.derive().bytes("role", &[document.as_bytes(), role.name().as_bytes()]))
    }

    fn derive(&self) -> Derivation {
        Derivation::new(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_bring_the_seed_back() {
        let seed = PartySeed::from_bytes(&[0x5a; 32]);
        let words = seed.words();
        assert_eq!(words.split(' ').count(), 24);
        let again = PartySeed::from_words(&words.to_uppercase().replace(' ', "  \n")).unwrap();
        assert_eq!(*again.to_bytes(), *seed.to_bytes());
    }

    #[test]
    fn published_words() {
        // BIP-39, test vectors, 256 bits of 0x7f
        let words = "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth \
                     useful legal winner thank year wave sausage worth title";
        assert_eq!(*PartySeed::from_words(words).unwrap().to_bytes(), [0x7f; 32]);
    }

    #[test]
    fn wrong_words_are_refused() {
        let twelve = "legal winner thank year wave sausage worth useful legal winner thank yellow";
        let sum = "legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth \
                   useful legal winner thank year wave sausage worth worth";
        for words in ["", "word", twelve, sum] {
            assert_eq!(PartySeed::from_words(words).err(), Some(SealingError::Words));
        }
    }

    #[test]
    fn keys_differ_by_purpose() {
        let seed = PartySeed::from_bytes(&[1; 32]);
        let document = seed.document(&[2; 32]);
        let keys = [
            seed.identity(),
            document.signing_key().clone(),
            seed.document(&[3; 32]).signing_key().clone(),
            seed.role(&document.id(), Role::Seller),
            seed.role(&document.id(), Role::Buyer),
            seed.role(&DocumentId::default(), Role::Buyer),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().map(|key| key.public()).collect();
        assert_eq!(distinct.len(), keys.len());
    }
}
