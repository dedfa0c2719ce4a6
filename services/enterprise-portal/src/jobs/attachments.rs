//! Sends sealed documents to the ledger's nodes.

use actix_web::web::Data;
use kontor_chassis::outbox::{Delivery, Failure, Handlers};

use super::{again, read};
use crate::{
    app::outbox::{ATTACHMENT, AttachmentMessage},
    state::Portal,
    store,
};

/// Adds the handler.
pub fn add(handlers: Handlers, portal: Data<Portal>) -> Handlers {
    handlers.on(ATTACHMENT, move |delivery| {
        let portal = portal.clone();
        async move { deliver(&portal, delivery).await }
    })
}

async fn deliver(portal: &Portal, delivery: Delivery) -> Result<(), Failure> {
    let AttachmentMessage { digest } = read(delivery.payload)?;
    let content = portal.database.read(move |c| store::attachment::find(c, &digest)).await.map_err(again)?;
    let content = content.ok_or_else(|| Failure::GiveUp("the sealed document is gone".to_owned()))?;
    portal.ledger.put_attachment(content).await.map_err(again)
}
