//! `kontor demo`: the whole story, against a running or a fresh network.

use std::path::{Path, PathBuf};

use clap::Args;
use kontor_chassis::telemetry::{self, TelemetryConfig};

use super::{runtime, say, up::data_folder};
use crate::{
    consortium::manifest::Manifest,
    demo::{
        journal::Journal,
        report::Report,
        stage::Stage,
        story::{Subject, play},
    },
};

/// Drives the story from invoice to financing and supervision over HTTP, and fails if any step differs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  kontor demo\n  kontor demo --invoice invoice.xml --json\n  \
    kontor demo --network ./network\n\n\
    Without --network it plays on a fresh network that is removed afterwards.")]
pub struct Demo {
    /// The data folder of a running network, or the address of its portal if it is the user's own.
    #[arg(long, value_name = "DIR|URL")]
    network: Option<String>,
    /// Plays with this UBL, CII or JSON invoice instead of the built-in one.
    #[arg(long, value_name = "FILE")]
    invoice: Vec<PathBuf>,
    /// Takes up the latest run that did not end.
    #[arg(long, conflicts_with_all = ["network", "invoice", "keep"])]
    resume: bool,
    /// Keeps the fresh network in this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "network")]
    keep: Option<PathBuf>,
    /// Prints one JSON object in the end.
    #[arg(long)]
    json: bool,
}

impl Demo {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let quiet = TelemetryConfig { filter: Some("error".to_owned()), ..TelemetryConfig::default() };
        let _telemetry = telemetry::init("kontor", &quiet).map_err(|error| error.to_string())?;
        let path = Journal::path()?;
        let journal = if self.resume { Journal::read(&path)? } else { self.begin()? };
        let subjects = subjects(&journal, self.network.is_some() || (self.resume && !journal.temporary))?;
        journal.write(&path)?;
        let outcome = runtime()?.block_on(perform(&journal, &subjects, self.json));
        if outcome.is_ok() {
            // What is left over is found and overwritten by the next run.
            let _ = std::fs::remove_file(&path);
            if journal.temporary && self.keep.is_none() {
                let _ = std::fs::remove_dir_all(&journal.network);
            }
        } else if !self.json {
            say("\nThe run can be taken up again with: kontor demo --resume");
        }
        outcome
    }

    fn begin(&self) -> Result<Journal, String> {
        let invoices: Result<Vec<PathBuf>, String> = self.invoice.iter().map(|path| absolute(path)).collect();
        let (network, temporary) = match (&self.network, &self.keep) {
            (Some(network), _) => (find(network)?, false),
            (None, Some(keep)) => (keep.clone(), true),
            (None, None) => (fresh_folder()?, true),
        };
        Ok(Journal::new(network, temporary, invoices?))
    }
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    path.canonicalize().map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn fresh_folder() -> Result<PathBuf, String> {
    use std::os::unix::fs::DirBuilderExt as _;
    let folder = std::env::temp_dir().join(format!("kontor-demo-{}", hex::encode(rand::random::<[u8; 8]>())));
    let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
    made.map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    Ok(folder)
}

/// The data folder that a folder's or a portal's name stands for.
fn find(network: &str) -> Result<PathBuf, String> {
    if !network.starts_with("http://") {
        return absolute(Path::new(network));
    }
    let folder = data_folder(None)?;
    let manifest = Manifest::read(&folder).map_err(|error| error.to_string())?;
    let address = network.trim_end_matches('/');
    if manifest.services.iter().any(|entry| entry.address == address || entry.public == address) {
        return Ok(folder);
    }
    Err(format!("{network} is not of the network in {}: name its data folder", folder.display()))
}

fn subjects(journal: &Journal, shared: bool) -> Result<Vec<Subject>, String> {
    if journal.invoices.is_empty() {
        let word = journal.word();
        return Ok(vec![Subject::example(shared.then_some(word.as_str()))?]);
    }
    journal.invoices.iter().map(|path| Subject::file(path)).collect()
}

async fn perform(journal: &Journal, subjects: &[Subject], json: bool) -> Result<(), String> {
    let mut report = Report::new(json);
    let stage =
        if journal.temporary { Stage::start(&journal.network).await } else { Stage::join(&journal.network).await };
    let stage = stage.inspect_err(|reason| report.end(Err(reason)))?;
    report.step("the network is up", format!("network {}…", &stage.manifest.network.to_string()[..12]));
    let outcome = play_all(&stage, journal, subjects, &mut report).await;
    stage.end().await;
    report.end(outcome.as_ref().copied().map_err(String::as_str));
    outcome
}

async fn play_all(stage: &Stage, journal: &Journal, subjects: &[Subject], report: &mut Report) -> Result<(), String> {
    let receipts = journal.network.join("receipts");
    std::fs::create_dir_all(&receipts).map_err(|error| format!("{}: {error}", receipts.display()))?;
    for (number, subject) in (1..).zip(subjects) {
        let played = play(stage, journal, subject, &number.to_string(), &receipts, report).await;
        played.map_err(|error| format!("{}: {error}", subject.title))?;
    }
    Ok(())
}
