//! Receivables: what a buyer owes on a confirmed document, conserved by proof from the root to every leaf.
//!
//! Money is lent either on a document or on the receivables issued on it: issuing needs a document without live claims
//! and closes it to claims, whether they are made on it or name it as their source, and to amendment; its fingerprints
//! stay held, so that the same invoice under another document finds no second lender. What was issued and paid stays
//! counted, for the total that it was paid out of is gone; only a receivable that the seller never took opens the
//! document again.

use std::collections::BTreeSet;

use kontor_ledger::{
    object::{Claim, Document},
    outcome::RefusalCode,
    receivable::{
        Borne, Child, Issue, MAX_CHILDREN, MAX_PARTS, MAX_ROOTS, Pledge, Receivable, ReceivableEvent, ReceivableId,
        ReceivableState, check_consent, child_id,
    },
    record::Endorsement,
};
use kontor_proofs::Proof;
use kontor_sealing::{Commitment, PublicKey, Signature, document::Role};

use super::{
    Judged, Stop,
    claim::{by_bank, live_claims},
    document::require_standing,
    fingerprint, proofs, require,
};
use crate::state::{Once, State, StateError, UsedBy, load, save};

/// The buyer issues part of a confirmed document's total to its seller, through a bank that states the fingerprints.
pub(super) fn issue(state: &mut impl State, case: &Judged<'_>, terms: &Issue) -> Result<(), Stop> {
    let mut document = load::<Document>(state, &terms.document)?.ok_or(RefusalCode::UnknownDocument)?;
    let issuer = document.role_key(Role::Buyer).ok_or(RefusalCode::UnknownRole)?;
    case.by(&issuer)?;
    let seller = document.role_key(Role::Seller).ok_or(RefusalCode::UnknownRole)?;
    by_bank(state, case)?;
    fingerprint::check_form(&terms.fingerprints)?;
    require(case.now() < terms.due, RefusalCode::Expired)?;
    fingerprint::check_matches(state, case.now(), &document.id, &terms.fingerprints, terms.acknowledgement)?;

    require_standing(&document)?;
    let latest = document.latest().filter(|latest| latest.version == terms.version);
    let latest = latest.ok_or(RefusalCode::WrongVersion)?;
    let confirmed = latest.is_issued() && latest.buyers_word() == Some(Endorsement::Confirm);
    require(confirmed, RefusalCode::NotConfirmed)?;
    let live: Vec<Claim> = live_claims(state, &document, case.now())?;
    require(live.is_empty(), RefusalCode::ClaimsLive)?;
    let mut borne = document.receivables.take().unwrap_or(Borne { roots: Vec::new(), fingerprints: Vec::new() });
    require(terms.headroom.live == borne.roots, RefusalCode::ReceivablesChanged)?;
    require(borne.roots.len() < MAX_ROOTS, RefusalCode::TooManyReceivables)?;
    let issued = amounts(state, &borne.roots)?.ok_or(RefusalCode::ReceivablesChanged)?;
    let owed = proofs::issue(case.network(), &document, terms, &issuer, &issued);
    for obligation in &owed.ok_or(RefusalCode::NotFinanceable)? {
        proofs::check(case.context, obligation)?;
    }

    let root = Receivable {
        id: case.id,
        root: case.id,
        parent: None,
        document: document.id,
        version: terms.version,
        issuer,
        amount: terms.amount,
        due: terms.due,
        at: case.now(),
        holder: issuer,
        next: Some(seller),
        pledge: None,
        state: ReceivableState::Issued,
        children: Vec::new(),
        leaves: vec![case.id],
        parts: MAX_PARTS,
    };
    fingerprint::bear(state, &document.id, &terms.fingerprints)?;
    insert(&mut borne.roots, root.id);
    for fingerprint in &terms.fingerprints {
        insert(&mut borne.fingerprints, *fingerprint);
    }
    document.live.clear();
    document.diluted = false;
    document.receivables = Some(borne);
    save(state, &document.id, &document);
    save(state, &root.id, &root);
    Ok(())
}

