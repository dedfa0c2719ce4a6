//! Who takes part.

use commonware_cryptography::ed25519;
use kontor_ledger::{Genesis, Member, MemberId, MemberRole, Officers, Parameters, Timestamp};
use kontor_proofs::fingerprint;
use kontor_sealing::{
    SigningKey, Suite,
    escrow::{self, EscrowPublic},
    keys::EncryptionPublicKey,
};
use rand::{SeedableRng as _, rngs::StdRng};

use crate::{ordering::consensus::engine_key, rules::RULES};

/// Members, each with a validator.
pub const MEMBERS: u8 = 4;

/// The last of them lies.
pub const LIAR: u8 = MEMBERS - 1;

/// When the made-up clock starts, in milliseconds; genesis is a second before.
pub const START: u64 = 1_800_000_000_000;

/// A member by its number.
pub fn code(number: u8) -> MemberId {
    format!("BANK{number:04}").parse().expect("a code")
}

/// A member's signing key.
pub fn identity(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number + 1; 32])
}

/// A member's key for votes.
pub fn validator(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number + 101; 32])
}

/// That key as the network knows it.
pub fn peer(number: u8) -> ed25519::PublicKey {
    engine_key(&validator(number).public()).expect("a key")
}

/// Their network.
pub fn genesis() -> Genesis {
    let mut rng = StdRng::seed_from_u64(1);
    let mut share = || escrow::deal(1, 1, &mut rng).expect("shares").0;
    let escrow = EscrowPublic { regulator: share(), network: share() };
    let member = |number| Member {
        id: code(number),
        name: format!("Bank {number}"),
        role: MemberRole::Bank,
        identity: identity(number).public(),
        encryption: EncryptionPublicKey::from_bytes([number; 32]),
        validator: Some(validator(number).public()),
        evaluator: None,
    };
    Genesis {
        name: "simulation".into(),
        created: Timestamp::from_millis(START - 1_000).expect("a time"),
        suites: vec![Suite::Intl],
        members: (0..MEMBERS).map(member).collect(),
        officers: Officers { threshold: 1, keys: vec![SigningKey::from_seed(&[200; 32]).public()] },
        fingerprint: fingerprint::deal(1, 1, &mut rng).expect("shares").0,
        escrow,
        parameters: Parameters::default(),
        rules: RULES,
        authority: None,
    }
}
