//! A small network, and an ideal prover: a statement's verdict follows from the openings, which the test knows.

use std::{cell::RefCell, collections::HashMap};

use kontor_ledger::{
    encoding::from_cbor,
    genesis::{Genesis, Officers, Parameters},
    member::{Member, MemberId, MemberRole},
    object::{Claim, Document},
    outcome::Outcome,
    receivable::{Child, Issue, Receivable, ReceivableId, consent},
    record::{
        AccessTerms, Approvable, Approval, Body, CaseTerms, ClaimId, Endorsement, Fingerprint, FingerprintKind,
        Headroom, NearMatchAction, Nonce, Record, RecordId, Reservation, Total, Unsigned,
    },
    source::SourceClaim,
    time::Timestamp,
};
use kontor_proofs::{Proof, Statement};
use kontor_sealing::{
    Capsule, Commitment, EscrowPublic, Hash, RoleKey, SigningKey, Suite,
    document::{DocumentHeader, DocumentId, Role},
    escrow,
    keys::EncryptionPublicKey,
};

use crate::{
    replay::invariants::moves,
    rules::{
        BlockContext, Network, judge,
        proofs::{Obligation, Owed, Verdicts, obligations},
    },
    state::{MemoryState, commit, load},
};

pub(crate) fn key(kind: u8, index: u8) -> SigningKey {
    let mut seed = [kind; 32];
    seed[31] = index;
    SigningKey::from_seed(&seed)
}

pub(crate) fn bank(index: u8) -> MemberId {
    ["AURUDEFF", "BOREFRPP", "KNTRDE21", "REGUEU2L"][usize::from(index)].parse().unwrap()
}

pub(crate) fn genesis() -> Genesis {
    let mut rng = rand::rng();
    let (regulator, _) = escrow::deal(2, 3, &mut rng).unwrap();
    let (network, _) = escrow::deal(3, 4, &mut rng).unwrap();
    let roles = [MemberRole::Bank, MemberRole::Bank, MemberRole::Operator, MemberRole::Regulator];
    let members = (0..).zip(roles).map(|(index, role)| Member {
        id: bank(index),
        name: bank(index).to_string(),
        role,
        identity: key(b'm', index).public(),
        encryption: EncryptionPublicKey::from_bytes([index; 32]),
        validator: (role == MemberRole::Bank).then(|| key(b'v', index).public()),
        evaluator: None,
    });
    Genesis {
        name: "test".to_owned(),
        created: Timestamp::from_millis(1_000).unwrap(),
        suites: vec![Suite::Intl],
        members: members.collect(),
        officers: Officers { threshold: 2, keys: (0..3).map(|index| key(b'o', index).public()).collect() },
        fingerprint: kontor_proofs::fingerprint::deal(3, 4, &mut rng).unwrap().0,
        escrow: EscrowPublic { regulator, network },
        parameters: Parameters { max_reservation: 1_000, max_live_claims: 5, ..Parameters::default() },
        rules: crate::rules::RULES,
        authority: Some(key(b'r', 0).public()),
    }
}

/// Verdicts by the openings that the test knows.
#[derive(Default)]
pub(crate) struct Oracle(RefCell<HashMap<Hash, bool>>);

impl Verdicts for Oracle {
    fn known(&self, digest: &Hash) -> Option<bool> {
        self.0.borrow().get(digest).copied()
    }
}

pub(crate) struct World {
    pub(crate) network: Network,
    pub(crate) state: MemoryState,
    pub(crate) now: Timestamp,
    pub(crate) nonce: u64,
    openings: HashMap<Commitment, u64>,
    oracle: Oracle,
}

impl World {
    pub(crate) fn new() -> Self {
        let genesis = genesis();
        let (now, network) = (genesis.created, Network::new(genesis).unwrap());
        let (state, openings, oracle) = Default::default();
        Self { network, state, now, nonce: 0, openings, oracle }
    }

    /// A commitment that stands for `value` in this world.
    pub(crate) fn commit(&mut self, value: u64) -> Commitment {
        let mut bytes = [1; 32];
        bytes[..8].copy_from_slice(&value.to_be_bytes());
        bytes[8..16].copy_from_slice(&(self.openings.len() as u64).to_be_bytes());
        self.openings.insert(Commitment::from_bytes(bytes), value);
        Commitment::from_bytes(bytes)
    }

    pub(crate) fn value(&self, commitment: &Commitment) -> u64 {
        self.openings[commitment]
    }

    pub(crate) fn header(&self, document: u8, version: u32) -> DocumentHeader {
        let owner = key(b'd', document).public();
        let salt = [document; 32];
        DocumentHeader {
            schema: "invoice".to_owned(),
            suite: Suite::Intl,
            document: DocumentId::new(&owner, &salt),
            key: owner,
            salt,
            version,
            version_salt: [0; 32],
            role_keys: [(Role::Seller, b's'), (Role::Buyer, b'b')]
                .map(|(role, kind)| RoleKey { role, key: key(kind, document).public() })
                .to_vec(),
            index_key_hash: Hash::default(),
            capsule: capsule(),
        }
    }

