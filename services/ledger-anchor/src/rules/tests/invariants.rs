//! Random sequences keep the invariants, whatever is accepted and refused.

use std::collections::{BTreeMap, BTreeSet};

use kontor_ledger::{
    object::{
        Claim,
        ClaimState::{self, Financed, Lapsed, Released, Reserved, Settled},
        Document,
    },
    receivable::{Receivable, ReceivableEvent as Event, ReceivableId, ReceivableState, child_id},
    record::{Body, ClaimId, Endorsement, FingerprintKind, RecordId},
    time::Timestamp,
};
use kontor_sealing::{Hash, PublicKey, SigningKey, document::DocumentId};
use proptest::prelude::*;

use super::{
    steps::{DOCUMENTS, Step, receivable_step, reserve_step, step},
    world::{World, acknowledged, bank, issued, key, numbered, reserve},
};
use crate::{replay::invariants::hold, state::State as _};

/// What the test itself remembers of the history.
#[derive(Default)]
struct History {
    claims: Vec<(ClaimId, u8, u8)>,
    cases: Vec<(RecordId, bool, Timestamp)>,
    states: BTreeMap<ClaimId, ClaimState>,
    receivables: Vec<ReceivableId>,
    stood: BTreeMap<ReceivableId, ReceivableState>,
    keys: BTreeMap<PublicKey, SigningKey>,
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
            Step::Reserve { document, amount, exact, near, key, bank, word, stale, on } => {
                let mut terms = world.reserve(document, amount, exact, near);
                if word {
                    terms = acknowledged(numbered(terms, near));
                }
                if let Some((source, behind)) = on {
                    terms = world.resting(terms, source, behind);
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
            Step::Confirm { document } => world.confirm(document),
            Step::Issue { document, amount, exact, near, bank, word } => {
                let mut terms = world.issue(document, amount, exact, near);
                terms.acknowledgement = acknowledged(world.reserve(0, 0, 0, 0)).acknowledgement.filter(|_| word);
                if let Some(id) = self.say(world, b'b', document, bank, issued(terms)) {
                    self.receivables.push(id);
                }
            }
            Step::Acknowledge { receivable, honest } => {
                let Some(known) = self.receivable(world, receivable) else { return };
                let Some(next) = known.next else { return };
                let author = if honest { next } else { known.holder };
                let body = Body::ReceivableAcknowledge { receivable: known.id };
                let accepted = self.say_as(world, &author, 2, body);
                assert!(honest || accepted.is_none(), "another key took a receivable");
            }
            Step::Split { receivable, first, more, spare, honest } => {
                let Some(known) = self.receivable(world, receivable) else { return };
                let value = world.value(&known.amount);
                let first = first.min(value);
                let holders = [self.fresh(b'h'), self.fresh(b'h')];
                let mut body = world.split(known.id, &[(first, &holders[0]), (value - first + more, &holders[1])]);
                if let Body::ReceivableSplit { children, .. } = &mut body {
                    children[0].parts += spare;
                    children[1].parts = children[1].parts.saturating_sub(spare);
                }
                let author = if honest { known.holder } else { known.issuer };
                if let Some(id) = self.say_as(world, &author, 2, body) {
                    assert_eq!((more, author), (0, known.holder), "value was made");
                    self.receivables.extend([child_id(&id, 0), child_id(&id, 1)]);
                }
            }
            Step::Transfer { receivable, honest } => {
                let Some(known) = self.receivable(world, receivable) else { return };
                let to = self.fresh(b'h').public();
                let author = if honest { known.controller() } else { known.issuer };
                let sponsor = known.pledge.map_or(2, |pledge| u8::from(pledge.sponsor != bank(0)));
                let body = Body::ReceivableTransfer { receivable: known.id, to };
                let accepted = self.say_as(world, &author, sponsor, body);
                assert!(accepted.is_none() || author == known.controller(), "another key handed a receivable on");
            }
            Step::Pledge { receivable, bank: sponsor, honest } => {
                let Some(known) = self.receivable(world, receivable) else { return };
                let pledge = self.fresh(b'p');
                let holder = self.keys.get(&known.holder).cloned().unwrap_or_else(|| pledge.clone());
                let outcome = world.pledge(known.id, &pledge, if honest { &holder } else { &pledge }, sponsor);
                assert!(honest || !outcome.is_accepted(), "a receivable was pledged without its holder");
                assert!(sponsor < 2 || !outcome.is_accepted(), "a receivable was pledged to none of the banks");
            }
            Step::Pay { receivable, issuer, bank: sponsor } => {
                let Some(known) = self.receivable(world, receivable) else { return };
                let author = if issuer { known.issuer } else { known.payee() };
                let accepted = self.say_as(world, &author, sponsor, Body::ReceivableSettle { receivable: known.id });
                let through = known.pledge.is_none_or(|pledge| pledge.sponsor == bank(sponsor));
                assert!(issuer || through || accepted.is_none(), "paid through another bank");
            }
        }
        self.check(world);
    }

