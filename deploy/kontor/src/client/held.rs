//! A registered invoice with everything that its owner keeps.

use std::collections::BTreeMap;

use kontor_ledger::{
    context::{Anchored, total_context},
    exchange::PartyProof,
    record::{Body, Endorsement, RecordId, Total},
};
use kontor_proofs::{Statement, Witness, prove};
use kontor_sealing::{
    Commitment, Opening, Role, RoleKey, SealedGrant, SigningKey,
    document::DocumentId,
    grant::{GrantHeader, GrantedKeys},
    integer::IntegerForm,
    keys::DocumentSecret,
    seal::{Outline, Sealed, seal},
    sealed::SealedDocument,
};
use kontor_trade::{
    GRAND_TOTAL_POINTER, LeafForm,
    document::{Invoice, Schema},
    integer_form,
};
use rand::Rng as _;
use serde_json::{Value, json};

use super::{
    ApiError, Enterprise,
    enterprise::{parsed, text},
};

/// The owner's side of a registered invoice.
pub struct Held {
    /// The invoice in clear.
    pub invoice: Invoice,
    /// What is anchored.
    pub anchored: Anchored,
    /// Records made for it so far.
    pub records: Vec<RecordId>,
    /// Openings of the claims on it that the owner made evidence for.
    pub claims: BTreeMap<Commitment, Opening>,
    pub(super) secret: DocumentSecret,
    pub(super) sealed: Sealed,
    pub(super) total: Opening,
    pub(super) proofs: Vec<PartyProof>,
    pub(super) seller: SigningKey,
}

/// Seals and registers `invoice` with both parties' role keys, and has the buyer confirm it. `purpose` tells documents
/// of one seller apart and makes a repetition the same document.
///
/// # Errors
/// [`ApiError`].
pub async fn issue(
    seller: &Enterprise,
    buyer: &Enterprise,
    invoice: &Invoice,
    purpose: &str,
) -> Result<Held, ApiError> {
    let mut rng = seller.rng(&format!("document {purpose}"));
    let mut salt = [0; 32];
    rng.fill_bytes(&mut salt);
    let secret = seller.seed.document(&salt);
    let id = secret.id();
    let request = seller.request_role(&buyer.handle, &id, Role::Buyer).await?;
    buyer.answer_roles().await?;
    let (buyer_key, buyer_proof) = seller.await_role(&request, &id).await?;
    let seller_key = seller.seed.role(&id, Role::Seller);
    let roles = [(Role::Seller, seller_key.public()), (Role::Buyer, buyer_key)];
    let outline = Outline {
        schema: "invoice".to_owned(),
        version: 1,
        role_keys: roles.map(|(role, key)| RoleKey { role, key }).to_vec(),
    };
    let value = invoice.to_value().map_err(|error| error.to_string())?;
    let escrow = seller.genesis.escrow.key().map_err(|error| error.to_string())?;
    let sealed = seal(&value, |pointer, _| form(&value, pointer), &secret, outline, &escrow, &mut rng);
    let sealed = sealed.map_err(|error| error.to_string())?;
    let root = sealed.document.check_root().map_err(|error| error.to_string())?;
    let proofs = [(Role::Seller, seller.role_proof(&id, Role::Seller)), (Role::Buyer, buyer_proof)];
    let mut held = Held {
        invoice: invoice.clone(),
        anchored: Anchored { document: id, version: 1, root },
        records: Vec::new(),
        claims: BTreeMap::new(),
        total: total(&sealed)?,
        proofs: proofs.into_iter().filter_map(|(role, proof)| Some(PartyProof { role, proof: proof? })).collect(),
        seller: seller_key,
        secret,
        sealed,
    };
    held.register(seller, purpose, &mut rng).await?;
    held.confirm(seller, buyer, purpose, &mut rng).await?;
    Ok(held)
}

fn form(document: &Value, pointer: &str) -> IntegerForm {
    match integer_form(Schema::Invoice, pointer, document) {
        Some(LeafForm::Minor { currency, .. }) => {
            IntegerForm::Minor { decimals: u8::try_from(currency.decimals()).unwrap_or(u8::MAX) }
        }
        Some(LeafForm::Decimal { scale, .. }) => IntegerForm::Decimal { scale: u8::try_from(scale).unwrap_or(u8::MAX) },
        Some(LeafForm::Days { .. }) => IntegerForm::Days,
        Some(LeafForm::HashOnly) => IntegerForm::HashOnly,
        None => IntegerForm::None,
    }
}

fn total(sealed: &Sealed) -> Result<Opening, ApiError> {
    let keys = sealed.document.field_keys(&sealed.key, [GRAND_TOTAL_POINTER]).map_err(|error| error.to_string())?;
    let fields = sealed.document.open_fields(&keys).map_err(|error| error.to_string())?;
    let opening = fields.into_iter().next().and_then(|field| field.opening.clone());
    opening.ok_or_else(|| ApiError::Unexpected("the invoice's total is no amount that can be financed".to_owned()))
}

impl Held {
    /// The document.
    pub const fn document(&self) -> DocumentId {
        self.anchored.document
    }