    pub(crate) fn register(&mut self, document: u8, total: u64) -> Body {
        let total = Some(Total { commitment: self.commit(total), range: proof() });
        let header = self.header(document, 1);
        Body::DocumentRegister { header, root: root(1), attachment: Hash::default(), total }
    }

    pub(crate) fn amend(&mut self, document: u8, total: u64, prove: bool) -> Body {
        let version = self.document(document).map_or(1, |known| known.versions.len() as u32) + 1;
        let total = Some(Total { commitment: self.commit(total), range: proof() });
        let headroom = prove.then(|| Headroom { live: self.live(document), proof: proof() });
        let header = self.header(document, version);
        Body::DocumentAmend { header, root: root(version), attachment: Hash::default(), total, headroom }
    }

    pub(crate) fn endorse(&self, document: u8, action: Endorsement) -> Body {
        let version = self.document(document).map_or(1, |known| known.versions.len() as u32);
        Body::DocumentEndorse { document: self.header(document, 1).document, version, root: root(version), action }
    }

    pub(crate) fn reserve(&mut self, document: u8, amount: u64, exact: u8, near: u8) -> Reservation {
        let fingerprint = |kind, value| Fingerprint { kind, value: Hash::from_bytes([value; 32]) };
        Reservation {
            document: self.header(document, 1).document,
            version: self.document(document).map_or(1, |known| known.versions.len() as u32),
            fingerprints: vec![
                fingerprint(FingerprintKind::Exact, exact),
                fingerprint(FingerprintKind::NearNumber, near),
            ],
            amount: self.commit(amount),
            range: proof(),
            advance_rate: 9_000,
            headroom: Headroom { live: self.live(document), proof: proof() },
            expires: self.now.plus_millis(500),
            acknowledgement: None,
            sources: vec![],
        }
    }

    /// The claim rests on `document` under the source fingerprint `source` as well.
    pub(crate) fn resting(&self, mut terms: Reservation, source: u8, document: u8) -> Reservation {
        terms.sources.push(SourceClaim {
            fingerprint: Hash::from_bytes([source; 32]),
            document: self.header(document, 1).document,
            version: self.document(document).map_or(1, |known| known.versions.len() as u32),
            headroom: Headroom { live: self.live(document), proof: proof() },
        });
        terms
    }

    pub(crate) fn issue(&mut self, document: u8, amount: u64, exact: u8, near: u8) -> Issue {
        let like = self.reserve(document, amount, exact, near);
        let borne = self.document(document).and_then(|known| known.receivables);
        Issue {
            document: like.document,
            version: like.version,
            amount: like.amount,
            range: proof(),
            headroom: Headroom { live: borne.map(|borne| borne.roots).unwrap_or_default(), proof: proof() },
            due: self.now.plus_millis(3_000),
            fingerprints: like.fingerprints,
            acknowledgement: None,
        }
    }

    /// Has seller and buyer say that the document's latest version is right.
    pub(crate) fn confirm(&mut self, document: u8) {
        for (kind, action) in [(b's', Endorsement::Issue), (b'b', Endorsement::Confirm)] {
            let body = self.endorse(document, action);
            self.say(&key(kind, document), 2, body);
        }
    }

    /// The last part may become as many as are left over, the others no more than themselves.
    pub(crate) fn split(&mut self, receivable: ReceivableId, parts: &[(u64, &SigningKey)]) -> Body {
        let room = self.receivable(&receivable).map_or(0, |known| known.parts);
        let mut part = |(amount, holder): &(u64, &SigningKey)| Child {
            holder: holder.public(),
            amount: self.commit(*amount),
            parts: 1,
        };
        let mut children: Vec<Child> = parts.iter().map(&mut part).collect();
        let others = u16::try_from(children.len().saturating_sub(1)).unwrap();
        if let Some(last) = children.last_mut() {
            last.parts = room.saturating_sub(others).max(1);
        }
        Body::ReceivableSplit { receivable, children, proof: proof() }
    }

    /// Has the bank of `sponsor` take the receivable in pledge under `pledge`, with the consent of `holder`.
    pub(crate) fn pledge(
        &mut self,
        receivable: ReceivableId,
        pledge: &SigningKey,
        holder: &SigningKey,
        sponsor: u8,
    ) -> Outcome {
        let consent = consent(holder, &self.network.id, &receivable, &pledge.public(), &bank(sponsor));
        self.say(pledge, sponsor, Body::ReceivableFinance { receivable, consent }).1
    }

    pub(crate) fn receivable(&self, id: &ReceivableId) -> Option<Receivable> {
        load::<Receivable>(&self.state, id).unwrap()
    }

