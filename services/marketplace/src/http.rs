//! The route table: anyone may read products; banks publish, the portal asks, and services
//! renew their certificates by mutual TLS.

pub mod certificates;
pub mod crl;
pub mod matches;
mod problem;
pub mod products;

use actix_web::web::{ServiceConfig, get, post, resource};
use kontor_chassis::server::Listener;

/// Adds the routes of a listener.
pub fn routes(config: &mut ServiceConfig, listener: Listener) {
    let products = resource("/v1/products").route(get().to(products::list::handle));
    match listener {
        Listener::Public => {
            config.service(products);
        }
        Listener::Members => {
            config
                .service(products.route(post().to(products::create::handle)))
                .service(resource("/v1/matches").route(post().to(matches::create::handle)))
                .service(resource("/v1/certificates").route(post().to(certificates::create::handle)))
                .service(
                    resource("/v1/certificates/{serial}/revocation").route(post().to(certificates::revoke::handle)),
                );
        }
    }
    config.service(resource("/v1/crl").route(get().to(crl::show::handle)));
    config.service(resource("/v1/products/{id}").route(get().to(products::show::handle)));
}
