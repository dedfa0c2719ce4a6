//! UBL 2.1 Invoice and CreditNote, in the element order of its schema and the places of EN 16931-3-2.

use super::ubl_line;
use super::xml::Xml;
use crate::document::{Address, Invoice, Party};
use crate::identifier::{Identifier, Scheme};

const ROOT: &str = "urn:oasis:names:specification:ubl:schema:xsd:";
const CUSTOMIZATION: &str = "urn:cen.eu:en16931:2017";

/// Writes an invoice as UBL; role proofs stay out, they are the network's.
pub fn to_ubl(invoice: &Invoice) -> String {
    let credit = invoice.is_credit_note();
    let root = if credit { "CreditNote" } else { "Invoice" };
    let namespaces = [
        ("xmlns", format!("{ROOT}{root}-2")),
        ("xmlns:cac", format!("{ROOT}CommonAggregateComponents-2")),
        ("xmlns:cbc", format!("{ROOT}CommonBasicComponents-2")),
    ];
    let namespaces: Vec<_> = namespaces.iter().map(|(name, uri)| (*name, uri.as_str())).collect();
    let mut xml = Xml::new();
    xml.within(root, &namespaces, |xml| {
        header(xml, invoice, credit);
        references(xml, invoice);
        parties(xml, invoice);
        delivery(xml, invoice);
        payment(xml, invoice, credit);
        ubl_line::settlement(xml, invoice, credit);
    });
    xml.finish()
}

fn header(xml: &mut Xml, invoice: &Invoice, credit: bool) {
    xml.leaf("cbc:CustomizationID", &[], CUSTOMIZATION);
    xml.leaf("cbc:ID", &[], &invoice.invoice_number);
    xml.leaf("cbc:IssueDate", &[], invoice.issue_date);
    if credit {
        xml.option("cbc:TaxPointDate", invoice.tax_point_date);
        xml.leaf("cbc:CreditNoteTypeCode", &[], &invoice.type_code);
    } else {
        xml.option("cbc:DueDate", invoice.due_date);
        xml.leaf("cbc:InvoiceTypeCode", &[], &invoice.type_code);
    }
    for note in &invoice.notes {
        match &note.subject_code {
            Some(code) => xml.leaf("cbc:Note", &[], format!("#{code}#{}", note.content)),
            None => xml.leaf("cbc:Note", &[], &note.content),
        }
    }
    if !credit {
        xml.option("cbc:TaxPointDate", invoice.tax_point_date);
    }
    xml.leaf("cbc:DocumentCurrencyCode", &[], invoice.invoice_currency_code);
    xml.option("cbc:TaxCurrencyCode", invoice.tax_currency_code);
    xml.option("cbc:AccountingCost", invoice.accounting_reference.as_ref());
    xml.option("cbc:BuyerReference", invoice.buyer_reference.as_ref());
    if let Some(period) = &invoice.period {
        ubl_line::period(xml, period);
    }
}

