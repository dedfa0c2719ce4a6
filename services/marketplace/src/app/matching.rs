//! Matching a request, and telling the banks that fit.

use kontor_chassis::{database::Connection, outbox::enqueue};
use kontor_ledger::{
    member::{MemberId, MemberRole},
    roster::Roster,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::{
        matching::{Match, MatchedProduct, Reason, matches},
        outline::Outline,
    },
    error::Error,
    store,
};

/// The outbox's kind for leads.
pub const LEAD: &str = "lead";

/// What a bank's gateway is told of a request that fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The bank.
    pub bank: MemberId,
    /// What is sent.
    pub body: LeadBody,
}

/// The lead as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadBody {
    /// The lead.
    pub id: Uuid,
    /// The portal's request.
    pub request: Uuid,
    /// Which product fits.
    pub product: MatchedProduct,
    /// What is asked.
    pub outline: Outline,
    /// Why it fits.
    pub reasons: Vec<Reason>,
}

/// Matches a request once with what active banks offer and tells those that fit; asked again, it answers as the first
/// time.
///
/// # Errors
/// [`Error::OtherOutline`] if the request was matched with another outline.
pub fn answer(c: &mut Connection, members: &Roster, request: Uuid, outline: &Outline) -> Result<Vec<Match>, Error> {
    if let Some((known, answered)) = store::matched_request::find(c, request)? {
        return if known == *outline { Ok(answered) } else { Err(Error::OtherOutline) };
    }
    let mut products = store::product::all(c)?;
    products.retain(|product| members.active(&product.bank, MemberRole::Bank).is_some());
    let found = matches(&products, outline);
    store::matched_request::insert(c, request, outline, &found)?;
    for fit in &found {
        let body = LeadBody {
            id: Uuid::now_v7(),
            request,
            product: fit.product.clone(),
            outline: outline.clone(),
            reasons: fit.reasons.clone(),
        };
        let key = format!("{request}/{}", fit.bank);
        enqueue(c, LEAD, &format!("gateway/{}", fit.bank), &Lead { bank: fit.bank, body }, &key)?;
    }
    Ok(found)
}
