//! A bank publishes a product.

use kontor_chassis::database::Connection;
use kontor_ledger::{member::MemberId, time::Timestamp};
use uuid::Uuid;

use crate::{
    domain::product::{Criteria, Product, ProductId},
    error::Error,
    store,
};

/// Publishes for `bank`.
///
/// # Errors
/// [`Error::Criteria`].
pub fn publish(c: &mut Connection, bank: MemberId, criteria: Criteria, now: Timestamp) -> Result<Product, Error> {
    let product = Product { id: ProductId(Uuid::now_v7()), bank, criteria: criteria.check()?, created: now };
    store::product::insert(c, &product)?;
    Ok(product)
}
