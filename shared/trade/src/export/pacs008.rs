//! Customer credit transfer between banks, pacs.008.001.08: the disbursement of an accepted financing.

use jiff::civil::Date;

use super::ExportError;
use super::head001::date_time;
use super::xml::{Xml, cut};
use crate::identifier::{Bic, Country, Iban, Lei};
use crate::money::Money;

/// A bank in a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its code.
    pub bic: Bic,
    /// Its legal entity identifier, if known.
    pub lei: Option<Lei>,
}

/// Who pays, or who is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debtor {
    /// Name; cut at 140 characters.
    pub name: String,
    /// Legal entity identifier, if known.
    pub lei: Option<Lei>,
    /// Country, if known.
    pub country: Option<Country>,
    /// Account, if it has an IBAN.
    pub account: Option<Iban>,
    /// Account in another form, at most 34 characters; used if there is no IBAN.
    pub other_account: Option<String>,
    /// Bank that keeps the account.
    pub agent: Agent,
}

/// A single credit transfer from the financing bank to the seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditTransfer {
    /// The sender's identifier of the message, at most 35 characters.
    pub message_identification: String,
    /// When the message was made.
    pub creation_date_time: jiff::Timestamp,
    /// The payment's identifier end to end, at most 35 characters.
    pub end_to_end_identification: String,
    /// The payment's identifier between the banks, at most 35 characters.
    pub transaction_identification: String,
    /// What is paid.
    pub amount: Money,
    /// When the banks settle.
    pub settlement_date: Date,
    /// Who pays: the bank itself when it finances.
    pub debtor: Debtor,
    /// Who is paid.
    pub creditor: Debtor,
    /// The invoice's number, at most 35 characters, and date, if they are to be told.
    pub invoice: Option<(String, Date)>,
    /// A line for the receiver; cut at 140 characters.
    pub remittance: Option<String>,
}

impl CreditTransfer {
    /// Writes the message.
    ///
    /// # Errors
    /// A field does not fit the message's schema.
    pub fn to_xml(&self) -> Result<String, ExportError> {
        let mut xml = Xml::new();
        xml.try_within("Document", &[("xmlns", "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08")], |xml| {
            xml.try_within("FIToFICstmrCdtTrf", &[], |xml| {
                xml.try_within("GrpHdr", &[], |xml| {
                    xml.bounded("MsgId", 35, &self.message_identification)?;
                    xml.leaf("CreDtTm", &[], date_time(self.creation_date_time));
                    xml.leaf("NbOfTxs", &[], 1);
                    xml.within("SttlmInf", &[], |xml| xml.leaf("SttlmMtd", &[], "INDA"));
                    Ok(())
                })?;
                xml.try_within("CdtTrfTxInf", &[], |xml| self.transaction(xml))
            })
        })?;
        Ok(xml.finish())
    }

    fn transaction(&self, xml: &mut Xml) -> Result<(), ExportError> {
        xml.try_within("PmtId", &[], |xml| {
            xml.bounded("EndToEndId", 35, &self.end_to_end_identification)?;
            xml.bounded("TxId", 35, &self.transaction_identification)
        })?;
        xml.money("IntrBkSttlmAmt", &self.amount)?;
        xml.leaf("IntrBkSttlmDt", &[], self.settlement_date);
        xml.leaf("ChrgBr", &[], "SHAR");
        agent(xml, "InstgAgt", &self.debtor.agent);
        agent(xml, "InstdAgt", &self.creditor.agent);
        party(xml, "Dbtr", &self.debtor)?;
        account(xml, "DbtrAcct", &self.debtor)?;
        agent(xml, "DbtrAgt", &self.debtor.agent);
        agent(xml, "CdtrAgt", &self.creditor.agent);
        party(xml, "Cdtr", &self.creditor)?;
        account(xml, "CdtrAcct", &self.creditor)?;
        self.remittance(xml)
    }

    fn remittance(&self, xml: &mut Xml) -> Result<(), ExportError> {
        if self.remittance.is_none() && self.invoice.is_none() {
            return Ok(());
        }
        xml.try_within("RmtInf", &[], |xml| {
            if let Some(text) = &self.remittance {
                xml.bounded("Ustrd", 140, &cut(text, 140))?;
            }
            let Some((number, date)) = &self.invoice else { return Ok(()) };
            xml.try_within("Strd", &[], |xml| {
                xml.try_within("RfrdDocInf", &[], |xml| {
                    xml.within("Tp", &[], |xml| {
                        // CINV: commercial invoice.
                        xml.within("CdOrPrtry", &[], |xml| xml.leaf("Cd", &[], "CINV"));
                    });
                    xml.bounded("Nb", 35, number)?;
                    xml.leaf("RltdDt", &[], date);
                    Ok(())
                })
            })
        })
    }
}

fn agent(xml: &mut Xml, name: &str, agent: &Agent) {
    xml.within(name, &[], |xml| {
        xml.within("FinInstnId", &[], |xml| {
            xml.leaf("BICFI", &[], &agent.bic);
            xml.option("LEI", agent.lei.as_ref());
        });
    });
}

fn party(xml: &mut Xml, name: &str, party: &Debtor) -> Result<(), ExportError> {
    xml.try_within(name, &[], |xml| {
        xml.bounded("Nm", 140, &cut(&party.name, 140))?;
        if let Some(country) = &party.country {
            xml.within("PstlAdr", &[], |xml| xml.leaf("Ctry", &[], country));
        }
        if let Some(lei) = &party.lei {
            xml.within("Id", &[], |xml| xml.within("OrgId", &[], |xml| xml.leaf("LEI", &[], lei)));
        }
        Ok(())
    })
}

fn account(xml: &mut Xml, name: &str, party: &Debtor) -> Result<(), ExportError> {
    match (&party.account, &party.other_account) {
        (Some(iban), _) => {
            xml.within(name, &[], |xml| xml.within("Id", &[], |xml| xml.leaf("IBAN", &[], iban)));
            Ok(())
        }
        (None, Some(other)) => xml.try_within(name, &[], |xml| {
            xml.try_within("Id", &[], |xml| xml.try_within("Othr", &[], |xml| xml.bounded("Id", 34, other)))
        }),
        (None, None) => Ok(()),
    }
}
