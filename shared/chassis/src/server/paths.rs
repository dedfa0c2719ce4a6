//! The paths and methods that the OpenAPI document lists.

use serde_json::Value;

/// Path templates, split, with their methods in capitals.
pub(super) struct Paths(Vec<(Vec<String>, Vec<String>)>);

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

impl Paths {
    pub(super) fn of(document: &Value) -> Self {
        let listed = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        let split = listed.map(|(template, item)| {
            let methods =
                METHODS.iter().filter(|method| item.get(**method).is_some()).map(|method| method.to_uppercase());
            (template.split('/').map(str::to_owned).collect(), methods.collect())
        });
        Self(split.collect())
    }

    /// The methods of the templates that a path fits.
    pub(super) fn methods(&self, path: &str) -> Vec<&str> {
        let given: Vec<&str> = path.split('/').collect();
        let fits = |template: &[String]| {
            let same =
                |(wanted, given): (&String, &&str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
            template.len() == given.len() && template.iter().zip(&given).all(same)
        };
        let fitting = self.0.iter().filter(|(template, _)| fits(template));
        fitting.flat_map(|(_, methods)| methods.iter().map(String::as_str)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_fit_one_segment() {
        let paths = Paths::of(&serde_json::json!({ "paths": { "/v1/a/{id}": { "get": {}, "put": {} } } }));
        assert_eq!(paths.methods("/v1/a/7"), ["GET", "PUT"]);
        assert!(paths.methods("/v1/a").is_empty() && paths.methods("/v1/a/").is_empty());
    }
}
