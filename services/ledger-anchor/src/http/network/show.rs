//! `GET /v1/network`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use kontor_ledger::governance::Endpoints;
use serde_json::json;

use crate::{
    http::{App, problem},
    rules::RULES,
};

/// Members, validators, and how far this node is.
pub async fn show(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let genesis = app.node.genesis();
    let membership = app.ordering.membership();
    let progress = *app.node.progress().borrow();
    let (waiting, waiting_bytes) = app.node.load();
    let settings = app.node.settings().map_err(problem::store)?;
    Ok(HttpResponse::Ok().json(json!({
        "network": app.node.network(),
        "name": genesis.name,
        "member": app.member,
        "members": *app.node.members(),
        "epoch": app.node.epoch(),
        "orders": membership.orders,
        "noteKey": app.node.note_signer().map(|signer| signer.verifier()),
        "nodes": nodes(&app),
        "settings": settings,
        "program": { "version": env!("CARGO_PKG_VERSION"), "rules": RULES },
        "view": membership.view,
        "height": progress.height,
        "size": progress.size,
        "root": progress.root,
        "timestamp": progress.timestamp,
        "waiting": { "records": waiting, "bytes": waiting_bytes },
        "halted": app.node.is_halted(),
        "alarms": app.node.alarms(),
    })))
}

/// Where nodes are reached that order or may, as far as this one knows.
fn nodes(app: &App) -> Vec<serde_json::Value> {
    let others = app.peers.now().into_iter().filter_map(|peer| {
        let endpoints =
            Endpoints { http: peer.http, mutual_tls: peer.mutual_tls?, ordering: peer.ordering?.to_string() };
        Some((peer.member, endpoints))
    });
    let own = app.announce.iter().map(|own| (app.member, own.clone()));
    own.chain(others).map(|(member, endpoints)| json!({ "member": member, "endpoints": endpoints })).collect()
}
