//! The purchase order, `api-spec/schemas/order.json`.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AllowanceCharge, Delivery, DocumentError, Item, Note, Party, Period, Price, Quantity, RoleProofs, Schema, Tax,
    consistency,
};
use crate::money::{Currency, Money};

/// What a buyer orders from a seller. Every amount is in [`Order::order_currency_code`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Order {
    /// The buyer's number.
    pub order_number: String,
    /// The seller's number, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales_order_number: Option<String>,
    /// Day of issue.
    pub issue_date: Date,
    /// Currency of every amount.
    pub order_currency_code: Currency,
    /// Contract number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_reference: Option<String>,
    /// When the order can be accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validity_period: Option<Period>,
    /// Notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Who orders.
    pub buyer: Party,
    /// Who is to deliver.
    pub seller: Party,
    /// Where and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// Latest day of shipment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_shipment_date: Option<Date>,
    /// Incoterms code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_terms_code: Option<String>,
    /// Payment terms in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_terms: Option<String>,
    /// Days from invoice to due date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_terms_days: Option<u32>,
    /// By how many percent an invoice may exceed the price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_tolerance_percent: Option<Decimal>,
    /// By how many percent deliveries may exceed the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_tolerance_percent: Option<Decimal>,
    /// Allowances and charges of the whole document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowance_charges: Vec<AllowanceCharge>,
    /// What is ordered.
    pub lines: Vec<OrderLine>,
    /// Totals.
    pub totals: OrderTotals,
    /// Who holds the role keys; added by the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_proofs: Option<RoleProofs>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderLine {
    /// Number of the line.
    pub line_identifier: String,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What is ordered.
    pub item: Item,
    /// How much.
    pub ordered_quantity: Quantity,
    /// Agreed price without tax.
    pub price: Price,
    /// Of this line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowance_charges: Vec<AllowanceCharge>,
    /// Tax category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Tax>,
    /// When this line is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_delivery_date: Option<Date>,
    /// Quantity times price, less allowances, plus charges, without tax.
    pub line_total_amount: Decimal,
}

/// Totals of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderTotals {
    /// Sum of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_total_amount: Option<Decimal>,
    /// Sum of document allowances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowance_total_amount: Option<Decimal>,
    /// Sum of document charges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge_total_amount: Option<Decimal>,
    /// Expected tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_total_amount: Option<Decimal>,
    /// Expected total with tax.
    pub grand_total_amount: Decimal,
}

impl Order {
    /// Reads an order from JSON.
    ///
    /// # Errors
    /// Against the schema, wrong check digits, an unknown currency, or amounts with too many decimals.
    pub fn from_value(value: &Value) -> Result<Self, DocumentError> {
        let order: Self = consistency::read(Schema::Order, value)?;
        consistency::check_amounts(value, order.order_currency_code)?;
        Ok(order)
    }

    /// The order as JSON, checked against the schema.
    ///
    /// # Errors
    /// A field was set to something that the schema does not allow.
    pub fn to_value(&self) -> Result<Value, DocumentError> {
        let value = consistency::write(Schema::Order, self)?;
        consistency::check_amounts(&value, self.order_currency_code)?;
        Ok(value)
    }

    /// The grand total as money.
    ///
    /// # Errors
    /// The amount does not fit its currency.
    pub fn grand_total(&self) -> Result<Money, crate::money::MoneyError> {
        Money::new(self.totals.grand_total_amount, self.order_currency_code)
    }
}
