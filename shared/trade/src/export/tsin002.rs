//! Invoice financing request status, tsin.002.001.01: what became of a financing request.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::ExportError;
use super::head001::date_time;
use super::xml::{Xml, cut};
use crate::identifier::{Bic, Lei};
use crate::money::Money;

/// Whether the request itself could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValidationStatus {
    /// RCCF: received and correct.
    Confirmed,
    /// RCER: received with errors.
    Erroneous,
}

/// What was decided for an invoice (RequestStatus1Code).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinancingDecision {
    /// FNCD: financed.
    Financed,
    /// PDNG: not decided yet.
    Pending,
    /// NTFD: not financed.
    NotFinanced,
}

impl FinancingDecision {
    /// The message's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Financed => "FNCD",
            Self::Pending => "PDNG",
            Self::NotFinanced => "NTFD",
        }
    }
}

/// Why: the network's own reason code, such as `refused-over-limit`, in at most 35 characters. The message's own code
/// list has no code for the network's reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReason(pub String);

/// An invoice and what was decided for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinancedInvoice {
    /// The invoice's number, at most 35 characters.
    pub document_number: String,
    /// Its grand total.
    pub total: Money,
    /// Its date.
    pub issue_date: Date,
    /// When it is due.
    pub payment_due_date: Date,
    /// The seller's name; cut at 70 characters.
    pub supplier: String,
    /// What was decided.
    pub decision: FinancingDecision,
    /// Why.
    pub reason: Option<StatusReason>,
    /// More about why; each cut at 105 characters.
    pub additional_information: Vec<String>,
    /// What was financed, if it was.
    pub financed_amount: Option<Money>,
}

/// The status of a financing request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinancingStatus {
    /// The message's identifier, at most 35 characters.
    pub identification: String,
    /// When it was made.
    pub creation_date_time: jiff::Timestamp,
    /// Identifier of the request, at most 35 characters.
    pub request_identification: String,
    /// When the request was made.
    pub request_creation_date_time: jiff::Timestamp,
    /// Who asked; cut at 70 characters.
    pub requestor: String,
    /// Who asked, by LEI.
    pub requestor_lei: Option<Lei>,
    /// The bank that answers.
    pub first_agent: Bic,
    /// Whether the request could be read.
    pub validation: ValidationStatus,
    /// The share of the accepted amount that was financed, in percent.
    pub applied_percentage: Option<Decimal>,
    /// When the money is credited, if any is.
    pub credit_date: Option<Date>,
    /// The invoices of the request, in one currency.
    pub invoices: Vec<FinancedInvoice>,
}

impl FinancingStatus {
    /// Writes the message.
    ///
    /// # Errors
    /// A field does not fit the message's schema, amounts are in several currencies, or there is no invoice.
    pub fn to_xml(&self) -> Result<String, ExportError> {
        let mut xml = Xml::new();
        xml.try_within("Document", &[("xmlns", "urn:iso:std:iso:20022:tech:xsd:tsin.002.001.01")], |xml| {
            xml.try_within("InvcFincgReqSts", &[], |xml| {
                xml.try_within("StsId", &[], |xml| {
                    xml.bounded("Id", 35, &self.identification)?;
                    xml.leaf("CreDtTm", &[], date_time(self.creation_date_time));
                    Ok(())
                })?;
                xml.try_within("OrgnlReqInfAndSts", &[], |xml| self.request(xml))?;
                xml.try_within("FincgInfAndSts", &[], |xml| {
                    xml.try_within("FincgAllwdSummry", &[], |xml| self.summary(xml))?;
                    self.invoices
                        .iter()
                        .try_for_each(|invoice| xml.try_within("InvcFincgDtls", &[], |xml| details(xml, invoice)))
                })
            })
        })?;
        Ok(xml.finish())
    }

