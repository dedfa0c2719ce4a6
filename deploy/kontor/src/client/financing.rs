//! Asking banks for money on an invoice: terms, evidence, acceptance.

use curve25519_dalek::Scalar;
use kontor_ledger::{
    exchange::{self, Evidence, FinancingTerms, Offer},
    member::MemberId,
    proving::Claiming,
    record::{Body, ClaimId, Headroom},
};
use kontor_proofs::{Proof, ProofError};
use kontor_sealing::{
    Commitment, Opening, PublicKey, SealedGrant,
    grant::{GrantHeader, GrantedKeys},
};
use kontor_trade::GRAND_TOTAL_POINTER;
use serde_json::{Value, json};

use super::{
    ApiError, Enterprise,
    enterprise::{parsed, text},
    held::Held,
};

/// What a bank needs to identify an invoice.
const DISCLOSED: [&str; 8] = [
    "/invoiceNumber",
    "/issueDate",
    "/invoiceCurrencyCode",
    "/seller/name",
    "/seller/identifiers",
    "/buyer/name",
    "/buyer/identifiers",
    GRAND_TOTAL_POINTER,
];

/// What is asked of a bank.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Minor units.
    pub amount: u64,
    /// Highest share of the total that all claims may reach, in basis points.
    pub advance_rate: u16,
    /// Days until repayment.
    pub tenor_days: u16,
}

/// A request under way.
#[derive(Debug, Clone)]
pub struct Request {
    /// Known by at portal and bank.
    pub id: String,
    /// The bank that is asked.
    pub bank: MemberId,
    /// The amount.
    pub amount: u64,
}

