//! Amounts and lines of CII.

use super::cii::{day, party};
use super::ubl::qualified;
use super::xml::Xml;
use crate::document::{AllowanceCharge, Invoice, InvoiceLine, Item, Period, Price, Quantity, Tax};

/// The header's settlement: payment, taxes and totals.
pub(super) fn settlement(xml: &mut Xml, invoice: &Invoice) {
    xml.within("ram:ApplicableHeaderTradeSettlement", &[], |xml| {
        xml.option("ram:PaymentReference", invoice.payment_reference.as_ref());
        xml.option("ram:TaxCurrencyCode", invoice.tax_currency_code);
        xml.leaf("ram:InvoiceCurrencyCode", &[], invoice.invoice_currency_code);
        if let Some(payee) = &invoice.payee {
            party(xml, "ram:PayeeTradeParty", payee);
        }
        payment_means(xml, invoice);
        taxes(xml, invoice);
        if let Some(span) = &invoice.period {
            period(xml, span);
        }
        for item in &invoice.allowance_charges {
            allowance_charge(xml, item);
        }
        if invoice.payment_terms.is_some() || invoice.due_date.is_some() {
            xml.within("ram:SpecifiedTradePaymentTerms", &[], |xml| {
                xml.option("ram:Description", invoice.payment_terms.as_ref());
                if let Some(date) = invoice.due_date {
                    day(xml, "ram:DueDateDateTime", date);
                }
            });
        }
        totals(xml, invoice);
        for preceding in &invoice.preceding_invoices {
            xml.within("ram:InvoiceReferencedDocument", &[], |xml| {
                xml.leaf("ram:IssuerAssignedID", &[], &preceding.identifier);
                if let Some(date) = preceding.issue_date {
                    let compact = date.strftime("%Y%m%d").to_string();
                    xml.within("ram:FormattedIssueDateTime", &[], |xml| {
                        xml.leaf("qdt:DateTimeString", &[("format", "102")], compact);
                    });
                }
            });
        }
        if let Some(reference) = &invoice.accounting_reference {
            xml.within("ram:ReceivableSpecifiedTradeAccountingAccount", &[], |xml| xml.leaf("ram:ID", &[], reference));
        }
    });
}

fn payment_means(xml: &mut Xml, invoice: &Invoice) {
    for means in &invoice.payment_means {
        xml.within("ram:SpecifiedTradeSettlementPaymentMeans", &[], |xml| {
            xml.leaf("ram:TypeCode", &[], &means.type_code);
            xml.option("ram:Information", means.information.as_ref());
            let Some(account) = &means.account else { return };
            xml.within("ram:PayeePartyCreditorFinancialAccount", &[], |xml| {
                let iban = crate::Iban::parse(&account.identifier).is_ok();
                if iban {
                    xml.leaf("ram:IBANID", &[], &account.identifier);
                }
                xml.option("ram:AccountName", account.name.as_ref());
                if !iban {
                    xml.leaf("ram:ProprietaryID", &[], &account.identifier);
                }
            });
            if let Some(bank) = &account.bank_identifier {
                xml.within("ram:PayeeSpecifiedCreditorFinancialInstitution", &[], |xml| {
                    xml.leaf("ram:BICID", &[], bank);
                });
            }
        });
    }
}

fn taxes(xml: &mut Xml, invoice: &Invoice) {
    for (index, subtotal) in invoice.tax_breakdown.iter().enumerate() {
        xml.within("ram:ApplicableTradeTax", &[], |xml| {
            xml.leaf("ram:CalculatedAmount", &[], subtotal.tax_amount);
            xml.leaf("ram:TypeCode", &[], &subtotal.type_code);
            xml.option("ram:ExemptionReason", subtotal.exemption_reason.as_ref());
            xml.option("ram:BasisAmount", subtotal.basis_amount);
            xml.option("ram:CategoryCode", subtotal.category_code.as_ref());
            xml.option("ram:ExemptionReasonCode", subtotal.exemption_reason_code.as_ref());
            if let Some(date) = invoice.tax_point_date.filter(|_| index == 0) {
                let compact = date.strftime("%Y%m%d").to_string();
                xml.within("ram:TaxPointDate", &[], |xml| xml.leaf("udt:DateString", &[("format", "102")], compact));
            }
            xml.option("ram:RateApplicablePercent", subtotal.rate_percent);
        });
    }
}

fn totals(xml: &mut Xml, invoice: &Invoice) {
    let totals = &invoice.totals;
    let currency = invoice.invoice_currency_code;
    xml.within("ram:SpecifiedTradeSettlementHeaderMonetarySummation", &[], |xml| {
        xml.option("ram:LineTotalAmount", totals.line_total_amount);
        xml.option("ram:ChargeTotalAmount", totals.charge_total_amount);
        xml.option("ram:AllowanceTotalAmount", totals.allowance_total_amount);
        xml.option("ram:TaxBasisTotalAmount", totals.tax_basis_total_amount);
        if let Some(amount) = totals.tax_total_amount {
            xml.leaf("ram:TaxTotalAmount", &[("currencyID", currency.as_str())], amount);
        }
        xml.option("ram:RoundingAmount", totals.rounding_amount);
        xml.leaf("ram:GrandTotalAmount", &[], totals.grand_total_amount);
        xml.option("ram:TotalPrepaidAmount", totals.total_prepaid_amount);
        xml.leaf("ram:DuePayableAmount", &[], totals.due_payable_amount);
    });
}

