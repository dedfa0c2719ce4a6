//! What a validator does that follows no rule but its own.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use commonware_cryptography::ed25519;
use commonware_p2p::{
    Recipients,
    simulated::{SplitForwarder, SplitOrigin, SplitTarget},
};
use commonware_runtime::{Clock as _, IoBuf, deterministic::Context};
use kontor_ledger::{
    Batch, Timestamp,
    block::BlockDigest,
    encoding::to_cbor,
    record::{Body as RecordBody, Nonce, Unsigned},
};
use kontor_sealing::{Hash, PublicKey, Signature};
use rand::RngExt as _;

use super::members::{LIAR, code, identity};
use crate::{
    node::Node,
    ordering::{
        Block, Fault, Finalised, Machine,
        block::{BatchKey, Body},
        consensus::BATCHES,
    },
};

/// What the liar does. It follows the protocol otherwise, for who is loud from the start is soon ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conduct {
    /// Nothing: the schedule alone is bad enough.
    Honest,
    /// Runs twice with one key, once for each half of the others: it proposes and votes for two blocks in one view.
    Twins,
    /// Keeps blocks from some, and answers no question.
    Withholds,
    /// Takes part, says nothing.
    Silent,
    /// Proposes blocks whose root is not what execution gives.
    WrongRoot,
    /// Proposes a record that its author did not sign.
    ForgedAuthor,
    /// Proposes a batch that its sponsor did not sign.
    ForgedSponsor,
    /// Proposes blocks that are older than the one before.
    WrongTime,
    /// Passes on records that their author did not sign.
    ForgedGossip,
    /// Sends noise on every channel.
    Noise,
}

impl Conduct {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Honest,
        Self::Twins,
        Self::Withholds,
        Self::Silent,
        Self::WrongRoot,
        Self::ForgedAuthor,
        Self::ForgedSponsor,
        Self::WrongTime,
        Self::ForgedGossip,
        Self::Noise,
    ];

    /// The seed's.
    pub fn of(seed: u64) -> Self {
        Self::ALL[(seed % Self::ALL.len() as u64) as usize]
    }

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Twins => "twins",
            Self::Withholds => "withholds",
            Self::Silent => "silent",
            Self::WrongRoot => "wrong root",
            Self::ForgedAuthor => "forged author",
            Self::ForgedSponsor => "forged sponsor",
            Self::WrongTime => "wrong time",
            Self::ForgedGossip => "forged gossip",
            Self::Noise => "noise",
        }
    }

    /// In how many of `played` seeds somebody honest must name it. Who says nothing may as well be cut off. That twins
    /// signed twice is seen where both votes meet, which the schedule may prevent.
    pub const fn named_in(self, played: u32) -> u32 {
        match self {
            Self::Honest | Self::Withholds | Self::Silent => 0,
            Self::Twins => played / 2,
            _ => played,
        }
    }
}

/// The liar's machine, or an honest one.
#[derive(Clone)]
pub struct Player {
    /// The node below it.
    pub node: Node,
    /// What it does.
    pub conduct: Conduct,
}

impl Player {
    fn falsify(&self, block: &Block) -> Option<Block> {
        let mut header = *block.header();
        let body = |batch: Bytes| Body::join(vec![(BatchKey::of(&batch), batch)]);
        let own = || Body::join(block.batches().to_vec());
        let body = match self.conduct {
            Conduct::WrongRoot => {
                header.log_root = Hash::sm3(&[b"another root"]);
                own()
            }
            Conduct::WrongTime => {
                header.timestamp = Timestamp::default();
                own()
            }
            Conduct::ForgedAuthor => body(forged_author(self.node.network(), header.height)),
            Conduct::ForgedSponsor => body(forged_sponsor(self.node.network(), header.height)),
            _ => return None,
        };
        header.body = body.hash();
        Some(Block::new(header, body))
    }
}

/// A batch that the liar sponsors, of a record that somebody else did not sign.
fn forged_author(network: Hash, number: u64) -> Bytes {
    let body = RecordBody::AnchorNotarise { digest: Hash::sm3(&[&number.to_be_bytes()]) };
    let unsigned = Unsigned { network, body, nonce: Nonce(number), author: identity(0).public() };
    let mut record = unsigned.sign(&identity(0), code(LIAR));
    record.signature = Signature::from_bytes([9; 64]);
    to_cbor(&Batch::sign(vec![record], code(LIAR), &identity(LIAR)).expect("a batch")).into()
}

