//! `POST /v1/applications/{id}/acknowledgement`, by staff.

use actix_web::{HttpRequest, web};
use kontor_chassis::{
    Problem,
    auth::Session,
    idempotency::{self, Answer, Key},
    json::{Checkable, Checked},
};
use kontor_ledger::record::NearMatchAction;
use serde::Deserialize;
use uuid::Uuid;

use super::get::whole;
use crate::{
    app::{acknowledge::acknowledge, decline::decline, error::AppError},
    domain::application::{Event, State as Stands},
    http::State,
    store::application,
};

/// The officer's word.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Action {
    Proceed,
    AskBuyer,
    Decline,
}

/// The request's body.
#[derive(Deserialize)]
pub struct Body {
    action: Action,
}

impl Checkable for Body {
    const SCHEMA: &'static str = "Acknowledgement";
}

/// What the seller reads if the officer does not go on; nothing that tells of another invoice.
const DECLINED: &str = "the bank does not finance this invoice";

/// Notes the officer's word.
pub async fn handle(
    gateway: State,
    session: Session,
    id: web::Path<Uuid>,
    http: HttpRequest,
    body: Checked<Body>,
) -> Result<Answer, Problem> {
    let key = Key::of(&http, session.account, body.raw())?;
    let (bank, action) = (gateway.bank.clone(), body.action);
    idempotency::once(&gateway.database, "acknowledge-near-match", key, move |connection| {
        let changed = match action {
            Action::Proceed => acknowledge(connection, &bank, &id, NearMatchAction::Proceed)?,
            Action::AskBuyer => acknowledge(connection, &bank, &id, NearMatchAction::AskBuyer)?,
            Action::Decline => {
                let found = application::find(connection, &id)?.ok_or(AppError::NotFound)?;
                if found.state != Stands::AwaitingAcknowledgement {
                    let refusal = crate::domain::application::Refusal { state: found.state, event: Event::Declined };
                    return Err(AppError::from(refusal).into());
                }
                decline(connection, &bank, &id, DECLINED)?
            }
        };
        Answer::json(200, &whole(connection, &bank, &changed)?)
    })
    .await
}
