//! Members, votes and epochs: chosen cases, and random ones held against what must always be true.

use std::collections::BTreeSet;

use kontor_ledger::{
    genesis::{Genesis, Parameters},
    governance::{Change, Endpoints, Epoch, HeldKey, JoinRequest, Proposal, Rotation, Standing},
    member::{Member, MemberId, MemberRole},
    outcome::{
        Outcome::{self, Accepted, Refused},
        RefusalCode as Code,
    },
    record::{Body, Nonce, RecordId, Unsigned},
    time::Timestamp,
};
use kontor_sealing::{Hash, PublicKey, SigningKey, keys::EncryptionPublicKey};
use proptest::prelude::*;

use super::world;
use crate::{
    rules::{BlockContext, Network, RULES, apply, epochs::close, members, proofs::CheckAll},
    state::{MemoryState, load},
};

fn code(number: u8) -> MemberId {
    format!("BANK{number:04}").parse().unwrap()
}

fn identity(number: u8, generation: u8) -> SigningKey {
    SigningKey::from_seed(&[number, generation, 1, 1].repeat(8).try_into().unwrap())
}

fn validator(number: u8, generation: u8) -> SigningKey {
    SigningKey::from_seed(&[number, generation, 2, 2].repeat(8).try_into().unwrap())
}

fn member(number: u8) -> Member {
    Member {
        id: code(number),
        name: format!("Bank {number}"),
        role: MemberRole::Bank,
        identity: identity(number, 0).public(),
        encryption: EncryptionPublicKey::from_bytes([number; 32]),
        validator: Some(validator(number, 0).public()),
        evaluator: None,
    }
}

/// Four founding banks, and others who may join.
struct Council {
    network: Network,
    state: MemoryState,
    height: u64,
    now: Timestamp,
    nonce: u64,
}

impl Council {
    fn new() -> Self {
        let genesis = Genesis { members: (0..4).map(member).collect(), ..world::genesis() };
        let (now, network) = (genesis.created, Network::new(genesis).unwrap());
        Self { network, state: MemoryState::default(), height: 1, now, nonce: 0 }
    }

    /// Has a bank say something, signed by its identity key of a generation.
    fn say_as(&mut self, number: u8, generation: u8, body: Body) -> (RecordId, Outcome) {
        self.nonce += 1;
        let key = identity(number, generation);
        let (network, nonce) = (self.network.id, Nonce(self.nonce));
        let record = Unsigned { network, body, nonce, author: key.public() }.sign(&key, code(number));
        let (height, timestamp) = (self.height, self.now);
        let context = BlockContext { network: &self.network, height, timestamp, verdicts: &CheckAll };
        let id = record.id();
        (id, apply(&mut self.state, &context, &id, &record).unwrap())
    }

    fn say(&mut self, number: u8, body: Body) -> Outcome {
        self.say_as(number, 0, body).1
    }

    fn propose(&mut self, number: u8, change: Change) -> (RecordId, Outcome) {
        let expires = self.now.plus_millis(1_000);
        self.say_as(number, 0, Body::NetworkPropose { change, expires })
    }

    fn vote(&mut self, number: u8, proposal: RecordId, approve: bool) -> Outcome {
        self.say(number, Body::NetworkVote { proposal, approve })
    }

    /// Proposes and has banks approve; the last outcome.
    fn decide(&mut self, change: Change, voters: &[u8]) -> Outcome {
        let (proposal, mut outcome) = self.propose(voters[0], change);
        for voter in &voters[1..] {
            outcome = self.vote(*voter, proposal, true);
        }
        outcome
    }

    fn request(&self, number: u8) -> JoinRequest {
        let (network, id) = (self.network.id, code(number));
        JoinRequest {
            member: member(number),
            endpoints: Endpoints {
                http: "http://node.example:1".into(),
                mutual_tls: "https://node.example:2".into(),
                ordering: "192.0.2.1:3".into(),
            },
            identity_possession: HeldKey::new(&identity(number, 0), &network, &id).possession,
            validator_possession: Some(HeldKey::new(&validator(number, 0), &network, &id).possession),
        }
    }

    fn admit(&mut self, number: u8, voters: &[u8]) -> Outcome {
        let request = Box::new(self.request(number));
        self.decide(Change::MemberAdmit { request }, voters)
    }

    fn epoch(&self) -> Epoch {
        members::epoch(&self.state, &self.network.genesis).unwrap()
    }

    fn next_block(&mut self) -> bool {
        let closed = close(&mut self.state, &self.network, self.height).unwrap();
        self.height += 1;
        closed.ends
    }

    fn next_epoch(&mut self) {
        let after = self.epoch().next.expect("a change under way").after;
        while self.height <= after {
            assert_eq!(self.next_block(), self.height == after + 1);
        }
    }

    fn standing(&self, number: u8) -> Option<Standing> {
        let found = members::member(&self.state, &self.network.genesis, &code(number)).unwrap();
        found.map(|found| found.standing)
    }
}

fn seats(add: &[u8], remove: &[u8]) -> Change {
    let codes = |numbers: &[u8]| numbers.iter().map(|number| code(*number)).collect();
    Change::ValidatorChange { add: codes(add), remove: codes(remove) }
}

