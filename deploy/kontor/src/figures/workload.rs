//! Records of each family as members really send them: signed, sealed and proven before they are needed.

use curve25519_dalek::Scalar;
use kontor_ledger::{
    context::{Anchored, total_context},
    genesis::Genesis,
    member::MemberId,
    proving::Claiming,
    record::{Body, Endorsement, Fingerprint, FingerprintKind, Nonce, Record, Reservation, Total, Unsigned},
    time::Timestamp,
};
use kontor_proofs::{Statement, Witness, prove};
use kontor_sealing::{
    Hash, Opening, Role, RoleKey, SealedGrant, SigningKey,
    grant::{GrantHeader, GrantedKeys},
    integer::IntegerForm,
    keys::PartySeed,
    seal::{Outline, Sealed, seal},
};
use rand::{Rng as _, rngs::StdRng};
use serde_json::{Value, json};

/// How long a reservation lasts, in milliseconds.
const RESERVATION: u64 = 24 * 60 * 60 * 1000;

/// A sealed document with what its records need.
struct Document {
    sealed: Sealed,
    key: SigningKey,
    seller: SigningKey,
    buyer: SigningKey,
    anchored: Anchored,
    total: Opening,
}

/// Makes one bank's records.
pub struct Workload<'a> {
    member: MemberId,
    identity: SigningKey,
    genesis: &'a Genesis,
    network: Hash,
    rng: StdRng,
    attachments: Vec<Attachment>,
}

/// A sealed document as nodes keep it, by its digest.
pub type Attachment = (Hash, Vec<u8>);

impl<'a> Workload<'a> {
    /// Records that `member`, whose identity key is `identity`, sponsors.
    pub fn new(member: MemberId, identity: &SigningKey, genesis: &'a Genesis, rng: StdRng) -> Self {
        Self { member, identity: identity.clone(), genesis, network: genesis.hash(), rng, attachments: Vec::new() }
    }

    /// What the records made so far name.
    pub fn into_attachments(self) -> Vec<Attachment> {
        self.attachments
    }

    fn sign(&mut self, body: Body, author: &SigningKey) -> Record {
        let nonce = Nonce(self.rng.next_u64() >> 11);
        Unsigned { network: self.network, body, nonce, author: author.public() }.sign(author, self.member)
    }

    /// Notarised digests.
    pub fn anchors(&mut self, count: usize) -> Vec<Record> {
        let key = self.identity.clone();
        (0..count)
            .map(|_| {
                let digest = Hash::sm3(&[&self.rng.next_u64().to_be_bytes()]);
                self.sign(Body::AnchorNotarise { digest }, &key)
            })
            .collect()
    }

    fn document(&mut self, schema: &str, value: &Value) -> Result<Document, String> {
        let mut bytes = [0; 32];
        self.rng.fill_bytes(&mut bytes);
        let seed = PartySeed::from_bytes(&bytes);
        self.rng.fill_bytes(&mut bytes);
        let secret = seed.document(&bytes);
        let (seller, buyer) = (SigningKey::generate(&mut self.rng), SigningKey::generate(&mut self.rng));
        let roles = [(Role::Seller, seller.public()), (Role::Buyer, buyer.public())];
        let outline = Outline {
            schema: schema.to_owned(),
            version: 1,
            role_keys: roles.map(|(role, key)| RoleKey { role, key }).to_vec(),
        };
        let escrow = self.genesis.escrow.key().map_err(|error| error.to_string())?;
        let form = |pointer: &str, _: &Value| match pointer {
            "/total" => IntegerForm::Minor { decimals: 2 },
            _ => IntegerForm::HashOnly,
        };
        let sealed = seal(value, form, &secret, outline, &escrow, &mut self.rng).map_err(|error| error.to_string())?;
        let root = sealed.document.check_root().map_err(|error| error.to_string())?;
        let keys = sealed.document.field_keys(&sealed.key, ["/total"]).map_err(|error| error.to_string())?;
        let fields = sealed.document.open_fields(&keys).map_err(|error| error.to_string())?;
        let total = fields.first().and_then(|field| field.opening.clone()).ok_or("no total")?;
        let anchored = Anchored { document: secret.id(), version: 1, root };
        self.attachments.push((sealed.document.attachment_digest(), sealed.document.to_bytes()));
        Ok(Document { sealed, key: secret.signing_key().clone(), seller, buyer, anchored, total })
    }