/// Whom it was issued or handed to takes it; a pledge ends with that, for the bank handed it on.
pub(super) fn acknowledge(state: &mut impl State, case: &Judged<'_>, id: &ReceivableId) -> Result<(), Stop> {
    let mut receivable = find(state, id)?;
    let next = receivable.next.ok_or(RefusalCode::WrongState)?;
    case.by(&next)?;
    // The seller takes all that is issued on its document with one key.
    if receivable.state != ReceivableState::Issued {
        check_holder(state, case, &next)?;
        save(state, &Once::HolderKey(next), &UsedBy(case.id));
    }
    step(&mut receivable, ReceivableEvent::Acknowledge)?;
    receivable.holder = next;
    receivable.next = None;
    receivable.pledge = None;
    save(state, id, &receivable);
    Ok(())
}

/// The holder puts parts in its place, which sum to it.
pub(super) fn split(
    state: &mut impl State,
    case: &Judged<'_>,
    id: &ReceivableId,
    children: &[Child],
    proof: &Proof,
) -> Result<(), Stop> {
    let mut parent = find(state, id)?;
    case.by(&parent.holder)?;
    step(&mut parent, ReceivableEvent::Split)?;
    require((2..=MAX_CHILDREN).contains(&children.len()), RefusalCode::PartsMalformed)?;
    require(children.iter().all(|child| child.parts > 0), RefusalCode::PartsMalformed)?;
    let parts: usize = children.iter().map(|child| usize::from(child.parts)).sum();
    require(parts <= usize::from(parent.parts), RefusalCode::TooManyReceivables)?;
    let holders: BTreeSet<&PublicKey> = children.iter().map(|child| &child.holder).collect();
    require(holders.len() == children.len(), RefusalCode::HolderKeyUsed)?;
    for holder in holders {
        check_holder(state, case, holder)?;
    }
    proofs::check(case.context, &proofs::split(case.network(), &parent, children, proof))?;

    let (root, document, version) = (parent.root, parent.document, parent.version);
    let (issuer, due, holder) = (parent.issuer, parent.due, parent.holder);
    for (index, child) in (0..).zip(children) {
        let part = Receivable {
            id: child_id(&case.id, index),
            root,
            parent: Some(parent.id),
            document,
            version,
            issuer,
            amount: child.amount,
            due,
            at: case.now(),
            holder,
            next: Some(child.holder),
            pledge: None,
            state: ReceivableState::Transferred,
            children: Vec::new(),
            leaves: Vec::new(),
            parts: child.parts,
        };
        parent.children.push(part.id);
        save(state, &part.id, &part);
    }
    save(state, id, &parent);
    let mut root = find(state, &root)?;
    root.leaves.retain(|leaf| *leaf != parent.id);
    for child in parent.children {
        insert(&mut root.leaves, child);
    }
    save(state, &root.id, &root);
    Ok(())
}

/// Who controls it hands it to a next holder, who is to acknowledge it.
pub(super) fn transfer(
    state: &mut impl State,
    case: &Judged<'_>,
    id: &ReceivableId,
    to: &PublicKey,
) -> Result<(), Stop> {
    let mut receivable = find(state, id)?;
    case.by(&receivable.controller())?;
    by_pledgee(case, &receivable)?;
    step(&mut receivable, ReceivableEvent::Transfer)?;
    check_holder(state, case, to)?;
    receivable.next = Some(*to);
    save(state, id, &receivable);
    Ok(())
}

/// A bank pays money on it before it is due, with a key that it uses for this only and with the holder's consent.
pub(super) fn finance(
    state: &mut impl State,
    case: &Judged<'_>,
    id: &ReceivableId,
    consent: &Signature,
) -> Result<(), Stop> {
    let mut receivable = find(state, id)?;
    by_bank(state, case)?;
    let once = Once::ClaimKey(*case.author());
    require(load::<UsedBy>(state, &once)?.is_none(), RefusalCode::ClaimKeyUsed)?;
    require(case.now() < receivable.due, RefusalCode::Expired)?;
    step(&mut receivable, ReceivableEvent::Finance)?;
    let (key, sponsor) = (*case.author(), case.record.sponsor);
    let given = check_consent(&receivable.holder, &case.network(), id, &key, &sponsor, consent);
    require(given.is_ok(), RefusalCode::ConsentInvalid)?;
    receivable.pledge = Some(Pledge { key, sponsor, record: case.id, at: case.now() });
    save(state, &once, &UsedBy(case.id));
    save(state, id, &receivable);
    Ok(())
}

