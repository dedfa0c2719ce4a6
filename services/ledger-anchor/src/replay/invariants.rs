//! What the rules promise, looked for in the state itself.
//!
//! That amounts stay within their caps, and that parts sum to what they were split off, was shown by the proof of each
//! record over the sets that are counted here.

use std::collections::{BTreeMap, BTreeSet};

use kontor_ledger::{
    object::{Access, Case, Claim, ClaimEvent, ClaimState, Document},
    receivable::{Receivable, ReceivableEvent, ReceivableId, ReceivableState},
    record::{ClaimId, Fingerprint, FingerprintKind},
    time::Timestamp,
};
use kontor_sealing::{Hash, document::DocumentId};

use crate::state::{Changes, MemoryState, State as _, StateError, load};

/// What does not hold of a record's changes: claims and receivables begin where their machines do and move by them.
///
/// # Errors
/// [`StateError`] if an object is damaged.
pub(crate) fn moves(state: &MemoryState, changes: &Changes, now: Timestamp) -> Result<Option<String>, StateError> {
    let mut after = MemoryState::default();
    for (key, change) in changes {
        match (key.first(), change) {
            (Some(b'c' | b'r'), Some(value)) => after.put(key.clone(), value.clone()),
            (Some(b'c' | b'r'), None) => return Ok(Some("a claim or a receivable was forgotten".to_owned())),
            _ => {}
        }
    }
    for (kind, id) in ids(&after) {
        let moved = match kind {
            b'c' => {
                let before = load::<Claim>(state, &id)?.map(|claim| claim.state_at(now));
                load::<Claim>(&after, &id)?.is_none_or(|claim| claim_moves(before, claim.state_at(now)))
            }
            _ => {
                let before = load::<Receivable>(state, &id)?.map(|one| one.state);
                load::<Receivable>(&after, &id)?.is_none_or(|one| receivable_moves(before, one.state, one.is_root()))
            }
        };
        if !moved {
            return Ok(Some(format!("the state of {id} moved against its machine")));
        }
    }
    Ok(None)
}

fn claim_moves(before: Option<ClaimState>, after: ClaimState) -> bool {
    let Some(before) = before else { return after == ClaimState::Reserved };
    let events = [ClaimEvent::Finance, ClaimEvent::Settle, ClaimEvent::Release];
    before == after || events.into_iter().any(|event| before.after(event) == Some(after))
}

fn receivable_moves(before: Option<ReceivableState>, after: ReceivableState, root: bool) -> bool {
    use ReceivableEvent as Event;
    let first = if root { ReceivableState::Issued } else { ReceivableState::Transferred };
    let Some(before) = before else { return after == first };
    let events = [Event::Acknowledge, Event::Split, Event::Transfer, Event::Finance, Event::Settle, Event::Receive];
    before == after || events.into_iter().any(|event| before.after(event) == Some(after))
}

/// What does not hold of the state as it is at `now`.
///
/// - Live claims and receivables with one exact fingerprint name one document; live claims with one source fingerprint
///   rest on one document.
/// - Each document counts exactly the live claims that rest on it, and none if it bears receivables.
/// - The parts of what was split are all there and name it; a root knows exactly its live leaves, a document its roots.
/// - An access names a case that was opened before it and not closed.
///
/// # Errors
/// [`StateError`] if an object is damaged.
pub(crate) fn hold(state: &MemoryState, now: Timestamp) -> Result<Option<String>, StateError> {
    let mut found = Found::default();
    for (kind, id) in ids(state) {
        let wrong = match kind {
            b'c' => load::<Claim>(state, &id)?.and_then(|claim| found.claim(&claim, now)),
            b'd' => load::<Document>(state, &DocumentId::from(id))?.and_then(|document| found.document(document)),
            b'r' => match load::<Receivable>(state, &id)? {
                Some(receivable) => found.receivable(state, &receivable)?,
                None => None,
            },
            b'a' => access(state, &id)?,
            _ => None,
        };
        if wrong.is_some() {
            return Ok(wrong);
        }
    }
    found.agree(state, now)
}

/// Kinds and ids of the objects whose keys are one byte and a digest.
fn ids(state: &MemoryState) -> impl Iterator<Item = (u8, Hash)> {
    state.entries().filter_map(|(key, _)| {
        let (kind, id) = key.split_first()?;
        Some((*kind, Hash::from_bytes(<[u8; 32]>::try_from(id).ok()?)))
    })
}

fn access(state: &MemoryState, id: &Hash) -> Result<Option<String>, StateError> {
    let Some(access) = load::<Access>(state, id)? else { return Ok(None) };
    let case = load::<Case>(state, &access.terms.case)?;
    let within = case.is_some_and(|case| case.at <= access.at && case.closed.is_none_or(|at| access.at <= at));
    Ok((!within).then(|| format!("access {id} is outside its case")))
}

