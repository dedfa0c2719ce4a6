//! Receivables: what a buyer owes on a confirmed document, issued on the ledger and handed down its supply chain.
//!
//! A receivable is a tree: the root as issued, its parts where a holder split it. Amounts are commitments; whoever
//! holds a part knows that part's opening and no other. The keys that hold parts are used once, so that one holder's
//! parts cannot be told from another's.
//!
//! | State | acknowledge | split | transfer | finance | settle by the issuer | settle by the payee |
//! |---|---|---|---|---|---|---|
//! | issued | acknowledged | – | – | – | destroyed | destroyed |
//! | acknowledged | – | split | transferred | financed | settled | destroyed |
//! | held | – | split | transferred | financed | settled | destroyed |
//! | transferred | held | – | transferred | – | settled | destroyed |
//! | financed | – | – | transferred | – | settled | destroyed |
//! | settled | – | – | – | – | – | destroyed |
//! | split, destroyed | – | – | – | – | – | – |
//!
//! The *payee* is the holder, or the bank's key while the part is pledged, or the seller while the root waits for its
//! acknowledgement; settling is its word that it was paid, or that it does not want the part. The issuer's settling
//! names the root and is its word that every live part is paid: nothing moves any more, and each payee's own word
//! destroys its part. So neither destroys what the other counts on.

use kontor_proofs::{Proof, Statement};
use kontor_sealing::{Commitment, Hash, PublicKey, Signature, SignatureError, SigningKey, document::DocumentId};
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    encoding::to_cbor,
    member::MemberId,
    record::{Fingerprint, Headroom, NearMatchAction, RecordId},
    time::Timestamp,
};

/// The id of the record that issued it; for a part, [`child_id`].
pub type ReceivableId = Hash;

/// Parts that one record may split a receivable into.
pub const MAX_CHILDREN: usize = 16;

/// Parts that one root may become at most; bounds what settling it costs.
pub const MAX_PARTS: u16 = 256;

/// Receivables issued on one document at most.
pub const MAX_ROOTS: usize = 16;

/// The id of the part at `index` of those that the record `split` made.
pub fn child_id(split: &RecordId, index: u16) -> ReceivableId {
    Hash::sm3(&[b"kontor/v1/receivable-part", split.as_bytes(), &index.to_be_bytes()])
}

/// A receivable as the buyer issues it; the seller's role key is its first holder.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Issue {
    /// The document that it is owed on.
    #[n(0)]
    pub document: DocumentId,
    /// Its latest version, issued by the seller and confirmed by the buyer.
    #[n(1)]
    pub version: u32,
    /// The amount in minor units of the document's currency.
    #[n(2)]
    pub amount: Commitment,
    /// That the amount lies in [0, 2^64).
    #[n(3)]
    pub range: Proof,
    /// That it and all that were issued on the document before, in ascending order, stay within the total.
    #[n(4)]
    pub headroom: Headroom,
    /// When it is to be paid.
    #[n(5)]
    pub due: Timestamp,
    /// The document's fingerprints by the sponsoring bank's word: one exact, then near ones in ascending order.
    #[n(6)]
    pub fingerprints: Vec<Fingerprint>,
    /// The bank's word on near matches; needed where there are any.
    #[n(7)]
    pub acknowledgement: Option<NearMatchAction>,
}

/// One part of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Child {
    /// The key that is to hold it and never held another part.
    #[n(0)]
    pub holder: PublicKey,
    /// Its amount.
    #[n(1)]
    pub amount: Commitment,
    /// How many parts it may become, itself counted: at least 1, and all children's together at most the parent's. So
    /// no holder can use up the parts that another's payments need.
    #[n(2)]
    pub parts: u16,
}

/// That the children sum to the parent and each lies in [0, 2^64).
pub fn conservation(parent: Commitment, children: &[Child]) -> Statement {
    let terms = children.iter().map(|child| (1, child.amount)).collect();
    let ranges = children.iter().map(|child| Statement::Range { value: child.amount, bits: 64 });
    Statement::And([Statement::Linear { terms, sum: parent }].into_iter().chain(ranges).collect())
}

