//! Nodes that say what is not so to one that joins.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use kontor_ledger::{
    encoding::{from_cbor, to_cbor},
    record::Record,
};
use kontor_ledger_anchor::{
    node::follower::FinalBlock,
    snapshot::{Manifest, Offer, Vouch},
};
use kontor_sealing::{Signature, SigningKey};
use serde_json::json;

/// A node that offers a snapshot and gives the same bytes for each of its chunks.
pub fn liar(offer: Offer, bytes: Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let server = HttpServer::new(move || {
        let (offer, bytes, counter) = (offer.clone(), bytes.clone(), Arc::clone(&counter));
        App::new()
            .route(
                "/v1/snapshots",
                web::get().to(move || {
                    let body = json!({ "snapshots": [offer] });
                    async move { HttpResponse::Ok().json(body) }
                }),
            )
            .route(
                "/v1/snapshots/{height}/{chunk}",
                web::get().to(move || {
                    counter.fetch_add(1, Relaxed);
                    let body = bytes.clone();
                    async move { HttpResponse::Ok().body(body) }
                }),
            )
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    (address, asked)
}

/// A node that passes on what another one says, but changes what it says of paths that begin in some way.
pub fn twister(target: String, prefix: &'static str, twist: fn(Vec<u8>) -> Vec<u8>) -> (String, Arc<AtomicUsize>) {
    let twisted = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&twisted);
    let server = HttpServer::new(move || {
        let (target, counter) = (target.clone(), Arc::clone(&counter));
        App::new().default_service(web::to(move |request: HttpRequest| {
            let (target, counter) = (target.clone(), Arc::clone(&counter));
            async move {
                let answer = reqwest::get(format!("{target}{}", request.uri())).await.unwrap();
                let status = answer.status().as_u16().try_into().unwrap();
                let mut bytes = answer.bytes().await.unwrap().to_vec();
                if request.path().starts_with(prefix) {
                    counter.fetch_add(1, Relaxed);
                    bytes = twist(bytes);
                }
                HttpResponse::build(status).body(bytes)
            }
        }))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    (address, twisted)
}

/// Another outcome for the first record.
pub fn other_outcome(mut bundle: Vec<u8>) -> Vec<u8> {
    bundle[2 + 32 + 1] ^= 1;
    bundle
}

/// A block less, and so a gap.
pub fn without_the_first(page: Vec<u8>) -> Vec<u8> {
    let mut blocks: Vec<FinalBlock> = minicbor::decode(&page).unwrap();
    blocks.remove(0);
    to_cbor(&blocks)
}

/// Another signature for the first record; its id, and so its leaf, stays the same.
pub fn other_signature(page: Vec<u8>) -> Vec<u8> {
    let mut blocks: Vec<FinalBlock> = minicbor::decode(&page).unwrap();
    let record = blocks.iter_mut().find_map(|block| block.records.first_mut()).unwrap();
    let mut changed: Record = from_cbor(record).unwrap();
    changed.signature = Signature::from_bytes([7; 64]);
    *record = to_cbor(&changed).into();
    to_cbor(&blocks)
}

pub fn alone(key: &SigningKey, manifest: &Manifest) -> Offer {
    Offer { manifest: manifest.clone(), vouch: Some(Vouch::new(key, manifest)) }
}
