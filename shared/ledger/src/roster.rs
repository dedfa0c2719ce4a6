//! Who is a member now, as services see it: genesis, and what the ledger has changed since.

use std::collections::BTreeMap;

use kontor_sealing::Hash;

use crate::{
    genesis::Genesis,
    governance::MemberState,
    member::{Member, MemberId, MemberRole},
};

/// The members of a network, with their standing and their keys of now.
#[derive(Debug, Clone, PartialEq)]
pub struct Roster {
    network: Hash,
    height: u64,
    members: BTreeMap<MemberId, MemberState>,
}

impl Roster {
    /// The members of genesis.
    pub fn original(genesis: &Genesis) -> Self {
        let state = |member: &Member| (member.id, MemberState::original(member, genesis.created));
        Self { network: genesis.hash(), height: 0, members: genesis.members.iter().map(state).collect() }
    }

    /// The roster after the block of `height`; `None` if it cannot follow this one: it is of an earlier block, as a
    /// node's that is behind, or lacks a member, while the ledger drops none.
    pub fn followed_by(&self, height: u64, members: Vec<MemberState>) -> Option<Self> {
        let members: BTreeMap<_, _> = members.into_iter().map(|state| (state.member.id, state)).collect();
        let follows = height >= self.height && self.members.keys().all(|id| members.contains_key(id));
        follows.then_some(Self { network: self.network, height, members })
    }

    /// The genesis hash of the network.
    pub const fn network(&self) -> &Hash {
        &self.network
    }

    /// A member, whatever its standing.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.get(id).map(|state| &state.member)
    }

    /// A member that is active and has this role.
    pub fn active(&self, id: &MemberId, role: MemberRole) -> Option<&Member> {
        let state = self.members.get(id)?;
        (state.is_active() && state.member.role == role).then_some(&state.member)
    }

    /// Whose service is calling by a certificate for `code`, if that is an active member of this role.
    pub fn caller(&self, code: &str, role: MemberRole) -> Option<MemberId> {
        self.active(&code.parse().ok()?, role).map(|member| member.id)
    }

    /// Active banks, in the order of their codes.
    pub fn banks(&self) -> impl Iterator<Item = &Member> {
        self.members.keys().filter_map(|id| self.active(id, MemberRole::Bank))
    }

    /// The bank that an attestation names, whatever its standing: attestations carry no time at which they were made,
    /// and the ledger ends them by withdrawal only.
    pub fn attester(&self, id: &MemberId) -> Option<&Member> {
        self.member(id).filter(|member| member.role == MemberRole::Bank)
    }
}

#[cfg(test)]
mod tests {
    use kontor_sealing::{EscrowPublic, PublicKey, SigningKey, escrow, keys::EncryptionPublicKey};

    use super::*;
    use crate::{
        attestation::{Attestation, AttestationError, AttestationTerms},
        genesis::{Officers, Parameters},
        governance::Standing,
        time::Timestamp,
    };

    const FOUNDER: &str = "AURUDEFF";
    const JOINED: &str = "EMERDEFF";

    fn id(code: &str) -> MemberId {
        code.parse().unwrap()
    }

    fn key(number: u8) -> SigningKey {
        SigningKey::from_seed(&[number; 32])
    }

    fn member(code: &str, role: MemberRole, identity: PublicKey) -> Member {
        let encryption = EncryptionPublicKey::from_bytes([0; 32]);
        Member { id: id(code), name: code.into(), role, identity, encryption, validator: None, evaluator: None }
    }

    fn state(code: &str, number: u8, standing: Standing) -> MemberState {
        let member = member(code, MemberRole::Bank, key(number).public());
        MemberState { member, endpoints: None, standing, since: Timestamp::default() }
    }

