//! `GET /v1/network/activity`

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::{http::App, node::now};

/// Throughput and finality of the last hour, and how far the other members' nodes are.
pub async fn activity(app: web::Data<App>) -> HttpResponse {
    let height = app.node.progress().borrow().height;
    let peers = app.node.seen().into_iter().map(|(member, seen)| {
        let lag = height.saturating_sub(seen.height);
        json!({
            "member": member, "height": seen.height, "size": seen.size, "epoch": seen.epoch, "at": seen.at, "lag": lag,
        })
    });
    let peers: Vec<_> = peers.collect();
    HttpResponse::Ok().json(json!({ "height": height, "spans": app.node.activity().last_hour(now()), "peers": peers }))
}
