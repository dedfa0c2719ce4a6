//! `cursor` and `limit`, and how a page is answered.

use std::{fmt, str::FromStr};

use kontor_chassis::Problem;
use serde::{Deserialize, Serialize};

use crate::domain::page::{Page, PageRequest};

/// The query of a list.
#[derive(Debug, Clone, Deserialize)]
pub struct PageQuery {
    cursor: Option<String>,
    limit: Option<u8>,
}

impl PageQuery {
    /// The page asked for.
    ///
    /// # Errors
    /// Problem `malformed` for a cursor that was never given out, or a limit out of bounds.
    pub fn request<Cursor: FromStr>(&self) -> Result<PageRequest<Cursor>, Problem> {
        let malformed = |what: &str| Problem::new(400, "malformed", "The query cannot be used").detail(what);
        let limit = self.limit.unwrap_or(50);
        if !(1..=100).contains(&limit) {
            return Err(malformed("limit lies between 1 and 100"));
        }
        let after = self.cursor.as_deref().map(str::parse).transpose();
        Ok(PageRequest { after: after.map_err(|_| malformed("cursor is not one of this list"))?, limit })
    }
}

/// A page as it is answered.
#[derive(Serialize)]
pub struct PageView<Item> {
    items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl<Item, Cursor: fmt::Display> From<Page<Item, Cursor>> for PageView<Item> {
    fn from(page: Page<Item, Cursor>) -> Self {
        Self { items: page.items, next: page.next.map(|cursor| cursor.to_string()) }
    }
}
