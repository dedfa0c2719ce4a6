//! Certificates over real TLS: revocation, reloading while requests run, and what a crash in a renewal leaves.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use futures::StreamExt as _;
use kontor_chassis::auth::Peer;
use kontor_chassis::ca::{self, Details, Reason, Validity};
use kontor_chassis::client;
use kontor_chassis::config::MutualTls;
use kontor_chassis::server::{Listener, Running, Server};
use kontor_chassis::tls::Identity;
use kontor_testkit::{TestCa, start};

const MEMBER: &str = "AURUDEFF";

fn routes(routes: &mut web::ServiceConfig, listener: Listener) {
    if listener == Listener::Members {
        routes
            .route("/v1/whoami", web::get().to(async |peer: Peer| peer.member))
            .route("/v1/ticks", web::get().to(ticks));
    }
}

/// A piece every now and then, without end.
async fn ticks() -> HttpResponse {
    let ticks = futures::stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, actix_web::Error>(web::Bytes::from_static(b"tick")), ()))
    });
    HttpResponse::Ok().streaming(ticks)
}

async fn serve(identity: MutualTls) -> Running {
    let server = Server::new(crate::SERVICE);
    server.start(&start::with_members(identity), web::Data::new(()), routes).await.expect("starts")
}

fn serial(files: &MutualTls) -> String {
    Details::of_chain(&fs::read_to_string(&files.certificate).expect("there")).expect("reads").serial
}

/// Revokes and gives the new list to everyone named.
fn revoke(ca: &TestCa, revoked: &MutualTls, told: &[&MutualTls]) {
    let register = ca.register();
    register.revoke(&serial(revoked), Reason::KeyCompromise, ca::now()).expect("revokes");
    publish(ca, told);
}

fn publish(ca: &TestCa, told: &[&MutualTls]) {
    let crl = ca.register().publish(ca.authority(), ca::now()).expect("signs");
    for files in told {
        kontor_chassis::files::write_public(&files.crl(), crl.der()).expect("writes");
    }
}

/// Asks until the answer is `wanted`; the files are looked at once a second.
async fn until(
    wanted: &str,
    mut ask: impl AsyncFnMut() -> Result<u16, reqwest::Error>,
    is: impl Fn(&Result<u16, reqwest::Error>) -> bool,
) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = ask().await;
        if is(&answer) {
            return;
        }
        assert!(Instant::now() < deadline, "not {wanted}: {answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_revoked_client_is_refused_on_new_and_on_old_connections() {
    let ca = TestCa::new();
    let (own, bad, good) = (ca.identity("KNTRDE21", "sample"), ca.identity(MEMBER, "one"), ca.identity(MEMBER, "two"));
    publish(&ca, &[&own]);
    let running = serve(own.clone()).await;
    let url = start::https(&running, "/v1/whoami");
    let (before, neighbour) = (client::mutual_tls(&bad).expect("client"), client::mutual_tls(&good).expect("client"));
    for client in [&before, &neighbour] {
        assert_eq!(client.get(&url).send().await.expect("answers").status(), 200);
    }
    let stream = client::mutual_tls(&bad).expect("client").get(start::https(&running, "/v1/ticks"));
    let mut stream = stream.send().await.expect("answers").bytes_stream();
    assert!(stream.next().await.is_some_and(|piece| piece.is_ok()));

    revoke(&ca, &bad, &[&own]);
    let ask = async || before.get(&url).send().await.map(|answer| answer.status().as_u16());
    until("refused", ask, |answer| !matches!(answer, Ok(200))).await;
    let rest = tokio::time::timeout(Duration::from_secs(30), stream.for_each(async |_| {})).await;
    assert!(rest.is_ok(), "the stream goes on");
    let anew = client::mutual_tls(&bad).expect("client").get(&url).send().await;
    assert!(anew.is_err(), "no handshake: {anew:?}");
    assert_eq!(neighbour.get(&url).send().await.expect("answers").status(), 200);
    assert_eq!(client::mutual_tls(&good).expect("client").get(&url).send().await.expect("answers").status(), 200);
    running.stop().await;
}

#[tokio::test]
async fn a_revoked_or_expired_server_is_not_talked_to() {
    let ca = TestCa::new();
    let (own, caller) = (ca.identity("KNTRDE21", "sample"), ca.identity(MEMBER, "one"));
    publish(&ca, &[&caller]);
    let running = serve(own.clone()).await;
    let url = start::https(&running, "/v1/whoami");
    assert_eq!(client::mutual_tls(&caller).expect("client").get(&url).send().await.expect("answers").status(), 200);
    revoke(&ca, &own, &[&caller]);
    assert!(client::mutual_tls(&caller).expect("client").get(&url).send().await.is_err());
    running.stop().await;

    let ended = ca.identity("KNTRDE21", "ended");
    let peer = Peer { member: "KNTRDE21".to_owned(), service: "ended".to_owned() };
    let past = Validity { not_before: ca::now() - 100, not_after: ca::now() - 10 };
    let names = ca::LOCAL_NAMES.map(str::to_owned);
    let issued = ca.register().issue(ca.authority(), &peer, &names, past).expect("issues");
    issued.write(ca.folder(), "KNTRDE21-ended").expect("writes");
    let running = serve(ended).await;
    let answer = client::mutual_tls(&caller).expect("client").get(start::https(&running, "/v1/whoami")).send().await;
    assert!(answer.is_err());
    running.stop().await;
}

