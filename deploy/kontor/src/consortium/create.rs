//! Creating the data folder: authority, keys, genesis, certificates, configurations, and last the manifest.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kontor_chassis::{
    auth::Peer,
    ca::{self, Authority, AuthorityError, Crl, LEAF_LIFETIME, LOCAL_NAMES, Register, Validity},
    config::{Issuer, Listen, MutualTls},
    files::{write_public, write_secret},
    mail::MailConfig,
    people::Person,
};
use kontor_ledger::{client::Node, governance::Endpoints, member::MemberId, time::Timestamp};
use kontor_ledger_anchor::config::Validator;
use kontor_marketplace::domain::certificate::ADMINISTRATOR;
use kontor_sealing::PartySeed;
use rand::RngExt as _;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    ConsortiumError, file,
    keys::{self, Keys},
    lock::LOCK,
    manifest::{FILE, Manifest, OfficerFile, PersonEntry, ServiceEntry, VERSION},
    plan::{self, Party, ServiceKind, Unit},
};

/// Creates a network in `folder`, which must be locked and otherwise empty, with its ports from `base` upwards.
///
/// # Errors
/// [`ConsortiumError`]; what was written before stays, and is recognised as incomplete.
pub fn create(folder: &Path, base: u16) -> Result<Manifest, ConsortiumError> {
    let units = plan::units(base)?;
    vacant(folder)?;
    let folder = folder.canonicalize().map_err(file(folder))?;
    let failed = |error: &dyn std::fmt::Display| ConsortiumError::Make(error.to_string());
    let ca = made(&folder.join("ca"))?;
    let authority = Authority::create(&ca, "Kontor on this machine").map_err(|error| failed(&error))?;
    let millis = u64::try_from(jiff::Timestamp::now().as_millisecond()).map_err(|error| failed(&error))?;
    let now = Timestamp::from_millis(millis).map_err(|error| failed(&error))?;
    let keys = keys::make(now, &mut rand::rng())?;
    let genesis = folder.join("genesis.json");
    public(&genesis, &json(&keys.genesis)?)?;
    let register = Register::new(&ca);
    let list = register.publish(&authority, ca::now()).map_err(|error| failed(&error))?;
    let maker = Maker { folder: &folder, ca: &ca, authority, register, list, genesis: &genesis, units: &units };
    maker.secrets(&keys)?;
    let mut services = Vec::with_capacity(units.len());
    for unit in &units {
        services.push(maker.service(unit)?);
    }
    let operator = maker.party(&plan::OPERATOR);
    maker.identity(&plan::OPERATOR, ADMINISTRATOR, &[], &made(&operator.join(ADMINISTRATOR))?)?;
    let manifest = Manifest {
        version: VERSION,
        network: keys.genesis.hash(),
        people: maker.people(),
        services,
        genesis: genesis.clone(),
    };
    public(&folder.join(FILE), &json(&manifest)?)?;
    Ok(manifest)
}

/// That `folder`, which is locked, is free to create a network in.
///
/// # Errors
/// [`ConsortiumError::Exists`] or [`ConsortiumError::Incomplete`].
pub fn vacant(folder: &Path) -> Result<(), ConsortiumError> {
    if folder.join(FILE).exists() {
        return Err(ConsortiumError::Exists(folder.to_owned()));
    }
    let empty = fs::read_dir(folder).map_err(file(folder))?.all(|entry| entry.is_ok_and(|it| it.file_name() == LOCK));
    if empty { Ok(()) } else { Err(ConsortiumError::Incomplete(folder.to_owned())) }
}

/// Makes a folder that only its owner may enter, unless it is there.
pub(super) fn made(folder: &Path) -> Result<PathBuf, ConsortiumError> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(file(folder))?;
    Ok(folder.to_owned())
}

fn json(value: &impl Serialize) -> Result<String, ConsortiumError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| ConsortiumError::Make(error.to_string()))?;
    Ok(text + "\n")
}

