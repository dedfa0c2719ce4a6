//! What a seller's and a buyer's own client does: seals, registers, endorses, grants, proves.

use curve25519_dalek::Scalar;
use kontor_ledger::{
    Anchored, MemberId, RecordId, amount_context,
    attestation::{Attestation, AttestationTerms, AttestedIdentifiers, Identifier, RoleProof},
    claim_context,
    client::LedgerClient,
    exchange::{self, Evidence, FinancingTerms, PartyProof},
    record::{Body, Endorsement, Headroom, Nonce, Total, Unsigned},
    total_context,
};
use kontor_proofs::{Proof, Statement, Witness, prove};
use kontor_sealing::{
    EncryptionPublicKey, Opening, PublicKey, Role, RoleKey, SealedGrant, SigningKey,
    grant::{GrantHeader, GrantedKeys},
    integer::IntegerForm,
    keys::{DocumentSecret, PartySeed},
    seal::{Outline, Sealed, seal},
};
use kontor_testkit::random;
use kontor_trade::{GRAND_TOTAL_POINTER, LeafForm, document::Schema, integer_form};
use rand::{Rng as _, rngs::StdRng};
use serde_json::Value;

use crate::world::{BANKS, OPERATOR, World, seed_of};

pub fn bank_key(code: &str) -> EncryptionPublicKey {
    seed_of(code).encryption().public()
}

/// An attested enterprise.
pub struct Party {
    pub seed: PartySeed,
    attestation: Option<(Attestation, AttestedIdentifiers)>,
}

impl Party {
    /// A party that bank A attests, as the gateway would; `identifiers` as the document has them.
    pub fn attested(world: &World, seed: u8, identifiers: &Value) -> Self {
        let seed = PartySeed::from_bytes(&[seed; 32]);
        let given: Vec<Identifier> = serde_json::from_value(identifiers.clone()).expect("identifiers");
        let (canonical, identifiers) =
            kontor_bank_gateway::domain::parties::attestable("a name", &given).expect("attestable");
        let identifiers =
            AttestedIdentifiers { canonical, identifiers, name: "a name".into(), salt: Default::default() };
        let attestation = AttestationTerms {
            network: world.genesis.hash(),
            attester: BANKS[0].parse().expect("a code"),
            subject: seed.identity().public(),
            encryption: seed.encryption().public(),
            identifiers: identifiers.digest(),
            expires: "2099-01-01T00:00:00Z".parse().expect("a time"),
        }
        .sign(&seed_of(BANKS[0]).identity());
        Self { seed, attestation: Some((attestation, identifiers)) }
    }

    /// A party that nobody knows.
    pub fn unknown(seed: u8) -> Self {
        Self { seed: PartySeed::from_bytes(&[seed; 32]), attestation: None }
    }
}

/// A registered invoice with everything that its owner keeps.
pub struct Invoice {
    secret: DocumentSecret,
    sealed: Sealed,
    total: Opening,
    anchored: Anchored,
    seller: SigningKey,
    proofs: Vec<PartyProof>,
    network: kontor_sealing::Hash,
    rng: StdRng,
}

impl Invoice {
    /// Seals, stores, registers, issues and has it confirmed.
    pub async fn register(
        world: &World,
        ledger: &LedgerClient,
        value: &Value,
        seller: &Party,
        buyer: &Party,
        seed: u64,
    ) -> Self {
        let mut rng = random::seeded(seed);
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let secret = seller.seed.document(&salt);
        let id = secret.id();
        let keys = [(Role::Seller, seller), (Role::Buyer, buyer)];
        let role_keys = keys.map(|(role, party)| RoleKey { role, key: party.seed.role(&id, role).public() });
        let outline = Outline { schema: "invoice".into(), version: 1, role_keys: role_keys.to_vec() };
        let escrow = world.genesis.escrow.key().expect("a key");
        let form = |pointer: &str, _: &Value| match integer_form(Schema::Invoice, pointer, value) {
            Some(LeafForm::Minor { currency, .. }) => {
                IntegerForm::Minor { decimals: u8::try_from(currency.decimals()).expect("few") }
            }
            Some(LeafForm::Decimal { scale, .. }) => IntegerForm::Decimal { scale: u8::try_from(scale).expect("few") },
            Some(LeafForm::Days { .. }) => IntegerForm::Days,
            Some(LeafForm::HashOnly) => IntegerForm::HashOnly,
            None => IntegerForm::None,
        };
        let sealed = seal(value, form, &secret, outline, &escrow, &mut rng).expect("sealed");
        let root = sealed.document.check_root().expect("a root");
        let anchored = Anchored { document: id, version: 1, root };
        let network = world.genesis.hash();
        let keys = sealed.document.field_keys(&sealed.key, [GRAND_TOTAL_POINTER]).expect("a field");
        let field = sealed.document.open_fields(&keys).expect("opens").remove(0);
        let (total, commitment) = (field.opening.clone().expect("an integer"), field.proof.leaf.commitment);
        let statement = Statement::Range { value: commitment, bits: 64 };
        let context = total_context(network, anchored);
        let range = prove(&statement, &Witness::new([total.clone()]), &context, &mut rng).expect("proven");
        let attachment = ledger.put_attachment(sealed.document.to_bytes()).await.expect("stored");
        let proofs = [(Role::Seller, seller), (Role::Buyer, buyer)]
            .into_iter()
            .filter_map(|(role, party)| {
                let (attestation, shown) = party.attestation.clone()?;
                let (identity, key) = (party.seed.identity(), party.seed.role(&id, role).public());
                let proof = RoleProof::sign(&identity, attestation, Some(shown), &id, role, &key);
                Some(PartyProof { role, proof })
            })
            .collect();
        let header = sealed.document.header.clone();
        let seller_key = seller.seed.role(&id, Role::Seller);
        let mut invoice = Self { secret, sealed, total, anchored, seller: seller_key.clone(), proofs, network, rng };
        let body = Body::DocumentRegister { header, root, attachment, total: Some(Total { commitment, range }) };
        let key = invoice.secret.signing_key().clone();
        invoice.say(world, ledger, body, &key).await;
        let word = |action| Body::DocumentEndorse { document: id, version: 1, root, action };
        invoice.say(world, ledger, word(Endorsement::Issue), &seller_key).await;
        invoice.say(world, ledger, word(Endorsement::Confirm), &buyer.seed.role(&id, Role::Buyer)).await;
        invoice
    }

