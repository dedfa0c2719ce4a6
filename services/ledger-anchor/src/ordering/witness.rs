//! Notices what no honest validator does, and tells the node whose key it was.
//!
//! The engine itself compares the votes that a peer sends it. Somebody who sends one vote to one half of the validators
//! and another to the other half is seen by nobody who looks at single votes only; certificates carry both to everyone,
//! so votes are compared with those in certificates too.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use commonware_actor::Feedback;
use commonware_consensus::{
    Reporter, Viewable as _,
    simplex::{
        scheme::ed25519::Scheme,
        types::{Activity, Attributable as _},
    },
};
use commonware_cryptography::{ed25519, ed25519::certificate};
use commonware_p2p::{BlockedSubscription, Blocker, PeerSetSubscription, Provider, TrackedPeers};
use commonware_utils::{Participant, ordered::Set};
use kontor_sealing::PublicKey;

use super::{Fault, Machine, block::EngineDigest, consensus::ledger_key, delivery::Certificates};

/// Views whose votes are remembered; the engine itself keeps fewer.
const KEPT: usize = 64;

/// Watches the votes and certificates that the engine reports, and passes them on.
#[derive(Clone)]
pub struct Witness<M> {
    machine: M,
    certificates: Certificates,
    validators: Arc<Vec<PublicKey>>,
    seen: Arc<Mutex<Votes>>,
}

impl<M: Machine> Witness<M> {
    /// A witness among `validators`.
    pub fn new(machine: M, certificates: Certificates, validators: &Set<ed25519::PublicKey>) -> Self {
        let validators = Arc::new(validators.iter().map(ledger_key).collect());
        Self { machine, certificates, validators, seen: Arc::default() }
    }

    fn accuse(&self, signer: Participant, view: u64) {
        if let Some(key) = usize::try_from(signer.get()).ok().and_then(|index| self.validators.get(index)) {
            self.machine.accuse(*key, Fault::Equivocation { view });
        }
    }

    fn note(&self, signers: impl IntoIterator<Item = Participant>, view: u64, vote: Vote) {
        for signer in signers {
            // The lock is not held while the machine is told.
            let excluded = self.seen.lock().unwrap_or_else(PoisonError::into_inner).note(signer, view, vote);
            if excluded {
                self.accuse(signer, view);
            }
        }
    }
}

impl<M: Machine> Reporter for Witness<M> {
    type Activity = Activity<Scheme, EngineDigest>;

    fn report(&mut self, activity: Self::Activity) -> Feedback {
        let view = activity.view().get();
        match &activity {
            Activity::Notarize(vote) => self.note([vote.signer()], view, Vote::Notarize(vote.proposal.payload)),
            Activity::Nullify(vote) => self.note([vote.signer()], view, Vote::Nullify),
            Activity::Finalize(vote) => self.note([vote.signer()], view, Vote::Finalize(vote.proposal.payload)),
            Activity::Notarization(made) => {
                self.note(signers(&made.certificate), view, Vote::Notarize(made.proposal.payload));
            }
            Activity::Nullification(made) => self.note(signers(&made.certificate), view, Vote::Nullify),
            Activity::Finalization(made) => {
                self.note(signers(&made.certificate), view, Vote::Finalize(made.proposal.payload));
            }
            Activity::Certification(_) => {}
            Activity::ConflictingNotarize(evidence) => self.accuse(evidence.signer(), view),
            Activity::ConflictingFinalize(evidence) => self.accuse(evidence.signer(), view),
            Activity::NullifyFinalize(evidence) => self.accuse(evidence.signer(), view),
        }
        self.certificates.report(activity)
    }
}

fn signers(certificate: &certificate::Certificate) -> impl Iterator<Item = Participant> + '_ {
    certificate.signers.iter()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vote {
    Notarize(EngineDigest),
    Nullify,
    Finalize(EngineDigest),
}

/// What one validator voted for in one view.
#[derive(Default)]
struct Cast {
    notarized: Option<EngineDigest>,
    nullified: bool,
    finalized: Option<EngineDigest>,
}

