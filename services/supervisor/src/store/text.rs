//! How values stand in text columns.

use std::{error::Error, str::FromStr};

use kontor_chassis::Problem;
use serde::{Serialize, de::DeserializeOwned};

/// A value as JSON.
pub fn to_json(value: &impl Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(Problem::internal)
}

/// The reverse of [`to_json`].
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(Problem::internal)
}

/// A value whose JSON form is one string, without the quotes.
pub fn to_word(value: &impl Serialize) -> Result<String, Problem> {
    match serde_json::to_value(value).map_err(Problem::internal)? {
        serde_json::Value::String(word) => Ok(word),
        _ => Err(Problem::internal("not a word")),
    }
}

/// The reverse of [`to_word`].
pub fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, Problem> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(Problem::internal)
}

/// A value that is read from its display form.
pub fn parse<T: FromStr<Err: Error + Send + Sync + 'static>>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(Problem::internal)
}
