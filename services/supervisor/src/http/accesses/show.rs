//! `GET /v1/accesses/{id}`: one access.

use actix_web::{HttpResponse, web};
use kontor_chassis::{Problem, auth::Session};

use super::view;
use crate::{
    Supervisor,
    app::{
        approve::{Kind, find},
        read,
    },
    domain::filing::FilingState,
};

/// The access as it stands; once recorded, with the header that officers decrypt.
pub async fn show(
    _officer: Session,
    id: web::Path<String>,
    supervisor: web::Data<Supervisor>,
) -> Result<HttpResponse, Problem> {
    let shared = supervisor.clone();
    let (access, mut view) = supervisor
        .database
        .read(move |connection| {
            let access = find(connection, Kind::Access, &id)?;
            let view = view::of(connection, &access, &shared)?;
            Ok::<_, Problem>((access, view))
        })
        .await?;
    if access.state == FilingState::Recorded {
        view.header = Some(read::sealed(&supervisor, &access).await?.header);
    }
    Ok(HttpResponse::Ok().json(view))
}