    /// One of those that were made last, for those still move.
    fn receivable(&self, world: &World, index: usize) -> Option<Receivable> {
        let index = self.receivables.len().checked_sub(index + 1)?;
        world.receivable(self.receivables.get(index)?)
    }

    /// A key that nobody had before.
    fn fresh(&mut self, kind: u8) -> SigningKey {
        let made = self.keys.len();
        let key = key(kind.wrapping_add((made / 256) as u8), (made % 256) as u8);
        self.keys.insert(key.public(), key.clone());
        key
    }

    /// As [`Self::say`] by the key of the history or of a document's party.
    fn say_as(&mut self, world: &mut World, author: &PublicKey, sponsor: u8, body: Body) -> Option<RecordId> {
        let parties = (0..DOCUMENTS).flat_map(|document| [key(b's', document), key(b'b', document)]);
        let known = parties.into_iter().chain(self.keys.values().cloned()).find(|key| key.public() == *author);
        self.say_by(world, &known.expect("a key of the history"), sponsor, body)
    }

    /// Says it; the id if it was accepted. A refusal must leave nothing but the nonce.
    fn say(&mut self, world: &mut World, kind: u8, index: u8, sponsor: u8, body: Body) -> Option<RecordId> {
        self.say_by(world, &key(kind, index), sponsor, body)
    }

    fn say_by(&mut self, world: &mut World, author: &SigningKey, sponsor: u8, body: Body) -> Option<RecordId> {
        let before = world.state.clone();
        let (id, outcome) = world.say(author, sponsor, body);
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

        let live: Vec<&Claim> = claims.iter().filter(|claim| claim.is_live(world.now)).collect();
        let documents: Vec<(u8, Document)> =
            (0..DOCUMENTS).filter_map(|number| Some((number, world.document(number)?))).collect();

        // Live claims and receivables with one exact fingerprint name one document, live claims with one source
        // fingerprint rest on one.
        let mut named: BTreeMap<(FingerprintKind, Hash), BTreeSet<DocumentId>> = BTreeMap::new();
        for claim in &live {
            named.entry((FingerprintKind::Exact, claim.fingerprints[0].value)).or_default().insert(claim.document);
            for source in &claim.sources {
                named.entry((FingerprintKind::Source, source.fingerprint)).or_default().insert(source.counted_in);
            }
        }
        for (_, document) in &documents {
            for borne in document.receivables.iter().flat_map(|borne| &borne.fingerprints) {
                if borne.kind == FingerprintKind::Exact {
                    named.entry((borne.kind, borne.value)).or_default().insert(document.id);
                }
            }
        }
        assert!(named.values().all(|documents| documents.len() == 1), "{named:?}");

        // Every live claim counts in the sums of what it rests on, and sums stay within the cap unless the document is
        // diluted; a document that bears receivables has no live claim.
        for (number, document) in &documents {
            let counted: Vec<&&Claim> =
                live.iter().filter(|claim| claim.counts_in().any(|one| one == document.id)).collect();
            let ids: BTreeSet<ClaimId> = counted.iter().map(|claim| claim.id).collect();
            assert_eq!(ids, world.live(*number).into_iter().collect(), "the sum misses or adds claims");
            let sum: u64 = counted.iter().map(|claim| world.value(&claim.amount)).sum();
            let total = document.latest().and_then(|latest| latest.total).map_or(0, |total| world.value(&total));
            assert!(document.diluted || sum * 10_000 <= total * 9_000, "{sum} claimed of {total}");
            let roots = document.receivables.iter().flat_map(|borne| &borne.roots);
            let owed: u64 = roots.map(|root| world.value(&world.receivable(root).expect("a root").amount)).sum();
            assert!(owed <= total, "{owed} issued of {total}");
            assert!(document.receivables.is_none() || counted.is_empty(), "lent twice");
        }
        self.check_receivables(world);
        // What the replay tool looks for says the same.
        assert_eq!(hold(&world.state, world.now).unwrap(), None);
    }