fn public(path: &Path, text: &str) -> Result<(), ConsortiumError> {
    write_public(path, text.as_bytes()).map_err(file(path))
}

fn secret(path: &Path, text: String) -> Result<(), ConsortiumError> {
    write_secret(path, Zeroizing::new(text).as_bytes()).map_err(file(path))
}

/// What every file is made from.
struct Maker<'a> {
    folder: &'a Path,
    ca: &'a Path,
    authority: Authority,
    register: Register,
    list: Crl,
    genesis: &'a Path,
    units: &'a [Unit],
}

impl Maker<'_> {
    fn party(&self, party: &Party) -> PathBuf {
        self.folder.join(party.slug)
    }

    /// Seeds, keys, shares and passwords, for their owners only.
    fn secrets(&self, keys: &Keys) -> Result<(), ConsortiumError> {
        let seed = |party: &Party, seed: &PartySeed| {
            let folder = made(&self.party(party))?;
            secret(&folder.join("seed"), hex::encode(*seed.to_bytes()))
        };
        for bank in &keys.banks {
            seed(&bank.party, &bank.seed)?;
            let folder = self.party(&bank.party);
            secret(&folder.join("validator.key"), hex::encode(*bank.validator.to_seed()))?;
            secret(&folder.join("fingerprint.share"), hex::encode(*bank.fingerprint.to_bytes()))?;
            secret(&folder.join("escrow.share"), hex::encode(*bank.escrow.to_bytes()))?;
        }
        seed(&plan::OPERATOR, &keys.operator)?;
        seed(&plan::REGULATOR, &keys.regulator)?;
        secret(&self.authority_key(), hex::encode(*keys.authority.to_seed()))?;
        for officer in &keys.officers {
            let own = OfficerFile {
                signing_key: hex::encode(*officer.signing.to_seed()),
                escrow_share: hex::encode(*officer.escrow.to_bytes()),
            };
            secret(&self.officer(officer.login), json(&own)?)?;
        }
        for party in plan::parties() {
            for (login, _) in party.people {
                let password = Zeroizing::new(rand::rng().random::<[u8; 15]>());
                secret(&self.password(&party, login), BASE64_URL_SAFE_NO_PAD.encode(*password))?;
            }
        }
        Ok(())
    }

    fn officer(&self, login: &str) -> PathBuf {
        self.party(&plan::REGULATOR).join(format!("{login}.officer.json"))
    }

    fn password(&self, party: &Party, login: &str) -> PathBuf {
        self.party(party).join(format!("{login}.password"))
    }

    fn people(&self) -> Vec<PersonEntry> {
        let entry = |party: Party, login: &str, role: &str| PersonEntry {
            login: login.to_owned(),
            role: role.to_owned(),
            service: if party.iban.is_some() { ServiceKind::BankGateway } else { ServiceKind::Supervisor },
            party: party.slug.to_owned(),
            password_file: self.password(&party, login),
            key_file: party.iban.is_none().then(|| self.officer(login)),
        };
        plan::parties()
            .flat_map(|party| party.people.iter().map(move |(login, role)| (party, *login, *role)))
            .map(|(party, login, role)| entry(party, login, role))
            .collect()
    }

    /// The key of the certificate authority's ledger records.
    fn authority_key(&self) -> PathBuf {
        self.party(&plan::OPERATOR).join("authority.key")
    }

    /// A certificate with its key and the revocation list beside it, as `tls.*` in a folder.
    fn identity(
        &self,
        party: &Party,
        service: &str,
        hosts: &[&str],
        folder: &Path,
    ) -> Result<(PathBuf, PathBuf), ConsortiumError> {
        let failed = |error: AuthorityError| ConsortiumError::Make(error.to_string());
        let peer = Peer { member: party.member.to_owned(), service: service.to_owned() };
        let names: Vec<String> = LOCAL_NAMES.iter().chain(hosts).map(|name| (*name).to_owned()).collect();
        let validity = Validity::starting(ca::now(), LEAF_LIFETIME);
        let identity = self.register.issue(&self.authority, &peer, &names, validity).map_err(failed)?;
        let (certificate, key) = identity.write(folder, "tls").map_err(failed)?;
        let list = certificate.with_extension("crl");
        write_public(&list, self.list.der()).map_err(file(&list))?;
        Ok((certificate, key))
    }

    /// A service's folder, certificate and configuration.
    fn service(&self, unit: &Unit) -> Result<ServiceEntry, ConsortiumError> {
        let folder = made(&self.party(&unit.party).join(unit.kind.name()))?;
        let host = format!("{}.localhost", unit.host);
        let (certificate, key) = self.identity(&unit.party, unit.kind.name(), &[&host], &folder)?;
        let listen = Listen {
            http: loopback(unit.http),
            mutual_tls: Some(MutualTls {
                listen: loopback(unit.mutual_tls),
                certificate,
                key,
                authority: self.ca.join("root.pem"),
                issuer: Some(Issuer::new(self.members(ServiceKind::Marketplace, &plan::OPERATOR))),
            }),
        };
        let text = self.configuration(unit, listen, &folder)?;
        let config = self.party(&unit.party).join(format!("{}.toml", unit.kind));
        public(&config, &text)?;
        Ok(ServiceEntry {
            service: unit.kind,
            party: unit.party.slug.to_owned(),
            member: unit.party.member.to_owned(),
            address: unit.address(),
            public: unit.public(),
            members: unit.members(),
            config,
            folder,
        })
    }

    fn configuration(&self, unit: &Unit, listen: Listen, folder: &Path) -> Result<String, ConsortiumError> {
        let own = self.party(&unit.party);
        let member = member(&unit.party)?;
        let database = format!("sqlite://{}", folder.join("database.sqlite").display());
        let (genesis, seed) = (self.genesis.to_owned(), own.join("seed"));
        let people = unit.party.people.iter().map(|(login, role)| Person {
            login: (*login).to_owned(),
            role: (*role).to_owned(),
            password_file: self.password(&unit.party, login),
        });
        match unit.kind {
            ServiceKind::LedgerAnchor => toml(&kontor_ledger_anchor::Config {
                validator: unit.ordering.map(|port| Validator::new(own.join("validator.key"), loopback(port))),
                announce: unit.ordering.map(|port| Endpoints {
                    http: unit.public(),
                    mutual_tls: unit.members(),
                    ordering: loopback(port).to_string(),
                }),
                peers: self.peers(unit)?,
                ..kontor_ledger_anchor::Config::new(listen, member, genesis, folder.join("data"))
            }),
            ServiceKind::Verification => toml(&kontor_verification::Config {
                ledger: self.nodes(&unit.party, 1),
                fingerprint_share: own.join("fingerprint.share"),
                escrow_share: own.join("escrow.share"),
                evaluations: kontor_verification::config::evaluations(),
                listen,
                database,
                member,
                seed,
                genesis,
            }),
            ServiceKind::BankGateway => toml(&kontor_bank_gateway::Config {
                ledger: self.nodes(&unit.party, usize::MAX),
                evaluators: self.each(ServiceKind::Verification, |member, url| {
                    kontor_bank_gateway::config::Evaluator { member, url }
                })?,
                verification: self.members(ServiceKind::Verification, &unit.party),
                portal: self.members(ServiceKind::EnterprisePortal, &plan::OPERATOR),
                marketplace: self.members(ServiceKind::Marketplace, &plan::OPERATOR),
                people: people.collect(),
                policy: kontor_bank_gateway::config::Policy::default(),
                account: kontor_bank_gateway::config::Account {
                    name: unit.party.name.to_owned(),
                    iban: unit.party.iban.unwrap_or_default().to_owned(),
                },
                sessions: Default::default(),
                listen,
                database,
                member,
                seed,
                genesis,
            }),
            ServiceKind::EnterprisePortal => toml(&kontor_enterprise_portal::Config {
                ledger: self.nodes(&unit.party, usize::MAX),
                gateways: self.each(ServiceKind::BankGateway, |member, url| {
                    kontor_enterprise_portal::config::Gateway { member, url }
                })?,
                marketplace: Some(self.members(ServiceKind::Marketplace, &plan::OPERATOR)),
                mail: Some(MailConfig::File {
                    from: "Kontor <portal@portal.localhost>".to_owned(),
                    folder: folder.join("mail"),
                }),
                patience_ms: 10_000,
                sessions: Default::default(),
                listen,
                database,
                member,
                seed,
                genesis,
            }),
            ServiceKind::Marketplace => toml(&kontor_marketplace::Config {
                ledger: Vec::new(),
                gateways: self.each(ServiceKind::BankGateway, |member, url| kontor_marketplace::config::Gateway {
                    member,
                    url,
                })?,
                authority: Some(kontor_marketplace::config::Authority::new(
                    self.ca.to_owned(),
                    self.authority_key(),
                    seed,
                    self.nodes(&unit.party, plan::BANKS.len()),
                )),
                listen,
                database,
                member,
                genesis,
            }),
            ServiceKind::Supervisor => toml(&kontor_supervisor::Config {
                ledger: self.nodes(&unit.party, usize::MAX),
                evaluators: self.each(ServiceKind::Verification, |member, url| {
                    kontor_supervisor::config::Evaluator { member, url }
                })?,
                people: people.collect(),
                listen,
                database,
                member,
                seed,
                genesis,
            }),
        }
    }

    /// The other members' nodes, as one node knows them.
    fn peers(&self, own: &Unit) -> Result<Vec<kontor_ledger_anchor::config::Peer>, ConsortiumError> {
        let others = self.of(ServiceKind::LedgerAnchor).filter(|unit| unit.party.slug != own.party.slug);
        let peer = |unit: &Unit| {
            Ok(kontor_ledger_anchor::config::Peer {
                member: member(&unit.party)?,
                http: unit.public(),
                ordering: unit.ordering.map(loopback),
                mutual_tls: Some(unit.members()),
            })
        };
        others.map(peer).collect()
    }

    /// At most `most` nodes that order or observe, the party's own first.
    fn nodes(&self, party: &Party, most: usize) -> Vec<Node> {
        let mut units: Vec<&Unit> = self.of(ServiceKind::LedgerAnchor).collect();
        units.sort_by_key(|unit| (unit.party.slug != party.slug, unit.ordering.is_none(), unit.http));
        let node = |unit: &Unit| Node { http: unit.public(), mutual_tls: Some(unit.members()) };
        units.into_iter().take(most).map(node).collect()
    }

    fn of(&self, kind: ServiceKind) -> impl Iterator<Item = &Unit> {
        self.units.iter().filter(move |unit| unit.kind == kind)
    }

    /// The members' address of one party's service.
    fn members(&self, kind: ServiceKind, party: &Party) -> String {
        self.of(kind).find(|unit| unit.party.slug == party.slug).map(Unit::members).unwrap_or_default()
    }

    /// Every member's service of a kind.
    fn each<T>(&self, kind: ServiceKind, make: impl Fn(MemberId, String) -> T) -> Result<Vec<T>, ConsortiumError> {
        self.of(kind).map(|unit| Ok(make(member(&unit.party)?, unit.members()))).collect()
    }
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn member(party: &Party) -> Result<MemberId, ConsortiumError> {
    party.member.parse().map_err(|error| ConsortiumError::Make(format!("{}: {error}", party.member)))
}

fn toml(config: &impl Serialize) -> Result<String, ConsortiumError> {
    toml::to_string_pretty(config).map_err(|error| ConsortiumError::Make(error.to_string()))
}