fn references(xml: &mut Xml, invoice: &Invoice) {
    if let Some(order) = &invoice.order_reference {
        xml.within("cac:OrderReference", &[], |xml| {
            // UBL demands an ID; NA says that the buyer's number is not known.
            xml.leaf("cbc:ID", &[], order.purchase_order_number.as_deref().unwrap_or("NA"));
            xml.option("cbc:SalesOrderID", order.sales_order_number.as_ref());
            xml.option("cbc:IssueDate", order.issue_date);
        });
    }
    for preceding in &invoice.preceding_invoices {
        xml.within("cac:BillingReference", &[], |xml| {
            xml.within("cac:InvoiceDocumentReference", &[], |xml| {
                xml.leaf("cbc:ID", &[], &preceding.identifier);
                xml.option("cbc:IssueDate", preceding.issue_date);
            });
        });
    }
    let mut reference = |name: &str, number: &Option<String>| {
        if let Some(number) = number {
            xml.within(name, &[], |xml| xml.leaf("cbc:ID", &[], number));
        }
    };
    reference("cac:DespatchDocumentReference", &invoice.despatch_advice_reference);
    reference("cac:ReceiptDocumentReference", &invoice.receiving_advice_reference);
    reference("cac:ContractDocumentReference", &invoice.contract_reference);
    for document in &invoice.additional_documents {
        xml.within("cac:AdditionalDocumentReference", &[], |xml| {
            xml.leaf("cbc:ID", &[], &document.identifier);
            xml.option("cbc:IssueDate", document.issue_date);
            xml.option("cbc:DocumentTypeCode", document.type_code.as_ref());
            xml.option("cbc:DocumentDescription", document.description.as_ref());
            if let Some(location) = &document.location {
                xml.within("cac:Attachment", &[], |xml| {
                    xml.within("cac:ExternalReference", &[], |xml| xml.leaf("cbc:URI", &[], location));
                });
            }
        });
    }
    if let Some(project) = &invoice.project_reference {
        xml.within("cac:ProjectReference", &[], |xml| xml.leaf("cbc:ID", &[], project));
    }
}

fn parties(xml: &mut Xml, invoice: &Invoice) {
    xml.within("cac:AccountingSupplierParty", &[], |xml| party(xml, "cac:Party", &invoice.seller));
    xml.within("cac:AccountingCustomerParty", &[], |xml| party(xml, "cac:Party", &invoice.buyer));
    if let Some(payee) = &invoice.payee {
        party(xml, "cac:PayeeParty", payee);
    }
    if let Some(representative) = &invoice.seller_tax_representative {
        party(xml, "cac:TaxRepresentativeParty", representative);
    }
}

/// The ISO 6523 code that UBL qualifies an identifier with, or the scheme's own name.
pub(super) fn scheme_id(identifier: &Identifier) -> Option<&str> {
    match identifier.scheme() {
        Scheme::Assigned | Scheme::Registration => None,
        scheme => Some(scheme.iso6523().unwrap_or(scheme.as_str())),
    }
}

/// An identifier in an element, with its scheme.
pub(super) fn qualified(xml: &mut Xml, name: &str, attribute: &str, identifier: &Identifier) {
    match scheme_id(identifier) {
        Some(scheme) => xml.leaf(name, &[(attribute, scheme)], identifier.value()),
        None => xml.leaf(name, &[], identifier.value()),
    }
}

/// The identifier that goes where a legal registration goes: the register's, else the LEI or USCC.
pub(super) fn legal(party: &Party) -> Option<&Identifier> {
    let find = |scheme: Scheme| party.identifiers.iter().find(|identifier| *identifier.scheme() == scheme);
    find(Scheme::Registration).or_else(|| find(Scheme::Lei)).or_else(|| find(Scheme::Uscc))
}

/// Identifiers that are neither tax numbers nor the legal registration.
pub(super) fn others(party: &Party) -> impl Iterator<Item = &Identifier> {
    let legal = legal(party);
    party.identifiers.iter().filter(move |identifier| {
        !matches!(identifier.scheme(), Scheme::Vat | Scheme::Tax) && Some(*identifier) != legal
    })
}

