//! What every service answers: front page, reference, health, metrics, and that there is nothing here.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
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

/// The answer where no route fits: another method would, by the OpenAPI document, or there is nothing here.
pub(super) async fn nothing_here(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let methods = site.paths.methods(request.path());
    if methods.is_empty() || methods.contains(&request.method().as_str()) {
        return HttpResponse::from_error(Problem::not_found());
    }
    let mut answer = HttpResponse::from_error(Problem::of_status(StatusCode::METHOD_NOT_ALLOWED));
    if let Ok(value) = HeaderValue::from_str(&methods.join(", ")) {
        answer.headers_mut().insert(header::ALLOW, value);
    }
    answer
}

async fn front(site: web::Data<Site>) -> HttpResponse {
    let health = &site.health;
    let (checks, figures, sections) = tokio::join!(health.checks(), health.figures(), health.sections());
    page::html(page::front(&site, &checks, &figures, &sections))
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
