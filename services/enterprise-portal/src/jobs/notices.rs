//! Tells enterprises by e-mail that the regulator announced an access; what it is about they read after signing in.

use std::sync::Arc;

use actix_web::web::Data;
use kontor_chassis::{
    mail::Mailer,
    outbox::{Delivery, Failure, Handlers},
};

use super::{again, read};
use crate::{
    app::outbox::{AccessNotice, NOTICE},
    state::Portal,
    store,
};

const SUBJECT: &str = "A document of yours is being read by the regulator";
const TEXT: &str = "The regulator has announced on the ledger that it reads a document of yours.\n\
    Sign in to the enterprise portal to see which one, under which case and why.\n\n\
    This message says no more on purpose.\n";

/// Adds the handler; without a mailer notices are dropped.
pub fn add(handlers: Handlers, portal: Data<Portal>, mailer: Option<Mailer>) -> Handlers {
    let mailer = Arc::new(mailer);
    handlers.on(NOTICE, move |delivery| {
        let (portal, mailer) = (portal.clone(), Arc::clone(&mailer));
        async move { deliver(&portal, mailer.as_ref().as_ref(), delivery).await }
    })
}

async fn deliver(portal: &Portal, mailer: Option<&Mailer>, delivery: Delivery) -> Result<(), Failure> {
    let notice: AccessNotice = read(delivery.payload)?;
    let found = portal.database.read(move |c| store::enterprise::by_account(c, notice.account)).await.map_err(again)?;
    let address = found.and_then(|enterprise| enterprise.email);
    match (mailer, address) {
        (Some(mailer), Some(address)) => Ok(mailer.send(&address, SUBJECT, TEXT).await?),
        (None, _) | (_, None) => Ok(()),
    }
}
