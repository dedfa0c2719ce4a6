//! Documents and identifiers.

use kontor_trade::{Bic, Iban, document::Document, identifier, identity, import, money::Currency};

/// UBL, CII and JSON; what is imported can be identified and written again.
pub fn import(data: &[u8]) {
    if let Ok(imported) = import::import(data)
        && let Document::Invoice(invoice) = imported.document
    {
        let _ = identity::identity(&invoice, identity::own_identifier);
        let value = invoice.to_value().expect("an imported invoice is JSON");
        assert!(Document::from_value(&value).is_ok(), "an imported invoice is valid");
        let _ = kontor_trade::export::to_ubl(&invoice);
        let _ = kontor_trade::export::to_cii(&invoice);
    }
}

/// The network's own JSON.
pub fn document(data: &[u8]) {
    if let Ok(value) = serde_json::from_slice(data) {
        let _ = Document::from_value(&value);
    }
}

/// Identifiers of parties, banks, accounts and currencies.
pub fn identifiers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = identifier::Lei::parse(text);
    let _ = identifier::Uscc::parse(text);
    let _ = identifier::Gln::parse(text);
    let _ = Bic::parse(text);
    let _ = Iban::parse(text);
    let _ = Currency::parse(text);
    let _ = identity::normal_number(text);
    let _ = identity::normal_name(text);
}
