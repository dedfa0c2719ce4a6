//! Cursor pages.

use kontor_chassis::Problem;
use serde::{Deserialize, Serialize};

/// `cursor` and `limit` of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// `next` of the page before.
    pub cursor: Option<String>,
    limit: Option<i64>,
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl PageQuery {
    /// How many items at most; 50 unless asked.
    pub fn limit(&self) -> Result<i64, Problem> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=100 => Ok(limit),
            _ => Err(Problem::new(400, "schema", "The limit lies between 1 and 100").pointer("/limit")),
        }
    }
}

impl<T> Page<T> {
    /// A page of `rows`, which hold one more than `limit` if there are more; `cursor` names the last one shown.
    pub fn of<R>(rows: Vec<R>, limit: i64, cursor: impl Fn(&R) -> String, view: impl Fn(R) -> T) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let next =
            if rows.len() > limit { limit.checked_sub(1).and_then(|last| rows.get(last)).map(cursor) } else { None };
        Self { items: rows.into_iter().take(limit).map(view).collect(), next }
    }
}
