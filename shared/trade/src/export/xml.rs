//! A writer of small XML documents: elements in order, text escaped.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::ExportError;
use crate::money::Money;

/// XML in the making.
pub(super) struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    pub(super) fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), depth: 0 }
    }

    /// An element with children.
    pub(super) fn within(&mut self, name: &str, attributes: &[(&str, &str)], children: impl FnOnce(&mut Self)) {
        self.open(name, attributes);
        self.text.push_str(">\n");
        self.depth += 1;
        children(self);
        self.depth -= 1;
        self.indent();
        self.write(format_args!("</{name}>\n"));
    }

    /// An element with children that may fail.
    pub(super) fn try_within(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        children: impl FnOnce(&mut Self) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let mut result = Ok(());
        self.within(name, attributes, |xml| result = children(xml));
        result
    }

    /// An element with text.
    pub(super) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: impl std::fmt::Display) {
        self.open(name, attributes);
        let text = text.to_string();
        // Control characters other than white space cannot stand in XML 1.0 at all.
        let legal: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r')).collect();
        self.write(format_args!(">{}</{name}>\n", escape(legal.as_str())));
    }

    /// An element with text, if there is any.
    pub(super) fn option(&mut self, name: &str, text: Option<impl std::fmt::Display>) {
        if let Some(text) = text {
            self.leaf(name, &[], text);
        }
    }

    /// A text element whose length the message's schema bounds.
    pub(super) fn bounded(&mut self, name: &'static str, max: usize, text: &str) -> Result<(), ExportError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > max {
            return Err(ExportError::Length { field: name, max });
        }
        self.leaf(name, &[], text);
        Ok(())
    }

    /// An ISO 20022 amount: not negative, with its currency.
    pub(super) fn money(&mut self, name: &'static str, money: &Money) -> Result<(), ExportError> {
        money.unsigned_minor_units().map_err(|_| ExportError::Amount { field: name })?;
        self.leaf(name, &[("Ccy", money.currency().as_str())], money.amount());
        Ok(())
    }

    /// The document.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.write(format_args!("<{name}"));
        for (attribute, value) in attributes {
            self.write(format_args!(" {attribute}=\"{}\"", escape(*value)));
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }

    fn write(&mut self, text: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
    }
}

/// Cuts a text to what a message's field can hold; names are cut, identifiers never.
pub(super) fn cut(text: &str, max: usize) -> String {
    text.trim().chars().take(max).collect::<String>().trim_end().to_owned()
}
