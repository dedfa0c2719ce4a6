//! Keys of all members, made in one place: for trying a network on one machine. A network of separate members makes
//! each key where it is used.

use kontor_ledger::{
    genesis::{Genesis, Officers, Parameters},
    member::{Member, MemberRole},
    time::Timestamp,
};
use kontor_proofs::fingerprint::{self, EvaluatorShare};
use kontor_sealing::{
    PartySeed, SigningKey, Suite,
    escrow::{self, EscrowPublic, Share},
};
use rand_core::CryptoRng;

use super::{
    ConsortiumError,
    plan::{BANKS, EVALUATORS_THRESHOLD, OFFICERS_THRESHOLD, OPERATOR, Party, REGULATOR},
};

/// A bank's secrets.
pub(super) struct BankKeys {
    pub party: Party,
    pub seed: PartySeed,
    pub validator: SigningKey,
    pub fingerprint: EvaluatorShare,
    pub escrow: Share,
}

/// An officer's secrets.
pub(super) struct OfficerKeys {
    pub login: &'static str,
    pub signing: SigningKey,
    pub escrow: Share,
}

/// Everybody's secrets, and the genesis that their public halves make.
pub(super) struct Keys {
    pub banks: Vec<BankKeys>,
    pub operator: PartySeed,
    pub regulator: PartySeed,
    pub officers: Vec<OfficerKeys>,
    /// Authors the certificate authority's records.
    pub authority: SigningKey,
    pub genesis: Genesis,
}

/// Makes all keys; `now` is the genesis' time.
pub(super) fn make(now: Timestamp, rng: &mut impl CryptoRng) -> Result<Keys, ConsortiumError> {
    let failed = |error: &dyn std::fmt::Display| ConsortiumError::Make(format!("cannot deal keys: {error}"));
    let evaluators = u16::try_from(BANKS.len()).map_err(|error| failed(&error))?;
    let officers = u16::try_from(REGULATOR.people.len()).map_err(|error| failed(&error))?;
    let (fingerprint, evaluator_shares) =
        fingerprint::deal(EVALUATORS_THRESHOLD, evaluators, rng).map_err(|error| failed(&error))?;
    let (network, network_shares) =
        escrow::deal(EVALUATORS_THRESHOLD, evaluators, rng).map_err(|error| failed(&error))?;
    let (regulator, officer_shares) =
        escrow::deal(OFFICERS_THRESHOLD, officers, rng).map_err(|error| failed(&error))?;
    let banks: Vec<BankKeys> = BANKS
        .into_iter()
        .zip(evaluator_shares.into_iter().zip(network_shares))
        .map(|(party, (fingerprint, escrow))| BankKeys {
            party,
            seed: PartySeed::generate(rng),
            validator: SigningKey::generate(rng),
            fingerprint,
            escrow,
        })
        .collect();
    let officers: Vec<OfficerKeys> = REGULATOR
        .people
        .iter()
        .zip(officer_shares)
        .map(|((login, _), escrow)| OfficerKeys { login, signing: SigningKey::generate(rng), escrow })
        .collect();
    let authority = SigningKey::generate(rng);
    let (operator_seed, regulator_seed) = (PartySeed::generate(rng), PartySeed::generate(rng));
    let mut members = Vec::with_capacity(BANKS.len() + 2);
    for (index, bank) in (1..).zip(&banks) {
        members.push(Member {
            validator: Some(bank.validator.public()),
            evaluator: Some(index),
            ..member(&bank.party, MemberRole::Bank, &bank.seed)?
        });
    }
    members.push(member(&OPERATOR, MemberRole::Operator, &operator_seed)?);
    members.push(member(&REGULATOR, MemberRole::Regulator, &regulator_seed)?);
    let genesis = Genesis {
        name: "Kontor on this machine".to_owned(),
        created: now,
        suites: vec![Suite::Intl],
        members,
        officers: Officers {
            threshold: OFFICERS_THRESHOLD,
            keys: officers.iter().map(|officer| officer.signing.public()).collect(),
        },
        fingerprint,
        escrow: EscrowPublic { regulator, network },
        parameters: Parameters::default(),
        rules: kontor_ledger_anchor::rules::RULES,
        authority: Some(authority.public()),
    };
    genesis.check().map_err(|error| failed(&error))?;
    Ok(Keys { banks, operator: operator_seed, regulator: regulator_seed, officers, authority, genesis })
}

fn member(party: &Party, role: MemberRole, seed: &PartySeed) -> Result<Member, ConsortiumError> {
    let id = party.member.parse().map_err(|error| ConsortiumError::Make(format!("{}: {error}", party.member)))?;
    Ok(Member {
        id,
        name: party.name.to_owned(),
        role,
        identity: seed.identity().public(),
        encryption: seed.encryption().public(),
        validator: None,
        evaluator: None,
    })
}
