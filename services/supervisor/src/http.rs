//! The route table.

pub mod accesses;
pub mod cases;
mod filing;
mod market;
mod page;
pub mod problem;
mod refusals;

use actix_web::web;
use kontor_chassis::{auth, server::Listener};

/// Adds what the listener serves: everything is for officers, nothing for other services.
pub fn routes(config: &mut web::ServiceConfig, listener: Listener) {
    match listener {
        Listener::Public => {
            config
                .configure(auth::routes)
                .route("/v1/market", web::get().to(market::show))
                .route("/v1/refusals", web::get().to(refusals::list))
                .configure(cases::routes)
                .configure(accesses::routes);
        }
        Listener::Members => {}
    }
}
