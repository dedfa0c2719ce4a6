//! The banks' nodes of a fresh network, as processes, and each bank's own way to its node.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use kontor_chassis::{client, config};
use kontor_ledger::{batch::Batch, encoding::to_cbor, genesis::Genesis, member::MemberId, record::Record};
use kontor_sealing::{SigningKey, keys::PartySeed};
use rand::rngs::StdRng;
use tokio::process::{Child, Command};

use super::workload::{Attachment, Workload};
use crate::consortium::{create, manifest::ServiceEntry, plan::ServiceKind, start::free_base};

/// How long a node with a short log may take to serve.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Four running nodes; killed when dropped.
pub struct Nodes {
    /// The genesis.
    pub genesis: Arc<Genesis>,
    /// Each bank at its node.
    pub banks: Vec<Arc<Bank>>,
    children: Vec<Child>,
    program: PathBuf,
}

/// What all nodes together have used.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// Seconds of processors.
    pub processor: f64,
    /// Bytes of disk.
    pub disk: u64,
}

/// A bank that sponsors records at its own node.
pub struct Bank {
    /// The node.
    pub node: ServiceEntry,
    /// Its code.
    pub member: MemberId,
    /// Signs records of its own and batches.
    pub identity: SigningKey,
    /// Shows its certificate.
    pub http: reqwest::Client,
}

impl Nodes {
    /// Creates a network in `folder` and starts its validators.
    ///
    /// # Errors
    /// One line saying why not.
    pub async fn start(folder: &Path) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| format!("cannot use {}: {error}", folder.display()))?;
        let base = free_base().map_err(|error| error.to_string())?;
        let manifest = create::create(folder, base).map_err(|error| error.to_string())?;
        let genesis = Arc::new(manifest.genesis().map_err(|error| error.to_string())?);
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut nodes = Self { genesis, banks: Vec::new(), children: Vec::new(), program };
        for entry in manifest.of(ServiceKind::LedgerAnchor).filter(|entry| entry.party.starts_with("bank-")) {
            nodes.banks.push(Arc::new(Bank::new(entry)?));
            nodes.children.push(nodes.spawn(entry)?);
        }
        nodes.ready(PATIENCE).await?;
        Ok(nodes)
    }

    fn spawn(&self, entry: &ServiceEntry) -> Result<Child, String> {
        let child = Command::new(&self.program)
            .args(["serve", entry.service.name(), "--config"])
            .arg(&entry.config)
            .env("KONTOR_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        child.map_err(|error| error.to_string())
    }

    async fn ready(&self, patience: Duration) -> Result<(), String> {
        for bank in &self.banks {
            bank.ready(patience).await?;
        }
        Ok(())
    }

    /// What the nodes run.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Kills one node at once.
    ///
    /// # Errors
    /// If the system does not.
    pub async fn kill(&mut self, place: usize) -> Result<(), String> {
        let child = self.children.get_mut(place).ok_or("no such node")?;
        child.kill().await.map_err(|error| error.to_string())
    }

    /// Kills the nodes at these places at once, starts them again, and waits until all serve; the seconds it took from
    /// the start.
    ///
    /// # Errors
    /// If one does not serve again within `patience`.
    pub async fn restart(&mut self, places: std::ops::Range<usize>, patience: Duration) -> Result<f64, String> {
        for place in places.clone() {
            self.kill(place).await?;
        }
        let since = Instant::now();
        for place in places {
            let bank = self.banks.get(place).ok_or("no such node")?;
            let child = self.spawn(&bank.node)?;
            if let Some(old) = self.children.get_mut(place) {
                *old = child;
            }
        }
        self.ready(patience).await?;
        Ok(since.elapsed().as_secs_f64())
    }

    /// What the nodes have used since they were started last.
    pub fn used(&self) -> Used {
        // Linux counts in hundredths of a second on every architecture that this runs on.
        const TICKS: f64 = 100.0;
        let processor = |child: &Child| {
            let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()?)).ok()?;
            // After the program's name in parentheses; utime and stime are fields 14 and 15 of proc(5).
            let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
            Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / TICKS)
        };
        Used {
            processor: self.children.iter().filter_map(processor).sum(),
            disk: self.banks.iter().map(|bank| size(&bank.node.folder)).sum(),
        }
    }

    /// Resident memory of the largest node, in MiB.
    pub fn memory(&self) -> f64 {
        self.children.iter().filter_map(resident).fold(0.0, f64::max)
    }

    /// Resident memory of the node at a place, in MiB.
    pub fn memory_of(&self, place: usize) -> f64 {
        self.children.get(place).and_then(resident).unwrap_or(f64::NAN)
    }
}

