//! The node's HTTP interface: reads on both listeners, records and attachments over mutual TLS only.

mod attachments;
mod blocks;
mod certificates;
mod events;
mod log;
mod network;
mod objects;
pub(crate) mod page;
mod problem;
mod records;
mod snapshots;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};
use kontor_chassis::{
    Shutdown,
    json::BodyLimit,
    server::{Listener, Service},
};
use kontor_ledger::{encoding::MAX_BYTES, governance::Endpoints, member::MemberId};

use crate::{attachments::Attachments, node::Node, ordering::Ordering, peers::Peers, snapshot::Snapshots};

/// The node as a service.
pub const SERVICE: Service = Service {
    name: "ledger-anchor",
    title: "Ledger node",
    about: "Orders and judges the consortium's records together with the other members' nodes, keeps the log, and \
            gives receipts that anyone can check offline.",
    openapi: include_str!("../../../api-spec/ledger-anchor.json"),
};

/// The JSON form of a batch is larger than its encoding.
const JSON_LIMIT: usize = 4 * MAX_BYTES;

/// What handlers know.
pub struct App {
    /// The node.
    pub node: Node,
    /// Its ordering.
    pub ordering: Arc<dyn Ordering>,
    /// Its attachments.
    pub attachments: Attachments,
    /// Its snapshots.
    pub snapshots: Snapshots,
    /// The member whose node this is.
    pub member: MemberId,
    /// Where the other members' nodes are.
    pub peers: Peers,
    /// Where this node is reached, if it says so.
    pub announce: Option<Endpoints>,
    /// Ends streams when the node stops.
    pub shutdown: Shutdown,
}

/// The route table.
pub fn routes(app: &web::Data<App>, config: &mut ServiceConfig, listener: Listener) {
    let attachment_limit = BodyLimit(app.attachments.limit());
    let mut collection =
        web::resource("/v1/records").app_data(BodyLimit(JSON_LIMIT)).route(web::get().to(records::list::list));
    let mut attachment = web::resource("/v1/attachments/{digest}")
        .app_data(attachment_limit)
        .route(web::get().to(attachments::show::show));
    if listener == Listener::Members {
        collection = collection.route(web::post().to(records::submit::submit));
        attachment = attachment.route(web::put().to(attachments::put::put));
    }
    config
        .service(collection)
        .service(attachment)
        .route("/find", web::get().to(page::find::find))
        .route("/v1/records/{id}", web::get().to(records::show::show))
        .route("/v1/records/{id}/receipt", web::get().to(records::receipt::receipt))
        .route("/v1/objects/{reference}", web::get().to(objects::show::show))
        .route("/v1/certificates", web::get().to(certificates::list::list))
        .route("/v1/checkpoints/latest", web::get().to(log::checkpoint::latest))
        .route("/v1/checkpoints/latest/note", web::get().to(log::checkpoint::note))
        .route("/v1/proofs/consistency", web::get().to(log::consistency::consistency))
        .route("/v1/tile/{path:.*}", web::get().to(log::tile::tile))
        .route("/v1/blocks", web::get().to(blocks::list::list))
        .route("/v1/snapshots", web::get().to(snapshots::list::list))
        .route("/v1/snapshots/{height}/{chunk}", web::get().to(snapshots::chunk::chunk))
        .route("/v1/events", web::get().to(events::stream::stream))
        .route("/v1/network", web::get().to(network::show::show))
        .route("/v1/network/activity", web::get().to(network::activity::activity))
        .route("/v1/epochs", web::get().to(network::epochs::epochs))
        .route("/v1/proposals", web::get().to(network::proposals::proposals))
        .route("/v1/genesis", web::get().to(network::genesis::genesis));
}
