//! Parts that invoices and orders share.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::document::Address;
use crate::identifier::{Country, Identifier};

/// An amount of goods in a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quantity {
    /// How many units.
    pub value: Decimal,
    /// UN/ECE Recommendation 20 or 21.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_code: Option<String>,
}

/// What one base quantity costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Price {
    /// Price without tax after discounts; may have more decimals than the currency.
    pub amount: Decimal,
    /// Price before the discount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross_amount: Option<Decimal>,
    /// Gross less net price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_amount: Option<Decimal>,
    /// How many units the price is for; one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_quantity: Option<Quantity>,
}

/// The tax that applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tax {
    /// UNTDID 5153 code, usually `VAT`.
    pub type_code: String,
    /// UNTDID 5305 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category_code: Option<String>,
    /// In percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_percent: Option<Decimal>,
}

/// A reduction or an addition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllowanceCharge {
    /// True for a charge, false for an allowance.
    pub charge_indicator: bool,
    /// In the document's currency.
    pub amount: Decimal,
    /// What the percentage applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis_amount: Option<Decimal>,
    /// In percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentage: Option<Decimal>,
    /// UNTDID 5189 or 7161 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The tax category that it falls under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Tax>,
}

/// A span of days, both included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Period {
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_date: Option<Date>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Date>,
}

/// A reference to another document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentReference {
    /// Its number.
    pub identifier: String,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Date>,
    /// UNTDID 1001 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_code: Option<String>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// Goods or a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Item {
    /// What is sold.
    pub name: String,
    /// In more words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The seller's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller_identifier: Option<String>,
    /// The buyer's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer_identifier: Option<String>,
    /// A registered number, as a GTIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_identifier: Option<Identifier>,
    /// Commodity codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classifications: Vec<Identifier>,
    /// Country of origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_country: Option<Country>,
}

/// An account to be paid to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentAccount {
    /// IBAN or local account number.
    pub identifier: String,
    /// Name on the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// BIC or local code of the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_identifier: Option<String>,
}

/// How payment is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PaymentMeans {
    /// UNTDID 4461 code.
    pub type_code: String,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information: Option<String>,
    /// Where to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<PaymentAccount>,
}

/// Where and when goods are delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Delivery {
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_date: Option<Date>,
    /// Who receives them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Location or party identifiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Note {
    /// UNTDID 4451 code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_code: Option<String>,
    /// The text.
    pub content: String,
}