fn party(xml: &mut Xml, name: &str, party: &Party) {
    xml.within(name, &[], |xml| {
        if let Some(electronic) = &party.electronic_address {
            qualified(xml, "cbc:EndpointID", "schemeID", electronic);
        }
        for identifier in others(party) {
            xml.within("cac:PartyIdentification", &[], |xml| qualified(xml, "cbc:ID", "schemeID", identifier));
        }
        if let Some(trading) = &party.trading_name {
            xml.within("cac:PartyName", &[], |xml| xml.leaf("cbc:Name", &[], trading));
        }
        if let Some(location) = &party.address {
            address(xml, "cac:PostalAddress", location);
        }
        for identifier in &party.identifiers {
            let scheme = match identifier.scheme() {
                Scheme::Vat => "VAT",
                Scheme::Tax => "FC",
                _ => continue,
            };
            xml.within("cac:PartyTaxScheme", &[], |xml| {
                xml.leaf("cbc:CompanyID", &[], identifier.value());
                xml.within("cac:TaxScheme", &[], |xml| xml.leaf("cbc:ID", &[], scheme));
            });
        }
        xml.within("cac:PartyLegalEntity", &[], |xml| {
            xml.leaf("cbc:RegistrationName", &[], &party.name);
            if let Some(identifier) = legal(party) {
                qualified(xml, "cbc:CompanyID", "schemeID", identifier);
            }
            xml.option("cbc:CompanyLegalForm", party.legal_form.as_ref());
        });
        if let Some(contact) = &party.contact {
            xml.within("cac:Contact", &[], |xml| {
                xml.option("cbc:Name", contact.name.as_ref());
                xml.option("cbc:Telephone", contact.telephone.as_ref());
                xml.option("cbc:ElectronicMail", contact.electronic_mail.as_ref());
            });
        }
    });
}

fn address(xml: &mut Xml, name: &str, address: &Address) {
    xml.within(name, &[], |xml| {
        xml.option("cbc:StreetName", address.street_name.as_ref());
        xml.option("cbc:AdditionalStreetName", address.additional_street_name.as_ref());
        xml.option("cbc:CityName", address.city_name.as_ref());
        xml.option("cbc:PostalZone", address.post_code.as_ref());
        xml.option("cbc:CountrySubentity", address.country_sub_division.as_ref());
        if let Some(line) = &address.address_line {
            xml.within("cac:AddressLine", &[], |xml| xml.leaf("cbc:Line", &[], line));
        }
        if let Some(country) = &address.country {
            xml.within("cac:Country", &[], |xml| xml.leaf("cbc:IdentificationCode", &[], country));
        }
    });
}

fn delivery(xml: &mut Xml, invoice: &Invoice) {
    let Some(delivery) = &invoice.delivery else { return };
    xml.within("cac:Delivery", &[], |xml| {
        xml.option("cbc:ActualDeliveryDate", delivery.delivery_date);
        if delivery.address.is_some() || !delivery.identifiers.is_empty() {
            xml.within("cac:DeliveryLocation", &[], |xml| {
                if let Some(identifier) = delivery.identifiers.first() {
                    qualified(xml, "cbc:ID", "schemeID", identifier);
                }
                if let Some(location) = &delivery.address {
                    address(xml, "cac:Address", location);
                }
            });
        }
        if let Some(name) = &delivery.name {
            xml.within("cac:DeliveryParty", &[], |xml| {
                xml.within("cac:PartyName", &[], |xml| xml.leaf("cbc:Name", &[], name));
            });
        }
    });
}

fn payment(xml: &mut Xml, invoice: &Invoice, credit: bool) {
    for (index, means) in invoice.payment_means.iter().enumerate() {
        xml.within("cac:PaymentMeans", &[], |xml| {
            match &means.information {
                Some(text) => xml.leaf("cbc:PaymentMeansCode", &[("name", text)], &means.type_code),
                None => xml.leaf("cbc:PaymentMeansCode", &[], &means.type_code),
            }
            if credit && index == 0 {
                xml.option("cbc:PaymentDueDate", invoice.due_date);
            }
            xml.option("cbc:PaymentID", invoice.payment_reference.as_ref());
            if let Some(account) = &means.account {
                xml.within("cac:PayeeFinancialAccount", &[], |xml| {
                    xml.leaf("cbc:ID", &[], &account.identifier);
                    xml.option("cbc:Name", account.name.as_ref());
                    if let Some(bank) = &account.bank_identifier {
                        xml.within("cac:FinancialInstitutionBranch", &[], |xml| xml.leaf("cbc:ID", &[], bank));
                    }
                });
            }
        });
    }
    if let Some(terms) = &invoice.payment_terms {
        xml.within("cac:PaymentTerms", &[], |xml| xml.leaf("cbc:Note", &[], terms));
    }
}
