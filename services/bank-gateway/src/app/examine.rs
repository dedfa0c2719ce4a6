//! Looking into an application: what was granted is opened and checked, fingerprinted, and given, without what was
//! opened, to the bank's verification service, whose signed report decides.

use kontor_chassis::client::Traced as _;
use kontor_ledger::{
    Timestamp,
    checks::{CheckReport, CheckRequest},
    client::ClientError,
    exchange::{self, FinancingTerms, PartyProof},
    object::{Document, Object},
    record::Body,
};
use kontor_sealing::{
    document::Role,
    grant::{GrantedKeys, SealedGrant},
    integer::IntegerForm,
    open::OpenedField,
    sealed::SealedDocument,
};
use kontor_trade::{Invoice, Money, Party, identity, leaf::GRAND_TOTAL_POINTER};

use super::{Gateway, fingerprints};
use crate::{
    domain::{
        invoice,
        opened::{Asked, Facts, Opened},
        parties::{self, KnownParty},
        verdict::Reason,
    },
    store::application::Application,
};

/// The schema of documents that are financed.
const INVOICE: &str = "invoice";

/// Why an examination ends early.
#[derive(Debug)]
pub enum Stop {
    /// The application is declined.
    Not(Vec<Reason>),
    /// Something did not answer; to be tried again.
    Later(String),
}

impl Stop {
    /// Declined for one reason.
    pub fn not(code: &str) -> Self {
        Self::Not(vec![Reason::new(code)])
    }

    /// To be tried again because of an error.
    pub fn later(error: impl std::fmt::Display) -> Self {
        Self::Later(error.to_string())
    }
}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Self {
        Self::later(error)
    }
}

/// What an examination found.
pub struct Examined {
    /// What was opened.
    pub opened: Opened,
    /// The signed report; none if it did not come to that.
    pub report: Option<CheckReport>,
    /// Reasons of the bank's own against financing.
    pub against: Vec<Reason>,
}

/// Examines an application.
///
/// # Errors
/// [`Stop::Later`] if something did not answer. What speaks against the application is in the result.
pub async fn examine(gateway: &Gateway, application: &Application, now: Timestamp) -> Result<Examined, Stop> {
    let mut opened = Opened::default();
    match look(gateway, application, now, &mut opened).await {
        Ok((report, against)) => Ok(Examined { opened, report: Some(report), against }),
        Err(Stop::Not(against)) => Ok(Examined { opened, report: None, against }),
        Err(later) => Err(later),
    }
}

async fn look(
    gateway: &Gateway,
    application: &Application,
    now: Timestamp,
    opened: &mut Opened,
) -> Result<(CheckReport, Vec<Reason>), Stop> {
    let terms = terms(gateway, application)?;
    opened.terms = Some(asked(&terms));
    let document = gateway.ledger.document(&application.document).await?;
    // The portal waited for it to be final, so the own node is at most a moment behind.
    let document = document.ok_or_else(|| Stop::Later("the document is not on the ledger".into()))?;
    let sealed = sealed(gateway, application, &document).await?;
    let fields = fields(gateway, application, &sealed, now).await?;
    opened.fields = fields.iter().map(|field| (field.pointer.clone(), field.value.clone())).collect();
    opened.seller_key = sealed.header.role_key(Role::Seller);

    let (invoice, total) = read(&sealed, &opened.fields)?;
    opened.invoice = Facts::of(&invoice, &total);
    let mut against = check_total(&document, application, &fields, &total, &terms);
    let (known, unknown) = who(&invoice, &sealed, &terms.role_proofs, gateway, now);
    against.extend(unknown);
    if let [seller, buyer] = known.as_slice() {
        let identity = identify(&invoice, seller, buyer)?;
        let (document, version) = (application.document, application.version);
        opened.fingerprints = fingerprints::of(gateway, document, version, &identity, &terms.evaluation).await?;
    }
    opened.parties = known;
    let request = CheckRequest {
        document: application.document,
        version: application.version,
        leaves: fields.iter().map(|field| field.proof.clone()).collect(),
        role_proofs: terms
            .role_proofs
            .iter()
            .map(|shown| PartyProof { role: shown.role, proof: shown.proof.without_identifiers() })
            .collect(),
        fingerprints: opened.fingerprints.clone(),
        claim: None,
    };
    Ok((report(gateway, &request).await?, against))
}

fn terms(gateway: &Gateway, application: &Application) -> Result<FinancingTerms, Stop> {
    let context = exchange::about_document(&application.document, application.version);
    exchange::open(&application.sealed_terms, gateway.bank.encryption(), &context)
        .map_err(|_| Stop::not("terms-unreadable"))
}

fn asked(terms: &FinancingTerms) -> Asked {
    Asked {
        amount: terms.amount,
        currency: terms.currency.clone(),
        advance_rate: terms.advance_rate,
        tenor_days: terms.tenor_days,
        creditor_account: terms.creditor_account.clone(),
        creditor_agent: terms.creditor_agent.clone(),
    }
}

/// The sealed document behind the anchored root.
async fn sealed(gateway: &Gateway, application: &Application, document: &Document) -> Result<SealedDocument, Stop> {
    let version = document.version(application.version).ok_or_else(|| Stop::not("unknown-version"))?;
    let bytes = gateway.ledger.attachment(&version.attachment).await?;
    let bytes = bytes.ok_or_else(|| Stop::Later("the sealed document is not with the ledger's nodes".into()))?;
    let sealed = SealedDocument::from_bytes(&bytes).map_err(|_| Stop::not("document-damaged"))?;
    let anchored = sealed.check_root().is_ok_and(|root| root == version.root);
    let this = sealed.header.document == application.document && sealed.header.version == application.version;
    if anchored && this { Ok(sealed) } else { Err(Stop::not("document-damaged")) }
}

