//! The last hour: throughput and finality.

use kontor_chassis::html::Html;
use kontor_ledger::time::Timestamp;

use super::plot::{Line, plot};
use crate::{
    activity::{KEPT, SPAN, Span},
    http::App,
    node::now,
};

pub(super) fn section(app: &App) -> Html {
    let now = now();
    let spans = app.node.activity().last_hour(now);
    if spans.is_empty() {
        return Html::new().element("p", &[("class", "dim")], Html::of("Nothing became final."));
    }
    let rates = over_the_hour(&spans, now, |span| Some(rate(span, now)));
    let rates = rates.into_iter().map(|rate| rate.or(Some(0.0))).collect();
    let finality = |of: fn(&Span) -> Option<f64>| over_the_hour(&spans, now, of);
    let rates = [Line { name: "all", values: rates }];
    let times = [
        Line { name: "half of them", values: finality(|span| span.finality_p50) },
        Line { name: "99 of 100", values: finality(|span| span.finality_p99) },
    ];
    plot("Records that became final, per second", &rates)
        .then(plot("From admission here to finality, at most, in ms", &times))
        .element("p", &[], Html::link("/v1/network/activity", "As numbers"))
}

/// Records per second; the time of now is not over yet.
fn rate(span: &Span, now: Timestamp) -> f64 {
    let millis = now.as_millis().saturating_sub(span.from.as_millis()).clamp(1_000, SPAN);
    (span.accepted + span.refused) as f64 * 1_000.0 / millis as f64
}

/// A value for every place of the hour that ends now, without one where nothing happened.
fn over_the_hour(spans: &[Span], now: Timestamp, value: impl Fn(&Span) -> Option<f64>) -> Vec<Option<f64>> {
    let mut values = vec![None; KEPT];
    for span in spans {
        let ago =
            usize::try_from((now.as_millis() / SPAN).saturating_sub(span.from.as_millis() / SPAN)).unwrap_or(KEPT);
        if let Some(place) = KEPT.checked_sub(ago + 1).and_then(|place| values.get_mut(place)) {
            *place = value(span);
        }
    }
    values
}
