//! The node's front page, for people: what the public API says of node, network and log, without script.

pub(super) mod find;
mod hour;
mod log;
mod network;
mod plot;

use actix_web::web;
use kontor_chassis::{health::Health, html::Html};
use kontor_ledger::time::Timestamp;
use serde::Serialize;

use super::App;
use crate::store::StoreError;

type Section = fn(&App) -> Result<Html, StoreError>;

/// Adds the node's sections to the page.
pub fn sections(health: &Health, app: &web::Data<App>) {
    let all: [(&'static str, Section); 8] = [
        ("Alarms", |app| Ok(network::alarms(app))),
        ("Look up", |_| Ok(find::form())),
        ("The last hour", |app| Ok(hour::section(app))),
        ("Network", network::network),
        ("Members", |app| Ok(network::members(app))),
        ("Proposals", network::proposals),
        ("Certificates that end next", log::certificates),
        ("Latest records", log::records),
    ];
    for (title, section) in all {
        let app = app.clone();
        health.section(title, move || {
            let app = app.clone();
            async move {
                match web::block(move || section(&app)).await {
                    Ok(Ok(html)) => html,
                    Ok(Err(error)) => {
                        tracing::error!(%error, title, "a part of the page cannot be made");
                        Html::of("The node cannot read this; its log says why.")
                    }
                    Err(_) => Html::of("The node is stopping."),
                }
            }
        });
    }
}

/// A link to an object as JSON.
fn object(kind: &str, id: impl std::fmt::Display) -> Html {
    Html::link(&format!("/v1/objects/{kind}:{id}"), id)
}

/// To the second: 2026-11-20 12:00:00Z.
fn time(at: Timestamp) -> Html {
    let text = at.to_string();
    let second = text.get(..19).unwrap_or(&text).replace('T', " ");
    Html::new().element("time", &[("datetime", &text)], Html::of(format!("{second}Z")))
}

/// What people must look at.
fn bad(what: Html) -> Html {
    Html::new().element("span", &[("class", "bad")], what)
}

/// Says where the rest is, if not all is shown.
fn rest(all: usize, shown: usize, address: &str) -> Html {
    match all.saturating_sub(shown) {
        0 => Html::new(),
        more => Html::new().element(
            "p",
            &[("class", "dim")],
            Html::of(more).text(" more: ").then(Html::link(address, address)),
        ),
    }
}

/// The name that the API gives a value: its text, or that of its tag.
fn word(value: &impl Serialize, tag: &str) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().or_else(|| value.get(tag)?.as_str()).unwrap_or_default().to_owned()
}
