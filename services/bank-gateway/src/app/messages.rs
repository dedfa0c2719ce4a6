//! The ISO 20022 messages of a financing: tsin.002 (financed) for the seller, pacs.008 for the payment.

use jiff::tz::TimeZone;
use kontor_chassis::database::Connection;
use kontor_ledger::Timestamp;
use kontor_sealing::document::Role;
use kontor_trade::{
    Bic, Iban, Lei, Money,
    export::{
        Agent, CreditTransfer, Debtor, ExportError, FinancedInvoice, FinancingDecision, FinancingStatus,
        ValidationStatus,
    },
};
use uuid::Uuid;

use super::{bank::Bank, check::reopen, error::AppError};
use crate::{
    domain::{
        opened::{Facts, Opened, money},
        parties::KnownParty,
        verdict::Reason,
    },
    store::{
        application::Application,
        message,
        offer::{self, Made},
    },
};

/// The financing status.
pub const TSIN_002: &str = "tsin.002";
/// The payment.
pub const PACS_008: &str = "pacs.008";

/// Longest invoice number that the messages hold.
const NUMBER: usize = 35;

/// What a message is kept under.
pub fn about(application: &Uuid, name: &str) -> String {
    format!("message:{application}:{name}")
}

/// Writes both messages and keeps them sealed.
///
/// # Errors
/// [`AppError`].
pub fn write(
    connection: &mut Connection,
    bank: &Bank,
    application: &Application,
    now: Timestamp,
) -> Result<(), AppError> {
    let opened = reopen(bank, application)?;
    let made = offer::last(connection, &application.id)?.ok_or(AppError::Missing("the offer"))?;
    let source = Source::gather(bank, application, &opened, &made, now)?;
    let texts = [(TSIN_002, source.status()), (PACS_008, source.transfer())];
    for (name, xml) in texts {
        let xml = xml.map_err(|error: ExportError| AppError::Unusable(Reason::with("message", error.to_string())))?;
        let sealed = bank.keep(&about(&application.id, name), &xml)?;
        message::insert(connection, &application.id, name, &sealed)?;
    }
    Ok(())
}

/// What both messages are made of.
struct Source<'a> {
    bank: &'a Bank,
    facts: &'a Facts,
    seller: &'a KnownParty,
    total: Money,
    advanced: Money,
    paid: Money,
    /// Basis points of the total.
    share: u64,
    number: String,
    due: jiff::civil::Date,
    today: jiff::civil::Date,
    now: jiff::Timestamp,
    requested: jiff::Timestamp,
    reference: String,
    account: Option<Iban>,
    other_account: Option<String>,
    agent: Bic,
}

impl<'a> Source<'a> {
    fn gather(
        bank: &'a Bank,
        application: &Application,
        opened: &'a Opened,
        made: &Made,
        now: Timestamp,
    ) -> Result<Self, AppError> {
        let facts = opened.invoice.as_ref().ok_or(AppError::Missing("the invoice"))?;
        let terms = opened.terms.as_ref().ok_or(AppError::Missing("the terms"))?;
        let seller = opened.parties.iter().find(|party| party.role == Role::Seller);
        let seller = seller.ok_or(AppError::Missing("the seller"))?;
        let out_of_range = || AppError::Missing("an amount within range");
        let offer = &made.offer;
        let units = |units| money(units, facts.currency).ok_or_else(out_of_range);
        let now = i64::try_from(now.as_millis()).ok().and_then(|now| jiff::Timestamp::from_millisecond(now).ok());
        let now = now.ok_or_else(out_of_range)?;
        let today = now.to_zoned(TimeZone::UTC).date();
        let later =
            jiff::Span::new().try_days(i64::from(offer.tenor_days)).ok().and_then(|span| today.checked_add(span).ok());
        let share = u128::from(offer.amount) * 10_000 / u128::from(facts.total.max(1));
        let iban = terms.creditor_account.as_deref().map(Iban::parse);
        Ok(Self {
            bank,
            facts,
            seller,
            total: units(facts.total)?,
            advanced: units(offer.amount)?,
            paid: units(offer.amount.saturating_sub(offer.fee))?,
            share: u64::try_from(share).unwrap_or(u64::MAX),
            number: facts.number.chars().take(NUMBER).collect(),
            due: facts.due.or(later).unwrap_or(today),
            today,
            now,
            requested: jiff::Timestamp::from_millisecond(application.received).unwrap_or(now),
            // A UUID without hyphens has 32 characters, the messages' identifiers at most 35.
            reference: application.id.simple().to_string(),
            account: iban.as_ref().and_then(|iban| iban.as_ref().ok()).cloned(),
            other_account: terms.creditor_account.as_ref().map(|account| account.chars().take(34).collect()),
            agent: terms
                .creditor_agent
                .as_deref()
                .and_then(|bic| Bic::parse(bic).ok())
                .unwrap_or_else(|| bank.bic.clone()),
        })
    }

    fn seller_lei(&self) -> Option<Lei> {
        let lei = self.seller.identifiers.iter().find(|identifier| identifier.scheme == "lei")?;
        Lei::parse(&lei.value.to_ascii_uppercase()).ok()
    }

    fn status(&self) -> Result<String, ExportError> {
        FinancingStatus {
            identification: format!("FS{}", self.reference),
            creation_date_time: self.now,
            request_identification: self.reference.clone(),
            request_creation_date_time: self.requested,
            requestor: self.seller.name.clone(),
            requestor_lei: self.seller_lei(),
            first_agent: self.bank.bic.clone(),
            validation: ValidationStatus::Confirmed,
            applied_percentage: i64::try_from(self.share).ok().map(|share| rust_decimal::Decimal::new(share, 2)),
            credit_date: Some(self.today),
            invoices: vec![FinancedInvoice {
                document_number: self.number.clone(),
                total: self.total,
                issue_date: self.facts.issued,
                payment_due_date: self.due,
                supplier: self.seller.name.clone(),
                decision: FinancingDecision::Financed,
                reason: None,
                additional_information: Vec::new(),
                financed_amount: Some(self.advanced),
            }],
        }
        .to_xml()
    }

    fn transfer(&self) -> Result<String, ExportError> {
        CreditTransfer {
            message_identification: format!("CT{}", self.reference),
            creation_date_time: self.now,
            end_to_end_identification: self.reference.clone(),
            transaction_identification: format!("TX{}", self.reference),
            amount: self.paid,
            settlement_date: self.today,
            debtor: Debtor {
                name: self.bank.account_name.clone(),
                lei: None,
                country: None,
                account: Some(self.bank.account.clone()),
                other_account: None,
                agent: Agent { bic: self.bank.bic.clone(), lei: None },
            },
            creditor: Debtor {
                name: self.seller.name.clone(),
                lei: self.seller_lei(),
                country: None,
                account: self.account.clone(),
                other_account: self.other_account.clone(),
                agent: Agent { bic: self.agent.clone(), lei: None },
            },
            invoice: Some((self.number.clone(), self.facts.issued)),
            remittance: Some(format!("Financing of invoice {}", self.number)),
        }
        .to_xml()
    }
}
