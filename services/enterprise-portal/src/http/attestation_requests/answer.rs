//! `PUT /v1/attestation-requests/{id}/answer`: the bank's gateway answers.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use serde::Deserialize;

use crate::{
    app::attestation,
    clock,
    domain::{
        attestation::{Answer, AttestationRequest},
        id::Id,
        sealed::Sealed,
    },
    http::peer,
    state::Portal,
};

/// The body.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Body {
    state: Verdict,
    sealed_attestation: Option<Sealed>,
    reason: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Verdict {
    Granted,
    Declined,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "AttestationAnswer";
}

/// Stores the answer.
pub async fn handle(
    peer: Peer,
    portal: Data<Portal>,
    id: Path<Id<AttestationRequest>>,
    body: Checked<Body>,
) -> Result<HttpResponse, Problem> {
    let bank = peer::bank(&peer, &portal)?;
    let Body { state, sealed_attestation, reason } = body.into_inner();
    let answer = match (state, sealed_attestation) {
        (Verdict::Granted, Some(sealed)) => Answer::Granted(sealed),
        (Verdict::Granted, None) => {
            let problem = Problem::new(400, "schema", "The body does not satisfy its schema");
            return Err(problem.pointer_detail("/sealedAttestation", "granting carries the attestation"));
        }
        (Verdict::Declined, _) => Answer::Declined,
    };
    portal
        .database
        .transaction("answer-attestation", move |c| {
            attestation::answer(c, &bank, *id, answer.clone(), reason.clone(), clock::now())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
