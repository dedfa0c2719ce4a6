//! Pieces of a page, made so that text cannot leave its place: what is put in is escaped, tags and attributes are the
//! program's own.

use std::fmt::{Display, Write as _};

use actix_web::HttpResponse;

use crate::server::page;

/// Safe HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

/// A tag's attributes and their values.
pub type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Html {
    /// Nothing.
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// Just text.
    pub fn of(text: impl Display) -> Self {
        Self::new().text(text)
    }

    /// A link.
    pub fn link(address: &str, text: impl Display) -> Self {
        Self::new().element("a", &[("href", address)], Self::of(text))
    }

    /// Adds text.
    #[must_use]
    pub fn text(mut self, text: impl Display) -> Self {
        self.0.push_str(&escape(&text.to_string()));
        self
    }

    /// Adds an element around `inside`; without style attributes, which the pages' policy forbids.
    #[must_use]
    pub fn element(mut self, tag: &'static str, attributes: Attributes<'_>, inside: Self) -> Self {
        self.open(tag, attributes);
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{}</{tag}>", inside.0);
        self
    }

    fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        let _ = write!(self.0, "<{tag}");
        for (name, value) in attributes {
            let _ = write!(self.0, " {name}=\"{}\"", escape(value));
        }
        self.0.push('>');
    }

    /// Adds a form of one line that asks `address` of this service for what is typed into `name`.
    #[must_use]
    pub fn question(self, address: &str, name: &str, label: &str, button: &str) -> Self {
        let mut input = Self::new();
        input.open("input", &[("name", name), ("required", ""), ("autocomplete", "off"), ("spellcheck", "false")]);
        let label = Self::new().element("span", &[], Self::of(label)).then(input);
        let inside = Self::new().element("label", &[], label).element("button", &[], Self::of(button));
        self.element("form", &[("action", address), ("method", "get")], inside)
    }

    /// Adds a list of names and what they stand for.
    #[must_use]
    pub fn list<'n>(self, pairs: impl IntoIterator<Item = (&'n str, Self)>) -> Self {
        let pairs = pairs
            .into_iter()
            .map(|(name, value)| Self::new().element("dt", &[], Self::of(name)).element("dd", &[], value));
        self.element("dl", &[], pairs.collect())
    }

    /// Adds other pieces.
    #[must_use]
    pub fn then(mut self, more: Self) -> Self {
        self.0.push_str(&more.0);
        self
    }

    /// Adds a table with its columns' heads; a sentence in its place if it has no rows.
    #[must_use]
    pub fn table(self, heads: &[&str], rows: impl IntoIterator<Item = Vec<Self>>, none: &str) -> Self {
        let rows: Self = rows
            .into_iter()
            .map(|cells| {
                let cells = cells.into_iter().map(|cell| Self::new().element("td", &[], cell));
                Self::new().element("tr", &[], cells.collect())
            })
            .collect();
        if rows == Self::new() {
            return self.element("p", &[("class", "dim")], Self::of(none));
        }
        let heads = heads.iter().map(|head| Self::new().element("th", &[("scope", "col")], Self::of(head)));
        let head = Self::new().element("thead", &[], Self::new().element("tr", &[], heads.collect()));
        let table = Self::new().element("table", &[], head.element("tbody", &[], rows));
        // Reached by the keyboard, because it scrolls where the page is narrow.
        self.element("div", &[("class", "wide"), ("tabindex", "0")], table)
    }

    /// Answers with a whole page, in the style of the front page and with a link to it.
    pub fn page(self, title: &str) -> HttpResponse {
        let head = Self::new().element("p", &[("class", "brand")], Self::of("Kontor"));
        let head = head.element("h1", &[], Self::of(title));
        let way = Self::new().element("nav", &[], Self::link("/", "Front page"));
        let main = Self::new().element("header", &[], head).element("section", &[], self).then(way);
        page::html(page::frame(title, main.as_str()))
    }

    /// The text of the piece.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromIterator<Self> for Html {
    fn from_iter<T: IntoIterator<Item = Self>>(pieces: T) -> Self {
        pieces.into_iter().fold(Self::new(), Self::then)
    }
}

/// Text made safe for HTML, also inside quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(escape("<a href=\"x\">'&"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
        let link = Html::link("/v1/\"><script>", "<b>");
        assert_eq!(link.as_str(), "<a href=\"/v1/&quot;&gt;&lt;script&gt;\">&lt;b&gt;</a>");
    }

    #[test]
    fn what_holds_text_escapes_it() {
        let bad = "\"'><script>&";
        let pieces = [
            Html::of(bad),
            Html::new().element("p", &[("class", bad)], Html::of(bad)),
            Html::new().table(&[bad], [vec![Html::of(bad)]], bad),
            Html::new().list([(bad, Html::of(bad))]),
            Html::new().question(bad, bad, bad, bad),
        ];
        for piece in pieces {
            let text = piece.as_str();
            assert!(!text.contains("<script") && !text.contains("\"'") && !text.contains("&\""), "{text}");
            assert!(text.contains("&quot;&#39;&gt;&lt;script&gt;&amp;"), "{text}");
        }
    }

    #[test]
    fn a_table_without_rows_says_so() {
        let table = Html::new().table(&["a"], [vec![Html::of(1)]], "none");
        assert!(table.as_str().contains("<th scope=\"col\">a</th>") && table.as_str().contains("<td>1</td>"));
        let empty = Html::new().table(&["a"], [], "none <yet>");
        assert_eq!(empty.as_str(), "<p class=\"dim\">none &lt;yet&gt;</p>");
    }
}