/// Where a receivable or a part of one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum ReceivableState {
    /// By the buyer; the seller has not said that it takes it.
    #[n(0)]
    Issued,
    /// The seller holds it.
    #[n(1)]
    Acknowledged,
    /// Whoever it was handed to holds it.
    #[n(2)]
    Held,
    /// Its parts stand in its place.
    #[n(3)]
    Split,
    /// Handed to the next holder, who has not said that it takes it.
    #[n(4)]
    Transferred,
    /// Pledged to a bank that paid money on it.
    #[n(5)]
    Financed,
    /// Paid, by the issuer's word.
    #[n(6)]
    Settled,
    /// Paid, by the payee's word; or given up before anybody held it.
    #[n(7)]
    Destroyed,
}

/// What happens to a receivable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReceivableEvent {
    /// The next holder takes it.
    Acknowledge,
    /// Its holder splits it.
    Split,
    /// Who controls it hands it on.
    Transfer,
    /// A bank pays money on it.
    Finance,
    /// The issuer says that it is paid.
    Settle,
    /// The payee says that it was paid.
    Receive,
}

impl ReceivableState {
    /// The table above; `None` where it has a dash.
    pub const fn after(self, event: ReceivableEvent) -> Option<Self> {
        use ReceivableEvent as Event;
        match (self, event) {
            (Self::Issued, Event::Acknowledge) => Some(Self::Acknowledged),
            (Self::Transferred, Event::Acknowledge) => Some(Self::Held),
            (Self::Acknowledged | Self::Held, Event::Split) => Some(Self::Split),
            (Self::Acknowledged | Self::Held | Self::Transferred | Self::Financed, Event::Transfer) => {
                Some(Self::Transferred)
            }
            (Self::Acknowledged | Self::Held, Event::Finance) => Some(Self::Financed),
            (Self::Issued, Event::Settle | Event::Receive) => Some(Self::Destroyed),
            (Self::Acknowledged | Self::Held | Self::Transferred | Self::Financed, Event::Settle) => {
                Some(Self::Settled)
            }
            (Self::Acknowledged | Self::Held | Self::Transferred | Self::Financed | Self::Settled, Event::Receive) => {
                Some(Self::Destroyed)
            }
            (Self::Issued, Event::Split | Event::Transfer | Event::Finance)
            | (Self::Acknowledged | Self::Held | Self::Financed, Event::Acknowledge)
            | (Self::Transferred | Self::Financed, Event::Split | Event::Finance)
            | (Self::Settled, Event::Acknowledge | Event::Split | Event::Transfer | Event::Finance | Event::Settle)
            | (Self::Split | Self::Destroyed, _) => None,
        }
    }

    /// Whether it is a live leaf: somebody is still to be paid on it.
    pub const fn is_live(self) -> bool {
        match self {
            Self::Issued | Self::Acknowledged | Self::Held | Self::Transferred | Self::Financed | Self::Settled => true,
            Self::Split | Self::Destroyed => false,
        }
    }
}

/// A receivable, or a part of one.
#[derive(Debug, Clone, PartialEq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Receivable {
    /// Its id.
    #[n(0)]
    pub id: ReceivableId,
    /// The receivable as issued; itself if this is it.
    #[n(1)]
    pub root: ReceivableId,
    /// What it was split off.
    #[n(2)]
    pub parent: Option<ReceivableId>,
    /// The document that it is owed on.
    #[n(3)]
    pub document: DocumentId,
    /// That document's version.
    #[n(4)]
    pub version: u32,
    /// The buyer's role key.
    #[n(5)]
    pub issuer: PublicKey,
    /// Its amount in minor units of the document's currency.
    #[n(6)]
    pub amount: Commitment,
    /// When it is to be paid.
    #[n(7)]
    pub due: Timestamp,
    /// When it was issued or split off.
    #[n(8)]
    pub at: Timestamp,
    /// Who holds it; the issuer until the seller acknowledged it.
    #[n(9)]
    pub holder: PublicKey,
    /// To whom it was handed and who has not taken it yet.
    #[n(10)]
    pub next: Option<PublicKey>,
    /// The bank that paid money on it.
    #[n(11)]
    pub pledge: Option<Pledge>,
    /// Where it stands.
    #[n(12)]
    pub state: ReceivableState,
    /// The parts it was split into, in the order of the record.
    #[n(13)]
    pub children: Vec<ReceivableId>,
    /// Of a root, the live leaves in ascending order.
    #[n(14)]
    pub leaves: Vec<ReceivableId>,
    /// How many parts it may become, itself counted.
    #[n(15)]
    pub parts: u16,
}