/// What was met on the way through the state.
#[derive(Default)]
struct Found {
    named: BTreeMap<Fingerprint, DocumentId>,
    counted: BTreeMap<DocumentId, BTreeSet<ClaimId>>,
    documents: BTreeMap<DocumentId, Document>,
    leaves: BTreeMap<ReceivableId, BTreeSet<ReceivableId>>,
    roots: BTreeMap<ReceivableId, Receivable>,
}

impl Found {
    /// Notes what a fingerprint stands for; something if it stands for another document already.
    fn stands_for(&mut self, kind: FingerprintKind, value: Hash, document: DocumentId) -> Option<String> {
        let known = *self.named.entry(Fingerprint { kind, value }).or_insert(document);
        (known != document).then(|| format!("the {} fingerprint {value} stands for two documents", kind.as_str()))
    }

    fn claim(&mut self, claim: &Claim, now: Timestamp) -> Option<String> {
        if !claim.is_live(now) {
            return None;
        }
        for document in claim.counts_in() {
            self.counted.entry(document).or_default().insert(claim.id);
        }
        let Some(exact) = claim.fingerprints.first() else {
            return Some(format!("claim {} has no fingerprint", claim.id));
        };
        let mut wrong = self.stands_for(exact.kind, exact.value, claim.document);
        for source in &claim.sources {
            let other = self.stands_for(FingerprintKind::Source, source.fingerprint, source.counted_in);
            wrong = wrong.or(other);
        }
        wrong
    }

    fn document(&mut self, document: Document) -> Option<String> {
        let mut wrong = None;
        for one in document.receivables.iter().flat_map(|borne| &borne.fingerprints) {
            if one.kind == FingerprintKind::Exact {
                let other = self.stands_for(one.kind, one.value, document.id);
                wrong = wrong.or(other);
            }
        }
        self.documents.insert(document.id, document);
        wrong
    }

    fn receivable(&mut self, state: &MemoryState, one: &Receivable) -> Result<Option<String>, StateError> {
        for id in &one.children {
            let part = load::<Receivable>(state, id)?;
            if !part.is_some_and(|part| part.parent == Some(one.id) && part.root == one.root) {
                return Ok(Some(format!("part {id} of receivable {} is missing", one.id)));
            }
        }
        if one.children.is_empty() != (one.state != ReceivableState::Split) {
            return Ok(Some(format!("receivable {} has parts without being split, or none", one.id)));
        }
        if let Some(parent) = one.parent {
            let parent = load::<Receivable>(state, &parent)?;
            if !parent.is_some_and(|parent| parent.children.contains(&one.id)) {
                return Ok(Some(format!("receivable {} is no part of its parent", one.id)));
            }
        }
        if one.state.is_live() {
            self.leaves.entry(one.root).or_default().insert(one.id);
        }
        if one.is_root() {
            self.roots.insert(one.id, one.clone());
        }
        Ok(None)
    }

    /// Whether the documents and roots know exactly what was met.
    fn agree(mut self, state: &MemoryState, now: Timestamp) -> Result<Option<String>, StateError> {
        for document in self.documents.values() {
            let mut listed = BTreeSet::new();
            for claim in &document.live {
                if load::<Claim>(state, claim)?.is_some_and(|claim| claim.is_live(now)) {
                    listed.insert(*claim);
                }
            }
            if listed != self.counted.remove(&document.id).unwrap_or_default() {
                return Ok(Some(format!("document {} counts other claims than its live ones", document.id)));
            }
            if document.receivables.is_some() && !listed.is_empty() {
                return Ok(Some(format!("document {} has live claims and bears receivables", document.id)));
            }
            for root in document.receivables.iter().flat_map(|borne| &borne.roots) {
                if self.roots.get(root).is_none_or(|known| known.document != document.id) {
                    return Ok(Some(format!("document {} bears receivable {root}, which is not its own", document.id)));
                }
            }
        }
        for root in self.roots.values() {
            let live = self.leaves.remove(&root.id).unwrap_or_default();
            if !root.leaves.iter().eq(&live) {
                return Ok(Some(format!("receivable {} counts other leaves than its live ones", root.id)));
            }
            let borne = self.documents.get(&root.document).and_then(|document| document.receivables.as_ref());
            if !live.is_empty() && borne.is_none_or(|borne| !borne.roots.contains(&root.id)) {
                return Ok(Some(format!("receivable {} is borne by no document", root.id)));
            }
        }
        if let Some(id) = self.counted.keys().next() {
            return Ok(Some(format!("claims are counted in document {id}, which is unknown")));
        }
        Ok(self.leaves.keys().next().map(|id| format!("leaves are counted in receivable {id}, which is unknown")))
    }
}
