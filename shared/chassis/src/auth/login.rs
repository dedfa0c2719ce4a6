//! Signing in and out: `POST /v1/sessions`, `GET` and `DELETE /v1/sessions/current`.

use std::time::Instant;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::session::{Session, Sessions};
use crate::accounts::Password;
use crate::{Problem, accounts, json};

/// Body of `POST /v1/sessions`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    login: String,
    password: Password,
    /// Answer with a bearer token instead of a cookie, for programs.
    #[serde(default)]
    bearer: bool,
}

/// The session routes; they need [`crate::server::Server::sessions`]. Use: `routes.configure(auth::routes)`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/v1/sessions").route(web::post().to(sign_in)))
        .service(web::resource("/v1/sessions/current").route(web::get().to(show)).route(web::delete().to(sign_out)));
}

async fn sign_in(
    request: HttpRequest,
    sessions: web::Data<Sessions>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let raw = Zeroizing::new(json::read(&request, payload.into_inner()).await?.to_vec());
    let malformed = |_| Problem::new(400, "schema", "Send login and password").pointer("/login").pointer("/password");
    let LoginRequest { login, password, bearer } = serde_json::from_slice(&raw).map_err(malformed)?;
    let address = request.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default();
    let client = format!("{address} {}", accounts::normal_login(&login));
    sessions.failures.peek(&client, Instant::now()).map_err(|wait| {
        Problem::new(429, "too-many-requests", "Too many wrong passwords").retry_after(wait.as_secs() + 1)
    })?;
    let found = accounts::find(&sessions.database, &login).await?;
    // Without an account the same work is done, so that time does not tell which logins exist.
    let hash = found.as_ref().map(|account| account.password_hash.clone());
    let right = sessions.passwords.verify(password, hash).await?;
    let Some(account) = found.filter(|_| right) else {
        // The attempt counts even if another one emptied the bucket meanwhile.
        let _ = sessions.failures.take(&client, Instant::now());
        return Err(Problem::new(401, "wrong-password", "Login or password is wrong"));
    };
    sessions.failures.reset(&client);
    let (token, session) = sessions.start(account.id, account.login, account.role).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::LOCATION, "/v1/sessions/current")).insert_header((header::CACHE_CONTROL, "no-store"));
    let mut body = describe(&session);
    if bearer {
        body["token"] = token.text().into();
    } else {
        body["csrf"] = session.csrf.clone().into();
        answer.insert_header((header::SET_COOKIE, sessions.cookie(&token)));
    }
    Ok(answer.json(body))
}

async fn show(session: Session) -> HttpResponse {
    let mut body = describe(&session);
    body["csrf"] = session.csrf.into();
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}

async fn sign_out(session: Session, sessions: web::Data<Sessions>) -> Result<HttpResponse, Problem> {
    sessions.end(session.token_hash).await?;
    Ok(HttpResponse::NoContent().insert_header((header::SET_COOKIE, sessions.removal())).finish())
}

fn describe(session: &Session) -> Value {
    let expires =
        jiff::Timestamp::from_millisecond(session.expires_at).map(|time| time.to_string()).unwrap_or_default();
    json!({ "account": session.account, "login": session.login, "role": session.role, "expires": expires })
}