impl Receivable {
    /// Whether it is the receivable as issued.
    pub fn is_root(&self) -> bool {
        self.id == self.root
    }

    /// Who may hand it on, and is to be paid: the bank while it is pledged, else the holder.
    pub fn controller(&self) -> PublicKey {
        self.pledge.map_or(self.holder, |pledge| pledge.key)
    }

    /// Whose word destroys it.
    pub fn payee(&self) -> PublicKey {
        match (self.state, self.next) {
            (ReceivableState::Issued, Some(seller)) => seller,
            _ => self.controller(),
        }
    }
}

/// A bank's hold on a receivable that it paid money on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pledge {
    /// The bank's one-time key: authors the records about it.
    #[n(0)]
    pub key: PublicKey,
    /// The bank that relays them.
    #[n(1)]
    pub sponsor: MemberId,
    /// The record that made it.
    #[n(2)]
    pub record: RecordId,
    /// When.
    #[n(3)]
    pub at: Timestamp,
}

const PLEDGE_LABEL: &str = "receivable-pledge";

/// The holder's word that the receivable is pledged to `bank`'s one-time key.
pub fn consent(
    holder: &SigningKey,
    network: &Hash,
    receivable: &ReceivableId,
    pledge_key: &PublicKey,
    bank: &MemberId,
) -> Signature {
    holder.sign(PLEDGE_LABEL, &pledge_message(network, receivable, pledge_key, bank))
}

/// Checks what [`consent`] signed.
///
/// # Errors
/// As [`PublicKey::verify`].
pub fn check_consent(
    holder: &PublicKey,
    network: &Hash,
    receivable: &ReceivableId,
    pledge_key: &PublicKey,
    bank: &MemberId,
    signature: &Signature,
) -> Result<(), SignatureError> {
    holder.verify(PLEDGE_LABEL, &pledge_message(network, receivable, pledge_key, bank), signature)
}

fn pledge_message(network: &Hash, receivable: &ReceivableId, pledge_key: &PublicKey, bank: &MemberId) -> Vec<u8> {
    to_cbor(&(network, receivable, pledge_key, bank))
}

/// What a document that bears receivables keeps about them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Borne {
    /// All that were issued and not declined, in ascending order; those that are paid stay.
    #[n(0)]
    pub roots: Vec<ReceivableId>,
    /// The document's fingerprints, held as long as there is a root.
    #[n(1)]
    pub fingerprints: Vec<Fingerprint>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receivables_move_by_the_table_only() {
        use {ReceivableEvent as E, ReceivableState as S};
        let events = [E::Acknowledge, E::Split, E::Transfer, E::Finance, E::Settle, E::Receive];
        let in_hand = [None, Some(S::Split), Some(S::Transferred), Some(S::Financed), Some(S::Settled)];
        let in_hand = [in_hand[0], in_hand[1], in_hand[2], in_hand[3], in_hand[4], Some(S::Destroyed)];
        let gone = Some(S::Destroyed);
        let table = [
            (S::Issued, [Some(S::Acknowledged), None, None, None, gone, gone]),
            (S::Acknowledged, in_hand),
            (S::Held, in_hand),
            (S::Transferred, [Some(S::Held), None, Some(S::Transferred), None, Some(S::Settled), gone]),
            (S::Financed, [None, None, Some(S::Transferred), None, Some(S::Settled), gone]),
            (S::Settled, [None, None, None, None, None, gone]),
            (S::Split, [None; 6]),
            (S::Destroyed, [None; 6]),
        ];
        for (state, after) in table {
            assert_eq!(events.map(|event| state.after(event)), after, "{state:?}");
            let ends = after.iter().all(Option::is_none);
            assert_eq!(state.is_live(), !ends, "{state:?}");
        }
    }

    #[test]
    fn parts_of_one_record_differ() {
        let split = Hash::sm3(&[b"split"]);
        assert_ne!(child_id(&split, 0), child_id(&split, 1));
        assert_ne!(child_id(&split, 0), split);
    }
}
