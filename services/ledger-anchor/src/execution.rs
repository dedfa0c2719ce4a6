//! Execution of blocks: the rules run over every record that is new, on an overlay over the committed state.
//!
//! Every node executes a block once, before it votes; what came out is kept until the block is committed or its height
//! is. A record that an ancestor holds already is passed over: delivery is at least once, effect is once.

mod chain;
mod overlay;
mod verdicts;

use std::collections::{HashMap, HashSet};

use kontor_ledger::{
    block::{BlockDigest, BlockHeader},
    epoch::validators_hash,
    genesis::Genesis,
    governance::MemberState,
    member::MemberId,
    merkle::{self, Frontier},
    outcome::Outcome,
    record::{Body, Record, RecordId},
    time::Timestamp,
};

pub use chain::{Base, Chain};
use overlay::Overlay;
pub use verdicts::VerdictCache;

use crate::{
    admission::AdmittedRecord,
    ordering::block::{BatchKey, Body as BlockBody},
    rules::{
        self, Network, RULES,
        epochs::{Closed, close},
        members,
        proofs::Verdicts,
    },
    state::nonce_user,
    store::{Entry, StoreError, Wanted},
};

/// Key and new value of what a block changed in the rules' state; `None` removes it.
pub type Writes = HashMap<Vec<u8>, Option<Vec<u8>>>;

/// All that a block changes.
pub struct Executed {
    /// Its header.
    pub header: BlockHeader,
    /// The header's digest.
    pub digest: BlockDigest,
    /// What its batches are known by.
    pub batches: Vec<BatchKey>,
    /// Changes of the rules' state.
    pub writes: Writes,
    /// Its records in log order.
    pub entries: Vec<Entry>,
    /// The log after it.
    pub frontier: Frontier,
    positions: HashMap<RecordId, u64>,
    attachments: Vec<Wanted>,
    closed: Closed,
}

impl Executed {
    /// The attachments that its accepted records name.
    pub fn attachments(&self) -> &[Wanted] {
        &self.attachments
    }

    /// The validators after it.
    pub fn closed(&self) -> &Closed {
        &self.closed
    }
}

/// What batches come to on top of a base, before a header says so.
pub struct Draft {
    writes: Writes,
    entries: Vec<Entry>,
    frontier: Frontier,
    positions: HashMap<RecordId, u64>,
    attachments: Vec<Wanted>,
    closed: Closed,
    /// For each group whether it held a record that was new.
    pub fresh: Vec<bool>,
}

/// Runs the rules over the records of `groups`, in order, on `base`.
///
/// # Errors
/// If the store fails: nothing may be concluded then.
pub fn execute(
    base: &Base,
    network: &Network,
    verdicts: &dyn Verdicts,
    timestamp: Timestamp,
    groups: &[&[AdmittedRecord]],
) -> Result<Draft, StoreError> {
    let height = base.header.height.saturating_add(1);
    let context = rules::BlockContext { height, timestamp, network, verdicts };
    let mut overlay = Overlay::new(base);
    require_known_rules(&overlay, network, height)?;
    let mut draft = Draft {
        writes: Writes::new(),
        entries: Vec::new(),
        frontier: base.frontier.clone(),
        positions: HashMap::new(),
        attachments: Vec::new(),
        closed: Closed { epoch: 0, validators: Vec::new(), ends: false },
        fresh: Vec::with_capacity(groups.len()),
    };
    for group in groups {
        let before = draft.entries.len();
        for admitted in *group {
            if draft.positions.contains_key(&admitted.id) || is_in_log(base, &overlay, admitted)? {
                continue;
            }
            let outcome = rules::apply(&mut overlay, &context, &admitted.id, &admitted.record)?;
            let position = draft.frontier.append(merkle::record_leaf(&admitted.id, outcome, timestamp));
            draft.attachments.extend(wanted(&admitted.record, outcome));
            draft.positions.insert(admitted.id, position);
            let record = admitted.bytes.clone();
            draft.entries.push(Entry { position, id: admitted.id, outcome, timestamp, height, record });
        }
        draft.fresh.push(draft.entries.len() > before);
    }
    draft.closed = close(&mut overlay, network, height)?;
    draft.writes = overlay.finish()?;
    Ok(draft)
}

/// The attachment that a record with this outcome names.
pub(crate) fn wanted(record: &Record, outcome: Outcome) -> Option<Wanted> {
    let (Body::DocumentRegister { attachment, .. } | Body::DocumentAmend { attachment, .. }) = &record.unsigned.body
    else {
        return None;
    };
    outcome.is_accepted().then_some(Wanted { digest: *attachment, sponsor: record.sponsor })
}

/// A program that does not know the rules of a block must not judge it.
fn require_known_rules(state: &Overlay<'_>, network: &Network, height: u64) -> Result<(), StoreError> {
    let version = members::settings(state, &network.genesis, height)?.rules;
    if version <= RULES { Ok(()) } else { Err(StoreError::LaterRules { version, height, known: RULES }) }
}

/// Whether the log that ends with `base` has the record. Each record in it took its nonce or found it taken, so a
/// free nonce answers by itself.
fn is_in_log(base: &Base, state: &Overlay<'_>, admitted: &AdmittedRecord) -> Result<bool, StoreError> {
    let unsigned = &admitted.record.unsigned;
    match nonce_user(state, &unsigned.author, unsigned.nonce)? {
        None => Ok(false),
        Some(by) if by == admitted.id => Ok(true),
        Some(_) => Ok(base.position(&admitted.id)?.is_some()),
    }
}

impl Draft {
    /// The header that a block on `base` with this draft's outcome has.
    pub fn header(&self, base: &Base, timestamp: Timestamp, body: &BlockBody) -> BlockHeader {
        BlockHeader {
            network: base.header.network,
            epoch: self.closed.epoch,
            height: base.header.height.saturating_add(1),
            parent: base.digest,
            timestamp,
            body: body.hash(),
            log_size: self.frontier.size(),
            log_root: self.frontier.root(),
            validators: validators_hash(&self.closed.validators),
        }
    }

    /// Whether `header` names exactly this outcome.
    pub fn matches(&self, header: &BlockHeader) -> bool {
        header.log_size == self.frontier.size()
            && header.log_root == self.frontier.root()
            && header.epoch == self.closed.epoch
            && header.validators == validators_hash(&self.closed.validators)
    }

    /// Joins the draft with the header that it matches.
    pub fn seal(self, header: BlockHeader, batches: Vec<BatchKey>) -> Executed {
        let digest = header.digest();
        let Self { writes, entries, frontier, positions, attachments, closed, fresh: _ } = self;
        Executed { header, digest, batches, writes, entries, frontier, positions, attachments, closed }
    }
}

/// A member, as of the block that `base` is.
///
/// # Errors
/// If the store fails.
pub fn member(base: &Base, genesis: &Genesis, id: &MemberId) -> Result<Option<MemberState>, StoreError> {
    let state = Overlay::new(base);
    let found = members::member(&state, genesis, id)?;
    state.finish()?;
    Ok(found)
}

/// The keys of all batches in the blocks of `base` that are not committed yet.
pub fn taken(base: &Base) -> HashSet<BatchKey> {
    base.layers().iter().flat_map(|layer| layer.batches.iter().copied()).collect()
}
