//! Repeated requests on both databases.

use actix_web::{HttpRequest, Responder, web};
use diesel::prelude::*;
use kontor_chassis::client;
use kontor_chassis::database::Database;
use kontor_chassis::idempotency::{self, Answer, HEADER, Key};
use kontor_chassis::server::Server;
use kontor_chassis::{Problem, problem};
use kontor_testkit::{databases, start};
use serde_json::{Value, json};

use crate::{migrations, note};

async fn make(request: HttpRequest, body: web::Bytes, database: web::Data<Database>) -> Result<Answer, Problem> {
    let key = Key::of(&request, "somebody", &body)?;
    idempotency::once(&database, "make-note", key, |connection| {
        let id = note::table.count().get_result::<i64>(connection)?.to_string();
        diesel::insert_into(note::table).values((note::id.eq(&id), note::size.eq(1))).execute(connection)?;
        Ok(Answer::json(201, &json!({ "id": id }))?.location(format!("/v1/notes/{id}")))
    })
    .await
}

async fn guarded(
    request: HttpRequest,
    body: web::Bytes,
    database: web::Data<Database>,
) -> Result<impl Responder, Problem> {
    let key = Key::of(&request, "somebody", &body)?;
    idempotency::guard(&database, key, async {
        if body.as_ref() == b"fail" { Err(Problem::new(502, "upstream", "No")) } else { Answer::json(200, &1) }
    })
    .await
}

#[tokio::test]
async fn a_key_is_executed_once_and_bound_to_its_request() {
    for test in databases() {
        let database = test.open(migrations()).await;
        let running = Server::new(crate::SERVICE)
            .database(&database)
            .start(&start::public(), web::Data::new(database), |routes, _| {
                routes.route("/v1/notes", web::post().to(make)).route("/v1/guarded", web::post().to(guarded));
            })
            .await
            .expect("starts");
        let client = client::plain().expect("client");
        let post = |path: &str, key: &str, body: &str| {
            client.post(start::http(&running, path)).header(HEADER, key).body(body.to_owned()).send()
        };
        let first = post("/v1/notes", "k", "x").await.expect("answers");
        assert_eq!(
            (first.status().as_u16(), &first.headers()["location"]),
            (201, &"/v1/notes/0".parse().expect("value"))
        );
        let again = post("/v1/notes", "k", "x").await.expect("answers");
        assert_eq!(again.headers()["idempotent-replayed"], "true");
        assert_eq!(again.json::<Value>().await.expect("JSON"), json!({ "id": "0" }));
        let other = post("/v1/notes", "k", "y").await.expect("answers").json::<Value>().await.expect("JSON");
        assert_eq!(other["type"], format!("{}idempotency-key-reused", problem::TYPE_BASE));
        let new = post("/v1/notes", "l", "x").await.expect("answers");
        assert_eq!(new.json::<Value>().await.expect("JSON"), json!({ "id": "1" }), "{}", test.kind);

        // Work outside a transaction: its failure frees the key, its success keeps it.
        for wanted in [502, 502] {
            assert_eq!(post("/v1/guarded", "g", "fail").await.expect("answers").status(), wanted);
        }
        assert_eq!(post("/v1/guarded", "h", "go").await.expect("answers").status(), 200);
        assert!(post("/v1/guarded", "h", "go").await.expect("answers").headers().contains_key("idempotent-replayed"));
        running.stop().await;
    }
}