/// Why evidence could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The amount does not fit: there is no valid proof.
    #[error("no valid proof exists: the claims would exceed the advance rate")]
    DoesNotFit,
    /// Anything else.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl Enterprise {
    /// Grants a bank the fields that it needs, and asks it for money. `purpose` makes a repetition the same request.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn request(
        &self,
        held: &mut Held,
        bank: MemberId,
        wish: Wish,
        purpose: &str,
    ) -> Result<Request, ApiError> {
        let (grant, terms) = self.terms(held, bank, wish, purpose).await?;
        let body = json!({
            "document": held.document(), "version": 1, "bank": bank, "grantRecord": grant, "sealedTerms": terms,
        });
        let made = self.api.post("/v1/financing-requests", &body, Some(&format!("request-{purpose}"))).await?;
        Ok(Request { id: text(&made, "id")?, bank, amount: wish.amount })
    }

    async fn terms(
        &self,
        held: &mut Held,
        bank: MemberId,
        wish: Wish,
        purpose: &str,
    ) -> Result<(kontor_sealing::Hash, String), ApiError> {
        let mut rng = self.rng(&format!("terms {purpose}"));
        let document = &held.sealed.document;
        let pointers = document.pointers(&held.sealed.key).map_err(|error| error.to_string())?;
        let chosen = pointers.iter().filter(|pointer| DISCLOSED.iter().any(|start| pointer.starts_with(start)));
        let keys = document.field_keys(&held.sealed.key, chosen.map(String::as_str));
        let keys = GrantedKeys::Fields(keys.map_err(|error| error.to_string())?);
        let header = GrantHeader::new(&document.header, "financing", None, &mut rng);
        let reader = self.bank(bank)?;
        let grant = SealedGrant::give(header, &keys, &reader, &mut rng).map_err(|error| error.to_string())?;
        let key = held.secret.signing_key().clone();
        let record = self.say_accepted(&format!("grant {purpose}"), Body::GrantGive { grant }, &key).await?;
        held.records.push(record);
        let (id, network) = (held.document(), self.genesis.hash());
        let terms = FinancingTerms {
            amount: wish.amount,
            currency: held.invoice.invoice_currency_code.to_string(),
            advance_rate: wish.advance_rate,
            tenor_days: wish.tenor_days,
            role_proofs: held.proofs.clone(),
            evaluation: exchange::authorise_evaluation(&key, &network, &id, 1, &bank),
            creditor_account: None,
            creditor_agent: None,
        };
        let sealed = exchange::seal(&terms, &reader, &exchange::about_document(&id, 1), &mut rng);
        Ok((record, sealed.map_err(|error| error.to_string())?))
    }

    /// Asks without a chosen bank: the request with its matches.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn request_any(&self, held: &Held, outline: &Value, purpose: &str) -> Result<Value, ApiError> {
        let body = json!({ "document": held.document(), "version": 1, "outline": outline });
        let made = self.api.post("/v1/financing-requests", &body, Some(&format!("any-{purpose}"))).await?;
        let path = format!("/v1/financing-requests/{}", text(&made, "id")?);
        self.api.wait(&path, "matches", |seen| seen["state"] == "matched").await
    }

    /// Waits until a request is in one of `states`.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn await_state(&self, request: &Request, states: &[&str]) -> Result<Value, ApiError> {
        let path = format!("/v1/financing-requests/{}", request.id);
        let wanted = |seen: &Value| seen["state"].as_str().is_some_and(|state| states.contains(&state));
        self.api.wait(&path, &states.join(" or "), wanted).await
    }

    /// Waits until a request has left the state in which `told` found it, or its terms have changed.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn await_moved(&self, request: &Request, told: &Value) -> Result<Value, ApiError> {
        let path = format!("/v1/financing-requests/{}", request.id);
        let moved = |seen: &Value| {
            seen["state"] != "claiming" && (seen["state"] != told["state"] || seen["reasons"] != told["reasons"])
        };
        self.api.wait(&path, "a decision", moved).await
    }

    /// Notes the opening of a claim that was made before, as a later proof needs it.
    ///
    /// # Errors
    /// [`ApiError`] if the bank's answer lacks the claim's key.
    pub fn remember(&self, held: &mut Held, request: &Request, told: &Value, purpose: &str) -> Result<(), ApiError> {
        let opening = self.opening(request, &parsed(told, "claimKey")?, purpose);
        held.claims.insert(opening.commitment(), opening);
        Ok(())
    }

    /// The amount's opening, the same whenever it is asked for.
    fn opening(&self, request: &Request, claim_key: &PublicKey, purpose: &str) -> Opening {
        let mut rng = self.rng(&format!("opening {purpose} {claim_key}"));
        Opening { value: request.amount, blinding: Scalar::random(&mut rng) }
    }

    /// Makes and sends the evidence that the bank asked for in `told`.
    ///
    /// # Errors
    /// [`EvidenceError::DoesNotFit`] if no proof exists.
    pub async fn prove(
        &self,
        held: &mut Held,
        request: &Request,
        told: &Value,
        purpose: &str,
    ) -> Result<(), EvidenceError> {
        let evidence = self.evidence(held, request, told, purpose, false).await?;
        Ok(self.send(request, told, &evidence, purpose).await?)
    }

    /// Sends evidence whose proof of headroom is forged.
    ///
    /// # Errors
    /// [`EvidenceError`].
    pub async fn prove_falsely(
        &self,
        held: &mut Held,
        request: &Request,
        told: &Value,
        purpose: &str,
    ) -> Result<(), EvidenceError> {
        let evidence = self.evidence(held, request, told, purpose, true).await?;
        Ok(self.send(request, told, &evidence, purpose).await?)
    }

    async fn evidence(
        &self,
        held: &mut Held,
        request: &Request,
        told: &Value,
        purpose: &str,
        forged: bool,
    ) -> Result<Evidence, EvidenceError> {
        let claim_key: PublicKey = parsed(told, "claimKey")?;
        let rate = told["claimTerms"]["advanceRate"].as_u64().and_then(|rate| u16::try_from(rate).ok());
        let rate = rate.ok_or_else(|| ApiError::Unexpected("the bank named no advance rate".to_owned()))?;
        let mut rng = self.rng(&format!("evidence {purpose} {claim_key}"));
        let opening = self.opening(request, &claim_key, purpose);
        let live = self.live(held).await?;
        let network = self.genesis.hash();
        let claiming = Claiming { network, claimed: held.anchored, claim_key: &claim_key, advance_rate: rate };
        let broken = |error: ProofError| ApiError::Unexpected(error.to_string());
        let range = claiming.amount(&opening, &mut rng).map_err(broken)?;
        let headroom = if forged {
            // The best that a forger has: a proof of something else.
            let proof = Proof::from_bytes(range.as_bytes().to_vec()).map_err(broken)?;
            Headroom { live: live.iter().map(|(id, _)| *id).collect(), proof }
        } else {
            match claiming.headroom(&held.total, &live, &opening, &mut rng) {
                Err(ProofError::False) => return Err(EvidenceError::DoesNotFit),
                headroom => headroom.map_err(broken)?,
            }
        };
        held.claims.insert(opening.commitment(), opening.clone());
        Ok(Evidence::new(&opening, range, headroom))
    }

    /// The live claims with the openings that only the seller has, in ascending order.
    async fn live(&self, held: &Held) -> Result<Vec<(ClaimId, Opening)>, ApiError> {
        let seen = self.api.get(&format!("/v1/documents/{}", held.document())).await?;
        let mut live = Vec::new();
        for claim in seen["claims"].as_array().into_iter().flatten() {
            let amount: Commitment =
                serde_json::from_value(claim["amount"].clone()).map_err(|error| error.to_string())?;
            let opening = held.claims.get(&amount).cloned();
            let opening =
                opening.ok_or_else(|| format!("claim {} is none that the seller knows of", claim["claim"]))?;
            live.push((parsed(claim, "claim")?, opening));
        }
        live.sort_by_key(|(id, _)| *id);
        Ok(live)
    }

    async fn send(&self, request: &Request, told: &Value, evidence: &Evidence, purpose: &str) -> Result<(), ApiError> {
        let claim_key: PublicKey = parsed(told, "claimKey")?;
        let about = exchange::about_claim(&claim_key);
        let mut rng = self.rng(&format!("send {purpose} {claim_key} {}", evidence.headroom.live.len()));
        let sealed = exchange::seal(evidence, &self.bank(request.bank)?, &about, &mut rng);
        let body = json!({ "sealedEvidence": sealed.map_err(|error| error.to_string())? });
        self.api.post(&format!("/v1/financing-requests/{}/evidence", request.id), &body, None).await.map(|_| ())
    }

    /// Opens the bank's offer and accepts it with the document's seller key.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn accept(&self, held: &Held, request: &Request, told: &Value) -> Result<Offer, ApiError> {
        let about = exchange::about_document(&held.document(), 1);
        let opened: Result<Offer, _> = exchange::open(&text(told, "sealedOffer")?, &self.seed.encryption(), &about);
        let offer = opened.map_err(|error| error.to_string())?;
        let body = json!({ "offer": offer.id, "signature": offer.accept(&held.seller) });
        self.api.post(&format!("/v1/financing-requests/{}/acceptance", request.id), &body, None).await?;
        Ok(offer)
    }
}
