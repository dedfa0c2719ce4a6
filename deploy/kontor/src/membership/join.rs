//! The folder of a bank that is not a member yet: its keys, its node's configuration, and what it asks for.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use kontor_chassis::{
    auth::Peer,
    ca::{self, Authority, Register, Request, Validity},
    config::{Listen, MutualTls},
    files::{write_public, write_secret},
};
use kontor_ledger::{
    client::{LedgerClient, Node},
    genesis::Genesis,
    governance::{Endpoints, HeldKey, JoinRequest},
    member::{Member, MemberId, MemberRole},
};
use kontor_ledger_anchor::config::{self, Config, JoinFrom, Validator};
use kontor_sealing::{Hash, PartySeed, SigningKey};
use serde::Serialize;
use zeroize::Zeroizing;

use super::view::View;

/// What a bank decides before it joins.
pub struct Plan {
    /// Its code.
    pub member: MemberId,
    /// Its name.
    pub name: String,
    /// Where its node is reached, by its first port: HTTP, members and ordering take three in a row.
    pub host: IpAddr,
    /// The first port.
    pub port: u16,
    /// The authority's folder, if it is on this machine.
    pub authority: Option<PathBuf>,
    /// How its node comes to the state.
    pub join: JoinFrom,
}

/// What lies in the folder afterwards.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Prepared {
    /// The network.
    pub network: Hash,
    /// The node's configuration.
    pub config: PathBuf,
    /// The member's seed.
    pub seed: PathBuf,
    /// What a member proposes.
    pub request: PathBuf,
}

/// Learns the network from one of its nodes and prepares `folder`, which must be missing or empty.
///
/// # Errors
/// One line saying what failed; what was written before stays.
pub async fn prepare(folder: &Path, from: &str, pinned: Hash, plan: &Plan) -> Result<Prepared, String> {
    let occupied = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(format!("{} is not empty: join with a folder of its own", folder.display()));
    }
    let http = kontor_chassis::client::plain().map_err(|error| error.to_string())?;
    let node = Node { http: from.trim_end_matches('/').to_owned(), mutual_tls: None };
    let client = LedgerClient::new(http, vec![node], pinned);
    let genesis = client.genesis().await.map_err(|error| error.to_string())?;
    let view = View::ask(&client).await?;
    if view.member(&plan.member).is_some() {
        return Err(format!("{} is a member already", plan.member));
    }
    let cannot = |error: std::io::Error| format!("cannot use {}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(cannot)?;
    let folder = folder.canonicalize().map_err(cannot)?;
    let keys = Keys::make(&folder)?;
    let files = Files::at(&folder);
    public(&files.genesis, &genesis)?;
    public(&files.prepared.request, &keys.request(&genesis, plan)?)?;
    let config = configuration(&folder, &files, plan, &view)?;
    let text = toml::to_string_pretty(&config).map_err(|error| error.to_string())?;
    write(&files.prepared.config, text.as_bytes(), false)?;
    Ok(Prepared { network: pinned, ..files.prepared })
}

struct Files {
    genesis: PathBuf,
    validator: PathBuf,
    prepared: Prepared,
}

impl Files {
    fn at(folder: &Path) -> Self {
        Self {
            genesis: folder.join("genesis.json"),
            validator: folder.join("validator.key"),
            prepared: Prepared {
                network: Hash::default(),
                config: folder.join("ledger-anchor.toml"),
                seed: folder.join("seed"),
                request: folder.join("join-request.json"),
            },
        }
    }
}

struct Keys {
    seed: PartySeed,
    validator: SigningKey,
}

impl Keys {
    fn make(folder: &Path) -> Result<Self, String> {
        let mut rng = rand::rng();
        let keys = Self { seed: PartySeed::generate(&mut rng), validator: SigningKey::generate(&mut rng) };
        let files = Files::at(folder);
        write(&files.prepared.seed, Zeroizing::new(hex::encode(*keys.seed.to_bytes())).as_bytes(), true)?;
        write(&files.validator, Zeroizing::new(hex::encode(*keys.validator.to_seed())).as_bytes(), true)?;
        Ok(keys)
    }

