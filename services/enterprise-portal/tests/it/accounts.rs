//! Signing up and in, and what every request has to be.

use kontor_sealing::keys::PartySeed;
use kontor_testkit::databases;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    enterprise::{Enterprise, PASSWORD, sign_up},
    world::{World, nowhere, slug},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_signs_up_with_its_own_keys() {
    let world = World::new();
    for database in databases() {
        let portal = world.portal(&database, &nowhere(), None, None).await;
        let seed = PartySeed::from_bytes(&[1; 32]);
        let stranger = PartySeed::from_bytes(&[2; 32]);

        let mut foreign = sign_up("nordlicht", &stranger);
        foreign["identityKey"] = json!(seed.identity().public());
        let (status, body) = portal.call(Method::POST, "/v1/accounts", Some(foreign)).await;
        assert_eq!((status, slug(&body)), (422, "bad-signature"));

        let nordlicht = Enterprise::admitted(&portal, "nordlicht", 1).await;
        let (status, body) = portal.call(Method::POST, "/v1/accounts", Some(sign_up("nordlicht", &stranger))).await;
        assert_eq!((status, slug(&body)), (409, "login-taken"));

        let (_, own) = nordlicht.get("/v1/accounts/current").await;
        assert_eq!((&own["handle"], &own["email"]), (&json!("nordlicht"), &json!("nordlicht@example.com")));
        let helios = Enterprise::admitted(&portal, "helios", 3).await;
        let (_, seen) = helios.get("/v1/parties/nordlicht").await;
        assert_eq!(seen["encryptionKey"], json!(seed.encryption().public()));
        assert_eq!(seen.get("email"), None);
        assert_eq!(helios.get("/v1/parties/nobody").await.0, 404);

        let (_, banks) = portal.call(Method::GET, "/v1/banks", None).await;
        assert_eq!(banks["items"].as_array().map(Vec::len), Some(2));
        let (_, network) = portal.call(Method::GET, "/v1/network", None).await;
        assert_eq!(network["network"], json!(world.genesis.hash()));
        portal.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_needs_its_csrf_header() {
    let world = World::new();
    for database in databases() {
        let portal = world.portal(&database, &nowhere(), None, None).await;
        let _ = Enterprise::admitted(&portal, "nordlicht", 1).await;
        assert_eq!(portal.call(Method::GET, "/v1/accounts/current", None).await.0, 401);
        let wrong = json!({ "login": "nordlicht", "password": "wrong horse battery" });
        assert_eq!(slug(&portal.call(Method::POST, "/v1/sessions", Some(wrong)).await.1), "wrong-password");

        let login = json!({ "login": "nordlicht", "password": PASSWORD });
        let url = |path: &str| format!("{}{path}", portal.public);
        let answer = portal.anyone.post(url("/v1/sessions")).json(&login).send().await.expect("answers");
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let cookie = cookie.split(';').next().expect("a pair").to_owned();
        let csrf = answer.json::<Value>().await.expect("JSON")["csrf"].as_str().expect("a value").to_owned();

        let sign_out = || portal.anyone.delete(url("/v1/sessions/current")).header("Cookie", &cookie);
        assert_eq!(sign_out().send().await.expect("answers").status(), 403);
        assert_eq!(sign_out().header("X-Kontor-CSRF", csrf).send().await.expect("answers").status(), 204);
        let after = portal.anyone.get(url("/v1/accounts/current")).header("Cookie", &cookie);
        assert_eq!(after.send().await.expect("answers").status(), 401);
        portal.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_have_their_own_problems() {
    let world = World::new();
    for database in databases() {
        let portal = world.portal(&database, &nowhere(), None, None).await;
        let raw = async |text: String| {
            let url = format!("{}/v1/accounts", portal.public);
            let request = portal.anyone.post(url).header("Content-Type", "application/json").body(text);
            let answer = request.send().await.expect("answers");
            (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
        };
        let (status, body) = raw("{".into()).await;
        assert_eq!((status, slug(&body)), (400, "malformed"));
        let (status, body) = raw(r#"{"handle":"Nordlicht GmbH","legalName":"Nordlicht"}"#.into()).await;
        assert_eq!((status, slug(&body)), (400, "schema"));
        let places: Vec<&Value> = body["errors"].as_array().expect("a list").iter().map(|e| &e["pointer"]).collect();
        assert!(places.contains(&&json!("/handle")), "{body}");
        let (status, body) = raw(format!(r#"{{"handle":"{}"}}"#, "a".repeat(2 << 20))).await;
        assert_eq!((status, slug(&body)), (413, "too-large"));
        let (status, body) = portal.call(Method::GET, "/v1/accounts/current", None).await;
        assert_eq!((status, slug(&body)), (401, "unauthenticated"));
        portal.stop().await;
    }
}