fn keys(numbers: &[u8]) -> Vec<PublicKey> {
    let mut keys: Vec<_> = numbers.iter().map(|number| validator(*number, 0).public()).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_member_is_admitted_by_more_than_two_thirds_and_seated_by_another_vote() {
    let mut council = Council::new();
    assert_eq!(council.admit(4, &[0, 1]), Accepted);
    assert_eq!(council.standing(4), None);
    // A second proposal of the same member; the first then finds it admitted.
    assert_eq!(council.admit(4, &[2, 1, 3]), Accepted);
    assert_eq!(council.standing(4), Some(Standing::Active));
    assert_eq!(council.epoch().validators, keys(&[0, 1, 2, 3]));

    assert_eq!(council.decide(seats(&[4], &[]), &[0, 1, 2, 4]), Accepted);
    let notice = u64::from(council.network.genesis.parameters.epoch_notice);
    assert_eq!(council.epoch().next.unwrap().after, council.height + notice);
    assert_eq!(council.propose(0, seats(&[], &[1])).1, Refused(Code::EpochChangePending));
    council.next_epoch();
    let Epoch { number, base, validators, next } = council.epoch();
    assert_eq!((number, base, validators, next), (1, 1 + notice, keys(&[0, 1, 2, 3, 4]), None));
}

#[test]
fn words_that_do_not_count() {
    let mut council = Council::new();
    let (proposal, outcome) = council.propose(0, seats(&[], &[3]));
    assert_eq!(outcome, Accepted);
    assert_eq!(council.vote(0, proposal, true), Refused(Code::AlreadyVoted));
    assert_eq!(council.vote(1, proposal, false), Accepted);
    assert_eq!(council.vote(1, proposal, true), Refused(Code::AlreadyVoted));
    assert_eq!(council.vote(2, Hash::default(), true), Refused(Code::UnknownProposal));
    council.now = council.now.plus_millis(1_000);
    assert_eq!(council.vote(2, proposal, true), Refused(Code::UnknownProposal));
    for change in [
        seats(&[0], &[]),
        seats(&[], &[0, 1, 2, 3]),
        seats(&[0], &[0]),
        seats(&[], &[]),
        Change::MemberReinstate { member: code(0) },
        Change::MemberSuspend { member: code(9) },
        Change::Rules { version: RULES + 2, height: 1_000 },
        Change::Parameters { parameters: Parameters { approval_share: 10, ..Parameters::default() } },
    ] {
        assert!(!council.propose(0, change.clone()).1.is_accepted(), "{change:?}");
    }
    let mut stolen = council.request(5);
    stolen.member.identity = identity(1, 0).public();
    let admit = |request: JoinRequest| Change::MemberAdmit { request: Box::new(request) };
    assert_eq!(council.propose(0, admit(stolen)).1, Refused(Code::KeyInUse));
    let mut unheld = council.request(5);
    unheld.member.identity = identity(6, 0).public();
    assert_eq!(council.propose(0, admit(unheld)).1, Refused(Code::KeyNotHeld));
    let mut astray = council.request(5);
    astray.endpoints.ordering = "node.example".into();
    assert_eq!(council.propose(0, admit(astray)).1, Refused(Code::AddressMalformed));
}

#[test]
fn a_rotated_key_takes_over_and_is_never_used_again() {
    let mut council = Council::new();
    let (network, id) = (council.network.id, code(1));
    let held = HeldKey::new(&identity(1, 1), &network, &id);
    let rotation = Rotation { identity: Some(held), ..Rotation::default() };
    assert_eq!(council.say(1, Body::NetworkKeyRotate { rotation: rotation.clone() }), Accepted);
    let anchor = Body::AnchorNotarise { digest: Hash::default() };
    assert_eq!(council.say(1, anchor.clone()), Refused(Code::WrongAuthor));
    assert_eq!(council.say_as(1, 1, anchor).1, Accepted);
    assert_eq!(council.say_as(1, 1, Body::NetworkKeyRotate { rotation }).1, Refused(Code::KeyInUse));
    // Another member's signature for the key does not serve.
    let borrowed = HeldKey::new(&identity(2, 1), &network, &code(3));
    let rotation = Rotation { identity: Some(borrowed), ..Rotation::default() };
    assert_eq!(council.say(2, Body::NetworkKeyRotate { rotation }), Refused(Code::KeyNotHeld));
}

#[test]
fn parameters_hold_from_the_next_record_on() {
    let mut council = Council::new();
    let parameters = Parameters { approval_share: 10_000, epoch_notice: 16, ..Parameters::default() };
    assert_eq!(council.decide(Change::Parameters { parameters }, &[0, 1, 2]), Accepted);
    assert_eq!(council.decide(Change::MemberSuspend { member: code(3) }, &[0, 1, 2]), Accepted);
    assert_eq!(council.standing(3), Some(Standing::Active));
}

#[derive(Debug, Clone)]
enum Step {
    Admit(u8, u8),
    Suspend(u8, u8),
    Reinstate(u8, u8),
    Retire(u8, u8),
    Seats(u8, Vec<u8>, Vec<u8>),
    Vote(u8, usize, bool),
    Rotate(u8, u8),
    Leave(u8),
    Block,
    Epoch,
}

fn step() -> impl Strategy<Value = Step> {
    let bank = 0..7_u8;
    let some = proptest::collection::vec(0..7_u8, 0..3);
    prop_oneof![
        2 => (bank.clone(), 4..7_u8).prop_map(|(by, who)| Step::Admit(by, who)),
        1 => (bank.clone(), bank.clone()).prop_map(|(by, who)| Step::Suspend(by, who)),
        1 => (bank.clone(), bank.clone()).prop_map(|(by, who)| Step::Reinstate(by, who)),
        1 => (bank.clone(), bank.clone()).prop_map(|(by, who)| Step::Retire(by, who)),
        2 => (bank.clone(), some.clone(), some).prop_map(|(by, add, remove)| Step::Seats(by, add, remove)),
        20 => (bank.clone(), any::<prop::sample::Index>(), proptest::bool::weighted(0.9))
            .prop_map(|(by, which, word)| Step::Vote(by, which.index(64), word)),
        1 => (bank.clone(), 1..4_u8).prop_map(|(by, generation)| Step::Rotate(by, generation)),
        1 => bank.prop_map(Step::Leave),
        2 => Just(Step::Block),
        2 => Just(Step::Epoch),
    ]
}

impl Council {
    fn take(&mut self, step: Step, proposals: &mut Vec<RecordId>) {
        let mut proposed = |council: &mut Self, by, change| {
            let (id, outcome) = council.propose(by, change);
            proposals.extend(outcome.is_accepted().then_some(id));
        };
        match step {
            Step::Admit(by, who) => {
                let request = Box::new(self.request(who));
                proposed(self, by, Change::MemberAdmit { request });
            }
            Step::Suspend(by, who) => proposed(self, by, Change::MemberSuspend { member: code(who) }),
            Step::Reinstate(by, who) => proposed(self, by, Change::MemberReinstate { member: code(who) }),
            Step::Retire(by, who) => proposed(self, by, Change::MemberRetire { member: code(who) }),
            Step::Seats(by, add, remove) => proposed(self, by, seats(&add, &remove)),
            Step::Vote(by, which, approve) => {
                if let Some(proposal) = proposals.iter().rev().nth(which % proposals.len().max(1)) {
                    self.vote(by, *proposal, approve);
                }
            }
            Step::Rotate(by, generation) => {
                let held = HeldKey::new(&validator(by, generation), &self.network.id, &code(by));
                let rotation = Rotation { validator: Some(held), ..Rotation::default() };
                self.say(by, Body::NetworkKeyRotate { rotation });
            }
            Step::Leave(by) => drop(self.say(by, Body::NetworkLeave)),
            Step::Block => drop(self.next_block()),
            Step::Epoch => {
                if self.epoch().next.is_some() {
                    self.next_epoch();
                }
            }
        }
    }

    /// What must be true after every step, whatever it was.
    fn check(&self, before: &Epoch) {
        let epoch = self.epoch();
        assert!(!epoch.validators.is_empty() && epoch.validators.is_sorted_by(|one, next| one < next));
        if epoch.number == before.number {
            assert_eq!(epoch.validators, before.validators, "validators changed within an epoch");
        } else {
            let next = before.next.as_ref().expect("an epoch began without a decision");
            assert_eq!((epoch.number, epoch.base), (before.number + 1, next.after));
            assert_eq!(epoch.validators, next.validators);
        }
        let all = members::all(&self.state, &self.network.genesis).unwrap();
        let held: Vec<_> =
            all.iter().flat_map(|one| [Some(one.member.identity), one.member.validator]).flatten().collect();
        assert_eq!(held.iter().collect::<BTreeSet<_>>().len(), held.len(), "two members have one key");
        // Who orders, once nothing is under way, is an active member with its current key.
        if epoch.next.is_none() {
            for key in &epoch.validators {
                let owner = all.iter().find(|one| one.member.validator == Some(*key));
                assert!(owner.is_some_and(|one| one.is_active()), "{key} orders for nobody");
            }
        }
        for proposal in self.state.entries().filter(|(key, _)| key.first() == Some(&b'p')) {
            let id = Hash::from_bytes(proposal.0[1..].try_into().unwrap());
            let proposal = load::<Proposal>(&self.state, &id).unwrap().unwrap();
            let words: BTreeSet<_> = proposal.approvals.iter().chain(&proposal.rejections).collect();
            assert_eq!(words.len(), proposal.approvals.len() + proposal.rejections.len(), "a bank spoke twice");
            assert!(proposal.decided.is_none() || !proposal.approvals.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn whatever_members_do_the_order_stays_whole(steps in proptest::collection::vec(step(), 1..60)) {
        let (mut council, mut proposals) = (Council::new(), Vec::new());
        for step in steps {
            let before = council.epoch();
            council.take(step, &mut proposals);
            council.check(&before);
        }
    }
}
