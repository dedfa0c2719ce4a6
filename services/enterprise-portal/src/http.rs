//! The route table: people and enterprises on the public listener, members' services by mutual TLS.

pub mod accounts;
pub mod attachments;
pub mod attestation_requests;
pub mod documents;
pub mod financing_requests;
mod page;
pub mod parties;
mod peer;
mod problem;
pub mod records;
pub mod role_requests;

use actix_web::web::{ServiceConfig, get, post, put, resource};
use kontor_chassis::{auth, json::BodyLimit, server::Listener};

/// Adds the routes of a listener.
pub fn routes(config: &mut ServiceConfig, listener: Listener) {
    match listener {
        Listener::Public => public(config),
        Listener::Members => members(config),
    }
}

fn public(config: &mut ServiceConfig) {
    config
        .configure(auth::routes)
        .service(resource("/v1/accounts").route(post().to(accounts::create::handle)))
        .service(resource("/v1/accounts/current").route(get().to(accounts::current::handle)))
        .service(resource("/v1/network").route(get().to(parties::network::handle)))
        .service(resource("/v1/banks").route(get().to(parties::banks::handle)))
        .service(resource("/v1/parties/{handle}").route(get().to(parties::show::handle)))
        .service(
            resource("/v1/attestation-requests")
                .route(post().to(attestation_requests::create::handle))
                .route(get().to(attestation_requests::list::handle)),
        )
        .service(resource("/v1/attestation-requests/{id}").route(get().to(attestation_requests::show::handle)))
        .service(
            resource("/v1/role-requests")
                .route(post().to(role_requests::create::handle))
                .route(get().to(role_requests::list::handle)),
        )
        .service(resource("/v1/role-requests/{id}").route(get().to(role_requests::show::handle)))
        .service(resource("/v1/role-requests/{id}/answer").route(put().to(role_requests::answer::handle)))
        .service(
            resource("/v1/attachments/{digest}")
                .app_data(BodyLimit(attachments::MAX_BYTES))
                .route(put().to(attachments::put::handle)),
        )
        .service(resource("/v1/records").route(post().to(records::create::handle)))
        .service(resource("/v1/records/{id}").route(get().to(records::show::handle)))
        .service(resource("/v1/records/{id}/receipt").route(get().to(records::receipt::handle)))
        .service(resource("/v1/documents").route(get().to(documents::list::handle)))
        .service(resource("/v1/documents/{id}").route(get().to(documents::show::handle)))
        .service(resource("/v1/documents/{id}/sealed").route(get().to(documents::sealed::handle)))
        .service(resource("/v1/documents/{id}/shares").route(post().to(documents::share::handle)))
        .service(resource("/v1/documents/{id}/accesses").route(get().to(documents::accesses::handle)))
        .service(
            resource("/v1/financing-requests")
                .route(post().to(financing_requests::create::handle))
                .route(get().to(financing_requests::list::handle)),
        )
        .service(resource("/v1/financing-requests/{id}").route(get().to(financing_requests::show::handle)))
        .service(resource("/v1/financing-requests/{id}/banks").route(post().to(financing_requests::choose::handle)))
        .service(
            resource("/v1/financing-requests/{id}/evidence").route(post().to(financing_requests::evidence::handle)),
        )
        .service(
            resource("/v1/financing-requests/{id}/acceptance").route(post().to(financing_requests::accept::handle)),
        );
}

fn members(config: &mut ServiceConfig) {
    config
        .service(resource("/v1/attestation-requests/{id}/answer").route(put().to(attestation_requests::answer::handle)))
        .service(resource("/v1/financing-requests/{id}/status").route(put().to(financing_requests::status::handle)));
}
