//! UN/CEFACT CII D16B, in the element order of its schema and the places of EN 16931-3-3.

use jiff::civil::Date;

use super::cii_line;
use super::ubl::{legal, others, qualified, scheme_id};
use super::xml::Xml;
use crate::document::{Address, Invoice, Party};
use crate::identifier::Scheme;

const NAMESPACE: &str = "urn:un:unece:uncefact:data:standard:";
const GUIDELINE: &str = "urn:cen.eu:en16931:2017";

/// Writes an invoice as CII; role proofs stay out, they are the network's.
pub fn to_cii(invoice: &Invoice) -> String {
    let namespaces = [
        ("xmlns:rsm", format!("{NAMESPACE}CrossIndustryInvoice:100")),
        ("xmlns:ram", format!("{NAMESPACE}ReusableAggregateBusinessInformationEntity:100")),
        ("xmlns:qdt", format!("{NAMESPACE}QualifiedDataType:100")),
        ("xmlns:udt", format!("{NAMESPACE}UnqualifiedDataType:100")),
    ];
    let namespaces: Vec<_> = namespaces.iter().map(|(name, uri)| (*name, uri.as_str())).collect();
    let mut xml = Xml::new();
    xml.within("rsm:CrossIndustryInvoice", &namespaces, |xml| {
        xml.within("rsm:ExchangedDocumentContext", &[], |xml| {
            xml.within("ram:GuidelineSpecifiedDocumentContextParameter", &[], |xml| xml.leaf("ram:ID", &[], GUIDELINE));
        });
        xml.within("rsm:ExchangedDocument", &[], |xml| {
            xml.leaf("ram:ID", &[], &invoice.invoice_number);
            xml.leaf("ram:TypeCode", &[], &invoice.type_code);
            day(xml, "ram:IssueDateTime", invoice.issue_date);
            for note in &invoice.notes {
                xml.within("ram:IncludedNote", &[], |xml| {
                    xml.leaf("ram:Content", &[], &note.content);
                    xml.option("ram:SubjectCode", note.subject_code.as_ref());
                });
            }
        });
        xml.within("rsm:SupplyChainTradeTransaction", &[], |xml| {
            for line in &invoice.lines {
                cii_line::line(xml, line);
            }
            agreement(xml, invoice);
            delivery(xml, invoice);
            cii_line::settlement(xml, invoice);
        });
    });
    xml.finish()
}

/// A date element with its day in UNTDID 2379 format 102.
pub(super) fn day(xml: &mut Xml, name: &str, date: Date) {
    let compact = date.strftime("%Y%m%d").to_string();
    xml.within(name, &[], |xml| xml.leaf("udt:DateTimeString", &[("format", "102")], compact));
}

/// A reference to another document by its number.
fn reference(xml: &mut Xml, name: &str, number: Option<&String>) {
    if let Some(number) = number {
        xml.within(name, &[], |xml| xml.leaf("ram:IssuerAssignedID", &[], number));
    }
}

fn agreement(xml: &mut Xml, invoice: &Invoice) {
    xml.within("ram:ApplicableHeaderTradeAgreement", &[], |xml| {
        xml.option("ram:BuyerReference", invoice.buyer_reference.as_ref());
        party(xml, "ram:SellerTradeParty", &invoice.seller);
        party(xml, "ram:BuyerTradeParty", &invoice.buyer);
        if let Some(representative) = &invoice.seller_tax_representative {
            party(xml, "ram:SellerTaxRepresentativeTradeParty", representative);
        }
        let order = invoice.order_reference.as_ref();
        reference(xml, "ram:SellerOrderReferencedDocument", order.and_then(|order| order.sales_order_number.as_ref()));
        reference(
            xml,
            "ram:BuyerOrderReferencedDocument",
            order.and_then(|order| order.purchase_order_number.as_ref()),
        );
        reference(xml, "ram:ContractReferencedDocument", invoice.contract_reference.as_ref());
        for document in &invoice.additional_documents {
            xml.within("ram:AdditionalReferencedDocument", &[], |xml| {
                xml.leaf("ram:IssuerAssignedID", &[], &document.identifier);
                xml.option("ram:URIID", document.location.as_ref());
                xml.leaf("ram:TypeCode", &[], document.type_code.as_deref().unwrap_or("916"));
                xml.option("ram:Name", document.description.as_ref());
            });
        }
        if let Some(project) = &invoice.project_reference {
            xml.within("ram:SpecifiedProcuringProject", &[], |xml| {
                xml.leaf("ram:ID", &[], project);
                xml.leaf("ram:Name", &[], project);
            });
        }
    });
}

