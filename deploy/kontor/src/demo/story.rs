//! The scenes in their order, for one invoice.

use std::path::Path;

use kontor_trade::{
    document::{Document, Invoice},
    identifier::{Identifier, Lei, Scheme},
    identity::own_identifier,
    import::{Format, import},
};

use super::{
    cast::Cast,
    journal::Journal,
    report::Report,
    scene::{
        amount, check, duplicate, financing,
        forgery::{self, share},
        market, supervision,
    },
    stage::Stage,
};
use crate::client::{ApiError, held::issue};

/// The built-in invoice, in the syntax that a seller would have.
const EXAMPLE: &[u8] = include_bytes!("../../../../api-spec/examples/invoice-ubl.xml");

/// One invoice to play with.
pub struct Subject {
    /// Its name in headings.
    pub title: String,
    invoice: Invoice,
    cii: bool,
}

impl Subject {
    /// The built-in example; on a network that others use, under a number and by a seller of the run's own: the same
    /// trade under another number would be a near match.
    ///
    /// # Errors
    /// Never for the example that is shipped.
    pub fn example(fresh_number: Option<&str>) -> Result<Self, String> {
        let mut subject = Self::read("the built-in example".to_owned(), EXAMPLE)?;
        if let Some(word) = fresh_number {
            subject.invoice.invoice_number = format!("{}-{word}", subject.invoice.invoice_number);
            let lei = Lei::with_check_digits(&format!("6234KONTOR{:0>8}", word.to_ascii_uppercase()));
            let lei = lei.and_then(|lei| Identifier::new(Scheme::Lei, lei.as_str()));
            subject.invoice.seller.identifiers = vec![lei.map_err(|error| error.to_string())?];
        }
        Ok(subject)
    }

    /// An invoice from a file.
    ///
    /// # Errors
    /// If it cannot be read, is no invoice, or cannot be financed.
    pub fn file(path: &Path) -> Result<Self, String> {
        let bytes = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        Self::read(path.display().to_string(), &bytes)
    }

    fn read(title: String, bytes: &[u8]) -> Result<Self, String> {
        let imported = import(bytes).map_err(|error| format!("{title}: {error}"))?;
        let Document::Invoice(invoice) = imported.document else { return Err(format!("{title}: expected an invoice")) };
        for (role, party) in [("seller", &invoice.seller), ("buyer", &invoice.buyer)] {
            if party.name.trim().is_empty() && own_identifier(party).is_name() {
                return Err(format!("{title}: the {role} has neither a name nor an identifier"));
            }
        }
        Ok(Self { title, cii: matches!(imported.format, Format::CiiInvoice), invoice: *invoice })
    }
}

/// Plays the whole story with one invoice; `name` tells the stories of one run apart.
///
/// # Errors
/// What differed.
pub async fn play(
    stage: &Stage,
    journal: &Journal,
    subject: &Subject,
    name: &str,
    receipts: &Path,
    report: &mut Report,
) -> Result<(), ApiError> {
    let invoice = &subject.invoice;
    let run = format!("{}{name}", journal.word());
    report.heading(&subject.title);
    let cast = Cast::gather(stage, journal, name, &invoice.seller, &invoice.buyer).await?;
    report.step("seller and buyer sign up and are attested by bank-a", &cast.seller.handle);
    let mut held = issue(&cast.seller, &cast.buyer, invoice, "first").await?;
    let total = held.total();
    check(share(total, 20) > 0, || "the invoice's total is too small to be financed in parts".to_owned())?;
    report.step("the seller imports, seals and registers the invoice; the buyer confirms", amount(total, invoice));
    forgery::made_up_buyer(stage, &cast, invoice, report).await?;
    financing::finance(stage, &cast.seller, &mut held, "bank-a", share(total, 60), report).await?;
    let (again, syntax) = duplicate::in_another_syntax(invoice, subject.cii)?;
    let refused = duplicate::twice(stage, &cast, &again, syntax, report).await?;
    duplicate::altered(stage, &cast, invoice, held.document(), report).await?;
    financing::finance(stage, &cast.seller, &mut held, "bank-c", share(total, 30), report).await?;
    forgery::beyond_the_cap(stage, &cast.seller, &mut held, "bank-d", share(total, 20), report).await?;
    market::matched(stage, &cast.seller, &held, &run, report).await?;
    supervision::supervise(stage, &cast.seller, &mut held, &refused, &run, report).await?;
    held.records.push(refused);
    for record in &held.records {
        stage.receipt(record, receipts).await?;
    }
    report.step("every receipt verifies offline", format!("{} receipts", held.records.len()));
    Ok(())
}
