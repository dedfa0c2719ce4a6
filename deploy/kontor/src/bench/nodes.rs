//! Four validators as processes on this machine, and the banks that submit to them.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use kontor_chassis::client;
use kontor_ledger::{genesis::Genesis, member::MemberId};
use kontor_sealing::{Hash, PartySeed, SigningKey};
use serde::Deserialize;
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};
use zeroize::Zeroizing;

use super::BenchError;
use crate::consortium::{
    create,
    manifest::{Manifest, ServiceEntry},
    plan::ServiceKind,
    start::free_base,
};

/// How long anything that should happen soon may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Time between questions.
const POLL: Duration = Duration::from_millis(5);

/// The nodes; they are killed when this is dropped.
pub struct Network {
    /// Its genesis.
    pub genesis: Genesis,
    /// The genesis' hash.
    pub id: Hash,
    /// The banks, each with its node.
    pub members: Vec<Member>,
    program: PathBuf,
    children: Vec<Option<Child>>,
}

/// A bank that submits to its own node.
pub struct Member {
    /// Its code.
    pub id: MemberId,
    /// Signs its anchors and its batches.
    pub key: SigningKey,
    /// Shows the bank's certificate.
    pub http: reqwest::Client,
    /// Where its node takes records.
    pub members: String,
    /// Where its node is read.
    pub public: String,
    entry: ServiceEntry,
}

/// How far a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Progress {
    /// Records in its log.
    pub size: u64,
    /// The log's root.
    pub root: Hash,
    /// Its last block.
    pub height: u64,
}

impl Network {
    /// Makes a network in `folder`, which must be empty, and starts its validators with `program`.
    ///
    /// # Errors
    /// [`BenchError`].
    pub async fn start(program: PathBuf, folder: &Path) -> Result<Self, BenchError> {
        let manifest = create::create(folder, free_base()?)?;
        let genesis = read(&manifest.genesis)?;
        let genesis: Genesis =
            serde_json::from_str(&genesis).map_err(|error| BenchError::Wrong(format!("genesis: {error}")))?;
        let members = members(&manifest, &genesis, folder)?;
        let children = members.iter().map(|_| None).collect();
        let mut network = Self { id: genesis.hash(), genesis, members, program, children };
        for place in 0..network.members.len() {
            network.spawn(place)?;
        }
        for member in &network.members {
            member.ready().await?;
        }
        Ok(network)
    }

    /// Starts the node at `place`.
    ///
    /// # Errors
    /// [`BenchError::System`].
    pub fn spawn(&mut self, place: usize) -> Result<(), BenchError> {
        let (Some(member), Some(child)) = (self.members.get(place), self.children.get_mut(place)) else {
            return Ok(());
        };
        let log = member.entry.folder.join("log");
        let output = File::options().create(true).append(true).open(&log).map_err(system(&log))?;
        let started = Command::new(&self.program)
            .args(["serve", "ledger-anchor", "--until-input-ends", "--config"])
            .arg(&member.entry.config)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(output)
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        *child = Some(started.map_err(system(&self.program))?);
        Ok(())
    }

    /// Kills the node at `place` as a power cut would.
    pub async fn kill(&mut self, place: usize) {
        if let Some(mut child) = self.children.get_mut(place).and_then(Option::take) {
            // Already gone is as good.
            let _ = child.kill().await;
        }
    }

    /// The nodes' processes.
    pub fn processes(&self) -> impl Iterator<Item = u32> {
        self.children.iter().flatten().filter_map(Child::id)
    }

    /// The nodes' data folders.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.members.iter().map(|member| member.entry.folder.as_path())
    }

    /// Waits until all nodes have the same log of at least `size` records; gives how far they are.
    ///
    /// # Errors
    /// [`BenchError::Wrong`] if they do not agree in time.
    pub async fn agree(&self, size: u64) -> Result<Progress, BenchError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut all = Vec::with_capacity(self.members.len());
            for member in &self.members {
                all.push(member.progress().await?);
            }
            if let [first, rest @ ..] = all.as_slice()
                && first.size >= size
                && rest.iter().all(|other| other == first)
            {
                return Ok(*first);
            }
            if Instant::now() > deadline {
                return Err(BenchError::Wrong(format!("the nodes do not agree on a log of {size} records: {all:?}")));
            }
            sleep(POLL).await;
        }
    }

    /// Asks the nodes to end and waits for them.
    pub async fn stop(mut self) {
        for child in self.children.iter_mut().flatten() {
            drop(child.stdin.take());
        }
        for child in self.children.iter_mut().flatten() {
            let _ = tokio::time::timeout(Duration::from_secs(15), child.wait()).await;
        }
    }
}

impl Member {
    /// Waits until the node serves.
    ///
    /// # Errors
    /// [`BenchError::Wrong`] with what the node said last.
    pub async fn ready(&self) -> Result<(), BenchError> {
        let url = format!("{}/health/ready", self.public);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            sleep(POLL).await;
        }
        let log = fs::read_to_string(self.entry.folder.join("log")).unwrap_or_default();
        let last = log.lines().last().unwrap_or("it said nothing");
        Err(BenchError::Wrong(format!("the node of {} does not serve: {last}", self.id)))
    }

    /// How far the node is.
    ///
    /// # Errors
    /// [`BenchError::Http`].
    pub async fn progress(&self) -> Result<Progress, BenchError> {
        let url = format!("{}/v1/network", self.public);
        Ok(self.http.get(url).timeout(PATIENCE).send().await?.error_for_status()?.json().await?)
    }

    /// Waits until the node's log has at least `size` records.
    ///
    /// # Errors
    /// [`BenchError`].
    pub async fn reaches(&self, size: u64) -> Result<(), BenchError> {
        let deadline = Instant::now() + PATIENCE;
        while self.progress().await?.size < size {
            if Instant::now() > deadline {
                return Err(BenchError::Wrong(format!("the node of {} does not catch up", self.id)));
            }
            sleep(POLL).await;
        }
        Ok(())
    }
}

fn members(manifest: &Manifest, genesis: &Genesis, folder: &Path) -> Result<Vec<Member>, BenchError> {
    let mut members = Vec::new();
    for entry in manifest.services.iter().filter(|entry| entry.service == ServiceKind::LedgerAnchor) {
        let wrong = |error: &dyn std::fmt::Display| BenchError::Wrong(format!("{}: {error}", entry.member));
        let id: MemberId = entry.member.parse().map_err(|error: kontor_ledger::member::MemberIdError| wrong(&error))?;
        if genesis.member(&id).is_none_or(|member| member.validator.is_none()) {
            continue;
        }
        let config: kontor_ledger_anchor::Config =
            toml::from_str(&read(&entry.config)?).map_err(|error| wrong(&error))?;
        let identity = config.listen.mutual_tls.ok_or_else(|| wrong(&"no mutual TLS"))?;
        let text = Zeroizing::new(read(&folder.join(&entry.party).join("seed"))?);
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), seed.as_mut()).map_err(|error| wrong(&error))?;
        members.push(Member {
            id,
            key: PartySeed::from_bytes(&seed).identity(),
            http: client::members_and_public(&identity).map_err(|error| wrong(&error))?,
            members: entry.members.clone(),
            public: entry.public.clone(),
            entry: entry.clone(),
        });
    }
    Ok(members)
}

fn read(path: &Path) -> Result<String, BenchError> {
    fs::read_to_string(path).map_err(system(path))
}

fn system(path: &Path) -> impl FnOnce(std::io::Error) -> BenchError {
    let path = path.display().to_string();
    move |error| BenchError::System(path, error)
}