/// The issuer's word on all live parts, or a payee's on its own.
pub(super) fn settle(state: &mut impl State, case: &Judged<'_>, id: &ReceivableId) -> Result<(), Stop> {
    let receivable = find(state, id)?;
    if receivable.is_root() && *case.author() == receivable.issuer {
        return settle_all(state, &receivable);
    }
    case.by(&receivable.payee())?;
    by_pledgee(case, &receivable)?;
    let declined = receivable.state == ReceivableState::Issued;
    let mut paid = receivable;
    step(&mut paid, ReceivableEvent::Receive)?;
    save(state, id, &paid);
    destroyed(state, &paid, declined)
}

/// The issuer says that everything under the root is paid; a root that nobody took is withdrawn.
fn settle_all(state: &mut impl State, root: &Receivable) -> Result<(), Stop> {
    let mut moved = false;
    for id in &root.leaves {
        let mut leaf = find(state, id)?;
        let withdrawn = leaf.state == ReceivableState::Issued;
        let Some(after) = leaf.state.after(ReceivableEvent::Settle) else { continue };
        leaf.state = after;
        moved = true;
        save(state, id, &leaf);
        if withdrawn {
            destroyed(state, &leaf, true)?;
        }
    }
    require(moved, RefusalCode::WrongState)
}

/// Takes a destroyed leaf off its root, and a root that nobody took off its document.
fn destroyed(state: &mut impl State, leaf: &Receivable, untaken: bool) -> Result<(), Stop> {
    let mut root = find(state, &leaf.root)?;
    root.leaves.retain(|one| *one != leaf.id);
    save(state, &root.id, &root);
    if !untaken {
        return Ok(());
    }
    let Some(mut document) = load::<Document>(state, &leaf.document)? else { return Ok(()) };
    let Some(mut borne) = document.receivables.take() else { return Ok(()) };
    borne.roots.retain(|one| *one != root.id);
    if borne.roots.is_empty() {
        fingerprint::unbear(state, &document.id, &borne.fingerprints)?;
    } else {
        document.receivables = Some(borne);
    }
    save(state, &document.id, &document);
    Ok(())
}

/// While a bank has it in pledge, the records about it come through that bank.
fn by_pledgee(case: &Judged<'_>, receivable: &Receivable) -> Result<(), Stop> {
    let own = receivable.pledge.is_none_or(|pledge| pledge.sponsor == case.record.sponsor);
    require(own, RefusalCode::WrongSponsor)
}

/// A key that is to hold a part held no other. It is used up when it takes the part: by naming another's key nobody
/// can keep its owner from using it.
fn check_holder(state: &impl State, case: &Judged<'_>, key: &PublicKey) -> Result<(), Stop> {
    require(case.genesis().suites.contains(&key.suite()), RefusalCode::SuiteNotAllowed)?;
    require(load::<UsedBy>(state, &Once::HolderKey(*key))?.is_none(), RefusalCode::HolderKeyUsed)
}

fn find(state: &impl State, id: &ReceivableId) -> Result<Receivable, Stop> {
    Ok(load::<Receivable>(state, id)?.ok_or(RefusalCode::UnknownReceivable)?)
}

fn step(receivable: &mut Receivable, event: ReceivableEvent) -> Result<(), Stop> {
    receivable.state = receivable.state.after(event).ok_or(RefusalCode::WrongState)?;
    Ok(())
}

/// The amounts of these receivables, in their order; `None` if one is unknown.
pub(super) fn amounts(state: &impl State, ids: &[ReceivableId]) -> Result<Option<Vec<Commitment>>, StateError> {
    ids.iter().map(|id| Ok(load::<Receivable>(state, id)?.map(|known| known.amount))).collect()
}

/// Inserts into an ascending list, once.
fn insert<T: Ord>(list: &mut Vec<T>, one: T) {
    if let Err(place) = list.binary_search(&one) {
        list.insert(place, one);
    }
}
