//! The project's own examples: one business case in three syntaxes, and the order behind it.

use kontor_trade::export::{to_cii, to_ubl};
use kontor_trade::identity::{identity, own_identifier};
use kontor_trade::import::{Format, import};
use kontor_trade::{Document, Invoice, Order};

const JSON: &[u8] = include_bytes!("../../../api-spec/examples/invoice.json");
const UBL: &[u8] = include_bytes!("../../../api-spec/examples/invoice-ubl.xml");
const CII: &[u8] = include_bytes!("../../../api-spec/examples/invoice-cii.xml");
const ORDER: &[u8] = include_bytes!("../../../api-spec/examples/order.json");

fn invoice(bytes: &[u8], format: Format) -> Invoice {
    let imported = import(bytes).unwrap_or_else(|error| panic!("{format}: {error}"));
    assert_eq!(imported.format, format);
    assert_eq!(imported.report.warnings, [], "{format}");
    assert_eq!(imported.report.unmapped, [] as [&str; 0], "{format}");
    match imported.document {
        Document::Invoice(invoice) => *invoice,
        Document::Order(_) => panic!("an order"),
    }
}

#[test]
fn one_invoice_in_three_syntaxes() {
    let json = invoice(JSON, Format::Json);
    let others = [invoice(UBL, Format::UblInvoice), invoice(CII, Format::CiiInvoice)];
    let expected = identity(&json, own_identifier).unwrap();
    assert!(expected.exact.field("seller").is_some_and(|seller| seller.starts_with("lei:")));
    for other in others {
        assert_eq!(identity(&other, own_identifier).unwrap(), expected);
        assert_eq!(other.totals, json.totals);
        assert_eq!(other.lines.len(), json.lines.len());
        assert_eq!(kontor_trade::document::arithmetic_warnings(&other), []);
    }
}

/// Frozen: another input would be another fingerprint, and every registered invoice would look new.
#[test]
fn identity_is_frozen() {
    let identity = identity(&invoice(JSON, Format::Json), own_identifier).unwrap();
    insta::assert_json_snapshot!("identity", identity.to_value());
}

/// What the writers write is what the importers read; the XML examples are the writers' work.
#[test]
fn writers_and_importers_are_inverse() {
    let json = invoice(JSON, Format::Json);
    if std::env::var_os("KONTOR_BLESS").is_some() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../api-spec/examples");
        std::fs::write(format!("{folder}/invoice-ubl.xml"), to_ubl(&json)).unwrap();
        std::fs::write(format!("{folder}/invoice-cii.xml"), to_cii(&json)).unwrap();
        return;
    }
    assert_eq!(to_ubl(&json).as_bytes(), UBL);
    assert_eq!(to_cii(&json).as_bytes(), CII);
    for (bytes, format) in [(UBL, Format::UblInvoice), (CII, Format::CiiInvoice)] {
        let mut back = invoice(bytes, format);
        let mut original = json.clone();
        for invoice in [&mut back, &mut original] {
            for party in [&mut invoice.seller, &mut invoice.buyer] {
                party.identifiers.sort();
            }
            // Decimals compare by value; text forms may differ in trailing zeros.
            assert!(invoice.to_value().is_ok());
        }
        assert_eq!(back, original, "{format}");
    }
}

#[test]
fn the_order_is_the_invoices() {
    let Document::Order(order) = import(ORDER).unwrap().document else { panic!("not an order") };
    let invoice = invoice(JSON, Format::Json);
    let reference = invoice.order_reference.unwrap();
    assert_eq!(reference.purchase_order_number.as_deref(), Some(order.order_number.as_str()));
    assert_eq!(own_identifier(&order.seller), own_identifier(&invoice.seller));
    assert_eq!(own_identifier(&order.buyer), own_identifier(&invoice.buyer));
    assert_eq!(order.totals.grand_total_amount, invoice.totals.grand_total_amount);
    assert_eq!(Order::from_value(&order.to_value().unwrap()).unwrap(), *order);
}

/// Profiles without lines (Factur-X MINIMUM) and credit notes are invoices too.
#[test]
fn header_only_and_credit_notes_import() {
    let mut header_only = invoice(JSON, Format::Json);
    header_only.lines.clear();
    let imported = import(to_cii(&header_only).as_bytes()).unwrap();
    assert_eq!(imported.report.warnings.len(), 1);
    let back = imported.document.as_invoice().unwrap().clone();
    assert_eq!(identity(&back, own_identifier), identity(&header_only, own_identifier));

    let mut credit = invoice(JSON, Format::Json);
    credit.type_code = "381".to_owned();
    let xml = to_ubl(&credit);
    assert!(xml.contains("<CreditNote ") && xml.contains("cbc:CreditedQuantity"));
    let back = invoice(xml.as_bytes(), Format::UblCreditNote);
    assert_eq!((back.type_code.as_str(), back.due_date), ("381", credit.due_date));
}
