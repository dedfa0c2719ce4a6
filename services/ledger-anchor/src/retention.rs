//! Retention: attachments that this member need not keep any longer. The log keeps their digests for good.
//!
//! A document's attachments go together, once none of its versions, endorsements and accesses is younger than the
//! member's retention. They stay while a claim on it lives, and while an open case covers it.

use std::sync::Arc;

use kontor_chassis::Shutdown;
use kontor_ledger::{
    encoding::from_cbor,
    object::{Case, Claim, Document},
    time::Timestamp,
};
use kontor_sealing::Hash;
use tokio::time::{Duration, sleep};

use crate::{
    attachments::Attachments,
    node::Node,
    state::{CASES, DOCUMENTS, State, StateError, load},
    store::{Committed, Store, StoreError},
};

/// Between two looks at all documents.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Documents in memory at one time.
const PAGE: usize = 512;

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// Forgets attachments after `days`, by the ledger's time, until told to stop.
pub async fn keep_up(node: Node, attachments: Attachments, days: u32, shutdown: Shutdown) {
    shutdown
        .run_until(async {
            loop {
                match forget(&node, &attachments, u64::from(days).saturating_mul(DAY)).await {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(count, "attachments were forgotten, their retention has ended"),
                    Err(error) => tracing::error!(%error, "cannot look for attachments whose retention has ended"),
                }
                sleep(EVERY).await;
            }
        })
        .await;
}

/// Looks at every document once; how many attachments were forgotten.
async fn forget(node: &Node, attachments: &Attachments, retention: u64) -> Result<usize, StoreError> {
    let now = node.progress().borrow().timestamp;
    let (mut after, mut count) = (None, 0);
    loop {
        let store = Arc::clone(node.store());
        let page = tokio::task::spawn_blocking(move || page(&store, after, now, retention)).await;
        let Ok(page) = page else { return Ok(count) };
        let (ended, last) = page?;
        for digest in ended {
            match attachments.remove(&digest).await {
                Ok(was_here) => count += usize::from(was_here),
                Err(error) => tracing::warn!(%error, %digest, "an attachment cannot be forgotten"),
            }
        }
        match last {
            Some(last) => after = Some(last),
            None => return Ok(count),
        }
    }
}

/// The attachments of some documents whose retention has ended, and where to go on.
fn page(
    store: &Store,
    after: Option<Vec<u8>>,
    now: Timestamp,
    retention: u64,
) -> Result<(Vec<Hash>, Option<Vec<u8>>), StoreError> {
    let cases = store.states(CASES, usize::MAX)?;
    let cases = cases.iter().map(|bytes| Ok(from_cbor(bytes)?)).collect::<Result<Vec<Case>, StoreError>>()?;
    let open: Vec<_> = cases.into_iter().filter(|case| case.is_open(now)).collect();
    let entries = store.states_after(DOCUMENTS, after.as_deref(), PAGE)?;
    let last = if entries.len() < PAGE { None } else { entries.last().map(|(key, _)| key.clone()) };
    let mut ended = Vec::new();
    for (_, bytes) in &entries {
        let document: Document = from_cbor(bytes)?;
        if has_ended(&Committed::new(store), &document, &open, now, retention)? {
            ended.extend(document.versions.iter().map(|version| version.attachment));
        }
    }
    Ok((ended, last))
}

/// Whether nobody needs the document's attachments from this member any more.
fn has_ended(
    state: &impl State,
    document: &Document,
    open: &[Case],
    now: Timestamp,
    retention: u64,
) -> Result<bool, StateError> {
    if open.iter().any(|case| case.covers(&document.id)) {
        return Ok(false);
    }
    for claim in &document.live {
        if load::<Claim>(state, claim)?.is_some_and(|claim| claim.is_live(now)) {
            return Ok(false);
        }
    }
    let versions = document.versions.iter();
    let last = versions.flat_map(|one| one.endorsements.iter().map(|word| word.at).chain([one.at])).max();
    Ok(last.is_some_and(|last| now.millis_since(last) >= retention))
}

#[cfg(test)]
mod tests {
    use kontor_ledger::outcome::Outcome::Accepted;

    use super::*;
    use crate::rules::tests::world::{World, key, reserve};

    #[test]
    fn what_a_claim_or_a_case_needs_is_kept() {
        let mut world = World::new();
        let body = world.register(0, 1_000);
        assert_eq!(world.say(&key(b'd', 0), 2, body).1, Accepted);
        let ended = |world: &World, open: &[Case]| {
            has_ended(&world.state, &world.document(0).unwrap(), open, world.now, 100).unwrap()
        };
        assert!(!ended(&world, &[]));
        world.pass(100);
        assert!(ended(&world, &[]));
        let claim = world.reserve(0, 600, 1, 1);
        assert_eq!(world.say(&key(b'k', 0), 0, reserve(claim)).1, Accepted);
        world.pass(200);
        assert!(!ended(&world, &[]));
        // The reservation lapses.
        world.pass(500);
        assert!(ended(&world, &[]));
        let opened = world.case("1", &[0, 1]);
        let (case, outcome) = world.say(&key(b'o', 0), 3, opened);
        assert_eq!(outcome, Accepted);
        let case = load::<Case>(&world.state, &case).unwrap().unwrap();
        assert!(!ended(&world, &[case]));
    }
}
