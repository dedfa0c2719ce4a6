//! Documents: anchored version by version, endorsed by their parties, replaced by others.

use kontor_ledger::{
    object::{Claim, Document, Endorsed, Version},
    outcome::RefusalCode,
    record::{Endorsement, Headroom, Total},
};
use kontor_sealing::{
    Hash,
    document::{DocumentHeader, DocumentId},
};

use super::{Judged, Stop, claim::live_claims, proofs, require};
use crate::state::{State, load, save};

/// Versions of one document, so that its object stays small.
const MAX_VERSIONS: usize = 200;
/// Words on one version, for the same reason.
const MAX_ENDORSEMENTS: usize = 100;

/// What a record anchors besides the header.
pub(super) struct Sealed<'a> {
    pub(super) root: &'a Hash,
    pub(super) attachment: &'a Hash,
    pub(super) total: Option<&'a Total>,
}

/// Anchors version 1 under a new id.
pub(super) fn register(
    state: &mut impl State,
    case: &Judged<'_>,
    header: &DocumentHeader,
    sealed: &Sealed<'_>,
) -> Result<(), Stop> {
    check_header(case, header)?;
    require(header.version == 1, RefusalCode::WrongVersion)?;
    require(load::<Document>(state, &header.document)?.is_none(), RefusalCode::AlreadyRegistered)?;
    check_proofs(case, header, sealed)?;
    let document = Document {
        id: header.document,
        key: header.key,
        suite: header.suite,
        schema: header.schema.clone(),
        roles: header.role_keys.clone(),
        versions: vec![version(case, header, sealed)],
        live: Vec::new(),
        diluted: false,
        cancelled: false,
        replaces: None,
        superseded_by: None,
        accesses: Vec::new(),
        receivables: None,
        appeals: Vec::new(),
        alerts: Vec::new(),
    };
    save(state, &document.id, &document);
    Ok(())
}

/// Anchors the next version. Claims carry over; unless the new total is shown to cover them, the document is diluted.
pub(super) fn amend(
    state: &mut impl State,
    case: &Judged<'_>,
    header: &DocumentHeader,
    sealed: &Sealed<'_>,
    headroom: Option<&Headroom>,
) -> Result<(), Stop> {
    let mut document = load::<Document>(state, &header.document)?.ok_or(RefusalCode::UnknownDocument)?;
    check_header(case, header)?;
    case.by(&document.key)?;
    require_standing(&document)?;
    require_free(&document)?;
    let latest = document.latest().map_or(0, |version| version.version);
    require(latest.checked_add(1) == Some(header.version), RefusalCode::WrongVersion)?;
    require(document.versions.len() < MAX_VERSIONS, RefusalCode::TooLong)?;
    require(document.schema == header.schema, RefusalCode::HeaderMalformed)?;
    require(document.roles.iter().all(|role| header.role_keys.contains(role)), RefusalCode::RolesChanged)?;
    check_proofs(case, header, sealed)?;

    let live = live_claims(state, &document, case.now())?;
    document.diluted = !live.is_empty() && !covers(case, header, sealed, headroom, &live)?;
    if live.is_empty() {
        require(headroom.is_none(), RefusalCode::ClaimsChanged)?;
    }
    document.roles.clone_from(&header.role_keys);
    document.versions.push(version(case, header, sealed));
    save(state, &document.id, &document);
    Ok(())
}

/// Whether the amendment shows that its total covers the live claims; a proof that shows nothing is refused.
fn covers(
    case: &Judged<'_>,
    header: &DocumentHeader,
    sealed: &Sealed<'_>,
    headroom: Option<&Headroom>,
    live: &[Claim],
) -> Result<bool, Stop> {
    let Some(headroom) = headroom else { return Ok(false) };
    let total = sealed.total.ok_or(RefusalCode::NotFinanceable)?;
    require(headroom.live.iter().eq(live.iter().map(|claim| &claim.id)), RefusalCode::ClaimsChanged)?;
    let anchored = anchored(header, sealed);
    match proofs::headroom_of_amendment(case.network(), anchored, total, headroom, live) {
        Some(obligation) => proofs::check(case.context, &obligation).map(|()| true),
        None => Ok(false),
    }
}

