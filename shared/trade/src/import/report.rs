//! What an import did not take over, and what it found odd.

use serde::Serialize;

use crate::document::Violation;

/// More of these than anyone reads are not collected.
pub(super) const MAX_ENTRIES: usize = 200;

/// Something odd that did not keep the document from being imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Line in the source, where it came from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Path of the source's element, or JSON Pointer into the imported document.
    pub path: String,
    /// What was odd, and what was done about it.
    pub message: String,
}

/// What an import did not take over, and what it found odd.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Paths of elements whose content has no place in our document, each once.
    pub unmapped: Vec<String>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

impl ImportReport {
    pub(super) fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < MAX_ENTRIES {
            self.warnings.push(warning);
        }
    }

    pub(super) fn arithmetic(&mut self, found: Vec<Violation>) {
        for violation in found {
            self.warn(Warning { line: None, path: violation.pointer, message: violation.message });
        }
    }
}
