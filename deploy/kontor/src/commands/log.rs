//! `kontor export` and `kontor replay`: the whole log as a file, and that file run again from genesis.
//!
//! The file is a CBOR sequence (RFC 8742): a text that names the form, the genesis, then each block with its
//! certificate, if it has one of its own, and its records.

use std::{
    fs::File,
    io::{BufWriter, Read as _},
    path::{Path, PathBuf},
};

use clap::Args;
use kontor_chassis::client;
use kontor_ledger::{encoding::to_cbor, genesis::Genesis};
use kontor_ledger_anchor::{
    node::follower::FinalBlock,
    replay::{Replay as Run, Replayed},
};
use kontor_sealing::Hash;
use minicbor::{Decode, Decoder};

use super::{runtime, say};

const FORM: &str = "kontor-log-v1";

/// Bytes read at one time; also far above what one block takes.
const CHUNK: usize = 16 << 20;

/// Copies the whole log from a node into a file that `kontor replay` checks.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor export http://bank-a.localhost:7400 log.cbor")]
pub struct Export {
    /// The node's address.
    #[arg(value_name = "URL")]
    node: String,
    /// The file to write.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs an exported log again from genesis, offline: every certificate, signature and proof, every rule and root.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor replay log.cbor --network 9f2c…\n\
    Without --network the log is checked against the genesis that it carries.")]
pub struct Replay {
    /// The log.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The network's id: the hash of its genesis.
    #[arg(long, value_name = "HASH")]
    network: Option<Hash>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Export {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let unusable = |error: std::io::Error| format!("cannot write {}: {error}", self.file.display());
        // A file under its own name is whole.
        let part = self.file.with_added_extension("part");
        let mut out = BufWriter::new(File::create(&part).map_err(unusable)?);
        let (blocks, records) = runtime()?.block_on(self.copy(&mut out))?;
        let file = out.into_inner().map_err(|error| unusable(error.into_error()))?;
        file.sync_all().and_then(|()| std::fs::rename(&part, &self.file)).map_err(unusable)?;
        say(format_args!("{}: {blocks} blocks, {records} records", self.file.display()));
        Ok(())
    }

    async fn copy(&self, out: &mut impl std::io::Write) -> Result<(u64, usize), String> {
        let failed = |error: reqwest::Error| format!("{}: {}", self.node, error.without_url());
        let http = client::plain().map_err(|error| error.to_string())?;
        let node = self.node.trim_end_matches('/');
        let get =
            async |path: String| http.get(format!("{node}{path}")).send().await?.error_for_status()?.bytes().await;
        let genesis = get("/v1/genesis".to_owned()).await.map_err(failed)?;
        let genesis: Genesis =
            serde_json::from_slice(&genesis).map_err(|error| format!("{}: not a genesis: {error}", self.node))?;
        let mut write =
            |bytes: &[u8]| out.write_all(bytes).map_err(|error| format!("{}: {error}", self.file.display()));
        write(&to_cbor(FORM))?;
        write(&to_cbor(&genesis))?;
        let (mut height, mut records) = (0_u64, 0);
        loop {
            let page = get(format!("/v1/blocks?from={}", height.saturating_add(1))).await.map_err(failed)?;
            let mut page: Vec<FinalBlock> =
                minicbor::decode(&page).map_err(|error| format!("{}: not a list of blocks: {error}", self.node))?;
            // What follows the last certificate cannot be checked yet.
            page.truncate(page.iter().rposition(|block| block.certificate.is_some()).map_or(0, |last| last + 1));
            let Some(last) = page.last() else { return Ok((height, records)) };
            height = last.header.height;
            for block in &page {
                records += block.records.len();
                write(&to_cbor(block))?;
            }
        }
    }
}

impl Replay {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let at = self.file.display();
        let found = replay(&self.file, self.network.as_ref()).map_err(|error| format!("{at}: {error}"))?;
        if self.json {
            say(serde_json::to_string(&found).map_err(|error| error.to_string())?);
            return Ok(());
        }
        let Replayed { network, height, size, root, accepted, refused, timestamp } = found;
        say(format_args!("{at} holds"));
        let own = if self.network.is_some() { "" } else { " (its own word)" };
        say(format_args!("  network    {network}{own}"));
        say(format_args!("  blocks     {height}, the last of {timestamp}"));
        say(format_args!("  records    {size}, {accepted} accepted"));
        for (code, count) in refused {
            say(format_args!("             {count} refused: {code}"));
        }
        say(format_args!("  root       {root}"));
        Ok(())
    }
}

fn replay(path: &Path, pinned: Option<&Hash>) -> Result<Replayed, String> {
    let mut items = Items::open(path).map_err(|error| error.to_string())?;
    if items.next::<String>()?.as_deref() != Some(FORM) {
        return Err(format!("not a log: expected a CBOR sequence that begins with {FORM:?}"));
    }
    let genesis: Genesis = items.next()?.ok_or("the genesis is missing")?;
    if let Some(pinned) = pinned.filter(|pinned| **pinned != genesis.hash()) {
        return Err(format!("the log is of network {}, not of {pinned}", genesis.hash()));
    }
    let mut run = Run::new(genesis).map_err(|error| error.to_string())?;
    while let Some(block) = items.next::<FinalBlock>()? {
        run.block(&block).map_err(|error| error.to_string())?;
    }
    run.finish().map_err(|error| error.to_string())
}

/// The values of a CBOR sequence, read in pieces.
struct Items {
    file: File,
    bytes: Vec<u8>,
    position: usize,
    ended: bool,
}

impl Items {
    fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self { file: File::open(path)?, bytes: Vec::new(), position: 0, ended: false })
    }

    /// The next value; `None` at the end of the file.
    fn next<T: for<'b> Decode<'b, ()>>(&mut self) -> Result<Option<T>, String> {
        loop {
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            if rest.is_empty() && self.ended {
                return Ok(None);
            }
            let mut decoder = Decoder::new(rest);
            match decoder.decode() {
                Ok(value) => {
                    self.position += decoder.position();
                    return Ok(Some(value));
                }
                Err(error) if error.is_end_of_input() && !self.ended => self.fill()?,
                Err(error) if error.is_end_of_input() => return Err("the file is cut off".to_owned()),
                Err(error) => return Err(format!("not a log: {error}")),
            }
        }
    }

    fn fill(&mut self) -> Result<(), String> {
        self.bytes.drain(..self.position);
        self.position = 0;
        if self.bytes.len() > 4 * CHUNK {
            return Err("a block is larger than any can be".to_owned());
        }
        let read = (&self.file).take(CHUNK as u64).read_to_end(&mut self.bytes);
        self.ended = read.map_err(|error| error.to_string())? == 0;
        Ok(())
    }
}
