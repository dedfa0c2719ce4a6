//! What makes two invoices the same invoice, whatever syntax they come in: the input of fingerprints.
//!
//! | Kind | Over | Means |
//! |---|---|---|
//! | exact | seller, invoice number, issue date, currency, total | the same invoice |
//! | near-number | seller, buyer, issue date, currency, total | same trade, altered number |
//! | near-amount | seller, invoice number | same number, altered amount or date |
//! | source | seller, order or transport document number | another claim on the same goods |

mod normalise;
mod party;

use serde_json::{Map, Value};

pub use normalise::{normal_name, normal_number};
pub use party::{CanonicalIdentifier, own_identifier};

use crate::document::{Invoice, Party};
use crate::money::MoneyError;

/// What a fingerprint says about two documents that share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The same invoice.
    Exact,
    /// The same trade under an altered number.
    NearNumber,
    /// The same number with an altered amount or date.
    NearAmount,
    /// The same goods.
    Source,
}

impl Kind {
    /// The kind's name in records and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::NearNumber => "near-number",
            Self::NearAmount => "near-amount",
            Self::Source => "source",
        }
    }
}

/// The normalised facts that one fingerprint is computed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    kind: Kind,
    fields: Vec<(&'static str, String)>,
}

impl Input {
    /// Which fingerprint this is the input of.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The facts by name, in the order of the bytes.
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.fields
    }

    /// One fact.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }

    /// The evaluators' input: network, kind and facts, each behind its length in four bytes, big endian.
    pub fn to_bytes(&self, network: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let parts = [network, self.kind.as_str().as_bytes()];
        let fields = self.fields.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        for part in parts.into_iter().chain(fields) {
            // A part longer than four gigabytes cannot come out of a bounded document.
            bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    /// The facts as a JSON object.
    pub fn to_value(&self) -> Value {
        Value::Object(
            self.fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect(),
        )
    }
}

/// The inputs of an invoice's fingerprints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The same invoice.
    pub exact: Input,
    /// The same trade under an altered number.
    pub near_number: Input,
    /// The same number with an altered amount or date.
    pub near_amount: Input,
    /// The same goods; none if the invoice names neither order nor transport document.
    pub source: Option<Input>,
}

impl Identity {
    /// Every input that there is.
    pub fn inputs(&self) -> impl Iterator<Item = &Input> {
        [&self.exact, &self.near_number, &self.near_amount].into_iter().chain(self.source.as_ref())
    }

    /// The identity as JSON: an object for each kind, `null` for a source that there is not.
    pub fn to_value(&self) -> Value {
        let mut object = Map::new();
        for input in self.inputs() {
            object.insert(input.kind.as_str().to_owned(), input.to_value());
        }
        object.entry(Kind::Source.as_str()).or_insert(Value::Null);
        Value::Object(object)
    }
}

/// The identity of an invoice. `resolve` gives each party's canonical identifier: the network's where there is an
/// attestation, [`own_identifier`] otherwise.
///
/// # Errors
/// The total does not fit its currency; cannot happen to an invoice that was read or imported.
pub fn identity(invoice: &Invoice, resolve: impl Fn(&Party) -> CanonicalIdentifier) -> Result<Identity, MoneyError> {
    let seller = || ("seller", resolve(&invoice.seller).to_string());
    let buyer = || ("buyer", resolve(&invoice.buyer).to_string());
    let number = || ("invoiceNumber", normal_number(&invoice.invoice_number));
    let total = invoice.grand_total()?;
    let trade = || {
        [
            ("issueDate", invoice.issue_date.to_string()),
            ("currency", total.currency().to_string()),
            ("total", total.amount().mantissa().to_string()),
        ]
    };
    let [date, currency, amount] = trade();
    let exact = vec![seller(), number(), date, currency, amount];
    let [date, currency, amount] = trade();
    let near_number = vec![seller(), buyer(), date, currency, amount];
    let source = source_document(invoice).map(|(document, number)| Input {
        kind: Kind::Source,
        fields: vec![seller(), ("document", document.to_owned()), ("number", normal_number(number))],
    });
    Ok(Identity {
        exact: Input { kind: Kind::Exact, fields: exact },
        near_number: Input { kind: Kind::NearNumber, fields: near_number },
        near_amount: Input { kind: Kind::NearAmount, fields: vec![seller(), number()] },
        source,
    })
}

/// The document that the goods were sold or moved under. The seller's own order number goes first: it is the one that
/// every syntax carries as written, while UBL fills in the buyer's with placeholders.
fn source_document(invoice: &Invoice) -> Option<(&'static str, &str)> {
    let order = invoice.order_reference.as_ref();
    let sales = order.and_then(|order| order.sales_order_number.as_deref());
    let purchase = order.and_then(|order| order.purchase_order_number.as_deref());
    let transport = invoice.despatch_advice_reference.as_deref();
    sales.or(purchase).map(|number| ("order", number)).or(transport.map(|number| ("transport", number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Invoice {
        let json = serde_json::from_str(include_str!("../../../../api-spec/examples/invoice.json")).unwrap();
        Invoice::from_value(&json).unwrap()
    }

    fn of(invoice: &Invoice) -> Identity {
        identity(invoice, own_identifier).unwrap()
    }

    #[test]
    fn each_kind_sees_its_own_changes() {
        let original = of(&example());
        let mut renumbered = example();
        renumbered.invoice_number.push('7');
        let renumbered = of(&renumbered);
        assert_ne!(renumbered.exact, original.exact);
        assert_eq!(renumbered.near_number, original.near_number);
        assert_ne!(renumbered.near_amount, original.near_amount);
        assert_eq!(renumbered.source, original.source);

        let mut raised = example();
        raised.totals.grand_total_amount += rust_decimal::Decimal::ONE;
        let raised = of(&raised);
        assert_ne!(raised.exact, original.exact);
        assert_ne!(raised.near_number, original.near_number);
        assert_eq!(raised.near_amount, original.near_amount);
    }

    #[test]
    fn spelling_does_not_matter() {
        let mut respelled = example();
        respelled.invoice_number = "nw 2026/0１187".to_owned();
        respelled.seller.name = "NORDLICHT   windtechnik gmbh".to_owned();
        assert_eq!(of(&respelled), of(&example()));
    }

    #[test]
    fn bytes_separate_fields_networks_and_kinds() {
        let identity = of(&example());
        let all: std::collections::BTreeSet<_> =
            identity.inputs().flat_map(|input| [input.to_bytes(b"a"), input.to_bytes(b"b")]).collect();
        assert_eq!(all.len(), 8);
        let input = Input { kind: Kind::NearAmount, fields: vec![("seller", "x".to_owned())] };
        assert_eq!(input.to_bytes(b"n"), b"\0\0\0\x01n\0\0\0\x0bnear-amount\0\0\0\x06seller\0\0\0\x01x");
    }

    #[test]
    fn json_has_every_kind() {
        let mut invoice = example();
        invoice.order_reference = None;
        invoice.despatch_advice_reference = None;
        let value = of(&invoice).to_value();
        assert_eq!(value["source"], Value::Null);
        assert_eq!(value["exact"]["total"], "6708000");
        assert_eq!(value["exact"]["invoiceNumber"], "nw202601187");
    }
}
