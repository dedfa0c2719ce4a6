//! Accesses: the reading of one document under a case.

mod approve;
mod contribute;
mod create;
mod list;
mod read;
mod show;
mod submit;
mod view;

use actix_web::web;

/// Routes under `/v1/accesses` and `/v1/cases/{id}/accesses`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/v1/cases/{id}/accesses", web::get().to(list::list))
        .route("/v1/cases/{id}/accesses", web::post().to(create::create))
        .route("/v1/accesses/{id}", web::get().to(show::show))
        .route("/v1/accesses/{id}/approvals", web::post().to(approve::approve))
        .route("/v1/accesses/{id}/submission", web::post().to(submit::submit))
        .route("/v1/accesses/{id}/partials", web::post().to(contribute::contribute))
        .route("/v1/accesses/{id}/document", web::get().to(read::read));
}
