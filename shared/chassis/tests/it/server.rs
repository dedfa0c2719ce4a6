//! Listeners, limits, pages and the one form of errors.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use kontor_chassis::Problem;
use kontor_chassis::auth::Peer;
use kontor_chassis::client::{self, Traced};
use kontor_chassis::health::Health;
use kontor_chassis::json::{Checkable, Checked};
use kontor_chassis::rate::Rate;
use kontor_chassis::server::{Limits, Listener, Running, Server, StartError};
use kontor_chassis::sse;
use kontor_testkit::{TestCa, contract, start};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::broadcast;

#[derive(Serialize, Deserialize)]
struct Note {
    size: u64,
}

impl Checkable for Note {
    const SCHEMA: &'static str = "Note";
}

fn routes(routes: &mut web::ServiceConfig, listener: Listener) {
    if listener == Listener::Members {
        routes.route("/v1/whoami", web::get().to(async |peer: Peer| format!("{} {}", peer.member, peer.service)));
        return;
    }
    routes
        .route("/v1/notes", web::post().to(async |note: Checked<Note>| HttpResponse::Created().json(note.into_inner())))
        .route("/v1/peer", web::get().to(async |_: Peer| "never"))
        .route("/v1/numbers/{number}", web::get().to(async |number: web::Path<u32>| number.to_string()))
        .route("/v1/trace", web::get().to(trace))
        .route("/v1/broken", web::get().to(async || Err::<&str, _>(Problem::internal("the secret cause"))))
        .route("/v1/forever", web::get().to(async || std::future::pending::<&'static str>().await))
        .route("/v1/events", web::get().to(events));
}

async fn trace(request: HttpRequest) -> String {
    let seen = client::plain().expect("client").get("http://localhost/").traced().build().expect("request");
    let passed = seen.headers()["traceparent"].to_str().expect("text").to_owned();
    format!("{} {passed}", request.headers().get("traceparent").expect("header").to_str().expect("text"))
}

async fn events(
    shutdown: web::Data<kontor_chassis::Shutdown>,
    sender: web::Data<broadcast::Sender<sse::Event>>,
) -> HttpResponse {
    sse::respond(&shutdown, futures::stream::empty(), sender.subscribe())
}

fn state() -> web::Data<broadcast::Sender<sse::Event>> {
    web::Data::new(broadcast::channel(4).0)
}

async fn public(limits: Limits) -> Running {
    let health = Health::new();
    health.figure("notes", || async { "7".to_owned() });
    let server = Server::new(crate::SERVICE).health(health).limits(limits);
    server.start(&start::public(), state(), routes).await.expect("starts")
}

async fn problem(answer: reqwest::Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body: Value = answer.json().await.expect("JSON");
    contract::check(crate::SERVICE.openapi, "POST", "/v1/notes", status, &body);
    (status, body)
}

#[tokio::test]
async fn every_error_is_a_problem_document() {
    let limits = Limits { time: Duration::from_millis(300), body: 100, ..Limits::default() };
    let running = public(limits).await;
    let client = client::plain().expect("client");
    let post = |body: String| {
        let request = client.post(start::http(&running, "/v1/notes")).header("content-type", "application/json");
        request.body(body)
    };
    let get = |path: &str| client.get(start::http(&running, path));
    let cases = [
        (post("{".into()), 400, "malformed"),
        (post(r#"{"size":-1}"#.into()), 400, "schema"),
        (post(format!(r#"{{"size":1{}}}"#, " ".repeat(200))), 413, "too-large"),
        (
            client.post(start::http(&running, "/v1/notes")).header("content-type", "text/plain").body("{}"),
            415,
            "unsupported-media-type",
        ),
        (get("/v1/notes"), 405, "method-not-allowed"),
        (get("/v1/nowhere"), 404, "not-found"),
        (get("/v1/numbers/x"), 404, "not-found"),
        (get("/v1/peer"), 401, "unauthenticated"),
        (get("/v1/broken"), 500, "internal"),
        (get("/v1/forever"), 504, "timeout"),
    ];
    for (request, status, slug) in cases {
        let (answered, body) = problem(request.send().await.expect("answers")).await;
        assert_eq!(
            (answered, body["type"].as_str()),
            (status, Some(format!("https://kontor.network/problems/{slug}").as_str()))
        );
        assert!(!body.to_string().contains("secret"), "{body}");
    }
    let made = post(r#"{"size":1}"#.into()).send().await.expect("answers");
    assert_eq!(made.status(), 201);
    running.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_named_in_one_line() {
    let running = public(Limits::default()).await;
    let mut listen = start::public();
    listen.http = running.http;
    let error = Server::new(crate::SERVICE).start(&listen, state(), routes).await.err().expect("refused");
    assert!(matches!(error, StartError::PortTaken { .. }));
    assert_eq!(error.to_string(), format!("sample cannot listen on {}: the port is taken", running.http));
    running.stop().await;
}

#[tokio::test]
async fn pages_carry_a_strict_policy_and_no_script() {
    let running = public(Limits::default()).await;
    let client = client::plain().expect("client");
    for (path, wanted) in
        [("/", "Sample &lt;service&gt;"), ("/", "<dd>7</dd>"), ("/docs", "Make a note"), ("/docs", "&lt;more&gt;")]
    {
        let answer = client.get(start::http(&running, path)).send().await.expect("answers");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        let page = answer.text().await.expect("text");
        assert!(page.contains(wanted) && !page.contains("<script") && !page.contains("http://"), "{page}");
    }
    for path in ["/health/live", "/health/ready", "/v1/openapi.json"] {
        let answer = client.get(start::http(&running, path)).send().await.expect("answers");
        assert_eq!(answer.status(), 200, "{path}");
        answer.json::<Value>().await.expect("JSON");
    }
    let metrics =
        client.get(start::http(&running, "/metrics")).send().await.expect("answers").text().await.expect("text");
    assert!(metrics.contains("route=\"/health/live\",status=\"200\""), "{metrics}");
    running.stop().await;
}

#[tokio::test]
async fn the_trace_is_accepted_and_passed_on() {
    let running = public(Limits::default()).await;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let request =
        client::plain().expect("client").get(start::http(&running, "/v1/trace")).header("traceparent", parent);
    let answer = request.send().await.expect("answers");
    assert_eq!(answer.headers()["x-trace-id"], "0af7651916cd43dd8448eb211c80319c");
    let text = answer.text().await.expect("text");
    let (seen, passed) = text.split_once(' ').expect("two");
    assert_eq!(seen, parent);
    assert!(passed.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && passed != parent, "{passed}");
    running.stop().await;
}

#[tokio::test]
async fn who_comes_too_often_is_told_when_to_return() {
    let limits = Limits { public: Rate { per_second: 0.01, burst: 2 }, ..Limits::default() };
    let running = public(limits).await;
    let client = client::plain().expect("client");
    let get = || client.get(start::http(&running, "/health/live")).send();
    assert!(get().await.is_ok_and(|answer| answer.status() == 200));
    assert!(get().await.is_ok_and(|answer| answer.status() == 200));
    let refused = get().await.expect("answers");
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(problem(refused).await.0, 429);
    running.stop().await;
}

#[tokio::test]
async fn members_are_known_by_their_certificates_and_strangers_get_no_connection() {
    let ca = TestCa::new();
    let listen = start::with_members(ca.identity("KNTRDE21", "sample"));
    let running = Server::new(crate::SERVICE).start(&listen, state(), routes).await.expect("starts");
    let url = start::https(&running, "/v1/whoami");
    let client = ca.client("AURUDEFF", "bank-gateway");
    let answer = client.get(&url).send().await.expect("answers").text().await.expect("text");
    assert_eq!(answer, "AURUDEFF bank-gateway");
    let address = url.replace("localhost", "127.0.0.1");
    assert!(client.get(address).send().await.is_ok());
    assert!(TestCa::new().client("AURUDEFF", "bank-gateway").get(&url).send().await.is_err());
    // A certificate is demanded: a client of the same network that shows none is refused.
    let plain = format!("http://localhost:{}/v1/whoami", running.mutual_tls.expect("address").port());
    assert!(client::plain().expect("client").get(plain).send().await.is_err());
    running.stop().await;
}

#[tokio::test]
async fn stopping_ends_streams_and_frees_the_port() {
    let running = public(Limits::default()).await;
    let url = start::http(&running, "/v1/events");
    let mut stream = client::plain().expect("client").get(url).send().await.expect("answers");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.chunk().await.expect("chunk").as_deref(), Some(b"retry: 2000\n\n".as_slice()));
    let address = running.http;
    tokio::time::timeout(Duration::from_secs(5), running.stop()).await.expect("stops at once");
    assert_eq!(stream.chunk().await.ok().flatten(), None);
    std::net::TcpListener::bind(address).expect("the port is free");
}
