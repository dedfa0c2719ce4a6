//! A JSON value as its leaves under JSON Pointers (RFC 6901), and back.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::SealingError;

/// Fields of one document at most.
pub const MAX_FIELDS: usize = 4096;

/// Nesting at most.
pub const MAX_DEPTH: usize = 24;

/// Bytes of a pointer at most.
pub const MAX_POINTER_LENGTH: usize = 512;

/// Whether `text` is a JSON Pointer: empty, or every segment behind a slash, with tildes escaped.
pub(crate) fn is_pointer(text: &str) -> bool {
    let escaped = || {
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            if character == '~' && !matches!(characters.next(), Some('0' | '1')) {
                return false;
            }
        }
        true
    };
    text.is_empty() || (text.starts_with('/') && escaped())
}

/// A scalar or an empty container, with where it stands.
pub(crate) struct Field<V> {
    pub(crate) pointer: String,
    /// Bit i says that segment i indexes an array: a pointer alone does not tell `/0` of `[x]` from that of `{"0":x}`.
    pub(crate) arrays: u32,
    pub(crate) value: V,
}

/// All leaves of `value`.
pub(crate) fn flatten(value: &Value) -> Result<Vec<Field<&Value>>, SealingError> {
    let mut fields = Vec::new();
    descend(value, String::new(), 0, 0, &mut fields)?;
    Ok(fields)
}

fn descend<'a>(
    value: &'a Value,
    pointer: String,
    arrays: u32,
    depth: usize,
    fields: &mut Vec<Field<&'a Value>>,
) -> Result<(), SealingError> {
    if depth > MAX_DEPTH {
        return Err(SealingError::TooLarge("nesting"));
    }
    if pointer.len() > MAX_POINTER_LENGTH {
        return Err(SealingError::TooLarge("pointer"));
    }
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let segment = name.replace('~', "~0").replace('/', "~1");
                descend(member, format!("{pointer}/{segment}"), arrays, depth + 1, fields)?;
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (index, element) in elements.iter().enumerate() {
                descend(element, format!("{pointer}/{index}"), arrays | 1 << depth, depth + 1, fields)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) | Value::Array(_) => {
            if fields.len() == MAX_FIELDS {
                return Err(SealingError::TooLarge("fields"));
            }
            fields.push(Field { pointer, arrays, value });
        }
    }
    Ok(())
}

/// Puts leaves together again; refuses fields that contradict each other and arrays with gaps.
pub(crate) fn unflatten(fields: impl IntoIterator<Item = Field<Value>>) -> Result<Value, SealingError> {
    let mut root = Node::Open;
    for field in fields {
        root.insert(&field.pointer, field.arrays, field.value).ok_or(SealingError::Structure)?;
    }
    root.build().ok_or(SealingError::Structure)
}

/// A value under construction.
enum Node {
    Open,
    Leaf(Value),
    Object(BTreeMap<String, Node>),
    Array(BTreeMap<usize, Node>),
}

impl Node {
    fn insert(&mut self, pointer: &str, arrays: u32, value: Value) -> Option<()> {
        let mut segments = pointer.split('/');
        segments.next().filter(|first| first.is_empty())?;
        let mut node = self;
        let mut depth = 0;
        for segment in segments {
            if depth == MAX_DEPTH {
                return None;
            }
            node = if arrays >> depth & 1 == 1 { node.element(segment)? } else { node.member(segment)? };
            depth += 1;
        }
        if arrays >> depth != 0 || !matches!(node, Self::Open) {
            return None;
        }
        *node = Self::Leaf(value);
        Some(())
    }

    fn member(&mut self, segment: &str) -> Option<&mut Self> {
        if matches!(self, Self::Open) {
            *self = Self::Object(BTreeMap::new());
        }
        let Self::Object(members) = self else { return None };
        let name = segment.replace("~1", "/").replace("~0", "~");
        Some(members.entry(name).or_insert(Self::Open))
    }

    fn element(&mut self, segment: &str) -> Option<&mut Self> {
        if matches!(self, Self::Open) {
            *self = Self::Array(BTreeMap::new());
        }
        let Self::Array(elements) = self else { return None };
        let index = segment.parse::<usize>().ok().filter(|index| index.to_string() == segment)?;
        Some(elements.entry(index).or_insert(Self::Open))
    }

    fn build(self) -> Option<Value> {
        match self {
            Self::Open => None,
            Self::Leaf(value) => Some(value),
            Self::Object(members) => {
                let built = members.into_iter().map(|(name, node)| Some((name, node.build()?)));
                built.collect::<Option<Map<String, Value>>>().map(Value::Object)
            }
            Self::Array(elements) => {
                let built = (0..).zip(elements).map(|(at, (index, node))| node.build().filter(|_| index == at));
                built.collect::<Option<Vec<Value>>>().map(Value::Array)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn published_pointers() {
        // RFC 6901, 5
        let document = json!({"foo": ["bar", "baz"], "": 0, "a/b": 1, "m~n": 8, " ": 7});
        let pointers: Vec<String> = flatten(&document).unwrap().into_iter().map(|field| field.pointer).collect();
        for pointer in ["/foo/0", "/foo/1", "/", "/a~1b", "/m~0n", "/ "] {
            assert!(pointers.contains(&pointer.to_owned()), "{pointer}");
            assert!(document.pointer(pointer).is_some() && is_pointer(pointer));
        }
    }

    #[test]
    fn objects_with_numbers_for_names_stay_objects() {
        let document = json!([{"0": [1]}, {"1": {}}, [], null]);
        let fields = flatten(&document).unwrap();
        let owned = fields.into_iter().map(|f| Field { pointer: f.pointer, arrays: f.arrays, value: f.value.clone() });
        assert_eq!(unflatten(owned), Ok(document));
    }

    #[test]
    fn contradictions_are_refused() {
        let field = |pointer: &str, arrays| Field { pointer: pointer.to_owned(), arrays, value: Value::Null };
        for fields in [
            vec![],
            vec![field("/a", 0), field("/a", 0)],
            vec![field("/a", 0), field("/a/b", 0)],
            vec![field("/0", 0), field("/1", 1)],
            vec![field("/1", 1)],
            vec![field("/00", 1)],
            vec![field("/a", 2)],
            vec![field("a", 0)],
        ] {
            assert_eq!(unflatten(fields), Err(SealingError::Structure));
        }
    }

    #[test]
    fn bounds_hold() {
        let mut deep = Value::Null;
        for _ in 0..=MAX_DEPTH {
            deep = json!([deep]);
        }
        assert_eq!(flatten(&deep).err(), Some(SealingError::TooLarge("nesting")));
        let wide = Value::Array(vec![Value::Null; MAX_FIELDS + 1]);
        assert_eq!(flatten(&wide).err(), Some(SealingError::TooLarge("fields")));
        let long = json!({"x".repeat(MAX_POINTER_LENGTH): 1});
        assert_eq!(flatten(&long).err(), Some(SealingError::TooLarge("pointer")));
    }
}
