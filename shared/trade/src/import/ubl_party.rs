//! Parties, addresses and delivery of UBL.

use super::ImportError;
use super::map::{Mapper, text};
use super::party::{add, identifier, set_electronic_address};
use super::tree::Node;
use crate::document::{Address, Contact, Delivery, Party};
use crate::identifier::Scheme;

/// The party in a role that an invoice cannot be without, with the account numbers that UBL 2.0 puts beside it.
pub(super) fn role(
    mapper: &mut Mapper,
    root: Node,
    node: Option<Node>,
    name: &'static str,
) -> Result<Party, ImportError> {
    let missing = |node: Node, name| ImportError::Missing { line: node.line(), path: node.path(), name };
    let node = node.ok_or_else(|| missing(root, name))?;
    let inner = node.at("Party").ok_or_else(|| missing(node, "Party"))?;
    let mut party = party(mapper, inner).ok_or_else(|| missing(inner, "PartyLegalEntity/RegistrationName"))?;
    // Peru's SUNAT puts the tax number here; its document type 6 is the tax number (RUC).
    let is_tax_number = node.text_at("AdditionalAccountID") == Some("6");
    let scheme = if is_tax_number { Scheme::Tax } else { Scheme::Assigned };
    for account in ["CustomerAssignedAccountID", "SupplierAssignedAccountID"] {
        let found = node.at(account).and_then(|account| identifier(mapper, account, scheme.clone()));
        add(&mut party, found);
    }
    Ok(party)
}

/// A party; none if it has no name.
pub(super) fn party(mapper: &mut Mapper, node: Node) -> Option<Party> {
    let registered = text(node, "PartyLegalEntity/RegistrationName");
    let called = text(node, "PartyName/Name");
    let in_tax_register = text(node, "PartyTaxScheme/RegistrationName");
    let person = || {
        let names = ["FirstName", "MiddleName", "FamilyName"].map(|part| node.at("Person").and_then(|p| text(p, part)));
        Some(names.into_iter().flatten().collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
    };
    let name = registered.or_else(|| called.clone()).or(in_tax_register).or_else(person)?;
    let mut party = Party {
        trading_name: called.filter(|called| *called != name),
        name,
        legal_form: text(node, "PartyLegalEntity/CompanyLegalForm"),
        ..Party::default()
    };
    for id in node.all("PartyIdentification").flat_map(|node| node.all("ID")) {
        let found = identifier(mapper, id, Scheme::Assigned);
        add(&mut party, found);
    }
    for tax in node.all("PartyTaxScheme") {
        let scheme = tax_scheme(tax);
        let found = tax.at("CompanyID").and_then(|id| identifier(mapper, id, scheme));
        add(&mut party, found);
    }
    for id in node.all("PartyLegalEntity").flat_map(|node| node.all("CompanyID")) {
        let found = identifier(mapper, id, Scheme::Registration);
        add(&mut party, found);
    }
    set_electronic_address(mapper, &mut party, node.at("EndpointID"));
    let location = node.at("PostalAddress").or_else(|| node.at("PhysicalLocation/Address"));
    let location = location.or_else(|| node.at("PartyLegalEntity/RegistrationAddress"));
    party.address = location.and_then(|node| address(mapper, node));
    party.contact = node.at("Contact").and_then(contact);
    Some(party)
}

/// VAT, or another tax: the scheme's code is `VAT` in EN 16931; older profiles write it out.
fn tax_scheme(node: Node) -> Scheme {
    let codes = [node.text_at("TaxScheme/ID"), node.text_at("TaxScheme/TaxTypeCode")];
    let vat = codes.into_iter().flatten().any(|code| {
        let code = code.to_ascii_uppercase();
        code == "VA" || code.contains("VAT")
    });
    if vat { Scheme::Vat } else { Scheme::Tax }
}

fn contact(node: Node) -> Option<Contact> {
    let contact = Contact {
        name: text(node, "Name"),
        telephone: text(node, "Telephone"),
        electronic_mail: text(node, "ElectronicMail"),
    };
    (contact != Contact::default()).then_some(contact)
}

fn address(mapper: &mut Mapper, node: Node) -> Option<Address> {
    let street = text(node, "StreetName");
    let number = text(node, "BuildingNumber");
    let street = match (street, number) {
        (Some(street), Some(number)) => Some(format!("{street} {number}")),
        (street, number) => street.or(number),
    };
    let address = Address {
        street_name: street,
        additional_street_name: text(node, "AdditionalStreetName").or_else(|| text(node, "BuildingName")),
        address_line: text(node, "AddressLine/Line"),
        city_name: text(node, "CityName"),
        post_code: text(node, "PostalZone"),
        country_sub_division: text(node, "CountrySubentity"),
        country: mapper.country_at(node, "Country/IdentificationCode"),
    };
    (address != Address::default()).then_some(address)
}

/// Where and when goods were delivered.
pub(super) fn delivery(mapper: &mut Mapper, node: Node) -> Option<Delivery> {
    let location = node.at("DeliveryLocation/Address").or_else(|| node.at("DeliveryAddress"));
    let ids = node.at("DeliveryLocation/ID").and_then(|id| identifier(mapper, id, Scheme::Assigned));
    let delivery = Delivery {
        delivery_date: mapper.optional_date(node.at("ActualDeliveryDate")),
        name: text(node, "DeliveryParty/PartyName/Name"),
        identifiers: ids.into_iter().collect(),
        address: location.and_then(|node| address(mapper, node)),
    };
    (delivery != Delivery::default()).then_some(delivery)
}
