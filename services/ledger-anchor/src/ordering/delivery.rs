//! Finalised blocks, each with its certificate if there is one, handed to the node in order.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use commonware_actor::Feedback;
use commonware_codec::DecodeExt as _;
use commonware_consensus::{
    Reporter, Viewable,
    marshal::{Update, core::Mailbox, standard::Standard},
    simplex::{
        scheme::ed25519::Scheme,
        types::{Activity, Finalization, Finalize, Proposal},
    },
    types::{Epoch, Height, Round, View},
};
use commonware_cryptography::{certificate::Attestation, ed25519};
use commonware_parallel::Sequential;
use commonware_utils::{Acknowledgement as _, Participant, acknowledgement::Exact, non_empty};
use kontor_ledger::{
    block::BlockDigest,
    certificate::{Certificate, Vote},
};
use kontor_sealing::Signature;
use tokio::sync::mpsc;

use super::{
    Finalised, Machine,
    block::{Block, EngineDigest, engine_digest},
};

/// Blocks below the last one that the engine keeps for validators that were away; who needs older ones follows, see
/// [`crate::node::succession`]. The node's own store has all of them.
pub const KEPT_BLOCKS: u64 = 1_024;

/// Blocks between two prunings.
const PRUNED_EVERY: u64 = 256;

/// Certificates that arrive before their block is delivered are kept for this many views.
const KEPT: usize = 256;

/// Remembers certificates as the engine makes them, so that delivery need not read them back from disk.
#[derive(Clone, Default)]
pub struct Certificates(Arc<Kept>);

#[derive(Default)]
struct Kept {
    by_view: Mutex<(BTreeMap<u64, EngineDigest>, HashMap<EngineDigest, Certificate>)>,
    view: AtomicU64,
}

impl Certificates {
    /// The last view that ended.
    pub fn view(&self) -> u64 {
        self.0.view.load(Relaxed)
    }

    fn keep(&self, view: u64, digest: EngineDigest, certificate: Certificate) {
        let mut kept = self.0.by_view.lock().unwrap_or_else(PoisonError::into_inner);
        let (views, certificates) = &mut *kept;
        views.insert(view, digest);
        certificates.insert(digest, certificate);
        while views.len() > KEPT {
            let Some((_, oldest)) = views.pop_first() else { break };
            certificates.remove(&oldest);
        }
    }

    fn take(&self, digest: &EngineDigest) -> Option<Certificate> {
        self.0.by_view.lock().unwrap_or_else(PoisonError::into_inner).1.remove(digest)
    }
}

impl Reporter for Certificates {
    type Activity = Activity<Scheme, EngineDigest>;

    fn report(&mut self, activity: Self::Activity) -> Feedback {
        match &activity {
            Activity::Finalization(finalization) => {
                if let Some(certificate) = certificate_of(finalization) {
                    self.keep(finalization.view().get(), finalization.proposal.payload, certificate);
                }
                self.0.view.fetch_max(finalization.view().get(), Relaxed);
            }
            Activity::Nullification(nullification) => {
                self.0.view.fetch_max(nullification.view().get(), Relaxed);
            }
            _ => {}
        }
        Feedback::Ok
    }
}

/// Receives the marshal's updates; the work is done by [`deliver`].
#[derive(Clone)]
pub struct Inbox(mpsc::UnboundedSender<(Arc<Block>, Exact)>);

/// An inbox and its other end. The marshal bounds how many blocks wait in it.
pub fn inbox() -> (Inbox, mpsc::UnboundedReceiver<(Arc<Block>, Exact)>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Inbox(sender), receiver)
}

impl Reporter for Inbox {
    type Activity = Update<Block>;

    fn report(&mut self, update: Update<Block>) -> Feedback {
        if let Update::Block(block, acknowledgement) = update
            && self.0.send((block.inner_shared(), acknowledgement)).is_err()
        {
            return Feedback::Closed;
        }
        Feedback::Ok
    }
}

/// Hands every finalised block to `machine`, filling in what its store lacks from the engine's archive, which counts
/// heights from `base`.
pub async fn deliver<M: Machine>(
    machine: M,
    marshal: Mailbox<Scheme, Standard<Block>>,
    certificates: Certificates,
    mut inbox: mpsc::UnboundedReceiver<(Arc<Block>, Exact)>,
    base: u64,
) {
    // The height handed over last; the machine's own height lags by what waits to be written.
    let mut handed = machine.height();
    while let Some((block, acknowledgement)) = inbox.recv().await {
        let height = block.header().height;
        if height <= handed {
            acknowledgement.acknowledge();
            continue;
        }
        for missing in handed.saturating_add(1)..height {
            let Some(block) = marshal.get_block(above(missing, base)).await else {
                tracing::error!(missing, "a finalised block is in neither the store nor the engine's archive");
                return;
            };
            let certificate = certificate(&marshal, &certificates, above(missing, base), &block.inner_shared()).await;
            machine.finalised(Finalised { block: block.inner_shared(), certificate, done: None });
        }
        let certificate = certificate(&marshal, &certificates, above(height, base), &block).await;
        let done: Box<dyn FnOnce() + Send> = Box::new(move || acknowledgement.acknowledge());
        machine.finalised(Finalised { block, certificate, done: Some(done) });
        handed = height;
        if height.is_multiple_of(PRUNED_EVERY) {
            marshal.prune(above(height.saturating_sub(KEPT_BLOCKS), base));
        }
    }
}