    async fn say(&mut self, world: &World, ledger: &LedgerClient, body: Body, key: &SigningKey) -> RecordId {
        let unsigned =
            Unsigned { network: self.network, body, nonce: Nonce(self.rng.next_u64()), author: key.public() };
        let record = unsigned.sign(key, OPERATOR.parse().expect("a code"));
        let done = world.relay(ledger, record).await;
        assert!(done.outcome.is_accepted(), "{:?}", done.outcome);
        done.id
    }

    /// Grants a bank the few fields that it needs and writes the request for the portal to pass on.
    pub async fn ask(
        &mut self,
        world: &World,
        ledger: &LedgerClient,
        bank: &str,
        request: &str,
        amount: u64,
        seller: &Party,
    ) -> Value {
        let pointers = self.sealed.document.pointers(&self.sealed.key).expect("pointers");
        let wanted = [
            "/invoiceNumber",
            "/issueDate",
            "/invoiceCurrencyCode",
            "/seller/name",
            "/seller/identifiers",
            "/buyer/name",
            "/buyer/identifiers",
            GRAND_TOTAL_POINTER,
        ];
        let chosen = pointers.iter().filter(|pointer| wanted.iter().any(|start| pointer.starts_with(start)));
        let keys = self.sealed.document.field_keys(&self.sealed.key, chosen.map(String::as_str)).expect("fields");
        let header = GrantHeader::new(&self.sealed.document.header, "financing", None, &mut self.rng);
        let reader = bank_key(bank);
        let grant = SealedGrant::give(header, &GrantedKeys::Fields(keys), &reader, &mut self.rng).expect("given");
        let key = self.secret.signing_key().clone();
        let record = self.say(world, ledger, Body::GrantGive { grant }, &key).await;
        let bank: MemberId = bank.parse().expect("a code");
        let document = self.anchored.document;
        let terms = FinancingTerms {
            amount,
            currency: "EUR".into(),
            advance_rate: 9_000,
            tenor_days: 60,
            role_proofs: self.proofs.clone(),
            evaluation: exchange::authorise_evaluation(&key, &self.network, &document, 1, &bank),
            creditor_account: Some("DE83370400440532013011".into()),
            creditor_agent: None,
        };
        let context = exchange::about_document(&document, 1);
        let sealed = exchange::seal(&terms, &reader, &context, &mut self.rng).expect("sealed");
        serde_json::json!({
            "id": request, "document": document, "version": 1, "grantRecord": record, "sealedTerms": sealed,
            "identityKey": seller.seed.identity().public(), "encryptionKey": seller.seed.encryption().public(),
        })
    }

    /// Evidence for a claim beside the `live` ones, whose openings only the seller knows. With `forged`, a headroom
    /// proof that does not hold.
    pub fn evidence(
        &mut self,
        bank: &str,
        told: &Value,
        amount: u64,
        live: &[(RecordId, Opening)],
        forged: bool,
    ) -> (String, Opening) {
        let claim_key: PublicKey = told["claimKey"].as_str().expect("a key").parse().expect("a key");
        let rate = u16::try_from(told["claimTerms"]["advanceRate"].as_u64().expect("a rate")).expect("a rate");
        let opening = Opening { value: amount, blinding: Scalar::random(&mut self.rng) };
        let mut live = live.to_vec();
        live.sort_by_key(|(id, _)| *id);
        let ids: Vec<RecordId> = live.iter().map(|(id, _)| *id).collect();
        let statement = Statement::Range { value: opening.commitment(), bits: 64 };
        let context = amount_context(self.network, self.anchored, &claim_key);
        let range = prove(&statement, &Witness::new([opening.clone()]), &context, &mut self.rng).expect("proven");
        let proof = if forged {
            Proof::from_bytes(range.as_bytes().to_vec()).expect("bytes")
        } else {
            let statement = Statement::OverFinancing {
                total: self.total.commitment(),
                advance_rate_bp: rate,
                live: live.iter().map(|(_, opening)| opening.commitment()).collect(),
                new: opening.commitment(),
            };
            let openings = [self.total.clone()].into_iter().chain(live.into_iter().map(|(_, opening)| opening));
            let witness = Witness::new(openings.chain([opening.clone()]));
            let context = claim_context(self.network, self.anchored, &claim_key, &ids);
            prove(&statement, &witness, &context, &mut self.rng).expect("proven")
        };
        let evidence = Evidence::new(&opening, range, Headroom { live: ids, proof });
        let context = exchange::about_claim(&claim_key);
        let sealed = exchange::seal(&evidence, &bank_key(bank), &context, &mut self.rng).expect("sealed");
        (sealed, opening)
    }

    /// Opens and accepts an offer.
    pub fn accept(&self, told: &Value, seller: &Party) -> Value {
        let context = exchange::about_document(&self.anchored.document, 1);
        let sealed = told["sealedOffer"].as_str().expect("an offer");
        let offer: exchange::Offer = exchange::open(sealed, &seller.seed.encryption(), &context).expect("opens");
        serde_json::json!({ "offer": offer.id, "signature": offer.accept(&self.seller) })
    }
}
