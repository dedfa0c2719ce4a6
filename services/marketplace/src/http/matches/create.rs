//! `POST /v1/matches`: the operator's portal asks which products fit an outline.

use actix_web::web::{Data, Json};
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    app::matching::answer,
    domain::{matching::Match, outline::Outline},
    state::Marketplace,
};

/// The body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    request: Uuid,
    outline: Outline,
}

impl Checkable for Question {
    const SCHEMA: &'static str = "MatchQuestion";
}

/// The answer.
#[derive(Serialize)]
pub struct Matches {
    matches: Vec<Match>,
}

/// Matches and tells the banks.
pub async fn handle(peer: Peer, market: Data<Marketplace>, body: Checked<Question>) -> Result<Json<Matches>, Problem> {
    peer.require_member(market.operator.as_str())?;
    let Question { request, outline } = body.into_inner();
    let members = market.members.now();
    let matched = market.database.transaction("match-request", move |c| answer(c, &members, request, &outline));
    let matches = matched.await?;
    Ok(Json(Matches { matches }))
}