    /// Receivables move by their machine; parts sum to what they were split off; a root knows its live leaves.
    fn check_receivables(&mut self, world: &World) {
        let all: Vec<Receivable> = self.receivables.iter().filter_map(|id| world.receivable(id)).collect();
        assert_eq!(all.len(), self.receivables.len(), "a receivable is gone");
        let mut leaves: BTreeMap<ReceivableId, Vec<ReceivableId>> = BTreeMap::new();
        for one in &all {
            let born = if one.is_root() { ReceivableState::Issued } else { ReceivableState::Transferred };
            let before = self.stood.insert(one.id, one.state).unwrap_or(born);
            let events =
                [Event::Acknowledge, Event::Split, Event::Transfer, Event::Finance, Event::Settle, Event::Receive];
            let reached = before == one.state || events.iter().any(|event| before.after(*event) == Some(one.state));
            assert!(reached, "{before:?} became {:?}", one.state);
            if one.state.is_live() {
                leaves.entry(one.root).or_default().push(one.id);
            }
            let parts: Vec<&Receivable> =
                one.children.iter().filter_map(|child| all.iter().find(|part| part.id == *child)).collect();
            assert_eq!(parts.is_empty(), one.state != ReceivableState::Split);
            if !parts.is_empty() {
                assert_eq!(parts.len(), one.children.len(), "a part is gone");
                let sum: u64 = parts.iter().map(|part| world.value(&part.amount)).sum();
                assert_eq!(sum, world.value(&one.amount), "the parts do not sum to the whole");
                assert!(parts.iter().all(|part| part.parent == Some(one.id) && part.root == one.root));
            }
            assert!(one.state != ReceivableState::Financed || one.pledge.is_some());
            let allotted: u16 = parts.iter().map(|part| part.parts).sum();
            assert!(one.parts > 0 && allotted <= one.parts, "parts were made");
        }
        for root in all.iter().filter(|one| one.is_root()) {
            let mut live = leaves.remove(&root.id).unwrap_or_default();
            live.sort_unstable();
            assert_eq!(root.leaves, live);
        }
        assert!(leaves.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn random_sequences_keep_the_invariants(steps in proptest::collection::vec(step(), 1..90)) {
        let mut world = World::new();
        let mut history = History::default();
        for step in steps {
            history.run(&mut world, step);
        }
    }

    /// From documents that are confirmed already, so that longer chains are reached.
    #[test]
    fn random_chains_keep_the_invariants(
        steps in proptest::collection::vec(prop_oneof![12 => receivable_step(), 2 => reserve_step(), 1 => step()], 20..100),
    ) {
        let mut world = World::new();
        let mut history = History::default();
        for document in 0..DOCUMENTS {
            history.run(&mut world, Step::Register { document, total: 1_000 + 500 * u64::from(document) });
            history.run(&mut world, Step::Confirm { document });
        }
        for step in steps {
            history.run(&mut world, step);
        }
    }
}
