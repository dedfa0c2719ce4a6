//! How far the ledger was followed.

use diesel::prelude::*;
use kontor_chassis::database::Connection;

use super::{
    column::{big, count},
    schema::follower,
};
use crate::error::Error;

const NAME: &str = "documents";

/// The first position that is not indexed.
pub fn next(c: &mut Connection) -> Result<u64, Error> {
    let next: Option<i64> = follower::table.find(NAME).select(follower::next_position).first(c).optional()?;
    next.map_or(Ok(0), |next| count("follower.next_position", next))
}

/// Stores the first position that is not indexed.
pub fn advance(c: &mut Connection, next: u64) -> Result<(), Error> {
    let next = big("follower.next_position", next)?;
    let moved = diesel::update(follower::table.find(NAME)).set(follower::next_position.eq(next)).execute(c)?;
    if moved == 0 {
        diesel::insert_into(follower::table)
            .values((follower::name.eq(NAME), follower::next_position.eq(next)))
            .execute(c)?;
    }
    Ok(())
}