    fn request(&self, genesis: &Genesis, plan: &Plan) -> Result<JoinRequest, String> {
        let (network, id, identity) = (genesis.hash(), plan.member, self.seed.identity());
        let endpoints = Endpoints {
            http: format!("http://{}", SocketAddr::new(plan.host, plan.port)),
            mutual_tls: format!("https://{}", members_host(plan)?),
            ordering: address(plan, 2)?.to_string(),
        };
        Ok(JoinRequest {
            member: Member {
                id,
                name: plan.name.clone(),
                role: MemberRole::Bank,
                identity: identity.public(),
                encryption: self.seed.encryption().public(),
                validator: Some(self.validator.public()),
                evaluator: None,
            },
            endpoints,
            identity_possession: HeldKey::new(&identity, &network, &id).possession,
            validator_possession: Some(HeldKey::new(&self.validator, &network, &id).possession),
        })
    }
}

/// The members' listener by a name that its certificate carries.
fn members_host(plan: &Plan) -> Result<String, String> {
    let address = address(plan, 1)?;
    Ok(if plan.host.is_loopback() { format!("localhost:{}", address.port()) } else { address.to_string() })
}

fn address(plan: &Plan, offset: u16) -> Result<SocketAddr, String> {
    let port = plan.port.checked_add(offset).ok_or("the port is too high: three in a row are taken")?;
    Ok(SocketAddr::new(plan.host, port))
}

fn configuration(folder: &Path, files: &Files, plan: &Plan, view: &View) -> Result<Config, String> {
    let mutual_tls = Some(certificate(folder, plan)?);
    let listen = Listen { http: SocketAddr::new(plan.host, plan.port), mutual_tls };
    let peers = view.network.nodes.iter().filter_map(|node| {
        Some(config::Peer {
            member: node.member,
            http: node.endpoints.http.clone(),
            ordering: Some(node.endpoints.ordering.parse().ok()?),
            mutual_tls: Some(node.endpoints.mutual_tls.clone()),
        })
    });
    Ok(Config {
        validator: Some(Validator::new(files.validator.clone(), address(plan, 2)?)),
        peers: peers.collect(),
        join: plan.join,
        ..Config::new(listen, plan.member, files.genesis.clone(), folder.join("data"))
    })
}

/// The key for members' connections and a request for its certificate; the certificate too, if the authority is here.
fn certificate(folder: &Path, plan: &Plan) -> Result<MutualTls, String> {
    let failed = |error: ca::AuthorityError| error.to_string();
    let peer = Peer { member: plan.member.to_string(), service: "ledger-anchor".to_owned() };
    let key = ca::request::new_key().map_err(failed)?;
    let names = ["localhost".to_owned(), plan.host.to_string()];
    let request = ca::request::request(&key, &peer, &names).map_err(failed)?;
    let tls = MutualTls {
        listen: address(plan, 1)?,
        certificate: folder.join("tls.pem"),
        key: folder.join("tls.key"),
        authority: folder.join("root.pem"),
        issuer: None,
    };
    write(&tls.key, key.as_bytes(), true)?;
    write(&folder.join("tls.csr"), request.as_bytes(), false)?;
    if let Some(place) = &plan.authority {
        let authority = Authority::load(place).map_err(failed)?;
        let (request, register) = (Request::read(&request).map_err(failed)?, Register::new(place));
        let validity = Validity::starting(ca::now(), ca::LEAF_LIFETIME);
        let chain = register.sign(&authority, &request, validity).map_err(failed)?;
        write(&tls.certificate, chain.as_bytes(), false)?;
        write(&tls.authority, authority.root().as_bytes(), false)?;
    }
    Ok(tls)
}

fn public(path: &Path, value: &impl Serialize) -> Result<(), String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    write(path, format!("{text}\n").as_bytes(), false)
}

fn write(path: &Path, bytes: &[u8], secret: bool) -> Result<(), String> {
    let written = if secret { write_secret(path, bytes) } else { write_public(path, bytes) };
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}
