//! What every service answers: front page, reference, health, metrics, and that there is nothing here.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

use super::{Site, page};
use crate::Problem;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/").route(web::get().to(front)))
        .service(web::resource("/docs").route(web::get().to(reference)))
        .service(web::resource("/v1/openapi.json").route(web::get().to(document)))
        .service(web::resource("/metrics").route(web::get().to(metrics)))
        .service(web::resource("/health/live").route(web::get().to(live)))
        .service(web::resource("/health/ready").route(web::get().to(ready)));
}

/// The answer to every path that no route has.
pub(super) async fn nothing_here() -> Problem404 {
    Problem404
}

/// Responds as an error, so that it travels like every other problem.
pub(super) struct Problem404;

impl actix_web::Responder for Problem404 {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &actix_web::HttpRequest) -> HttpResponse {
        HttpResponse::from_error(Problem::not_found())
    }
}

async fn front(site: web::Data<Site>) -> HttpResponse {
    let (checks, figures) = tokio::join!(site.health.checks(), site.health.figures());
    page::html(page::front(&site, &checks, &figures))
}

async fn reference(site: web::Data<Site>) -> HttpResponse {
    page::html(site.reference.clone())
}

async fn document(site: web::Data<Site>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(site.service.openapi)
}

async fn metrics(site: web::Data<Site>) -> HttpResponse {
    let text: String = site.metrics.iter().map(|metrics| metrics.render()).collect();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({ "status": "live" }))
}

async fn ready(site: web::Data<Site>) -> HttpResponse {
    let checks = site.health.checks().await;
    let is_ready = checks.iter().all(|check| check.failure.is_none());
    let named = checks.into_iter().map(|check| (check.name.to_owned(), check.failure.unwrap_or("ok".into()).into()));
    let checks = Value::Object(named.collect::<Map<_, _>>());
    if is_ready {
        return HttpResponse::Ok()
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(json!({ "status": "ready", "checks": checks }));
    }
    HttpResponse::from_error(Problem::new(503, "not-ready", "The service is not ready").with("checks", checks))
}
