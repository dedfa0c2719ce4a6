//! A stand-in for a bank's gateway that notes what it is told.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use actix_web::{HttpRequest, HttpResponse, web};
use kontor_chassis::server::{Running, Server, Service};
use kontor_testkit::start;
use serde_json::Value;

use crate::world::World;

type Told = Arc<Mutex<Vec<(String, Value)>>>;

/// The stand-in.
pub struct Bank {
    pub code: &'static str,
    pub url: String,
    told: Told,
    running: Running,
}

async fn note(request: HttpRequest, told: web::Data<Told>, body: web::Json<Value>) -> HttpResponse {
    assert!(request.headers().contains_key("idempotency-key"));
    told.lock().expect("not poisoned").push((request.path().to_owned(), body.into_inner()));
    HttpResponse::Created().finish()
}

impl Bank {
    pub async fn start(world: &World, code: &'static str) -> Self {
        let service = Service {
            name: "bank",
            title: "Bank",
            about: "Notes what it is told.",
            openapi: r#"{"openapi":"3.1.0","info":{"title":"Bank","version":"1"},"paths":{}}"#,
        };
        let told = Told::default();
        let listen = start::with_members(world.ca.identity(code, "bank-gateway"));
        let routes = |config: &mut web::ServiceConfig, _| {
            config.route("/v1/{rest:.*}", web::post().to(note));
        };
        let running = Server::new(service).start(&listen, web::Data::new(told.clone()), routes).await.expect("starts");
        let port = running.mutual_tls.expect("listens for members").port();
        Self { code, url: format!("https://localhost:{port}"), told, running }
    }

    /// Waits until something was told at `path` that satisfies `wanted`.
    pub async fn heard(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let all = self.told.lock().expect("not poisoned").clone();
            let mut here = all.iter().filter(|(at, _)| at == path).map(|(_, body)| body);
            if let Some(found) = here.find(|body| wanted(body)) {
                return found.clone();
            }
            assert!(Instant::now() < deadline, "{path} only heard {all:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }
}
