//! Published vectors of the standards that the suite stands on.

use kontor_sealing::{EncryptionKey, SigningKey};

fn bytes<const N: usize>(digits: &str) -> [u8; N] {
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes).unwrap();
    bytes
}

#[test]
fn rfc_8032() {
    use ed25519_dalek::Signer as _;
    // 7.1, TEST 2
    let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    let public = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                     085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
    assert_eq!(SigningKey::from_seed(&seed).public().as_bytes(), &public);
    let signed = ed25519_dalek::SigningKey::from_bytes(&seed).sign(&[0x72]);
    assert_eq!(signed.to_bytes(), bytes(signature));
    // TEST 1
    let seed = bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let public = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    assert_eq!(SigningKey::from_seed(&seed).public().as_bytes(), &public);
}

#[test]
fn rfc_9180() {
    use hpke::{
        Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _, aead::AesGcm128, kdf::HkdfSha256,
        kem::X25519HkdfSha256, setup_receiver, setup_sender_with_rng,
    };
    // A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode
    let private: [u8; 32] = bytes("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
    let public: [u8; 32] = bytes("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d");
    assert_eq!(EncryptionKey::from_bytes(&private).public().as_bytes(), &public);
    let material: [u8; 32] = bytes("6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037");
    let (derived, derived_public) = X25519HkdfSha256::derive_keypair(&material);
    assert_eq!(derived_public.to_bytes().as_slice(), public);
    let info = hex::decode("4f6465206f6e2061204772656369616e2055726e").unwrap();
    let sender = hex::decode("7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234").unwrap();
    let reader = <X25519HkdfSha256 as hpke::Kem>::PublicKey::from_bytes(&public).unwrap();
    let (encapsulated, mut context) = setup_sender_with_rng::<AesGcm128, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &reader,
        &info,
        &mut Given(sender),
    )
    .unwrap();
    assert_eq!(
        encapsulated.to_bytes().as_slice(),
        bytes::<32>("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
    );
    let ciphertext = context.seal(b"Beauty is truth, truth beauty", b"Count-0").unwrap();
    let expected = "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a";
    assert_eq!(hex::encode(&ciphertext), expected);
    let mut context =
        setup_receiver::<AesGcm128, HkdfSha256, X25519HkdfSha256>(&OpModeR::Base, &derived, &encapsulated, &info)
            .unwrap();
    assert_eq!(context.open(&ciphertext, b"Count-0").unwrap(), b"Beauty is truth, truth beauty");
}

/// Gives the bytes that the published vector drew.
struct Given(Vec<u8>);

impl rand_core::TryRng for Given {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("only bytes are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("only bytes are drawn")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.iter_mut().zip(self.0.drain(..)).for_each(|(byte, given)| *byte = given);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Given {}