/// What every validator voted for in the latest views.
#[derive(Default)]
struct Votes(BTreeMap<u64, BTreeMap<Participant, Cast>>);

impl Votes {
    /// Remembers a vote; true if an earlier one of its signer excludes it. To give up a view after a vote for a block
    /// is honest, to finalise what was given up is not, nor is a second block.
    fn note(&mut self, signer: Participant, view: u64, vote: Vote) -> bool {
        let cast = self.0.entry(view).or_default().entry(signer).or_default();
        let other = |earlier: &mut Option<EngineDigest>, now| *earlier.get_or_insert(now) != now;
        let excluded = match vote {
            Vote::Notarize(block) => other(&mut cast.notarized, block),
            Vote::Nullify => {
                cast.nullified = true;
                cast.finalized.is_some()
            }
            Vote::Finalize(block) => other(&mut cast.finalized, block) || cast.nullified,
        };
        while self.0.len() > KEPT {
            self.0.pop_first();
        }
        excluded
    }
}

/// The network's blocklist. The engine blocks a peer for what no honest one sends, and the node is told so.
#[derive(Clone)]
pub struct Watchful<O, M> {
    oracle: O,
    machine: M,
}

impl<O, M> Watchful<O, M> {
    /// Over the network's own.
    pub const fn new(oracle: O, machine: M) -> Self {
        Self { oracle, machine }
    }
}

impl<O: std::fmt::Debug, M> std::fmt::Debug for Watchful<O, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.oracle.fmt(f)
    }
}

impl<O, M> Blocker for Watchful<O, M>
where
    O: Blocker<PublicKey = ed25519::PublicKey>,
    M: Machine,
{
    type PublicKey = ed25519::PublicKey;

    fn block(&mut self, peer: ed25519::PublicKey) -> Feedback {
        self.machine.accuse(ledger_key(&peer), Fault::Message("the ordering engine refused what it sent"));
        self.oracle.block(peer)
    }

    fn blocked(&mut self) -> BlockedSubscription<ed25519::PublicKey> {
        self.oracle.blocked()
    }
}

impl<O, M> Provider for Watchful<O, M>
where
    O: Provider<PublicKey = ed25519::PublicKey>,
    M: Machine,
{
    type PublicKey = ed25519::PublicKey;

    async fn peer_set(&mut self, id: u64) -> Option<TrackedPeers<ed25519::PublicKey>> {
        self.oracle.peer_set(id).await
    }

    async fn subscribe(&mut self) -> PeerSetSubscription<ed25519::PublicKey> {
        self.oracle.subscribe().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: EngineDigest = commonware_cryptography::sha256::Digest([1; 32]);
    const OTHER: EngineDigest = commonware_cryptography::sha256::Digest([2; 32]);

    #[test]
    fn only_votes_that_exclude_each_other_are_noticed() {
        let cases = [
            (vec![Vote::Notarize(BLOCK), Vote::Notarize(BLOCK), Vote::Finalize(BLOCK)], false),
            (vec![Vote::Notarize(BLOCK), Vote::Nullify, Vote::Nullify], false),
            (vec![Vote::Notarize(BLOCK), Vote::Notarize(OTHER)], true),
            (vec![Vote::Finalize(BLOCK), Vote::Finalize(OTHER)], true),
            (vec![Vote::Finalize(BLOCK), Vote::Nullify], true),
            (vec![Vote::Nullify, Vote::Finalize(BLOCK)], true),
        ];
        for (votes, expected) in cases {
            let mut seen = Votes::default();
            let noticed: Vec<bool> = votes.iter().map(|vote| seen.note(Participant::new(1), 7, *vote)).collect();
            assert_eq!(noticed.contains(&true), expected, "{votes:?}");
            // Another validator's, or another view's, are no contradiction.
            assert!(!seen.note(Participant::new(2), 7, Vote::Notarize(OTHER)));
            assert!(!seen.note(Participant::new(1), 8, Vote::Notarize(OTHER)));
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut seen = Votes::default();
        for view in 0..1_000 {
            seen.note(Participant::new(0), view, Vote::Nullify);
        }
        assert_eq!(seen.0.len(), KEPT);
    }
}
