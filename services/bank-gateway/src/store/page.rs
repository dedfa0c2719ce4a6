//! Pages of lists, newest first: a cursor is the time and id of the last row shown.

use std::str::FromStr;

use serde::Deserialize;

/// Rows of a page unless asked otherwise, and at most.
const USUAL: i64 = 50;
const MOST: i64 = 100;

/// What the query string asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// `next` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many rows.
    #[serde(default)]
    pub limit: Option<i64>,
}

/// Where the page before ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The row's id.
    pub id: String,
}

/// Not a cursor of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cursor or the limit cannot be used")]
pub struct PageError;

impl FromStr for Cursor {
    type Err = PageError;

    fn from_str(text: &str) -> Result<Self, PageError> {
        let (at, id) = text.split_once('.').ok_or(PageError)?;
        let plain = id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let at = at.parse().map_err(|_| PageError)?;
        if plain { Ok(Self { at, id: id.to_owned() }) } else { Err(PageError) }
    }
}

impl Page {
    /// Where to go on; the start if there is no cursor.
    ///
    /// # Errors
    /// [`PageError`].
    pub fn start(&self) -> Result<Option<Cursor>, PageError> {
        self.cursor.as_deref().map(str::parse).transpose()
    }

    /// How many rows to show.
    ///
    /// # Errors
    /// [`PageError`] unless it lies between 1 and 100.
    pub fn limit(&self) -> Result<i64, PageError> {
        let limit = self.limit.unwrap_or(USUAL);
        if (1..=MOST).contains(&limit) { Ok(limit) } else { Err(PageError) }
    }
}

/// Rows and where to go on, from one row more than the limit.
pub fn cut<T>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> (i64, String)) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(key).map(|(at, id)| format!("{at}.{id}"));
    (rows, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let (rows, next) = cut(vec![(5, "b"), (4, "a-1"), (3, "c")], 2, |(at, id)| (*at, (*id).to_owned()));
        assert_eq!(rows.len(), 2);
        assert_eq!(next.as_deref().map(str::parse), Some(Ok(Cursor { at: 4, id: "a-1".into() })));
        assert_eq!(cut(vec![1], 1, |_| (0, String::new())).1, None);
        for bad in ["", "x.y", "5", "5.a b", "5.'"] {
            assert_eq!(bad.parse::<Cursor>(), Err(PageError), "{bad}");
        }
        assert!(Page { cursor: None, limit: Some(101) }.limit().is_err());
    }
}
