//! Requests that were matched: asked again, they get the same answer; the inputs of the ranking are kept.

use diesel::prelude::*;
use kontor_chassis::database::{Connection, now_ms};
use uuid::Uuid;

use super::schema::matched_request;
use crate::{
    domain::{matching::Match, outline::Outline},
    error::Error,
};

/// What was asked and answered.
pub fn find(c: &mut Connection, request: Uuid) -> Result<Option<(Outline, Vec<Match>)>, Error> {
    let row: Option<(String, String)> = matched_request::table
        .find(request.to_string())
        .select((matched_request::outline, matched_request::matches))
        .first(c)
        .optional()?;
    let Some((outline, matches)) = row else { return Ok(None) };
    let outline = serde_json::from_str(&outline).map_err(|_| Error::Stored("matched_request.outline"))?;
    let matches = serde_json::from_str(&matches).map_err(|_| Error::Stored("matched_request.matches"))?;
    Ok(Some((outline, matches)))
}

/// Keeps what was asked and answered.
pub fn insert(c: &mut Connection, request: Uuid, outline: &Outline, matches: &[Match]) -> Result<(), Error> {
    let outline = serde_json::to_string(outline).map_err(|_| Error::Stored("matched_request.outline"))?;
    let matches = serde_json::to_string(matches).map_err(|_| Error::Stored("matched_request.matches"))?;
    diesel::insert_into(matched_request::table)
        .values((
            matched_request::request.eq(request.to_string()),
            matched_request::outline.eq(outline),
            matched_request::matches.eq(matches),
            matched_request::created_at.eq(now_ms()),
        ))
        .execute(c)?;
    Ok(())
}
