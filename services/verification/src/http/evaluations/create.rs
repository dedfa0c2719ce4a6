//! `POST /v1/evaluations`, by a member bank.

use actix_web::HttpResponse;
use kontor_chassis::{
    Problem,
    auth::Peer,
    json::{Checkable, Checked},
};
use kontor_ledger::{MemberId, MemberRole, record::FingerprintKind};
use kontor_proofs::fingerprint::BlindedElement;
use kontor_sealing::{DocumentId, Signature};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    app::evaluate::{Question, evaluate},
    http::{State, require_role},
};

/// The request's body.
#[derive(Deserialize)]
pub struct Body {
    document: DocumentId,
    version: u32,
    bank: MemberId,
    authorisation: Signature,
    elements: Vec<Element>,
}

#[derive(Deserialize)]
struct Element {
    kind: FingerprintKind,
    blinded: BlindedElement,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "EvaluationRequest";
}

/// The shares.
pub async fn handle(service: State, peer: Peer, body: Checked<Body>) -> Result<HttpResponse, Problem> {
    let caller = require_role(&service, &peer, MemberRole::Bank)?;
    let body = body.into_inner();
    if body.bank != caller {
        return Err(Problem::forbidden().pointer("/bank"));
    }
    let question = Question {
        document: body.document,
        version: body.version,
        bank: body.bank,
        authorisation: body.authorisation,
        elements: body.elements.into_iter().map(|element| (element.kind, element.blinded)).collect(),
    };
    let answer = evaluate(&service, question).await?;
    let evaluations: Vec<Value> =
        answer.evaluations.iter().map(|(kind, evaluation)| json!({ "kind": kind, "evaluation": evaluation })).collect();
    Ok(HttpResponse::Ok().json(json!({ "evaluations": evaluations, "count": answer.count })))
}
