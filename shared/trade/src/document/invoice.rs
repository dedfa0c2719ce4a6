//! The invoice, `api-spec/schemas/invoice.json`.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AllowanceCharge, Delivery, DocumentError, DocumentReference, Item, Note, Party, PaymentMeans, Period, Price,
    Quantity, Schema, Tax, consistency,
};
use crate::money::{Currency, Money};

/// A commercial invoice or credit note. Every amount is in [`Invoice::invoice_currency_code`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Invoice {
    /// The seller's number.
    pub invoice_number: String,
    /// UNTDID 1001 code: 380 commercial invoice, 381 credit note.
    pub type_code: String,
    /// Day of issue.
    pub issue_date: Date,
    /// When payment is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
    /// When tax becomes accountable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_point_date: Option<Date>,
    /// Currency of every amount.
    pub invoice_currency_code: Currency,
    /// Currency in which tax is accounted, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_currency_code: Option<Currency>,
    /// What the buyer asked to be quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_reference: Option<String>,
    /// Where the buyer books it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounting_reference: Option<String>,
    /// The order that is invoiced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// Contract number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_reference: Option<String>,
    /// Project number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_reference: Option<String>,
    /// Despatch advice or another transport document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despatch_advice_reference: Option<String>,
    /// Receiving advice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiving_advice_reference: Option<String>,
    /// Invoices that this one corrects or credits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preceding_invoices: Vec<DocumentReference>,
    /// Supporting documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional_documents: Vec<DocumentReference>,
    /// Notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Who invoices.
    pub seller: Party,
    /// Who is invoiced.
    pub buyer: Party,
    /// Who is to be paid, if not the seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<Party>,
    /// The seller's tax representative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_tax_representative: Option<Party>,
    /// Time that is invoiced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Where and when goods were delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// What the payer quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_reference: Option<String>,
    /// How to pay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payment_means: Vec<PaymentMeans>,
    /// Payment terms in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_terms: Option<String>,
    /// Allowances and charges of the whole document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowance_charges: Vec<AllowanceCharge>,
    /// Tax by category and rate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_breakdown: Vec<TaxSubtotal>,
    /// What is invoiced.
    pub lines: Vec<InvoiceLine>,
    /// Totals.
    pub totals: InvoiceTotals,
    /// Who holds the role keys; added by the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_proofs: Option<RoleProofs>,
}

/// The order that is invoiced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderReference {
    /// The buyer's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order_number: Option<String>,
    /// The seller's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_order_number: Option<String>,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Date>,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvoiceLine {
    /// Number of the line.
    pub line_identifier: String,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What was sold.
    pub item: Item,
    /// How much is invoiced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_quantity: Option<Quantity>,
    /// Price without tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// Of this line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowance_charges: Vec<AllowanceCharge>,
    /// Tax category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Tax>,
    /// Time the line is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Line of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_line_reference: Option<String>,
    /// Quantity times price, less allowances, plus charges, without tax.
    pub line_total_amount: Decimal,
}

/// Tax of one category and rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TaxSubtotal {
    /// UNTDID 5153 code, usually `VAT`.
    pub type_code: String,
    /// UNTDID 5305 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_code: Option<String>,
    /// In percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_percent: Option<Decimal>,
    /// What the tax is computed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis_amount: Option<Decimal>,
    /// The tax.
    pub tax_amount: Decimal,
    /// Why no tax is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption_reason: Option<String>,
    /// VATEX code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exemption_reason_code: Option<String>,
}

/// Totals of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvoiceTotals {
    /// Sum of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_total_amount: Option<Decimal>,
    /// Sum of document allowances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowance_total_amount: Option<Decimal>,
    /// Sum of document charges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_total_amount: Option<Decimal>,
    /// Total without tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_basis_total_amount: Option<Decimal>,
    /// Tax total.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_total_amount: Option<Decimal>,
    /// Total with tax.
    pub grand_total_amount: Decimal,
    /// Already paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_prepaid_amount: Option<Decimal>,
    /// Rounding of the amount due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding_amount: Option<Decimal>,
    /// What remains to be paid.
    pub due_payable_amount: Decimal,
}

/// Evidence that role keys belong to the parties; its form is the network's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleProofs {
    /// The seller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<Value>,
    /// The buyer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Value>,
}

impl Invoice {
    /// Reads an invoice from JSON.
    ///
    /// # Errors
    /// Against the schema, wrong check digits, an unknown currency, or amounts with too many decimals.
    pub fn from_value(value: &Value) -> Result<Self, DocumentError> {
        let invoice: Self = consistency::read(Schema::Invoice, value)?;
        consistency::check_amounts(value, invoice.invoice_currency_code)?;
        Ok(invoice)
    }

    /// The invoice as JSON, checked against the schema.
    ///
    /// # Errors
    /// A field was set to something that the schema does not allow.
    pub fn to_value(&self) -> Result<Value, DocumentError> {
        let value = consistency::write(Schema::Invoice, self)?;
        consistency::check_amounts(&value, self.invoice_currency_code)?;
        Ok(value)
    }

    /// The grand total as money.
    ///
    /// # Errors
    /// The amount does not fit its currency.
    pub fn grand_total(&self) -> Result<Money, crate::money::MoneyError> {
        Money::new(self.totals.grand_total_amount, self.invoice_currency_code)
    }

    /// True for credit notes (UNTDID 1001: 81, 83, 261, 262, 296, 308, 381, 396, 420, 458, 532).
    pub fn is_credit_note(&self) -> bool {
        ["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"].contains(&self.type_code.as_str())
    }
}