    fn request(&self, xml: &mut Xml) -> Result<(), ExportError> {
        xml.bounded("Id", 35, &self.request_identification)?;
        xml.leaf("CreDtTm", &[], date_time(self.request_creation_date_time));
        xml.try_within("FincgRqstr", &[], |xml| {
            xml.try_within("PtyId", &[], |xml| {
                xml.bounded("Nm", 70, &cut(&self.requestor, 70))?;
                if let Some(lei) = &self.requestor_lei {
                    xml.within("PrtryId", &[], |xml| {
                        xml.leaf("Id", &[], lei);
                        xml.leaf("IdTp", &[], "LEI");
                    });
                }
                Ok(())
            })
        })?;
        if is_older_bic(&self.first_agent) {
            xml.within("FrstAgt", &[], |xml| xml.leaf("BIC", &[], &self.first_agent));
        }
        let status = match self.validation {
            ValidationStatus::Confirmed => "RCCF",
            ValidationStatus::Erroneous => "RCER",
        };
        xml.within("VldtnStsInf", &[], |xml| xml.leaf("Sts", &[], status));
        Ok(())
    }

    fn summary(&self, xml: &mut Xml) -> Result<(), ExportError> {
        let first = self.invoices.first().ok_or(ExportError::Empty)?;
        let zero = Money::from_minor_units(0, first.total.currency());
        let financed = || self.invoices.iter().filter(|invoice| invoice.decision == FinancingDecision::Financed);
        let add = |sum: Money, next: &Money| sum.add(next).map_err(|_| ExportError::Currency);
        let accepted = financed().try_fold(zero, |sum, invoice| add(sum, &invoice.total))?;
        let amounts = financed().filter_map(|invoice| invoice.financed_amount.as_ref());
        let total = amounts.into_iter().try_fold(zero, add)?;
        if self.invoices.iter().any(|invoice| invoice.total.currency() != zero.currency()) {
            return Err(ExportError::Currency);
        }
        xml.leaf("FincdItmNb", &[], financed().count());
        xml.money("TtlAccptdItmsAmt", &accepted)?;
        if let Some(percentage) = self.applied_percentage {
            // PercentageRate: eleven digits in all, at most ten of them decimals.
            let in_range = percentage >= Decimal::ZERO && percentage <= Decimal::ONE_HUNDRED;
            let rate = in_range.then(|| percentage.round_dp(8).normalize());
            xml.leaf("ApldPctg", &[], rate.ok_or(ExportError::Amount { field: "ApldPctg" })?);
        }
        xml.money("TtlFincdAmt", &total)?;
        if let Some(date) = self.credit_date {
            xml.within("FincgDtDtls", &[], |xml| xml.leaf("CdtDt", &[], date));
        }
        Ok(())
    }
}

/// True if a BIC fits this message's schema, which is older than ISO 9362:2014: no digits in the prefix, and a location
/// code that starts with neither 0 nor 1 and does not end in O.
fn is_older_bic(bic: &Bic) -> bool {
    bic.as_str().chars().enumerate().all(|(position, c)| match position {
        0..6 => c.is_ascii_uppercase(),
        6 => !matches!(c, '0' | '1'),
        7 => c != 'O',
        _ => true,
    })
}

fn details(xml: &mut Xml, invoice: &FinancedInvoice) -> Result<(), ExportError> {
    xml.try_within("OrgnlInvcInf", &[], |xml| {
        xml.bounded("DocNb", 35, &invoice.document_number)?;
        xml.money("TtlInvcAmt", &invoice.total)?;
        xml.leaf("IsseDt", &[], invoice.issue_date);
        xml.leaf("PmtDueDt", &[], invoice.payment_due_date);
        Ok(())
    })?;
    xml.try_within("Spplr", &[], |xml| xml.bounded("Nm", 70, &cut(&invoice.supplier, 70)))?;
    xml.try_within("InvcFincgRslt", &[], |xml| {
        xml.leaf("FincgReqSts", &[], invoice.decision.code());
        if let Some(StatusReason(code)) = &invoice.reason {
            xml.try_within("StsRsn", &[], |xml| xml.bounded("Prtry", 35, code))?;
        }
        for text in &invoice.additional_information {
            xml.bounded("AddtlStsRsnInf", 105, &cut(text, 105))?;
        }
        if let Some(amount) = &invoice.financed_amount {
            xml.try_within("FincdAmt", &[], |xml| xml.money("Amt", amount))?;
        }
        Ok(())
    })
}