/// The grant as the ledger holds it, if it still stands.
async fn grant(gateway: &Gateway, application: &Application, now: Timestamp) -> Result<SealedGrant, Stop> {
    let unusable = || Stop::not("grant-unusable");
    let receipt = gateway.ledger.receipt(&application.grant_record).await?;
    let receipt = receipt.ok_or_else(|| Stop::Later("the grant is not on the ledger".into()))?;
    let Body::GrantGive { grant } = receipt.record.unsigned.body else { return Err(unusable()) };
    let this = grant.header.document == application.document && grant.header.version == application.version;
    let expired = grant.header.expires.is_some_and(|expires| now.as_millis() >= expires);
    if !receipt.outcome.is_accepted() || !this || expired {
        return Err(unusable());
    }
    match gateway.ledger.object(&application.grant_record.to_string()).await? {
        Some(Object::Grant(state)) if state.withdrawn.is_some() => Err(Stop::not("grant-withdrawn")),
        _ => Ok(grant),
    }
}

async fn fields(
    gateway: &Gateway,
    application: &Application,
    sealed: &SealedDocument,
    now: Timestamp,
) -> Result<Vec<OpenedField>, Stop> {
    let grant = grant(gateway, application, now).await?;
    let keys = grant.open(gateway.bank.encryption()).map_err(|_| Stop::not("grant-unusable"))?;
    let fields = match keys {
        GrantedKeys::Whole(key) => sealed.open_all_fields(&key),
        GrantedKeys::Fields(keys) => sealed.open_fields(&keys),
    };
    fields.map_err(|error| Stop::Not(vec![Reason::with("fields-do-not-open", error.to_string())]))
}

fn read(sealed: &SealedDocument, fields: &[(String, serde_json::Value)]) -> Result<(Invoice, Money), Stop> {
    if sealed.header.schema != INVOICE {
        return Err(Stop::not("not-an-invoice"));
    }
    invoice::read(fields).map_err(|error| Stop::Not(vec![Reason::with("invoice-unreadable", error.to_string())]))
}

/// That the opened total is the one that claims are measured against, in the currency of the terms.
fn check_total(
    document: &Document,
    application: &Application,
    fields: &[OpenedField],
    total: &Money,
    terms: &FinancingTerms,
) -> Vec<Reason> {
    let mut against = Vec::new();
    let anchored = document.version(application.version).and_then(|version| version.total);
    let field = fields.iter().find(|field| field.pointer == GRAND_TOTAL_POINTER);
    let decimals = total.currency().decimals();
    let same = field.is_some_and(|field| {
        let in_minor_units = matches!(field.form, IntegerForm::Minor { decimals: own } if u32::from(own) == decimals);
        let opens = field.opening.as_ref().map(|opening| opening.value) == total.unsigned_minor_units().ok();
        in_minor_units && opens && Some(field.proof.leaf.commitment) == anchored
    });
    if !same {
        against.push(Reason::new("total-differs"));
    }
    if terms.currency != total.currency().as_str() {
        against.push(Reason::new("currency-differs"));
    }
    if terms.amount == 0 || terms.advance_rate == 0 {
        against.push(Reason::new("nothing-asked-for"));
    }
    against
}

/// Seller and buyer as far as they are known, and why not.
fn who(
    invoice: &Invoice,
    sealed: &SealedDocument,
    proofs: &[PartyProof],
    gateway: &Gateway,
    now: Timestamp,
) -> (Vec<KnownParty>, Vec<Reason>) {
    let members = gateway.members.now();
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for (role, party) in [(Role::Seller, &invoice.seller), (Role::Buyer, &invoice.buyer)] {
        match parties::known(role, party, &sealed.header, proofs, &members, now) {
            Ok(party) => known.push(party),
            Err(reason) => unknown.push(reason),
        }
    }
    (known, unknown)
}

/// The invoice's identity, with both parties resolved to what is attested of them.
fn identify(invoice: &Invoice, seller: &KnownParty, buyer: &KnownParty) -> Result<identity::Identity, Stop> {
    let unresolved = || Stop::not("party-not-resolved");
    let seller = seller.fingerprint_identifier().ok_or_else(unresolved)?;
    let buyer = buyer.fingerprint_identifier().ok_or_else(unresolved)?;
    let resolve =
        |party: &Party| if std::ptr::eq(party, &raw const invoice.seller) { seller.clone() } else { buyer.clone() };
    identity::identity(invoice, resolve).map_err(|_| unresolved())
}

async fn report(gateway: &Gateway, request: &CheckRequest) -> Result<CheckReport, Stop> {
    let url = format!("{}/v1/checks", gateway.addresses.verification);
    let response = gateway.http.post(url).traced().json(request).send().await.map_err(Stop::later)?;
    let status = response.status();
    if !status.is_success() {
        return Err(Stop::Later(format!("the verification service answered {status}")));
    }
    let report: CheckReport = response.json().await.map_err(Stop::later)?;
    let ours = report.findings.network == gateway.bank.network
        && report.findings.document == request.document
        && report.findings.version == request.version;
    if ours && report.verify(&gateway.bank.identity()).is_ok() {
        Ok(report)
    } else {
        Err(Stop::Later("the verification service's report does not hold".into()))
    }
}
