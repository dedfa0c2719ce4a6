//! Random sequences keep the invariants, whatever is accepted and refused.

use std::collections::{BTreeMap, BTreeSet};

use kontor_ledger::{
    object::{
        Claim,
        ClaimState::{self, Financed, Lapsed, Released, Reserved, Settled},
    },
    record::{Body, ClaimId, Endorsement, RecordId},
    time::Timestamp,
};
use kontor_sealing::Hash;
use proptest::prelude::*;

use super::world::{World, acknowledged, key, reserve};
use crate::state::State as _;

const DOCUMENTS: u8 = 3;

#[derive(Debug, Clone)]
enum Step {
    Register { document: u8, total: u64 },
    Amend { document: u8, total: u64, prove: bool },
    Cancel { document: u8 },
    Supersede { old: u8, new: u8, by_new: bool },
    Reserve { document: u8, amount: u64, exact: u8, near: u8, key: u8, bank: u8, word: bool, stale: bool },
    Move { claim: usize, event: u8, honest: bool },
    OpenCase { reference: u8, officers: u8 },
    CloseCase { case: usize },
    Access { case: usize, document: u8, reason: u8, officers: u8 },
    Replay,
    Pass { millis: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let document = 0..DOCUMENTS;
    prop_oneof![
        2 => (document.clone(), 0_u64..2_000).prop_map(|(document, total)| Step::Register { document, total }),
        2 => (document.clone(), 0_u64..2_000, any::<bool>())
            .prop_map(|(document, total, prove)| Step::Amend { document, total, prove }),
        1 => document.clone().prop_map(|document| Step::Cancel { document }),
        1 => (document.clone(), document.clone(), any::<bool>())
            .prop_map(|(old, new, by_new)| Step::Supersede { old, new, by_new }),
        8 => (document.clone(), 0_u64..900, 0_u8..2, 0_u8..2, 0_u8..12, 0_u8..3, any::<bool>(), 0_u8..8).prop_map(
            |(document, amount, exact, near, key, bank, word, stale)| Step::Reserve {
                document, amount, exact, near, key, bank, word, stale: stale == 0,
            }
        ),
        6 => (0_usize..8, 0_u8..3, 0_u8..6)
            .prop_map(|(claim, event, lie)| Step::Move { claim, event, honest: lie > 0 }),
        1 => (0_u8..3, 0_u8..4).prop_map(|(reference, officers)| Step::OpenCase { reference, officers }),
        1 => (0_usize..3).prop_map(|case| Step::CloseCase { case }),
        2 => (0_usize..3, document, 0_u8..3, 0_u8..4)
            .prop_map(|(case, document, reason, officers)| Step::Access { case, document, reason, officers }),
        1 => Just(Step::Replay),
        2 => (1_u64..400).prop_map(|millis| Step::Pass { millis }),
    ]
}

/// What the test itself remembers of the history.
#[derive(Default)]
struct History {
    claims: Vec<(ClaimId, u8, u8)>,
    cases: Vec<(RecordId, bool, Timestamp)>,
    states: BTreeMap<ClaimId, ClaimState>,
}

impl History {
    fn run(&mut self, world: &mut World, step: Step) {
        match step {
            Step::Pass { millis } => world.pass(millis),
            Step::Replay => {
                // The nonce of the last record once more, for something that would be accepted.
                let before = world.state.clone();
                world.nonce = world.nonce.saturating_sub(1);
                let (author, body) = (key(b'm', 0), Body::AnchorNotarise { digest: Hash::default() });
                world.say(&author, 0, body.clone());
                let (first, nonce) = (world.state.clone(), world.nonce);
                world.nonce -= 1;
                let (_, outcome) = world.say(&author, 1, body);
                assert!(!outcome.is_accepted());
                assert_eq!(world.state, first);
                assert_eq!(world.nonce, nonce);
                assert!(before.entries().all(|(key, value)| first.get(key).as_deref() == Some(value)));
            }
            Step::Register { document, total } => {
                let body = world.register(document, total);
                self.say(world, b'd', document, 2, body);
            }
            Step::Amend { document, total, prove } => {
                let body = world.amend(document, total, prove);
                self.say(world, b'd', document, 2, body);
            }
            Step::Cancel { document } => {
                let body = world.endorse(document, Endorsement::Cancel);
                self.say(world, b's', document, 2, body);
            }
            Step::Supersede { old, new, by_new } => {
                let [document, by] = [old, new].map(|document| world.header(document, 1).document);
                self.say(world, b'd', if by_new { new } else { old }, 2, Body::DocumentSupersede { document, by });
            }
            Step::Reserve { document, amount, exact, near, key, bank, word, stale } => {
                let mut terms = world.reserve(document, amount, exact, near);
                if word {
                    terms = acknowledged(terms);
                }
                if stale {
                    terms.headroom.live.pop();
                }
                if let Some(id) = self.say(world, b'k', key, bank, reserve(terms)) {
                    self.claims.push((id, key, bank));
                }
            }
            Step::Move { claim, event, honest } => {
                let Some(&(claim, key, bank)) = self.claims.get(claim) else { return };
                let body = match event {
                    0 => Body::ClaimFinance { claim },
                    1 => Body::ClaimSettle { claim },
                    _ => Body::ClaimRelease { claim },
                };
                let accepted = self.say(world, b'k', if honest { key } else { key + 1 }, bank, body);
                assert!(honest || accepted.is_none(), "another key moved a claim");
            }
            Step::OpenCase { reference, officers } => {
                let approving: Vec<u8> = (0..officers).collect();
                let body = world.case(&reference.to_string(), &approving);
                if let Some(id) = self.say(world, b'o', 0, 3, body) {
                    assert!(officers >= 2);
                    self.cases.push((id, true, world.now.plus_millis(400)));
                }
            }
            Step::CloseCase { case } => {
                let Some(&(id, ..)) = self.cases.get(case) else { return };
                if self.say(world, b'o', 1, 3, Body::SupervisionCaseClose { case: id }).is_some() {
                    self.cases[case].1 = false;
                }
            }
            Step::Access { case, document, reason, officers } => {
                let known = self.cases.get(case).copied();
                let approving: Vec<u8> = (0..officers).collect();
                let id = known.map_or_else(Hash::default, |(id, ..)| id);
                let body = world.access(id, document, &reason.to_string(), &approving);
                if self.say(world, b'o', 2, 3, body).is_some() {
                    let (_, open, expires) = known.expect("an access never precedes its case");
                    assert!(open && world.now < expires && officers >= 2);
                }
            }
        }
        self.check(world);
    }