pub(super) fn party(xml: &mut Xml, name: &str, party: &Party) {
    xml.within(name, &[], |xml| {
        let (qualified_ones, plain): (Vec<_>, Vec<_>) = others(party).partition(|id| scheme_id(id).is_some());
        for identifier in plain {
            xml.leaf("ram:ID", &[], identifier.value());
        }
        for identifier in qualified_ones {
            qualified(xml, "ram:GlobalID", "schemeID", identifier);
        }
        xml.leaf("ram:Name", &[], &party.name);
        xml.option("ram:Description", party.legal_form.as_ref());
        if legal(party).is_some() || party.trading_name.is_some() {
            xml.within("ram:SpecifiedLegalOrganization", &[], |xml| {
                if let Some(identifier) = legal(party) {
                    qualified(xml, "ram:ID", "schemeID", identifier);
                }
                xml.option("ram:TradingBusinessName", party.trading_name.as_ref());
            });
        }
        if let Some(contact) = &party.contact {
            xml.within("ram:DefinedTradeContact", &[], |xml| {
                xml.option("ram:PersonName", contact.name.as_ref());
                if let Some(telephone) = &contact.telephone {
                    xml.within("ram:TelephoneUniversalCommunication", &[], |xml| {
                        xml.leaf("ram:CompleteNumber", &[], telephone);
                    });
                }
                if let Some(mail) = &contact.electronic_mail {
                    xml.within("ram:EmailURIUniversalCommunication", &[], |xml| xml.leaf("ram:URIID", &[], mail));
                }
            });
        }
        if let Some(location) = &party.address {
            address(xml, location);
        }
        if let Some(electronic) = &party.electronic_address {
            xml.within("ram:URIUniversalCommunication", &[], |xml| qualified(xml, "ram:URIID", "schemeID", electronic));
        }
        for identifier in &party.identifiers {
            let scheme = match identifier.scheme() {
                Scheme::Vat => "VA",
                Scheme::Tax => "FC",
                _ => continue,
            };
            xml.within("ram:SpecifiedTaxRegistration", &[], |xml| {
                xml.leaf("ram:ID", &[("schemeID", scheme)], identifier.value());
            });
        }
    });
}

fn address(xml: &mut Xml, address: &Address) {
    xml.within("ram:PostalTradeAddress", &[], |xml| {
        xml.option("ram:PostcodeCode", address.post_code.as_ref());
        xml.option("ram:LineOne", address.street_name.as_ref());
        xml.option("ram:LineTwo", address.additional_street_name.as_ref());
        xml.option("ram:LineThree", address.address_line.as_ref());
        xml.option("ram:CityName", address.city_name.as_ref());
        xml.option("ram:CountryID", address.country.as_ref());
        xml.option("ram:CountrySubDivisionName", address.country_sub_division.as_ref());
    });
}

fn delivery(xml: &mut Xml, invoice: &Invoice) {
    xml.within("ram:ApplicableHeaderTradeDelivery", &[], |xml| {
        if let Some(delivery) = &invoice.delivery {
            if delivery.name.is_some() || delivery.address.is_some() || !delivery.identifiers.is_empty() {
                xml.within("ram:ShipToTradeParty", &[], |xml| {
                    for identifier in &delivery.identifiers {
                        let name = if scheme_id(identifier).is_some() { "ram:GlobalID" } else { "ram:ID" };
                        qualified(xml, name, "schemeID", identifier);
                    }
                    xml.option("ram:Name", delivery.name.as_ref());
                    if let Some(location) = &delivery.address {
                        address(xml, location);
                    }
                });
            }
            if let Some(date) = delivery.delivery_date {
                xml.within("ram:ActualDeliverySupplyChainEvent", &[], |xml| day(xml, "ram:OccurrenceDateTime", date));
            }
        }
        reference(xml, "ram:DespatchAdviceReferencedDocument", invoice.despatch_advice_reference.as_ref());
        reference(xml, "ram:ReceivingAdviceReferencedDocument", invoice.receiving_advice_reference.as_ref());
    });
}
