//! A member that speaks through its own node, with its own certificate and key.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
};

use kontor_chassis::{client, config as files};
use kontor_ledger::{
    batch::Batch,
    client::{LedgerClient, Node},
    genesis::Genesis,
    member::MemberId,
    outcome::Outcome,
    record::{Body, Nonce, RecordId, Unsigned},
};
use kontor_ledger_anchor::Config;
use kontor_sealing::{Hash, PartySeed, SigningKey};
use rand::RngExt as _;
use zeroize::Zeroizing;

/// One member at its node.
pub struct Desk {
    /// The node's configuration.
    pub config: Config,
    /// Asks the node, and submits to it.
    pub client: LedgerClient,
    /// The network.
    pub network: Hash,
    identity: Option<SigningKey>,
}

impl Desk {
    /// Reads the node's configuration, and the member's seed if it will speak.
    ///
    /// # Errors
    /// One line saying what cannot be used.
    pub fn open(config: &Path, seed: Option<&Path>) -> Result<Self, String> {
        let config: Config = files::load(Some(config)).map_err(|error| error.to_string())?;
        let genesis = read_genesis(&config.genesis)?;
        let network = genesis.hash();
        let node = Node {
            http: format!("http://{}", reachable(config.listen.http)),
            mutual_tls: config.listen.mutual_tls.as_ref().map(|tls| format!("https://localhost:{}", tls.listen.port())),
        };
        let http = match &config.listen.mutual_tls {
            Some(tls) => client::members_and_public(tls),
            None => client::plain(),
        };
        let client = LedgerClient::new(http.map_err(|error| error.to_string())?, vec![node], network);
        let identity = seed.map(read_seed).transpose()?.map(|seed| seed.identity());
        Ok(Self { config, client, network, identity })
    }

    /// The member.
    pub const fn member(&self) -> MemberId {
        self.config.member
    }

    /// Has a record accepted, authored and sponsored by the member.
    ///
    /// # Errors
    /// One line with the refusal or what failed.
    pub async fn say(&self, body: Body) -> Result<RecordId, String> {
        let key = self.identity.as_ref().ok_or("the member's seed is needed: --seed FILE")?;
        let nonce = Nonce(rand::rng().random());
        let record = Unsigned { network: self.network, body, nonce, author: key.public() }.sign(key, self.member());
        let id = record.id();
        let batch = Batch::sign(vec![record], self.member(), key).map_err(|error| error.to_string())?;
        let found = self.client.submit_one(&batch).await.map_err(|error| error.to_string())?;
        match found.outcome {
            Outcome::Accepted => Ok(id),
            Outcome::Refused(code) => Err(format!("refused ({code}): {}", code.explanation())),
        }
    }
}

/// An address of this machine's by which it reaches its own listener.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    SocketAddr::new(ip, address.port())
}

/// A genesis that could start a network.
///
/// # Errors
/// One line saying what is wrong.
pub fn read_genesis(path: &Path) -> Result<Genesis, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let genesis: Genesis = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    genesis.check().map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(genesis)
}

/// A member's seed: 64 hexadecimal digits.
///
/// # Errors
/// One line saying what is wrong.
pub fn read_seed(path: &Path) -> Result<PartySeed, String> {
    let unusable =
        |why: &dyn std::fmt::Display| format!("{} holds no seed of 64 hexadecimal digits: {why}", path.display());
    let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| unusable(&error))?);
    let mut bytes = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), bytes.as_mut()).map_err(|error| unusable(&error))?;
    Ok(PartySeed::from_bytes(&bytes))
}
