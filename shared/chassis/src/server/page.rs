//! The front page: what this service is, how it is doing, where its reference is.

use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Site;
use crate::health::Check;
use crate::html::{Html, escape};

/// The one style of all chassis pages; the content security policy allows it by its hash and nothing else.
pub(crate) const STYLE: &str = include_str!("page.css");

/// Answers with a page under a policy that runs no script and loads nothing; a form may only ask the service itself.
pub(crate) fn html(body: String) -> HttpResponse {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}

/// A whole page around its main part.
pub(crate) fn frame(title: &str, main: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Kontor</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style></head>\
         <body><main>{main}</main></body></html>",
        title = escape(title),
    )
}

pub(super) fn front(
    site: &Site,
    checks: &[Check],
    figures: &[(&'static str, String)],
    sections: &[(&'static str, Html)],
) -> String {
    let ready = checks.iter().all(|check| check.failure.is_none());
    let (class, word) = if ready { ("good", "Ready") } else { ("bad", "Not ready") };
    let mut main = format!(
        "<header><p class=\"brand\">Kontor</p><h1>{}</h1><p class=\"about\">{}</p></header>\
         <section><h2>How it is doing</h2><p><span class=\"badge {class}\">{word}</span></p><dl>",
        escape(site.service.title),
        escape(site.service.about),
    );
    let mut row = |label: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = write!(main, "<dt>{}</dt><dd>{}</dd>", escape(label), escape(value));
    };
    for check in checks {
        row(check.name, check.failure.as_deref().unwrap_or("ok"));
    }
    for (label, value) in figures {
        row(label, value);
    }
    row("up for", &duration(site.started.elapsed().as_secs()));
    row("version", env!("CARGO_PKG_VERSION"));
    main.push_str("</dl></section>");
    for (title, section) in sections {
        let _ = write!(main, "<section><h2>{}</h2>{}</section>", escape(title), section.as_str());
    }
    main.push_str(
        "<nav><a href=\"/docs\">API reference</a><a href=\"/v1/openapi.json\">OpenAPI document</a>\
         <a href=\"/health/ready\">Health</a><a href=\"/metrics\">Metrics</a></nav>",
    );
    frame(site.service.title, &main)
}

fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_for_people() {
        assert_eq!(duration(3_700), "1 h 1 min");
    }
}
