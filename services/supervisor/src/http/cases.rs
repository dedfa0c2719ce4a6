//! Cases: the legal basis of every reading.

mod approve;
mod create;
mod list;
mod show;
mod submit;

use actix_web::web;

pub use approve::NewApproval;
pub use submit::Submission;

/// Routes under `/v1/cases`.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/v1/cases", web::get().to(list::list))
        .route("/v1/cases", web::post().to(create::create))
        .route("/v1/cases/{id}", web::get().to(show::show))
        .route("/v1/cases/{id}/approvals", web::post().to(approve::approve))
        .route("/v1/cases/{id}/submission", web::post().to(submit::submit));
}
