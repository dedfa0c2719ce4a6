//! Sends queued records to the ledger and stores what became of them.

use actix_web::web::Data;
use kontor_chassis::outbox::{Delivery, Failure, Handlers};

use super::{again, read};
use crate::{
    app::outbox::{RECORD, RecordMessage},
    domain::relay::Fate,
    state::Portal,
    store,
};

/// Adds the handler.
pub fn add(handlers: Handlers, portal: Data<Portal>) -> Handlers {
    handlers.on(RECORD, move |delivery| {
        let portal = portal.clone();
        async move { deliver(&portal, delivery).await }
    })
}

async fn deliver(portal: &Portal, delivery: Delivery) -> Result<(), Failure> {
    let RecordMessage { record: id } = read(delivery.payload)?;
    let found = portal.database.read(move |c| store::relay::find(c, &id)).await.map_err(again)?;
    let relay = found.ok_or_else(|| Failure::GiveUp("the record is gone".to_owned()))?;
    // Submitting again is the same record, so an attempt whose answer was lost does no harm.
    let fate = portal.ledger.submit(relay.record).await.map_err(again)?;
    if fate == Fate::Queued {
        return Err(Failure::Retry("not final yet".to_owned()));
    }
    portal.database.transaction("decide-record", move |c| store::relay::decide(c, &id, &fate)).await.map_err(again)?;
    portal.changes.note();
    Ok(())
}