    fn register(&mut self, document: &Document, financeable: bool) -> Result<Record, String> {
        let total = if financeable {
            let commitment = document.total.commitment();
            let statement = Statement::Range { value: commitment, bits: 64 };
            let context = total_context(self.network, document.anchored);
            let range = prove(&statement, &Witness::new([document.total.clone()]), &context, &mut self.rng);
            Some(Total { commitment, range: range.map_err(|error| error.to_string())? })
        } else {
            None
        };
        let body = Body::DocumentRegister {
            header: document.sealed.document.header.clone(),
            root: document.anchored.root,
            attachment: document.sealed.document.attachment_digest(),
            total,
        };
        Ok(self.sign(body, &document.key))
    }

    fn endorse(&mut self, document: &Document, action: Endorsement, key: &SigningKey) -> Record {
        let Anchored { document, version, root } = document.anchored;
        self.sign(Body::DocumentEndorse { document, version, root, action }, key)
    }

    fn grant(&mut self, document: &Document) -> Result<Record, String> {
        let keys = document.sealed.document.field_keys(&document.sealed.key, ["/total", "/number"]);
        let keys = GrantedKeys::Fields(keys.map_err(|error| error.to_string())?);
        let header = GrantHeader::new(&document.sealed.document.header, "financing", None, &mut self.rng);
        let reader = self.genesis.member(&self.member).ok_or("no such member")?.encryption;
        let grant = SealedGrant::give(header, &keys, &reader, &mut self.rng).map_err(|error| error.to_string())?;
        Ok(self.sign(Body::GrantGive { grant }, &document.key))
    }

    /// Seven records: an order registered, accepted and granted; an invoice registered with a proven total, confirmed
    /// and granted twice.
    ///
    /// # Errors
    /// If something cannot be sealed or proven.
    pub fn trade(&mut self) -> Result<Vec<Record>, String> {
        let order = self.document("order", &json!({ "number": "4711", "total": "120.00" }))?;
        let invoice = self.document("invoice", &json!({ "number": "RE-17", "total": "120.00" }))?;
        let mut records = vec![self.register(&order, false)?];
        let buyer = order.buyer.clone();
        records.push(self.endorse(&order, Endorsement::Accept, &buyer));
        records.push(self.grant(&order)?);
        records.push(self.register(&invoice, true)?);
        let buyer = invoice.buyer.clone();
        records.push(self.endorse(&invoice, Endorsement::Confirm, &buyer));
        records.push(self.grant(&invoice)?);
        records.push(self.grant(&invoice)?);
        Ok(records)
    }

    /// An invoice's registration and issue, and a claim on it with both of its proofs.
    ///
    /// # Errors
    /// If something cannot be sealed or proven.
    pub fn claim(&mut self) -> Result<(Vec<Record>, Record), String> {
        let (before, claim, key) = self.reservation()?;
        Ok((before, self.sign(Body::ClaimReserve { claim: Box::new(claim) }, &key)))
    }

    /// As [`Self::claim`], with the claim not yet signed and its key.
    ///
    /// # Errors
    /// If something cannot be sealed or proven.
    pub fn reservation(&mut self) -> Result<(Vec<Record>, Reservation, SigningKey), String> {
        let invoice = self.document("invoice", &json!({ "number": "RE-18", "total": "1000.00" }))?;
        let seller = invoice.seller.clone();
        let before = vec![self.register(&invoice, true)?, self.endorse(&invoice, Endorsement::Issue, &seller)];
        let key = SigningKey::generate(&mut self.rng);
        let amount = Opening { value: 60_000, blinding: Scalar::random(&mut self.rng) };
        let claim_key = key.public();
        let claiming =
            Claiming { network: self.network, claimed: invoice.anchored, claim_key: &claim_key, advance_rate: 9_000 };
        let range = claiming.amount(&amount, &mut self.rng);
        let headroom = claiming.headroom(&invoice.total, &[], &amount, &mut self.rng);
        let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).map_err(|error| error.to_string())?;
        let expires = Timestamp::from_millis(now.saturating_add(RESERVATION)).map_err(|error| error.to_string())?;
        let value = Hash::sm3(&[&self.rng.next_u64().to_be_bytes()]);
        let claim = Reservation {
            document: invoice.anchored.document,
            version: 1,
            fingerprints: vec![Fingerprint { kind: FingerprintKind::Exact, value }],
            amount: amount.commitment(),
            range: range.map_err(|error| error.to_string())?,
            advance_rate: 9_000,
            headroom: headroom.map_err(|error| error.to_string())?,
            expires,
            acknowledgement: None,
            sources: vec![],
        };
        Ok((before, claim, key))
    }
}
