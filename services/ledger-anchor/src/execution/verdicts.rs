//! Verdicts on proofs that were checked at admission, so that execution need not check them again.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use kontor_ledger::time::Timestamp;
use kontor_sealing::Hash;

use crate::{
    admission::AdmittedRecord,
    rules::{
        BlockContext, Network,
        proofs::{CheckAll, Obligation, Verdicts, obligations},
    },
    state::State,
};

/// Verdicts kept, each about a hundred bytes: far more than wait between admission and execution.
const KEPT: usize = 50_000;

/// A bounded memory of verdicts, the oldest forgotten first.
#[derive(Default)]
pub struct VerdictCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    verdicts: HashMap<Hash, bool>,
    order: VecDeque<Hash>,
}

impl VerdictCache {
    /// Checks the proofs that `records` would owe in `state`, together, and remembers the verdicts. A state that is
    /// damaged shows when the records are executed.
    pub fn prepare(&self, state: &impl State, network: &Network, timestamp: Timestamp, records: &[AdmittedRecord]) {
        let context = BlockContext { network, height: 0, timestamp, verdicts: &CheckAll };
        let owed = records.iter().flat_map(|record| obligations(state, &context, &record.record).unwrap_or_default());
        let owed = owed.map(|one| (one.digest(), one)).filter(|(digest, _)| self.known(digest).is_none());
        let (digests, owed): (Vec<_>, Vec<_>) = owed.unzip();
        let verdicts = Obligation::hold(&owed);
        let mut kept = self.lock();
        for (digest, holds) in digests.into_iter().zip(verdicts) {
            kept.keep(digest, holds);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn keep(&mut self, digest: Hash, holds: bool) {
        if self.verdicts.insert(digest, holds).is_none() {
            self.order.push_back(digest);
        }
        while self.order.len() > KEPT {
            if let Some(oldest) = self.order.pop_front() {
                self.verdicts.remove(&oldest);
            }
        }
    }
}

impl Verdicts for VerdictCache {
    fn known(&self, digest: &Hash) -> Option<bool> {
        self.lock().verdicts.get(digest).copied()
    }
}
