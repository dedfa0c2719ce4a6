//! Published products.

pub mod create;
pub mod list;
pub mod show;

use kontor_ledger::{member::MemberId, time::Timestamp};
use serde::Serialize;

use crate::domain::product::{Criteria, Product, ProductId};

/// A product as anyone sees it.
#[derive(Serialize)]
pub struct View {
    id: ProductId,
    bank: MemberId,
    #[serde(flatten)]
    criteria: Criteria,
    created: Timestamp,
}

impl From<Product> for View {
    fn from(product: Product) -> Self {
        Self { id: product.id, bank: product.bank, criteria: product.criteria, created: product.created }
    }
}
