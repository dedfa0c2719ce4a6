//! Records and certificates.

use std::collections::BTreeMap;

use kontor_chassis::html::Html;
use kontor_ledger::outcome::Outcome;

use super::{bad, object, time};
use crate::{
    http::App,
    node::now,
    rules::certificate,
    store::{Committed, Entry, StoreError},
};

/// Certificates shown.
const CERTIFICATES: usize = 20;

/// Certificates looked at, the last recorded first.
const LOOKED_AT: usize = 1_000;

/// Records shown.
const RECORDS: usize = 20;

pub(super) fn certificates(app: &App) -> Result<Html, StoreError> {
    let now = now();
    let committed = Committed::new(app.node.store());
    let page = certificate::list(&committed, None, LOOKED_AT, |one| one.revocation.is_none())?;
    // What was renewed ends with the last one.
    let mut last = BTreeMap::new();
    for one in page.items.into_iter().map(|one| one.terms) {
        let ends = last.entry((one.member, one.service)).or_insert((one.not_after, one.serial));
        *ends = (*ends).max((one.not_after, one.serial));
    }
    let mut ends: Vec<_> =
        last.into_iter().map(|((member, service), (end, serial))| (end, member, service, serial)).collect();
    ends.sort_unstable();
    let rows = ends.into_iter().take(CERTIFICATES).map(|(end, member, service, serial)| {
        let ended = end < now;
        let end = time(end);
        vec![
            object("member", member),
            Html::of(service),
            if ended { bad(Html::of("ended ").then(end)) } else { end },
            object("certificate", serial),
        ]
    });
    let table = Html::new().table(&["Member", "Service", "Ends", "Serial number"], rows, "None is recorded.");
    Ok(table.element("p", &[], Html::link("/v1/certificates", "All certificates")))
}

pub(super) fn records(app: &App) -> Result<Html, StoreError> {
    let size = app.node.progress().borrow().size;
    let entries = app.node.store().entries(size.saturating_sub(RECORDS as u64), RECORDS)?;
    table(entries.iter().rev(), "The log is empty.")
}

/// Records with links to their content and proof.
pub(super) fn table<'e>(entries: impl Iterator<Item = &'e Entry>, none: &str) -> Result<Html, StoreError> {
    let rows = entries.map(|entry| {
        let id = entry.id.to_string();
        let short = id.get(..8).unwrap_or(&id);
        let outcome = match entry.outcome {
            Outcome::Accepted => Html::of("accepted"),
            Outcome::Refused(code) => bad(Html::of(format!("refused: {}", code.as_str()))),
        };
        Ok(vec![
            Html::of(entry.position),
            Html::of(entry.decode_record()?.unsigned.body.kind()),
            Html::link(&format!("/v1/records/{id}"), format!("{short}…")),
            Html::link(&format!("/v1/records/{id}/receipt"), "receipt"),
            Html::of(entry.height),
            time(entry.timestamp),
            outcome,
        ])
    });
    let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
    let heads = ["Position", "Kind", "Record", "Proof", "Block", "Time", "Outcome"];
    Ok(Html::new().table(&heads, rows, none))
}