    fn original() -> Roster {
        let mut rng = rand::rng();
        Roster::original(&Genesis {
            name: "test".into(),
            created: Timestamp::default(),
            suites: Vec::new(),
            members: vec![member(FOUNDER, MemberRole::Bank, key(1).public())],
            officers: Officers { threshold: 1, keys: Vec::new() },
            fingerprint: kontor_proofs::fingerprint::deal(1, 1, &mut rng).unwrap().0,
            escrow: EscrowPublic {
                regulator: escrow::deal(1, 1, &mut rng).unwrap().0,
                network: escrow::deal(1, 1, &mut rng).unwrap().0,
            },
            parameters: Parameters::default(),
            rules: 1,
            authority: None,
        })
    }

    fn attested(roster: &Roster, attester: &str, by: u8) -> Attestation {
        let terms = AttestationTerms {
            network: *roster.network(),
            attester: id(attester),
            subject: key(9).public(),
            encryption: EncryptionPublicKey::from_bytes([0; 32]),
            identifiers: Hash::default(),
            expires: Timestamp::default().plus_millis(1),
        };
        terms.sign(&key(by))
    }

    #[test]
    fn who_joined_is_known_and_who_is_suspended_no_caller() {
        let first = original();
        assert_eq!(first.caller(FOUNDER, MemberRole::Bank), Some(id(FOUNDER)));
        assert_eq!(first.caller(FOUNDER, MemberRole::Operator), None);
        assert_eq!((first.caller(JOINED, MemberRole::Bank), first.caller("no code", MemberRole::Bank)), (None, None));
        for standing in [Standing::Suspended, Standing::Retired] {
            let members = vec![state(JOINED, 2, Standing::Active), state(FOUNDER, 1, standing)];
            let now = first.followed_by(5, members).unwrap();
            assert_eq!(now.caller(JOINED, MemberRole::Bank), Some(id(JOINED)));
            assert_eq!(now.caller(FOUNDER, MemberRole::Bank), None);
            assert_eq!(now.member(&id(FOUNDER)).map(|member| member.id), Some(id(FOUNDER)));
            assert_eq!(now.banks().map(|bank| bank.id).collect::<Vec<_>>(), [id(JOINED)]);
        }
    }

    #[test]
    fn an_answer_from_before_or_without_a_member_changes_nothing() {
        let founder = || state(FOUNDER, 1, Standing::Active);
        let now = original().followed_by(5, vec![founder(), state(JOINED, 2, Standing::Active)]).unwrap();
        assert_eq!(now.followed_by(4, vec![founder(), state(JOINED, 2, Standing::Suspended)]), None);
        assert_eq!(now.followed_by(6, vec![founder()]), None);
        assert_eq!(now.followed_by(6, Vec::new()), None);
        assert!(now.followed_by(5, vec![founder(), state(JOINED, 2, Standing::Active)]).is_some());
    }

    #[test]
    fn attestations_hold_by_the_key_of_now_whatever_the_standing() {
        let (first, now) = (original(), Timestamp::default());
        let check = |roster: &Roster, attester: &str, by: u8| attested(&first, attester, by).check(roster, now);
        assert_eq!(check(&first, JOINED, 2), Err(AttestationError::Attester(id(JOINED))));
        for standing in [Standing::Active, Standing::Suspended, Standing::Retired] {
            let later = first.followed_by(1, vec![state(JOINED, 2, standing), state(FOUNDER, 3, standing)]).unwrap();
            assert_eq!(check(&later, JOINED, 2), Ok(()), "{standing:?}");
            assert_eq!(check(&later, FOUNDER, 3), Ok(()), "{standing:?}");
            assert_eq!(check(&later, FOUNDER, 1), Err(AttestationError::Signature), "its key before");
        }
    }

    #[test]
    fn only_banks_attest() {
        let mut other = state(JOINED, 2, Standing::Active);
        other.member.role = MemberRole::Operator;
        let now = original().followed_by(1, vec![state(FOUNDER, 1, Standing::Active), other]).unwrap();
        let attested = attested(&now, JOINED, 2).check(&now, Timestamp::default());
        assert_eq!(attested, Err(AttestationError::Attester(id(JOINED))));
    }
}