fn resident(child: &Child) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id()?)).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// Bytes that a folder takes on the disk.
fn size(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => size(&entry.path()),
        Ok(found) => found.blocks() * 512,
        Err(_) => 0,
    };
    entries.filter_map(Result::ok).map(of).sum()
}

impl Bank {
    fn new(node: &ServiceEntry) -> Result<Self, String> {
        let own: kontor_ledger_anchor::Config =
            config::load_with(Some(&node.config), []).map_err(|error| error.to_string())?;
        let identity = own.listen.mutual_tls.ok_or("the node has no TLS identity")?;
        let text = fs::read_to_string(node.config.with_file_name("seed")).map_err(|error| error.to_string())?;
        let mut seed = zeroize::Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), seed.as_mut()).map_err(|error| error.to_string())?;
        Ok(Self {
            node: node.clone(),
            member: own.member,
            identity: PartySeed::from_bytes(&seed).identity(),
            http: client::members_and_public(&identity).map_err(|error| error.to_string())?,
        })
    }

    async fn ready(&self, patience: Duration) -> Result<(), String> {
        const PAUSE: Duration = Duration::from_millis(50);
        for _ in 0..patience.as_millis() / PAUSE.as_millis() {
            let answer = self.http.get(format!("{}/health/ready", self.node.public)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(format!("the node of {} is not ready after {} s", self.node.party, patience.as_secs()))
    }

    /// Makes records that the bank sponsors.
    pub fn workload<'g>(&self, genesis: &'g Genesis, rng: StdRng) -> Workload<'g> {
        Workload::new(self.member, &self.identity, genesis, rng)
    }

    /// Waits until the node has a further block, and for what it cleans up then.
    ///
    /// # Errors
    /// If there is none within five minutes.
    pub async fn next_block(&self) -> Result<(), String> {
        let height = async || {
            let answer = self.http.get(format!("{}/v1/network", self.node.public)).send().await;
            let answer = answer.and_then(reqwest::Response::error_for_status).map_err(|error| error.to_string())?;
            let network: serde_json::Value = answer.json().await.map_err(|error| error.to_string())?;
            network["height"].as_u64().ok_or_else(|| "the node tells no height".to_owned())
        };
        let before = height().await?;
        for _ in 0..300 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if height().await? > before {
                tokio::time::sleep(Duration::from_secs(2)).await;
                return Ok(());
            }
        }
        Err("an idle network made no block within five minutes".to_owned())
    }

    /// A batch as it is sent.
    ///
    /// # Errors
    /// If the records are no batch.
    pub fn batch(&self, records: Vec<Record>) -> Result<Vec<u8>, String> {
        let batch = Batch::sign(records, self.member, &self.identity).map_err(|error| error.to_string())?;
        Ok(to_cbor(&batch))
    }

    /// Has the bank's node keep attachments.
    ///
    /// # Errors
    /// If it does not.
    pub async fn keep(&self, attachments: &[Attachment]) -> Result<(), String> {
        let put = |(digest, bytes): Attachment| async move {
            let request = self.http.put(format!("{}/v1/attachments/{digest}", self.node.members)).body(bytes);
            let answer = request.send().await.and_then(reqwest::Response::error_for_status);
            answer.map(|_| ()).map_err(|error| error.without_url().to_string())
        };
        stream::iter(attachments.to_vec()).map(put).buffer_unordered(8).try_collect().await
    }

    /// Submits and waits for finality; the number of records accepted.
    ///
    /// # Errors
    /// If they are not final within 20 s.
    pub async fn submit(&self, batch: Vec<u8>) -> Result<usize, String> {
        let url = format!("{}/v1/records?timeout=20000", self.node.members);
        let mut tries = 0;
        loop {
            let request = self.http.post(&url).header("content-type", "application/cbor").body(batch.clone());
            let answer = match request.send().await {
                Ok(answer) => answer,
                // The node has closed a connection that was not used for a while; a batch is known again.
                Err(_) if tries < 3 => {
                    tries += 1;
                    continue;
                }
                Err(error) => return Err(error.without_url().to_string()),
            };
            let status = answer.status().as_u16();
            let body: serde_json::Value = answer.json().await.map_err(|error| error.to_string())?;
            match (status, &body) {
                (201, _) => return Ok(1),
                (200, serde_json::Value::Array(all)) => {
                    return Ok(all.iter().filter(|one| one["outcome"] == "accepted").count());
                }
                // The node asks to come back.
                (429, _) => tokio::time::sleep(Duration::from_millis(20)).await,
                _ => return Err(format!("status {status}: {body}")),
            }
        }
    }
}