    /// Says it; the id if it was accepted. A refusal must leave nothing but the nonce.
    fn say(&mut self, world: &mut World, kind: u8, index: u8, sponsor: u8, body: Body) -> Option<RecordId> {
        let before = world.state.clone();
        let (id, outcome) = world.say(&key(kind, index), sponsor, body);
        if outcome.is_accepted() {
            return Some(id);
        }
        let new: Vec<_> = world
            .state
            .entries()
            .filter(|(key, value)| before.get(key).as_deref() != Some(*value))
            .map(|(key, _)| key[0])
            .collect();
        assert_eq!(new, [b'o'], "a refused record left more than its nonce");
        assert_eq!(world.state.entries().count(), before.entries().count() + 1);
        None
    }

    fn check(&mut self, world: &World) {
        let claims: Vec<Claim> = self.claims.iter().filter_map(|(id, ..)| world.claim(id)).collect();
        assert_eq!(claims.len(), self.claims.len(), "an accepted claim is gone");

        // States move by their machine only.
        for claim in &claims {
            let now = claim.state_at(world.now);
            let before = self.states.insert(claim.id, now).unwrap_or(Reserved);
            let allowed = before == now
                || matches!((before, now), (Reserved, Financed | Released | Lapsed) | (Financed, Settled | Released));
            assert!(allowed, "{before:?} became {now:?}");
        }

        // Live claims with one exact fingerprint name one document.
        let live: Vec<&Claim> = claims.iter().filter(|claim| claim.is_live(world.now)).collect();
        let mut named: BTreeMap<Hash, BTreeSet<_>> = BTreeMap::new();
        for claim in &live {
            named.entry(claim.fingerprints[0].value).or_default().insert(claim.document);
        }
        assert!(named.values().all(|documents| documents.len() == 1), "{named:?}");

        // Every live claim counts in exactly one sum, and sums stay within the cap unless the document is diluted.
        for number in 0..DOCUMENTS {
            let Some(document) = world.document(number) else { continue };
            let counted: Vec<&&Claim> = live.iter().filter(|claim| claim.counted_in == document.id).collect();
            let ids: BTreeSet<ClaimId> = counted.iter().map(|claim| claim.id).collect();
            assert_eq!(ids, world.live(number).into_iter().collect(), "the sum misses or adds claims");
            let sum: u64 = counted.iter().map(|claim| world.value(&claim.amount)).sum();
            let total = document.latest().and_then(|latest| latest.total).map_or(0, |total| world.value(&total));
            assert!(document.diluted || sum * 10_000 <= total * 9_000, "{sum} claimed of {total}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn random_sequences_keep_the_invariants(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        let mut history = History::default();
        for step in steps {
            history.run(&mut world, step);
        }
    }
}
