//! `GET /v1/blocks?from=&wait=`

use actix_web::{HttpResponse, web};
use kontor_chassis::Problem;
use serde::Deserialize;
use tokio::time::{Duration, timeout};

use crate::{
    http::{App, problem},
    node::follower::{FinalBlock, PAGE, PAGE_BYTES, WAIT},
    store::{Store, StoreError},
};

/// Which blocks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The first height.
    from: u64,
    /// Seconds to wait for it.
    #[serde(default)]
    wait: u64,
}

/// Final blocks with their records, as a CBOR array; empty if there is none at the height yet.
pub async fn list(app: web::Data<App>, query: web::Query<Query>) -> Result<HttpResponse, Problem> {
    let Query { from, wait } = query.into_inner();
    if from == 0 {
        return Err(problem::malformed("blocks count from 1"));
    }
    let mut progress = app.node.progress();
    let reached = progress.wait_for(|progress| progress.height >= from);
    let reached = app.shutdown.run_until(timeout(Duration::from_secs(wait).min(WAIT), reached)).await;
    let blocks = if matches!(reached, Some(Ok(Ok(_)))) {
        let node = app.node.clone();
        let page = web::block(move || page(node.store(), from)).await.map_err(Problem::internal)?;
        page.map_err(problem::store)?
    } else {
        Vec::new()
    };
    let bytes = kontor_ledger::encoding::to_cbor(&blocks);
    Ok(HttpResponse::Ok().content_type("application/cbor").body(bytes))
}

fn page(store: &Store, from: u64) -> Result<Vec<FinalBlock>, StoreError> {
    let mut start = match from.checked_sub(1) {
        None | Some(0) => 0,
        Some(before) => store.header(before)?.ok_or(StoreError::Damaged("block"))?.log_size,
    };
    let mut blocks = Vec::new();
    let mut bytes = 0;
    for height in from.. {
        let Some(header) = store.header(height)? else { break };
        let count = usize::try_from(header.log_size.saturating_sub(start)).unwrap_or(usize::MAX);
        let entries = store.entries(start, count)?;
        start = header.log_size;
        bytes += entries.iter().map(|entry| entry.record.len()).sum::<usize>();
        let records = entries.into_iter().map(|entry| entry.record.to_vec().into()).collect();
        blocks.push(FinalBlock { header, certificate: store.certificate(height)?, records });
        // A follower can use blocks only up to a certified one.
        let certified = blocks.last().is_some_and(|block| block.certificate.is_some());
        if certified && (blocks.len() >= PAGE || bytes >= PAGE_BYTES) {
            break;
        }
    }
    Ok(blocks)
}
