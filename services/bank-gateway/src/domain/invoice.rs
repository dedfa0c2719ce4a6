//! The invoice as far as the bank was let in: read from the granted fields, whole document or few.

use std::collections::BTreeMap;

use kontor_trade::{Invoice, Money, leaf::GRAND_TOTAL_POINTER};
use serde_json::{Map, Value, json};

/// What the bank reads; everything else may be granted and is shown, but decides nothing.
const READ: [&str; 10] = [
    "/invoiceNumber",
    "/typeCode",
    "/issueDate",
    "/dueDate",
    "/invoiceCurrencyCode",
    "/seller/name",
    "/seller/identifiers",
    "/buyer/name",
    "/buyer/identifiers",
    GRAND_TOTAL_POINTER,
];

/// Why the granted fields are not enough.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceError {
    /// Something that the identity needs was not granted.
    #[error("{0} was not granted")]
    NotGranted(&'static str),
    /// The fields are no invoice's.
    #[error("the granted fields are not those of an invoice: {0}")]
    Unreadable(String),
    /// Credit notes are owed by the seller.
    #[error("a credit note cannot be financed")]
    CreditNote,
}

/// The invoice that the granted fields make, and its total.
///
/// # Errors
/// Any [`InvoiceError`].
pub fn read(fields: &[(String, Value)]) -> Result<(Invoice, Money), InvoiceError> {
    let document = assemble(fields.iter().filter(|(pointer, _)| is_read(pointer)));
    let wanted = ["/invoiceNumber", "/issueDate", "/invoiceCurrencyCode", GRAND_TOTAL_POINTER];
    for pointer in wanted {
        if document.pointer(pointer).is_none() {
            return Err(InvoiceError::NotGranted(pointer));
        }
    }
    let total = document.pointer(GRAND_TOTAL_POINTER).cloned().unwrap_or_default();
    let text = |pointer: &str| document.pointer(pointer).cloned();
    let party = |role: &str| {
        json!({
            "name": text(&format!("/{role}/name")).unwrap_or_else(|| "".into()),
            "identifiers": text(&format!("/{role}/identifiers")).unwrap_or_else(|| json!([])),
        })
    };
    let mut invoice = json!({
        "invoiceNumber": text("/invoiceNumber"),
        "typeCode": text("/typeCode").unwrap_or_else(|| "380".into()),
        "issueDate": text("/issueDate"),
        "invoiceCurrencyCode": text("/invoiceCurrencyCode"),
        "seller": party("seller"),
        "buyer": party("buyer"),
        "lines": [],
        "totals": { "grandTotalAmount": total, "duePayableAmount": total },
    });
    if let Some(due) = text("/dueDate") {
        invoice["dueDate"] = due;
    }
    let invoice: Invoice =
        serde_json::from_value(invoice).map_err(|error| InvoiceError::Unreadable(error.to_string()))?;
    if invoice.is_credit_note() {
        return Err(InvoiceError::CreditNote);
    }
    let total = invoice.grand_total().map_err(|error| InvoiceError::Unreadable(error.to_string()))?;
    Ok((invoice, total))
}

fn is_read(pointer: &str) -> bool {
    let within = |read: &str| pointer.strip_prefix(read).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    READ.into_iter().any(within)
}

/// One level of a value under construction.
#[derive(Default)]
struct Node {
    value: Option<Value>,
    children: BTreeMap<Step, Node>,
}

/// A step of a pointer; indices sort as numbers and before names.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Index(u32),
    Name(String),
}

/// The value that leaves add up to. Arrays of which only some elements were granted close their gaps.
fn assemble<'a>(fields: impl IntoIterator<Item = &'a (String, Value)>) -> Value {
    let mut root = Node::default();
    for (pointer, value) in fields {
        let mut node = &mut root;
        for token in pointer.split('/').skip(1) {
            let step = match token.parse() {
                Ok(index) => Step::Index(index),
                Err(_) => Step::Name(token.replace("~1", "/").replace("~0", "~")),
            };
            node = node.children.entry(step).or_default();
        }
        node.value = Some(value.clone());
    }
    root.build()
}

impl Node {
    fn build(self) -> Value {
        if self.children.is_empty() {
            return self.value.unwrap_or_default();
        }
        if self.children.keys().all(|step| matches!(step, Step::Index(_))) {
            return Value::Array(self.children.into_values().map(Self::build).collect());
        }
        let name = |step| match step {
            Step::Index(index) => index.to_string(),
            Step::Name(name) => name,
        };
        Value::Object(self.children.into_iter().map(|(step, node)| (name(step), node.build())).collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Vec<(String, Value)> {
        [
            ("/invoiceNumber", "R-1"),
            ("/issueDate", "2026-10-05"),
            ("/invoiceCurrencyCode", "EUR"),
            ("/seller/name", "Nord"),
            ("/seller/identifiers/10/scheme", "VAT"),
            ("/seller/identifiers/10/value", "DE 1"),
            ("/seller/identifiers/2/scheme", "LEI"),
            ("/seller/identifiers/2/value", "529900T8BM49AURSDO55"),
            ("/totals/grandTotalAmount", "119.00"),
            ("/lines/0/note", "not read"),
        ]
        .map(|(pointer, value)| (pointer.to_owned(), Value::from(value)))
        .to_vec()
    }

    #[test]
    fn few_fields_make_an_invoice() {
        let (invoice, total) = read(&fields()).expect("an invoice");
        assert_eq!(total.minor_units(), Ok(11_900));
        assert_eq!(invoice.seller.identifiers.first().map(|id| id.value()), Some("529900T8BM49AURSDO55"));
        assert!(invoice.lines.is_empty() && invoice.buyer.identifiers.is_empty());
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut few = fields();
        few.remove(1);
        assert_eq!(read(&few).err(), Some(InvoiceError::NotGranted("/issueDate")));
        let mut credit = fields();
        credit.push(("/typeCode".into(), "381".into()));
        assert_eq!(read(&credit).err(), Some(InvoiceError::CreditNote));
        let mut wrong = fields();
        wrong[7].1 = "529900T8BM49AURSDO56".into();
        assert!(matches!(read(&wrong), Err(InvoiceError::Unreadable(_))));
    }
}