fn quantity(xml: &mut Xml, name: &str, quantity: &Quantity) {
    match &quantity.unit_code {
        Some(unit) => xml.leaf(name, &[("unitCode", unit)], quantity.value),
        None => xml.leaf(name, &[], quantity.value),
    }
}

fn period(xml: &mut Xml, period: &Period) {
    xml.within("ram:BillingSpecifiedPeriod", &[], |xml| {
        if let Some(date) = period.start_date {
            day(xml, "ram:StartDateTime", date);
        }
        if let Some(date) = period.end_date {
            day(xml, "ram:EndDateTime", date);
        }
    });
}

fn tax(xml: &mut Xml, name: &str, tax: &Tax) {
    xml.within(name, &[], |xml| {
        xml.leaf("ram:TypeCode", &[], &tax.type_code);
        xml.option("ram:CategoryCode", tax.category_code.as_ref());
        xml.option("ram:RateApplicablePercent", tax.rate_percent);
    });
}

fn allowance_charge(xml: &mut Xml, item: &AllowanceCharge) {
    xml.within("ram:SpecifiedTradeAllowanceCharge", &[], |xml| {
        xml.within("ram:ChargeIndicator", &[], |xml| xml.leaf("udt:Indicator", &[], item.charge_indicator));
        xml.option("ram:CalculationPercent", item.percentage);
        xml.option("ram:BasisAmount", item.basis_amount);
        xml.leaf("ram:ActualAmount", &[], item.amount);
        xml.option("ram:ReasonCode", item.reason_code.as_ref());
        xml.option("ram:Reason", item.reason.as_ref());
        if let Some(category) = &item.tax {
            tax(xml, "ram:CategoryTradeTax", category);
        }
    });
}

pub(super) fn line(xml: &mut Xml, line: &InvoiceLine) {
    xml.within("ram:IncludedSupplyChainTradeLineItem", &[], |xml| {
        xml.within("ram:AssociatedDocumentLineDocument", &[], |xml| {
            xml.leaf("ram:LineID", &[], &line.line_identifier);
            if let Some(note) = &line.note {
                xml.within("ram:IncludedNote", &[], |xml| xml.leaf("ram:Content", &[], note));
            }
        });
        item(xml, &line.item);
        xml.within("ram:SpecifiedLineTradeAgreement", &[], |xml| {
            if let Some(reference) = &line.order_line_reference {
                xml.within("ram:BuyerOrderReferencedDocument", &[], |xml| xml.leaf("ram:LineID", &[], reference));
            }
            if let Some(cost) = &line.price {
                price(xml, cost);
            }
        });
        xml.within("ram:SpecifiedLineTradeDelivery", &[], |xml| {
            if let Some(billed) = &line.billed_quantity {
                quantity(xml, "ram:BilledQuantity", billed);
            }
        });
        xml.within("ram:SpecifiedLineTradeSettlement", &[], |xml| {
            if let Some(category) = &line.tax {
                tax(xml, "ram:ApplicableTradeTax", category);
            }
            if let Some(span) = &line.period {
                period(xml, span);
            }
            for item in &line.allowance_charges {
                allowance_charge(xml, item);
            }
            xml.within("ram:SpecifiedTradeSettlementLineMonetarySummation", &[], |xml| {
                xml.leaf("ram:LineTotalAmount", &[], line.line_total_amount);
            });
        });
    });
}

fn item(xml: &mut Xml, item: &Item) {
    xml.within("ram:SpecifiedTradeProduct", &[], |xml| {
        if let Some(standard) = &item.standard_identifier {
            qualified(xml, "ram:GlobalID", "schemeID", standard);
        }
        xml.option("ram:SellerAssignedID", item.seller_identifier.as_ref());
        xml.option("ram:BuyerAssignedID", item.buyer_identifier.as_ref());
        xml.leaf("ram:Name", &[], &item.name);
        xml.option("ram:Description", item.description.as_ref());
        for class in &item.classifications {
            xml.within("ram:DesignatedProductClassification", &[], |xml| {
                qualified(xml, "ram:ClassCode", "listID", class);
            });
        }
        if let Some(country) = &item.origin_country {
            xml.within("ram:OriginTradeCountry", &[], |xml| xml.leaf("ram:ID", &[], country));
        }
    });
}

fn price(xml: &mut Xml, price: &Price) {
    if let Some(discount) = price.discount_amount {
        xml.within("ram:GrossPriceProductTradePrice", &[], |xml| {
            xml.leaf("ram:ChargeAmount", &[], price.gross_amount.unwrap_or(price.amount.saturating_add(discount)));
            xml.within("ram:AppliedTradeAllowanceCharge", &[], |xml| {
                xml.within("ram:ChargeIndicator", &[], |xml| xml.leaf("udt:Indicator", &[], false));
                xml.leaf("ram:ActualAmount", &[], discount);
            });
        });
    }
    xml.within("ram:NetPriceProductTradePrice", &[], |xml| {
        xml.leaf("ram:ChargeAmount", &[], price.amount);
        if let Some(base) = &price.base_quantity {
            quantity(xml, "ram:BasisQuantity", base);
        }
    });
}
