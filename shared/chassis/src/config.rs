//! Configuration: one TOML file per process plus `KONTOR_SECTION__KEY` from the environment; unknown keys are errors.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Why a configuration could not be used; one line, for the person who wrote it.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read configuration {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not TOML, or a value or key is wrong.
    #[error("configuration {origin}: {message}")]
    Invalid {
        /// The file, or the environment.
        origin: String,
        /// What is wrong and where.
        message: String,
    },
    /// An environment variable contradicts the file's structure.
    #[error("{variable} names a key below a value that is not a section")]
    Environment {
        /// The variable.
        variable: String,
    },
}

/// Where a service listens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// Plain HTTP for people and health checks: loopback, or behind an ingress that ends TLS. Port 0 picks a free one.
    pub http: SocketAddr,
    /// Mutual TLS for other services; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutual_tls: Option<MutualTls>,
}

/// A service's identity in the network and where it listens for others.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MutualTls {
    /// Address of the mutual-TLS listener. Port 0 picks a free one.
    pub listen: SocketAddr,
    /// PEM file: this service's certificate, then intermediates. The revocation list is kept beside it, under the same
    /// name with the ending `crl`.
    pub certificate: PathBuf,
    /// PEM file: its private key. While a renewal is under way the next key waits beside it, with the ending `next`.
    pub key: PathBuf,
    /// PEM file: the network's root certificate.
    pub authority: PathBuf,
    /// Who renews the certificate; without one, it is replaced by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<Issuer>,
}

/// Who issues the network's certificates and revocation lists.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Base address of its mutual-TLS listener, such as `https://localhost:7457`.
    pub url: String,
    /// Seconds between questions for the revocation list. Default 60.
    #[serde(default = "every_minute")]
    pub every: u64,
}

impl Issuer {
    /// An issuer that is asked once a minute.
    pub fn new(url: String) -> Self {
        Self { url, every: every_minute() }
    }
}

const fn every_minute() -> u64 {
    60
}

impl MutualTls {
    /// The file of the revocation list.
    pub fn crl(&self) -> PathBuf {
        self.certificate.with_extension("crl")
    }

    /// The file in which a new key waits for its certificate.
    pub fn waiting_key(&self) -> PathBuf {
        let mut name = self.key.clone().into_os_string();
        name.push(".next");
        name.into()
    }
}

/// Reads a configuration from a file (none: environment and defaults only) and the process environment.
///
/// # Errors
///
/// [`ConfigError`] if the file cannot be read, is not TOML, or holds a key that `T` does not know
/// (`T` is expected to carry `#[serde(deny_unknown_fields)]`).
pub fn load<T: DeserializeOwned>(path: Option<&Path>) -> Result<T, ConfigError> {
    load_with(
        path,
        std::env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok())),
    )
}

/// As [`load`], with the environment passed in.
///
/// # Errors
///
/// As [`load`].
pub fn load_with<T: DeserializeOwned>(
    path: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<T, ConfigError> {
    let (origin, text) = match path {
        Some(path) => {
            let read = std::fs::read_to_string(path);
            (path.display().to_string(), read.map_err(|source| ConfigError::Read { path: path.to_owned(), source })?)
        }
        None => ("environment".to_owned(), String::new()),
    };
    let invalid = |error: toml::de::Error| {
        let message = error.to_string();
        ConfigError::Invalid { origin: origin.clone(), message: one_line(&message) }
    };
    let mut overrides: Vec<_> = environment.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect();
    if overrides.is_empty() {
        // Straight from the text, so that errors name line and column.
        return toml::from_str(&text).map_err(invalid);
    }
    overrides.sort();
    let mut table: toml::Table = toml::from_str(&text).map_err(invalid)?;
    for (variable, value) in overrides {
        set(&mut table, &variable, &value)?;
    }
    table.try_into().map_err(invalid)
}

const PREFIX: &str = "KONTOR_";

/// Variables that configure the process as a whole, not a service.
const NOT_CONFIGURATION: [&str; 3] = ["KONTOR_LOG", "KONTOR_LOG_FORMAT", "KONTOR_CORPUS"];

fn set(table: &mut toml::Table, variable: &str, text: &str) -> Result<(), ConfigError> {
    if NOT_CONFIGURATION.contains(&variable) {
        return Ok(());
    }
    let lower = variable[PREFIX.len()..].to_ascii_lowercase();
    let mut keys: Vec<&str> = lower.split("__").collect();
    let Some(last) = keys.pop() else { return Ok(()) };
    let mut section = table;
    for key in keys {
        let entry = section.entry(key).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        section = entry.as_table_mut().ok_or_else(|| ConfigError::Environment { variable: variable.to_owned() })?;
    }
    section.insert(last.to_owned(), value(text));
    Ok(())
}

/// A TOML value if the text is one (number, boolean, array, quoted string), else the text itself.
fn value(text: &str) -> toml::Value {
    let parsed = toml::from_str::<toml::Table>(&format!("value = {text}"));
    parsed.ok().and_then(|mut table| table.remove("value")).unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

fn one_line(message: &str) -> String {
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('|'));
    lines.filter(|line| !line.contains(" | ")).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        listen: Listen,
        #[serde(default)]
        name: String,
    }

    fn variables(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("file");
        std::fs::write(file.path(), text).expect("write");
        file
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let file = file("name = 'a'\n[listen]\nhttp = '127.0.0.1:1'\n");
        let set = variables(&[("KONTOR_LISTEN__HTTP", "127.0.0.1:2"), ("KONTOR_LOG", "debug"), ("OTHER", "x")]);
        let sample: Sample = load_with(Some(file.path()), set).expect("loads");
        assert_eq!((sample.listen.http.port(), sample.name.as_str()), (2, "a"));
    }

    #[test]
    fn an_unknown_key_is_an_error_of_one_line_naming_it() {
        let file = file("nmae = 'a'\n[listen]\nhttp = '127.0.0.1:1'\n");
        let error = load_with::<Sample>(Some(file.path()), []).expect_err("refused").to_string();
        assert!(error.contains("nmae") && !error.contains('\n'), "{error}");
        let set = variables(&[("KONTOR_LISTEN__PROT", "1")]);
        let error = load_with::<Sample>(Some(file.path()), set).expect_err("refused").to_string();
        assert!(!error.contains('\n'), "{error}");
    }
}
