//! Alarms, network, members, proposals.

use kontor_chassis::html::Html;
use kontor_ledger::governance::{Change, Epoch, Proposal};
use kontor_sealing::PublicKey;

use super::{bad, object, rest, time, word};
use crate::{
    http::{App, network::proposals::latest},
    rules::RULES,
    store::StoreError,
};

/// Alarms shown.
const ALARMS: usize = 50;

/// Members shown.
const MEMBERS: usize = 50;

/// Proposals shown.
const PROPOSALS: usize = 20;

pub(super) fn alarms(app: &App) -> Html {
    let all = app.node.alarms();
    if all.is_empty() {
        return Html::new().element("p", &[("class", "dim")], Html::of("None is raised."));
    }
    let rows = all.iter().take(ALARMS).map(|alarm| {
        let since = Html::new().element("p", &[("class", "about")], Html::of("since ").then(time(alarm.since)));
        (alarm.kind.as_str(), bad(Html::of(&alarm.detail)).then(since))
    });
    Html::new().list(rows).then(rest(all.len(), ALARMS, "/v1/network"))
}

pub(super) fn network(app: &App) -> Result<Html, StoreError> {
    let node = &app.node;
    let Epoch { number, base, validators, next } = node.epoch();
    let membership = app.ordering.membership();
    let settings = node.settings()?;
    let part = if membership.orders { format!("orders, in view {}", membership.view) } else { "follows".to_owned() };
    let rules = match settings.next {
        Some(next) => format!("version {}; version {} from block {}", settings.rules, next.version, next.height),
        None => format!("version {}", settings.rules),
    };
    let change = match next {
        Some(next) => format!("after block {}: {}", next.after, names(app, &next.validators)?),
        None => "none".to_owned(),
    };
    let parameters = serde_json::to_value(settings.parameters).unwrap_or_default();
    let parameters = parameters.as_object().into_iter().flatten().map(|(name, value)| format!("{name} {value}"));
    Ok(Html::new().list([
        ("Name", Html::link("/v1/genesis", &node.genesis().name)),
        ("Id", Html::of(node.network())),
        ("This node", object("member", app.member).text(format!(" {part}"))),
        ("Last block", time(node.progress().borrow().timestamp)),
        ("Epoch", Html::of(format!("{number}, from block {}", base.saturating_add(1)))),
        ("Validators", Html::of(names(app, &validators)?)),
        ("Their next change", Html::of(change)),
        ("Rules", Html::of(rules)),
        ("Settings", Html::of(parameters.collect::<Vec<_>>().join(", "))),
        ("Program", Html::of(format!("{}, knows the rules up to version {RULES}", env!("CARGO_PKG_VERSION")))),
    ]))
}

/// The members that have or had the keys.
fn names(app: &App, keys: &[PublicKey]) -> Result<String, StoreError> {
    let name = |key| Ok(app.node.holder(key)?.map_or_else(|| key.to_string(), |id| id.to_string()));
    Ok(keys.iter().take(MEMBERS).map(name).collect::<Result<Vec<_>, StoreError>>()?.join(", "))
}

pub(super) fn members(app: &App) -> Html {
    let (all, epoch, seen) = (app.node.members(), app.node.epoch(), app.node.seen());
    let rows = all.iter().take(MEMBERS).map(|one| {
        let id = one.member.id;
        let standing = Html::of(word(&one.standing, ""));
        let orders = one.member.validator.is_some_and(|key| epoch.validators.contains(&key));
        let (height, at) = match seen.get(&id) {
            Some(seen) => (Html::of(seen.height), time(seen.at)),
            None if id == app.member => (Html::of(app.node.progress().borrow().height), Html::of("this node")),
            None => (Html::of("–"), Html::of("–")),
        };
        vec![
            object("member", id),
            Html::of(&one.member.name),
            Html::of(word(&one.member.role, "")),
            if one.is_active() { standing } else { bad(standing) },
            time(one.since),
            Html::of(if orders { "yes" } else { "no" }),
            height,
            at,
        ]
    });
    let heads = ["Code", "Name", "Role", "Standing", "Since", "Orders", "Block", "Seen"];
    Html::new().table(&heads, rows, "There are none.").then(rest(all.len(), MEMBERS, "/v1/network"))
}

pub(super) fn proposals(app: &App) -> Result<Html, StoreError> {
    let now = app.node.progress().borrow().timestamp;
    let all = latest(app.node.store())?;
    let rows = all.iter().take(PROPOSALS).map(
        |Proposal { id, change, by, approvals, rejections, decided, expires, .. }| {
            let (state, at) = match decided {
                Some(at) => ("took effect", *at),
                None if *expires > now => ("open until", *expires),
                None => ("lapsed", *expires),
            };
            vec![
                Html::link(&format!("/v1/records/{id}"), title(change)),
                object("member", by),
                Html::of(approvals.len()),
                Html::of(rejections.len()),
                Html::of(state).text(" ").then(time(at)),
            ]
        },
    );
    let table = Html::new().table(&["Change", "By", "For", "Against", "State"], rows, "There are none.");
    Ok(table.then(rest(all.len(), PROPOSALS, "/v1/proposals")))
}

/// What a change does, and to which member.
fn title(change: &Change) -> String {
    let value = serde_json::to_value(change).unwrap_or_default();
    let member = value.get("member").or_else(|| value.pointer("/request/member/id"));
    let words = [value.get("change"), member].into_iter().flatten().filter_map(serde_json::Value::as_str);
    words.collect::<Vec<_>>().join(" ")
}
