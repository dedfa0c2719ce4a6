//! Signing in, by cookie and by bearer token.

use actix_web::web;
use kontor_chassis::accounts::{self, AccountError};
use kontor_chassis::auth::{self, CSRF_HEADER, Session, SessionPolicy, Sessions};
use kontor_chassis::client;
use kontor_chassis::server::{Running, Server};
use kontor_testkit::{TestDatabase, databases, start};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::migrations;

async fn service(test: &TestDatabase, policy: SessionPolicy) -> Running {
    let database = test.open(migrations()).await;
    let made = database.transaction("seed", |c| accounts::create(c, "Anna@Example.com", "correct horse", "officer"));
    made.await.expect("makes an account");
    let again = database.transaction("seed", |c| accounts::create(c, "anna@example.com ", "correct horse", "officer"));
    assert!(matches!(again.await, Err(AccountError::Taken)));
    Server::new(crate::SERVICE)
        .sessions(Sessions::new("sample", database, policy))
        .start(&start::public(), web::Data::new(()), |routes, _| {
            routes.configure(auth::routes).route("/v1/change", web::post().to(async |session: Session| session.role));
        })
        .await
        .expect("starts")
}

async fn sign_in(client: &Client, running: &Running, password: &str, bearer: bool) -> Response {
    let body = json!({ "login": "anna@example.com", "password": password, "bearer": bearer }).to_string();
    client.post(start::http(running, "/v1/sessions")).body(body).send().await.expect("answers")
}

#[tokio::test]
async fn a_cookie_needs_its_csrf_header_and_ends_with_the_session() {
    for test in databases() {
        let running = service(&test, SessionPolicy::default()).await;
        let client = client::plain().expect("client");
        let answer = sign_in(&client, &running, "correct horse", false).await;
        assert_eq!(answer.status(), 201);
        let header = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
        assert!(header.contains("HttpOnly") && header.contains("SameSite=Strict"), "{header}");
        let cookie = header.split(';').next().expect("a pair").to_owned();
        let body: Value = answer.json().await.expect("JSON");
        assert!(body.get("token").is_none(), "{body}");
        let csrf = body["csrf"].as_str().expect("text");

        let change = || client.post(start::http(&running, "/v1/change")).header("cookie", &cookie);
        assert_eq!(change().send().await.expect("answers").status(), 403);
        let changed = change().header(CSRF_HEADER, csrf).send().await.expect("answers");
        assert_eq!(changed.text().await.expect("text"), "officer");
        let current = || start::http(&running, "/v1/sessions/current");
        assert_eq!(client.get(current()).header("cookie", &cookie).send().await.expect("answers").status(), 200);
        let out = client.delete(current()).header("cookie", &cookie).header(CSRF_HEADER, csrf).send().await;
        assert_eq!(out.expect("answers").status(), 204);
        assert_eq!(change().header(CSRF_HEADER, csrf).send().await.expect("answers").status(), 401, "{}", test.kind);
        running.stop().await;
    }
}

#[tokio::test]
async fn a_bearer_token_needs_no_csrf_header_and_expires() {
    for test in databases() {
        let client = client::plain().expect("client");
        for (lifetime_minutes, status) in [(1, 200), (0, 401)] {
            let fresh = if test.kind == "sqlite" { TestDatabase::sqlite() } else { TestDatabase::postgres() };
            let running = service(&fresh, SessionPolicy { lifetime_minutes, ..SessionPolicy::default() }).await;
            let body: Value = sign_in(&client, &running, "correct horse", true).await.json().await.expect("JSON");
            let token = body["token"].as_str().expect("a token");
            let changed = client.post(start::http(&running, "/v1/change")).bearer_auth(token).send().await;
            assert_eq!(changed.expect("answers").status(), status);
            let forged = client.post(start::http(&running, "/v1/change")).bearer_auth("x").send().await;
            assert_eq!(forged.expect("answers").status(), 401);
            running.stop().await;
        }
    }
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let test = TestDatabase::sqlite();
    let running = service(&test, SessionPolicy { wrong_passwords: 2, ..SessionPolicy::default() }).await;
    let client = client::plain().expect("client");
    for wanted in [401, 401, 429] {
        assert_eq!(sign_in(&client, &running, "wrong horse", true).await.status(), wanted);
    }
    assert_eq!(sign_in(&client, &running, "correct horse", true).await.status(), 429);
    running.stop().await;
}
