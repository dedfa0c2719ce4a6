//! `GET /v1/network`

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::http::App;

/// Members, validators, and how far this node is.
pub async fn show(app: web::Data<App>) -> HttpResponse {
    let genesis = app.node.genesis();
    let membership = app.ordering.membership();
    let progress = *app.node.progress().borrow();
    let (waiting, waiting_bytes) = app.node.load();
    HttpResponse::Ok().json(json!({
        "network": app.node.network(),
        "name": genesis.name,
        "member": app.member,
        "members": *app.node.members(),
        "epoch": app.node.epoch(),
        "orders": membership.orders,
        "view": membership.view,
        "height": progress.height,
        "size": progress.size,
        "root": progress.root,
        "timestamp": progress.timestamp,
        "waiting": { "records": waiting, "bytes": waiting_bytes },
        "halted": app.node.is_halted(),
        "alarms": app.node.alarms(),
    }))
}
