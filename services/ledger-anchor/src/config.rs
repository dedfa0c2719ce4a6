//! The node's configuration: one TOML file, or the environment.

use std::{net::SocketAddr, path::PathBuf};

use kontor_chassis::{config::Listen, telemetry::TelemetryConfig};
use kontor_ledger::{governance::Endpoints, member::MemberId};
use serde::{Deserialize, Serialize};

/// What a node is told at start.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where HTTP and mutual TLS are served. Records and attachments are taken over mutual TLS only.
    pub listen: Listen,
    /// The member whose node this is.
    pub member: MemberId,
    /// The network's genesis, as JSON.
    pub genesis: PathBuf,
    /// Folder for everything that the node keeps; made if it is missing. One node per folder.
    pub data: PathBuf,
    /// Ordering; absent for an observer, which follows validators over HTTP and orders nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator: Option<Validator>,
    /// Where others reach this node, for those that join the network through it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Endpoints>,
    /// The other members' nodes; those that the ledger has addresses of need not be listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<Peer>,
    /// Memory for the database's cache, in MiB. Default 48.
    #[serde(default = "defaults::cache")]
    pub cache: u64,
    /// Memory for records that wait to be ordered, in MiB; beyond it clients are told to come back. Default 64.
    #[serde(default = "defaults::pool")]
    pub pool: usize,
    /// Threads that check signatures and proofs. Default 2.
    #[serde(default = "defaults::admission_threads")]
    pub admission_threads: usize,
    /// The largest attachment, in bytes. Default 8 MiB.
    #[serde(default = "defaults::attachment")]
    pub attachment: usize,
    /// Days after which the attachments of a document that nobody claims on or looks into are forgotten here, by the
    /// ledger's time. Kept for good if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<u32>,
    /// Blocks between snapshots of the state, from which others join; the same at every member, or too few vouch for one.
    /// 0 for none. Default 65536.
    #[serde(default = "defaults::snapshot_every")]
    pub snapshot_every: u64,
    /// How a node that has no store yet comes to the state. Default `log`.
    #[serde(default)]
    pub join: JoinFrom,
    /// Seconds between comparisons of checkpoints with the other members' nodes. Default 30.
    #[serde(default = "defaults::compare")]
    pub compare: u64,
    /// When people are told.
    #[serde(default)]
    pub alarms: Alarms,
    /// Logs and traces.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
}

/// How a new node comes to the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JoinFrom {
    /// It runs the whole log, and trusts nobody.
    #[default]
    Log,
    /// It takes a snapshot of which one validator more vouches than may fail, and proves the log up to there without
    /// running it; from the log if there is no such snapshot.
    Snapshot,
}

/// When people are told that something needs them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alarms {
    /// Seconds without anything final while records wait. Default 30.
    pub stalled: u64,
    /// Blocks by which another member's node is ahead. Default 256.
    pub lag: u64,
    /// MiB of room on the data folder's disk. Default 1024.
    pub disk: u64,
    /// MiB below which the node takes and proposes no new records. Default 128.
    pub disk_floor: u64,
}

impl Default for Alarms {
    fn default() -> Self {
        Self { stalled: 30, lag: 256, disk: 1_024, disk_floor: 128 }
    }
}

/// How a validator takes part in ordering.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validator {
    /// File with the validator's private key: 64 hexadecimal digits. Used by one process at a time. A key that is to
    /// take its place lies beside it, with `.next` after the name, until the ledger hands over to it.
    pub key: PathBuf,
    /// Where other validators connect.
    pub listen: SocketAddr,
    /// How long a proposal is held open for records, in milliseconds; less than half of `leader_timeout`. Default 200.
    #[serde(default = "defaults::hold")]
    pub hold: u64,
    /// After how many milliseconds without a proposal the others pass a leader over. Default 600.
    #[serde(default = "defaults::leader_timeout")]
    pub leader_timeout: u64,
    /// The most bytes of records in one block. Default 1 MiB.
    #[serde(default = "defaults::block")]
    pub block: usize,
    /// Threads of the ordering engine. Default 2.
    #[serde(default = "defaults::threads")]
    pub threads: usize,
}