    pub(crate) fn case(&self, reference: &str, officers: &[u8]) -> Body {
        let expires = self.now.plus_millis(400);
        let case =
            CaseTerms { legal_basis: "law".to_owned(), documents: vec![], expires, reference: reference.to_owned() };
        let approvals = self.approvals(&case, officers);
        Body::SupervisionCaseOpen { case, approvals }
    }

    pub(crate) fn access(&self, case: RecordId, document: u8, reason: &str, officers: &[u8]) -> Body {
        let document = self.header(document, 1).document;
        let access = AccessTerms { case, document, version: 1, reason: reason.to_owned() };
        let approvals = self.approvals(&access, officers);
        Body::SupervisionAccess { access, approvals }
    }

    fn approvals<T: Approvable>(&self, terms: &T, officers: &[u8]) -> Vec<Approval> {
        officers.iter().map(|officer| terms.approve(&self.network.id, &key(b'o', *officer))).collect()
    }

    /// Has `author` say `body` through `sponsor`, with a fresh nonce.
    pub(crate) fn say(&mut self, author: &SigningKey, sponsor: u8, body: Body) -> (RecordId, Outcome) {
        self.nonce += 1;
        let unsigned = Unsigned { network: self.network.id, body, nonce: Nonce(self.nonce), author: author.public() };
        let record = unsigned.sign(author, bank(sponsor));
        let id = record.id();
        (id, self.judge(&record))
    }

    /// Runs the rules with the ideal prover's verdicts.
    pub(crate) fn judge(&mut self, record: &Record) -> Outcome {
        let context = BlockContext { network: &self.network, height: 1, timestamp: self.now, verdicts: &self.oracle };
        for owed in obligations(&self.state, &context, record).unwrap() {
            let verdict = self.truth(&owed);
            self.oracle.0.borrow_mut().insert(owed.digest(), verdict);
        }
        let (outcome, changes) = judge(&self.state, &context, &record.id(), record).unwrap();
        assert_eq!(moves(&self.state, &changes, self.now).unwrap(), None);
        commit(&mut self.state, changes);
        outcome
    }

    fn truth(&self, obligation: &Obligation) -> bool {
        let Owed::Statement { statement, .. } = &obligation.owed else { return true };
        self.holds(statement)
    }

    fn holds(&self, statement: &Statement) -> bool {
        match statement {
            Statement::And(parts) => parts.iter().all(|part| self.holds(part)),
            Statement::Linear { terms, sum } => {
                let added: u128 = terms.iter().map(|(one, term)| u128::from(*one) * u128::from(self.value(term))).sum();
                added == u128::from(self.value(sum))
            }
            Statement::Range { value, bits } => self.value(value).checked_shr(u32::from(*bits)).unwrap_or(0) == 0,
            Statement::OverFinancing { total, advance_rate_bp, live, new } => {
                let claimed: u128 = live.iter().chain([new]).map(|amount| u128::from(self.value(amount))).sum();
                u128::from(self.value(total)) * u128::from(*advance_rate_bp) >= claimed * 10_000
            }
            _ => panic!("the rules ask for no other statement"),
        }
    }

    pub(crate) fn document(&self, document: u8) -> Option<Document> {
        load::<Document>(&self.state, &self.header(document, 1).document).unwrap()
    }

    pub(crate) fn claim(&self, id: &ClaimId) -> Option<Claim> {
        load::<Claim>(&self.state, id).unwrap()
    }

    /// The document's live claims as an honest seller would name them.
    pub(crate) fn live(&self, document: u8) -> Vec<ClaimId> {
        let listed = self.document(document).map(|known| known.live).unwrap_or_default();
        listed.into_iter().filter(|id| self.claim(id).is_some_and(|claim| claim.is_live(self.now))).collect()
    }

    pub(crate) fn pass(&mut self, millis: u64) {
        self.now = self.now.plus_millis(millis);
    }
}

pub(crate) fn acknowledged(mut terms: Reservation) -> Reservation {
    terms.acknowledgement = Some(NearMatchAction::Proceed);
    terms
}

/// The claim holds a near-amount fingerprint too.
pub(crate) fn numbered(mut terms: Reservation, number: u8) -> Reservation {
    let value = Hash::from_bytes([number; 32]);
    terms.fingerprints.push(Fingerprint { kind: FingerprintKind::NearAmount, value });
    terms
}

pub(crate) fn issued(terms: Issue) -> Body {
    Body::ReceivableIssue { issue: Box::new(terms) }
}

pub(crate) fn reserve(terms: Reservation) -> Body {
    Body::ClaimReserve { claim: Box::new(terms) }
}

fn root(version: u32) -> Hash {
    Hash::sm3(&[&version.to_be_bytes()])
}

/// Proofs are judged by the oracle, not by their bytes.
fn proof() -> Proof {
    from_cbor(&[0x41, 0x00]).unwrap()
}

fn capsule() -> Capsule {
    let field = [&[0x58, 32], [0; 32].as_slice()].concat();
    from_cbor(&[vec![0x84], field.repeat(4)].concat()).unwrap()
}