#[tokio::test]
async fn an_overdue_list_still_counts_and_a_forged_or_older_one_does_not() {
    let ca = TestCa::new();
    let (own, bad, good) = (ca.identity("KNTRDE21", "sample"), ca.identity(MEMBER, "one"), ca.identity(MEMBER, "two"));
    let revoked = ca::Revoked { serial: serial(&bad), at: ca::now() - 10 * 86_400, reason: Reason::Superseded };
    let long_ago = ca.authority().crl(&[revoked], None, ca::now() - 9 * 86_400, 86_400).expect("signs");
    let older = ca.authority().crl(&[], None, ca::now() - 10 * 86_400, 86_400).expect("signs");
    kontor_chassis::files::write_public(&own.crl(), long_ago.der()).expect("writes");
    let identity = Identity::open(&own).expect("opens");
    let other = TestCa::new();
    let forged = other.register().publish(other.authority(), ca::now()).expect("signs");
    let kept: [&[u8]; 3] = [long_ago.der(), forged.der(), older.der()];
    for list in kept {
        kontor_chassis::files::write_public(&own.crl(), list).expect("writes");
        identity.reload();
        assert_eq!(identity.crl().map(|crl| crl.number), Some(long_ago.number));
    }
    kontor_chassis::files::write_public(&own.crl(), long_ago.der()).expect("writes");
    let running = serve(own).await;
    let alarm = running.certificate().expect("has one").borrow().alarm(ca::now());
    assert!(alarm.is_some_and(|alarm| alarm.contains("overdue")));
    let url = start::https(&running, "/v1/whoami");
    assert!(client::mutual_tls(&bad).expect("client").get(&url).send().await.is_err());
    assert_eq!(client::mutual_tls(&good).expect("client").get(&url).send().await.expect("answers").status(), 200);
    running.stop().await;
}

/// Writes a new certificate the way a renewal does.
fn replace(ca: &TestCa, files: &MutualTls, member: &str, service: &str) -> String {
    let peer = Peer { member: member.to_owned(), service: service.to_owned() };
    let validity = Validity::starting(ca::now(), 3_600);
    let names = ca::LOCAL_NAMES.map(str::to_owned);
    let issued = ca.register().issue(ca.authority(), &peer, &names, validity).expect("issues");
    kontor_chassis::files::write_secret(&files.waiting_key(), issued.key.as_bytes()).expect("writes");
    kontor_chassis::files::write_public(&files.certificate, issued.chain.as_bytes()).expect("writes");
    fs::rename(files.waiting_key(), &files.key).expect("renames");
    serial(files)
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_replaced_under_load_without_losing_a_request() {
    let ca = TestCa::new();
    let (own, caller) = (ca.identity("KNTRDE21", "sample"), ca.identity(MEMBER, "one"));
    let running = serve(own.clone()).await;
    let url = start::https(&running, "/v1/whoami");
    let (stop, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (url, files, stop, served) = (url.clone(), caller.clone(), Arc::clone(&stop), Arc::clone(&served));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    // A client has its own connections, so every few requests bring a handshake.
                    let client = client::mutual_tls(&files).expect("a client");
                    for _ in 0..5 {
                        let answer = client.get(&url).send().await.expect("answers");
                        assert_eq!(answer.status(), 200);
                        served.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    let identity = Identity::open(&own).expect("opens");
    for _ in 0..5 {
        let before = served.load(Ordering::Relaxed);
        let (server, _) = (replace(&ca, &own, "KNTRDE21", "sample"), replace(&ca, &caller, MEMBER, "one"));
        publish(&ca, &[&own, &caller]);
        let deadline = Instant::now() + Duration::from_secs(30);
        while identity.details().serial != server || served.load(Ordering::Relaxed) < before + 20 {
            assert!(Instant::now() < deadline, "the new certificate is not used");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    for task in load {
        task.await.expect("no request was lost");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_crash_between_certificate_and_key_leaves_a_service_that_starts() {
    let ca = TestCa::new();
    let own = ca.identity("KNTRDE21", "sample");
    let (old_key, renewed) = (fs::read(&own.key).expect("there"), replace(&ca, &own, "KNTRDE21", "sample"));
    // As it was before the last step.
    fs::rename(&own.key, own.waiting_key()).expect("renames");
    fs::write(&own.key, &old_key).expect("writes");
    let running = serve(own.clone()).await;
    assert_eq!(running.certificate().expect("has one").borrow().serial, renewed);
    let client = ca.client(MEMBER, "one");
    let answer = client.get(start::https(&running, "/v1/whoami")).send().await.expect("answers");
    assert_eq!(answer.status(), 200);
    let metrics = client::plain().expect("client").get(start::http(&running, "/metrics")).send().await;
    let metrics = metrics.expect("answers").text().await.expect("text");
    assert!(metrics.contains("kontor_certificate_expiry_seconds "), "{metrics}");
    running.stop().await;
    assert!(!own.waiting_key().exists() && fs::read(&own.key).expect("there") != old_key, "the key took its place");
}
