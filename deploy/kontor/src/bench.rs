//! Measurements of a network whose nodes run as separate processes on this machine.
//!
//! | Module | Holds |
//! |---|---|
//! | [`machine`] | what it was measured on |
//! | [`nodes`] | four validators as processes, and the members that submit to them |
//! | [`workload`] | records signed and proven before time is taken |
//! | [`load`] | batches submitted by several lanes at once |
//! | [`measure`] | one file per figure |
//! | [`report`] | rows of figures beside their targets |

pub mod load;
pub mod machine;
pub mod measure;
pub mod nodes;
pub mod report;
pub mod workload;

use std::path::PathBuf;

use self::{machine::Machine, nodes::Network, report::Row};

/// What to measure and for how long.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Seconds of each sustained load.
    pub seconds: u64,
    /// Seconds without any record.
    pub idle_seconds: u64,
    /// The parts, in the order in which they are measured.
    pub parts: Vec<Part>,
    /// The program whose `serve ledger-anchor` is a node.
    pub program: PathBuf,
    /// Where nodes keep their data meanwhile; must be on a real disk.
    pub folder: PathBuf,
}

/// One part of the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// One record at a time.
    Single,
    /// Digests notarised.
    Anchors,
    /// Documents with endorsements and grants.
    Documents,
    /// Claims with their proofs.
    Claims,
    /// 70% anchors, 28% documents, 2% claims.
    Mix,
    /// A validator killed under load.
    Leader,
    /// Nodes killed and started again.
    Restart,
    /// No record at all.
    Idle,
}

impl Part {
    /// All of them: what fills the log first, and the rest on what it left.
    pub const ALL: [Self; 8] = [
        Self::Single,
        Self::Anchors,
        Self::Documents,
        Self::Claims,
        Self::Mix,
        Self::Leader,
        Self::Restart,
        Self::Idle,
    ];
}

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The network could not be made or started.
    #[error(transparent)]
    Network(#[from] crate::consortium::ConsortiumError),
    /// A file or process failed.
    #[error("{0}: {1}")]
    System(String, #[source] std::io::Error),
    /// A node did not answer.
    #[error("a node did not answer")]
    Http(#[from] reqwest::Error),
    /// Something came out that must not: figures would mean nothing.
    #[error("{0}")]
    Wrong(String),
}

/// Starts a network, measures, and ends it. `tell` is told what is going on.
///
/// # Errors
/// [`BenchError`]; nothing keeps running then.
pub async fn ledger(plan: &Plan, tell: &(dyn Fn(&str) + Sync)) -> Result<(Machine, Vec<Row>), BenchError> {
    tell("looking at the machine");
    let machine = Machine::of(&plan.folder)?;
    tell("starting four nodes");
    let mut network = Network::start(plan.program.clone(), &plan.folder).await?;
    let mut rows = vec![Row::new("disk: write and sync 4 KiB, p50", machine.sync_ms, "ms").below(0.5)];
    for part in &plan.parts {
        let measured = match part {
            Part::Single => measure::single::measure(&network, tell).await,
            Part::Anchors => measure::sustained::anchors(&network, plan.seconds, tell).await,
            Part::Documents => measure::sustained::documents(&network, plan.seconds, tell).await,
            Part::Claims => measure::sustained::claims(&network, plan.seconds, tell).await,
            Part::Mix => measure::sustained::mix(&network, plan.seconds, tell).await,
            Part::Leader => measure::leader::measure(&mut network, tell).await,
            Part::Restart => measure::restart::measure(&mut network, tell).await,
            Part::Idle => measure::idle::measure(&network, plan.idle_seconds, tell).await,
        };
        rows.extend(measured?);
    }
    rows.extend(measure::memory(&network).await?);
    network.stop().await;
    Ok((machine, rows))
}