/// A batch in another member's name.
fn forged_sponsor(network: Hash, number: u64) -> Bytes {
    let body = RecordBody::AnchorNotarise { digest: Hash::sm3(&[&number.to_be_bytes()]) };
    let unsigned = Unsigned { network, body, nonce: Nonce(number), author: identity(LIAR).public() };
    let record = unsigned.sign(&identity(LIAR), code(0));
    to_cbor(&Batch::sign(vec![record], code(0), &identity(LIAR)).expect("a batch")).into()
}

impl Machine for Player {
    fn knows(&self, height: u64, digest: &BlockDigest) -> bool {
        self.node.knows(height, digest)
    }

    async fn propose(&self, ancestors: Vec<Arc<Block>>, idle_views: u64) -> Option<Block> {
        let block = self.node.propose(ancestors, idle_views).await?;
        Some(self.falsify(&block).unwrap_or(block))
    }

    async fn verify(&self, lineage: Vec<Arc<Block>>, proposer: PublicKey) -> bool {
        self.node.verify(lineage, proposer).await
    }

    fn finalised(&self, finalised: Finalised) {
        self.node.finalised(finalised);
    }

    fn height(&self) -> u64 {
        self.node.height()
    }

    fn last_of(&self, epoch: u64) -> Option<u64> {
        self.node.last_of(epoch)
    }

    fn received(&self, batch: Bytes, from: PublicKey) {
        self.node.received(batch, from);
    }

    fn accuse(&self, validator: PublicKey, fault: Fault) {
        self.node.accuse(validator, fault);
    }
}

/// To whom a replica's messages go.
#[derive(Clone)]
pub struct Reach {
    /// What its validator does.
    pub conduct: Conduct,
    /// Whether the channel carries blocks or answers to questions for them.
    pub of_blocks: bool,
    /// The half of the validators that the liar's first replica deals with.
    pub half: Arc<Vec<ed25519::PublicKey>>,
    /// The other half.
    pub others: Arc<Vec<ed25519::PublicKey>>,
}

impl Reach {
    /// What becomes of a message on its way out.
    pub fn forwarder(self) -> impl SplitForwarder<ed25519::PublicKey> {
        move |origin: SplitOrigin, recipients: &Recipients<ed25519::PublicKey>, _: &IoBuf| {
            let within = match (self.conduct, origin) {
                (Conduct::Twins, SplitOrigin::Primary) => &self.half,
                (Conduct::Twins, SplitOrigin::Secondary) => &self.others,
                (Conduct::Silent, _) => return None,
                (Conduct::Withholds, _) if self.of_blocks => &self.half,
                _ => return Some(recipients.clone()),
            };
            let all = match recipients {
                Recipients::All => within.to_vec(),
                Recipients::Some(some) => some.iter().filter(|one| within.contains(one)).cloned().collect(),
                Recipients::One(one) => within.iter().filter(|known| *known == one).cloned().collect(),
            };
            (!all.is_empty()).then_some(Recipients::Some(all))
        }
    }

    /// Which replica a message is for.
    pub fn route(&self, from: &ed25519::PublicKey) -> SplitTarget {
        match self.conduct {
            Conduct::Twins if self.others.contains(from) => SplitTarget::Secondary,
            _ => SplitTarget::Primary,
        }
    }
}

/// Sends what nobody honest sends, a few times a second.
pub async fn disturb<S>(mut context: Context, mut sender: S, conduct: Conduct, channel: u64, network: Hash)
where
    S: commonware_p2p::Sender<PublicKey = ed25519::PublicKey>,
{
    for number in 0.. {
        context.sleep(Duration::from_millis(700)).await;
        let message: Vec<u8> = match conduct {
            Conduct::ForgedGossip if channel != BATCHES => return,
            Conduct::ForgedGossip => forged_author(network, number).to_vec(),
            _ => {
                let length = context.random_range(0..4_096);
                (0..length).map(|_| context.random()).collect()
            }
        };
        sender.send(Recipients::All, IoBuf::from(message), false);
    }
}