/// A party's word on the latest version.
///
/// | Word | by | not if |
/// |---|---|---|
/// | issue | seller | already issued |
/// | accept, confirm, dispute | buyer | it is the buyer's last word already |
/// | cancel | seller | – |
///
/// Nothing is said on a cancelled or superseded document, and while it bears receivables it is neither disputed nor
/// cancelled. Cancelling under live claims dilutes them: their banks are to see it, and nothing covers them any more.
pub(super) fn endorse(
    state: &mut impl State,
    case: &Judged<'_>,
    id: &DocumentId,
    number: u32,
    root: &Hash,
    action: Endorsement,
) -> Result<(), Stop> {
    let mut document = load::<Document>(state, id)?.ok_or(RefusalCode::UnknownDocument)?;
    let key = document.role_key(action.role()).ok_or(RefusalCode::UnknownRole)?;
    case.by(&key)?;
    require_standing(&document)?;
    let latest = document.versions.last_mut().ok_or(RefusalCode::WrongVersion)?;
    require(latest.version == number, RefusalCode::WrongVersion)?;
    require(latest.root == *root, RefusalCode::RootMismatch)?;
    require(latest.endorsements.len() < MAX_ENDORSEMENTS, RefusalCode::TooLong)?;
    let said = match action {
        Endorsement::Issue => latest.is_issued(),
        Endorsement::Accept | Endorsement::Confirm | Endorsement::Dispute => latest.buyers_word() == Some(action),
        Endorsement::Cancel => false,
    };
    require(!said, RefusalCode::WrongState)?;
    latest.endorsements.push(Endorsed { action, record: case.id, at: case.now() });
    match action {
        Endorsement::Issue | Endorsement::Accept | Endorsement::Confirm => {}
        Endorsement::Dispute => require_free(&document)?,
        Endorsement::Cancel => {
            require_free(&document)?;
            document.cancelled = true;
            document.diluted = !live_claims(state, &document, case.now())?.is_empty();
        }
    }
    save(state, id, &document);
    Ok(())
}

/// Replaces `id` by the document `by`, which takes over its live claims into its own sum.
///
/// Both owners must want it, or one could load the other's document with claims whose amounts that one does not know:
/// the key of `by` offers first, then the key of `id` accepts. One key for both does it in one record.
pub(super) fn supersede(
    state: &mut impl State,
    case: &Judged<'_>,
    id: &DocumentId,
    by: &DocumentId,
) -> Result<(), Stop> {
    let mut old = load::<Document>(state, id)?.ok_or(RefusalCode::UnknownDocument)?;
    let mut new = load::<Document>(state, by)?.ok_or(RefusalCode::UnknownDocument)?;
    require(id != by, RefusalCode::WrongState)?;
    for document in [&old, &new] {
        require_standing(document)?;
        require_free(document)?;
    }
    if *case.author() == new.key && old.key != new.key {
        require(new.replaces != Some(*id), RefusalCode::AlreadyRegistered)?;
        new.replaces = Some(*id);
        save(state, by, &new);
        return Ok(());
    }
    case.by(&old.key)?;
    require(old.key == new.key || new.replaces == Some(*id), RefusalCode::WrongState)?;

    let carried = live_claims(state, &old, case.now())?;
    // The old claims may exceed the new total: nothing was proven, so nothing more is lent until they are gone or an
    // amendment proves that they fit.
    new.diluted |= !carried.is_empty();
    for mut claim in carried {
        for counted_in in [&mut claim.counted_in].into_iter().chain(claim.sources.iter_mut().map(|s| &mut s.counted_in))
        {
            if counted_in == id {
                *counted_in = *by;
            }
        }
        new.live.push(claim.id);
        save(state, &claim.id, &claim);
    }
    new.live.sort_unstable();
    // A claim on the one may have rested on the other.
    new.live.dedup();
    new.replaces = Some(*id);
    old.live.clear();
    old.diluted = false;
    old.superseded_by = Some(*by);
    save(state, id, &old);
    save(state, by, &new);
    Ok(())
}

/// Refuses what was cancelled or replaced.
pub(super) fn require_standing(document: &Document) -> Result<(), Stop> {
    require(!document.cancelled, RefusalCode::Cancelled)?;
    require(document.superseded_by.is_none(), RefusalCode::Superseded)
}

/// Refuses what receivables were issued on.
pub(super) fn require_free(document: &Document) -> Result<(), Stop> {
    require(document.receivables.is_none(), RefusalCode::ReceivablesIssued)
}

fn check_header(case: &Judged<'_>, header: &DocumentHeader) -> Result<(), Stop> {
    require(header.check_id().is_ok(), RefusalCode::DocumentIdMismatch)?;
    require(header.check().is_ok(), RefusalCode::HeaderMalformed)?;
    require(case.genesis().suites.contains(&header.suite), RefusalCode::SuiteNotAllowed)?;
    case.by(&header.key)
}

/// The proofs that every version owes, last because they cost most.
fn check_proofs(case: &Judged<'_>, header: &DocumentHeader, sealed: &Sealed<'_>) -> Result<(), Stop> {
    proofs::check(case.context, &proofs::capsule(case.context.network, header))?;
    let Some(total) = sealed.total else { return Ok(()) };
    proofs::check(case.context, &proofs::range_of_total(case.network(), anchored(header, sealed), total))
}

fn anchored(header: &DocumentHeader, sealed: &Sealed<'_>) -> kontor_ledger::context::Anchored {
    kontor_ledger::context::Anchored { document: header.document, version: header.version, root: *sealed.root }
}

fn version(case: &Judged<'_>, header: &DocumentHeader, sealed: &Sealed<'_>) -> Version {
    Version {
        version: header.version,
        root: *sealed.root,
        attachment: *sealed.attachment,
        total: sealed.total.map(|total| total.commitment),
        record: case.id,
        at: case.now(),
        endorsements: Vec::new(),
    }
}
