//! Whether an invoice adds up, by the calculation rules of EN 16931 (BR-CO-10 to BR-CO-16).

use rust_decimal::Decimal;

use super::{AllowanceCharge, Invoice, Violation};
use crate::money::Money;

/// Every place where the invoice's figures do not add up, to the minor unit. Real invoices break these rules, so
/// they are warnings: a bank decides what they mean.
pub fn arithmetic_warnings(invoice: &Invoice) -> Vec<Violation> {
    let mut check = Check { invoice, warnings: Vec::new() };
    let totals = &invoice.totals;
    let (allowances, charges) = sums(&invoice.allowance_charges);
    for (index, line) in invoice.lines.iter().enumerate() {
        check.line(index, line);
    }
    // A header-only invoice has no lines to add up.
    let lines = sum(invoice.lines.iter().map(|line| line.line_total_amount)).filter(|_| !invoice.lines.is_empty());
    check.equal("/totals/lineTotalAmount", totals.line_total_amount, lines, "the sum of the lines");
    check.equal("/totals/allowanceTotalAmount", totals.allowance_total_amount, allowances, "the sum of allowances");
    check.equal("/totals/chargeTotalAmount", totals.charge_total_amount, charges, "the sum of charges");
    let basis = totals.line_total_amount.and_then(|lines| {
        let less = lines.checked_sub(totals.allowance_total_amount.unwrap_or_default())?;
        less.checked_add(totals.charge_total_amount.unwrap_or_default())
    });
    check.equal(
        "/totals/taxBasisTotalAmount",
        totals.tax_basis_total_amount,
        basis,
        "lines less allowances plus charges",
    );
    let grand =
        totals.tax_basis_total_amount.and_then(|basis| basis.checked_add(totals.tax_total_amount.unwrap_or_default()));
    check.equal("/totals/grandTotalAmount", Some(totals.grand_total_amount), grand, "the total without tax plus tax");
    let due = totals
        .grand_total_amount
        .checked_sub(totals.total_prepaid_amount.unwrap_or_default())
        .and_then(|due| due.checked_add(totals.rounding_amount.unwrap_or_default()));
    check.equal("/totals/duePayableAmount", Some(totals.due_payable_amount), due, "grand total less prepaid");
    check.warnings
}

struct Check<'a> {
    invoice: &'a Invoice,
    warnings: Vec<Violation>,
}

impl Check<'_> {
    fn line(&mut self, index: usize, line: &super::InvoiceLine) {
        let (Some(quantity), Some(price)) = (&line.billed_quantity, &line.price) else { return };
        let base = price.base_quantity.as_ref().map_or(Decimal::ONE, |base| base.value);
        let (allowances, charges) = sums(&line.allowance_charges);
        let expected = (|| {
            let gross = quantity.value.checked_mul(price.amount)?.checked_div(base)?;
            gross.checked_sub(allowances?)?.checked_add(charges?)
        })();
        let pointer = format!("/lines/{index}/lineTotalAmount");
        self.equal(&pointer, Some(line.line_total_amount), expected, "quantity times price");
    }

    /// Warns if a stated amount differs from what it should be; what is not stated is not checked.
    fn equal(&mut self, pointer: &str, stated: Option<Decimal>, expected: Option<Decimal>, meaning: &str) {
        let (Some(stated), Some(expected)) = (stated, expected) else { return };
        let rounded = Money::rounded(expected, self.invoice.invoice_currency_code).map(|(money, _)| money.amount());
        if rounded != Ok(stated) {
            self.warnings.push(Violation { pointer: pointer.to_owned(), message: format!("is not {meaning}") });
        }
    }
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    amounts.into_iter().try_fold(Decimal::ZERO, |sum, amount| sum.checked_add(amount))
}

/// Sums of allowances and of charges.
fn sums(items: &[AllowanceCharge]) -> (Option<Decimal>, Option<Decimal>) {
    let of = |charge: bool| sum(items.iter().filter(|item| item.charge_indicator == charge).map(|item| item.amount));
    (of(false), of(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_wrong_figure() {
        let json: serde_json::Value =
            serde_json::from_str(include_str!("../../../../api-spec/examples/invoice.json")).unwrap();
        let mut invoice = Invoice::from_value(&json).unwrap();
        assert_eq!(arithmetic_warnings(&invoice), []);
        invoice.totals.grand_total_amount += Decimal::ONE;
        let pointers: Vec<_> = arithmetic_warnings(&invoice).into_iter().map(|w| w.pointer).collect();
        assert_eq!(pointers, ["/totals/grandTotalAmount", "/totals/duePayableAmount"]);
        invoice.lines[0].line_total_amount += Decimal::ONE;
        assert!(arithmetic_warnings(&invoice).iter().any(|w| w.pointer == "/lines/0/lineTotalAmount"));
    }
}