/// Another member's node.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// The member.
    pub member: MemberId,
    /// Base address of its public listener, such as `http://127.0.0.1:7011`: attachments come from there.
    pub http: String,
    /// Where its validator connects, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordering: Option<SocketAddr>,
    /// Base address of its mutual-TLS listener: an observer passes records on to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutual_tls: Option<String>,
}

mod defaults {
    pub const fn cache() -> u64 {
        48
    }
    pub const fn pool() -> usize {
        64
    }
    pub const fn admission_threads() -> usize {
        2
    }
    pub const fn attachment() -> usize {
        8 << 20
    }
    pub const fn snapshot_every() -> u64 {
        65_536
    }
    pub const fn compare() -> u64 {
        30
    }
    pub const fn hold() -> u64 {
        200
    }
    pub const fn leader_timeout() -> u64 {
        600
    }
    pub const fn block() -> usize {
        1 << 20
    }
    pub const fn threads() -> usize {
        2
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidConfig {
    /// The key is not the one that the network knows for the member.
    #[error("the validator key is not the one that {0} is registered with")]
    OtherKey(MemberId),
    /// A number that cannot work.
    #[error("{0}")]
    Value(&'static str),
}

impl Config {
    /// An observer with the defaults.
    pub fn new(listen: Listen, member: MemberId, genesis: PathBuf, data: PathBuf) -> Self {
        Self {
            listen,
            member,
            genesis,
            data,
            validator: None,
            announce: None,
            peers: Vec::new(),
            cache: defaults::cache(),
            pool: defaults::pool(),
            admission_threads: defaults::admission_threads(),
            attachment: defaults::attachment(),
            retention: None,
            snapshot_every: defaults::snapshot_every(),
            join: JoinFrom::default(),
            compare: defaults::compare(),
            alarms: Alarms::default(),
            telemetry: TelemetryConfig::default(),
        }
    }
}

impl Validator {
    /// A validator with the defaults.
    pub const fn new(key: PathBuf, listen: SocketAddr) -> Self {
        Self {
            key,
            listen,
            hold: defaults::hold(),
            leader_timeout: defaults::leader_timeout(),
            block: defaults::block(),
            threads: defaults::threads(),
        }
    }

    /// Checks the numbers against each other.
    ///
    /// # Errors
    /// [`InvalidConfig::Value`].
    pub fn check(&self) -> Result<(), InvalidConfig> {
        if self.hold == 0 || self.hold.saturating_mul(2) > self.leader_timeout {
            return Err(InvalidConfig::Value("validator.hold must be above 0 and at most half of leader_timeout"));
        }
        if self.threads == 0 || !(1..=crate::ordering::block::MAX_BODY).contains(&self.block) {
            return Err(InvalidConfig::Value(
                "validator.threads and validator.block must be above 0 and within bounds",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_file_is_enough_and_unknown_keys_fail() {
        let text = r#"
            member = "AURUDEFF"
            genesis = "genesis.json"
            data = "data"
            [listen]
            http = "127.0.0.1:0"
            [validator]
            key = "validator.key"
            listen = "127.0.0.1:0"
            [[peers]]
            member = "BOREFRPP"
            http = "http://127.0.0.1:7011"
            ordering = "127.0.0.1:7012"
        "#;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let config: Config = kontor_chassis::config::load_with(Some(file.path()), []).unwrap();
        let validator = config.validator.unwrap();
        assert!(validator.check().is_ok());
        assert_eq!((validator.hold, config.pool), (200, 64));
        std::fs::write(file.path(), format!("mumber = 1\n{text}")).unwrap();
        assert!(kontor_chassis::config::load_with::<Config>(Some(file.path()), []).is_err());
    }
}