const fn above(height: u64, base: u64) -> Height {
    Height::new(height.saturating_sub(base))
}

async fn certificate(
    marshal: &Mailbox<Scheme, Standard<Block>>,
    certificates: &Certificates,
    height: Height,
    block: &Block,
) -> Option<Certificate> {
    let digest = engine_digest(&block.id());
    if let Some(certificate) = certificates.take(&digest) {
        return Some(certificate);
    }
    let finalization = marshal.get_finalization(height).await?;
    if finalization.proposal.payload == digest { certificate_of(&finalization) } else { None }
}

/// The engine's certificate in the ledger's form. A signature that is no signature cannot be in one that verified.
fn certificate_of(finalization: &Finalization<Scheme, EngineDigest>) -> Option<Certificate> {
    let signers = finalization.certificate.signers.iter();
    let votes = signers.zip(&finalization.certificate.signatures).map(|(signer, signature)| {
        let bytes: &[u8] = signature.get()?.as_ref();
        Some(Vote { signer: signer.get(), signature: Signature::from_bytes(bytes.try_into().ok()?) })
    });
    Some(Certificate {
        epoch: finalization.proposal.round.epoch().get(),
        view: finalization.proposal.round.view().get(),
        parent_view: finalization.proposal.parent.get(),
        payload: BlockDigest::from_bytes(finalization.proposal.payload.0),
        votes: votes.collect::<Option<_>>()?,
    })
}

/// The reverse of [`certificate_of`]; `None` unless it holds for the scheme's validators.
pub fn finalization_of(certificate: &Certificate, scheme: &Scheme) -> Option<Finalization<Scheme, EngineDigest>> {
    let round = Round::new(Epoch::new(certificate.epoch), View::new(certificate.view));
    let payload = engine_digest(&certificate.payload);
    let proposal = Proposal::new(round, View::new(certificate.parent_view), payload);
    let votes = certificate.votes.iter().map(|vote| {
        let signature = ed25519::Signature::decode(Bytes::copy_from_slice(vote.signature.as_bytes())).ok()?;
        let attestation = Attestation { signer: Participant::new(vote.signer), signature: signature.into() };
        Some(Finalize { proposal: proposal.clone(), attestation })
    });
    let votes: Vec<_> = votes.collect::<Option<_>>()?;
    if votes.is_empty() {
        return None;
    }
    let made = Finalization::from_finalizes(scheme, non_empty![@votes.iter()], &Sequential).ok()?;
    made.verify(&mut rand::rng(), scheme, &Sequential).then_some(made)
}

#[cfg(test)]
mod tests {
    use commonware_cryptography::Signer as _;
    use commonware_utils::{TryCollect as _, ordered::Set};
    use kontor_ledger::certificate::namespace;
    use kontor_sealing::{Hash, PublicKey, SigningKey, Suite};

    use super::*;

    /// The engine and the ledger's verifier agree over certificates, true ones and every kind of altered one.
    #[test]
    fn the_engine_and_the_verifier_agree() {
        let network = Hash::sm3(&[b"test"]);
        let signers: Vec<_> = (1..=4)
            .map(|seed| {
                let seed = SigningKey::from_seed(&[seed; 32]).to_seed();
                ed25519::PrivateKey::decode(Bytes::copy_from_slice(seed.as_ref())).unwrap()
            })
            .collect();
        let keys: Set<ed25519::PublicKey> = signers.iter().map(|key| key.public_key()).try_collect().unwrap();
        let scheme =
            |key: &ed25519::PrivateKey| Scheme::signer(&namespace(&network), keys.clone(), key.clone()).unwrap();
        let validators: Vec<PublicKey> =
            keys.iter().map(|key| PublicKey::from_bytes(Suite::Intl, key.as_ref().try_into().unwrap())).collect();

        let round = Round::new(Epoch::new(0), View::new(300));
        let proposal = Proposal::new(round, View::new(7), EngineDigest::from([5; 32]));
        let votes: Vec<_> =
            signers.iter().take(3).map(|key| Finalize::sign(&scheme(key), proposal.clone()).unwrap()).collect();
        let verifier = scheme(&signers[0]);
        let made = Finalization::from_finalizes(&verifier, non_empty![@votes.iter()], &Sequential).unwrap();
        let agree = |finalization: &Finalization<Scheme, EngineDigest>| {
            let engine = finalization.verify(&mut rand::rng(), &verifier, &Sequential);
            let own = certificate_of(finalization).map(|certificate| certificate.verify(&network, &validators).is_ok());
            assert_eq!(own, Some(engine));
            engine
        };
        assert!(agree(&made));
        let kept = certificate_of(&made).unwrap();
        assert_eq!(finalization_of(&kept, &verifier).as_ref(), Some(&made));
        let mut forged = kept;
        forged.view += 1;
        assert_eq!(finalization_of(&forged, &verifier), None);
        let altered: [fn(&mut Finalization<Scheme, EngineDigest>); 4] = [
            |one| one.proposal.payload = EngineDigest::from([6; 32]),
            |one| one.proposal.parent = View::new(8),
            |one| one.proposal.round = Round::new(Epoch::new(0), View::new(301)),
            |one| one.proposal.round = Round::new(Epoch::new(1), View::new(300)),
        ];
        for alter in altered {
            let mut one = made.clone();
            alter(&mut one);
            assert!(!agree(&one));
        }
        let mut swapped = made.clone();
        swapped.certificate.signatures.swap(0, 1);
        assert!(!agree(&swapped));
    }
}