    /// The total in minor units.
    pub fn total(&self) -> u64 {
        self.total.value
    }

    async fn register(
        &mut self,
        seller: &Enterprise,
        purpose: &str,
        rng: &mut rand::rngs::StdRng,
    ) -> Result<(), ApiError> {
        let bytes = self.sealed.document.to_bytes();
        let attachment = self.sealed.document.attachment_digest();
        seller.api.put_bytes(&format!("/v1/attachments/{attachment}"), bytes).await?;
        let commitment = self.total.commitment();
        let statement = Statement::Range { value: commitment, bits: 64 };
        let context = total_context(seller.genesis.hash(), self.anchored);
        let range = prove(&statement, &Witness::new([self.total.clone()]), &context, rng);
        let range = range.map_err(|error| format!("the total: {error}"))?;
        let body = Body::DocumentRegister {
            header: self.sealed.document.header.clone(),
            root: self.anchored.root,
            attachment,
            total: Some(Total { commitment, range }),
        };
        let key = self.secret.signing_key().clone();
        self.records.push(seller.say_accepted(&format!("register {purpose}"), body, &key).await?);
        let issue = self.word(Endorsement::Issue);
        let said = seller.say_accepted(&format!("issue {purpose}"), issue, &self.seller).await?;
        self.records.push(said);
        Ok(())
    }

    fn word(&self, action: Endorsement) -> Body {
        let Anchored { document, version, root } = self.anchored;
        Body::DocumentEndorse { document, version, root, action }
    }

    /// Gives the buyer all keys; the buyer opens the document, compares it and confirms it.
    async fn confirm(
        &mut self,
        seller: &Enterprise,
        buyer: &Enterprise,
        purpose: &str,
        rng: &mut rand::rngs::StdRng,
    ) -> Result<(), ApiError> {
        let header = GrantHeader::new(&self.sealed.document.header, "confirmation", None, rng);
        let keys = GrantedKeys::Whole(self.sealed.key.clone());
        let grant = SealedGrant::give(header, &keys, &buyer.seed.encryption().public(), rng);
        let grant = grant.map_err(|error| error.to_string())?;
        let key = self.secret.signing_key().clone();
        let record = seller.say_accepted(&format!("share {purpose}"), Body::GrantGive { grant }, &key).await?;
        self.records.push(record);
        let document = self.document();
        let share = json!({ "handle": buyer.handle, "grantRecord": record });
        let path = format!("/v1/documents/{document}/shares");
        let sharing = |seen: &Value| {
            seen["grants"].as_array().into_iter().flatten().any(|grant| grant["record"] == record.to_string())
        };
        seller.api.wait(&format!("/v1/documents/{document}"), "the grant", sharing).await?;
        seller.api.post(&path, &share, Some(&format!("share-{record}"))).await?;
        self.read(buyer, &record).await?;
        let confirm = self.word(Endorsement::Confirm);
        let key = buyer.seed.role(&document, Role::Buyer);
        self.records.push(buyer.say_accepted(&format!("confirm {document}"), confirm, &key).await?);
        Ok(())
    }

    /// What the buyer does before confirming: fetches the sealed document, opens it with the keys that it was
    /// granted, checks it against the anchored root and its capsule, and compares it with the invoice it expects.
    async fn read(&self, buyer: &Enterprise, grant: &RecordId) -> Result<(), ApiError> {
        let document = self.document();
        let path = format!("/v1/documents/{document}");
        let granted = |seen: &Value| {
            seen["grants"].as_array().into_iter().flatten().find(|entry| entry["record"] == grant.to_string()).cloned()
        };
        let seen = buyer.api.wait(&path, "the grant", |seen| granted(seen).is_some()).await?;
        let entry = granted(&seen).unwrap_or_default();
        let given: SealedGrant = serde_json::from_value(entry["grant"].clone()).map_err(|error| error.to_string())?;
        let keys = given.open(&buyer.seed.encryption()).map_err(|error| error.to_string())?;
        let GrantedKeys::Whole(key) = keys else { return Err("the seller granted fields only".to_owned().into()) };
        let bytes = buyer.api.bytes(&format!("{path}/sealed")).await?;
        let sealed = SealedDocument::from_bytes(&bytes).map_err(|error| error.to_string())?;
        let root: kontor_sealing::Hash = parsed(&seen["versions"][0], "root")?;
        if sealed.check_root().map_err(|error| error.to_string())? != root {
            return Err(format!("{}: the sealed document is not what is anchored", text(&seen, "id")?).into());
        }
        let escrow = buyer.genesis.escrow.key().map_err(|error| error.to_string())?;
        let capsule = &sealed.header.capsule;
        capsule.check(&key, &escrow, &document, 1).map_err(|error| error.to_string())?;
        let value = sealed.open_all(&key).map_err(|error| error.to_string())?;
        let expected = self.invoice.to_value().map_err(|error| error.to_string())?;
        if value == expected { Ok(()) } else { Err("the invoice is not what was ordered".to_owned().into()) }
    }
}
