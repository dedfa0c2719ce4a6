//! `kontor node`: a member's part in the network, from joining to leaving.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Subcommand};
use kontor_chassis::files::write_secret;
use kontor_ledger::{
    genesis::Parameters,
    governance::{Change, HeldKey, JoinRequest, Rotation},
    member::MemberId,
    record::{Body, RecordId},
    time::Timestamp,
};
use kontor_ledger_anchor::config::JoinFrom;
use kontor_sealing::{Hash, SigningKey};
use serde::de::DeserializeOwned;
use serde_json::json;
use zeroize::Zeroizing;

use super::{read_file, runtime, say};
use crate::membership::{
    desk::Desk,
    join,
    view::{Step, View, describe},
};

/// How long a proposal stands unless said otherwise, in hours.
const STANDS: u64 = 7 * 24;

/// A file that is read is not larger.
const LARGEST: usize = 1 << 20;

/// Joins a network, votes in it, rotates a node's key, leaves; says what each step waits for.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor node status --config ./network/bank-a/ledger-anchor.toml")]
pub struct NodeCall {
    #[command(subcommand)]
    step: Call,
}

#[derive(Debug, Subcommand)]
enum Call {
    Join(Join),
    Status(Status),
    Propose(Propose),
    Vote(Vote),
    Rotate(Rotate),
    Retire(Retire),
}

/// Prepares the folder of a bank that wants to be a member: keys, configuration, and the request that a member
/// proposes.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor node join --folder ./bank-e --from http://127.0.0.1:7400 --network 4f… \
                        --member EMERDEFF --name \"Emerald Bank\" --port 7600 --authority ./network/ca")]
struct Join {
    /// Where to prepare it.
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// The public address of any member's node.
    #[arg(long, value_name = "URL")]
    from: String,
    /// The network's id: the hash of its genesis, learnt from somebody you trust.
    #[arg(long, value_name = "HASH")]
    network: Hash,
    /// The bank's code: 8 or 11 capital letters and digits.
    #[arg(long, value_name = "CODE")]
    member: MemberId,
    /// The bank's name.
    #[arg(long)]
    name: String,
    /// Where its node listens and is reached.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// First of the three ports that the node takes.
    #[arg(long)]
    port: u16,
    /// The authority's folder, if it is on this machine; else the certificate is asked for elsewhere.
    #[arg(long, value_name = "DIR")]
    authority: Option<PathBuf>,
    /// Takes the others' snapshot of the state instead of running the whole log.
    #[arg(long)]
    snapshot: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Which node.
#[derive(Debug, Args)]
struct At {
    /// The node's TOML file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Which node, and the member's key.
#[derive(Debug, Args)]
struct As {
    #[command(flatten)]
    at: At,
    /// The member's seed.
    #[arg(long, value_name = "FILE")]
    seed: PathBuf,
}

/// Shows members, validators and proposals, where this member stands, and what it waits for.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor node status --config ./network/bank-a/ledger-anchor.toml")]
struct Status {
    #[command(flatten)]
    at: At,
    /// Waits until this member orders records.
    #[arg(long)]
    wait: bool,
}

/// Proposes a change to the members.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor node propose admit bank-e/join-request.json \
                        --config ./network/bank-a/ledger-anchor.toml --seed ./network/bank-a/seed")]
struct Propose {
    #[command(subcommand)]
    change: Proposed,
}

#[derive(Debug, Subcommand)]
enum Proposed {
    /// Admits a bank by its request.
    Admit {
        /// What `kontor node join` wrote.
        request: PathBuf,
        #[command(flatten)]
        by: Proposer,
    },
    /// Has a member's records refused until it is reinstated.
    Suspend {
        /// Which.
        member: MemberId,
        #[command(flatten)]
        by: Proposer,
    },
    /// Ends a suspension.
    Reinstate {
        /// Whose.
        member: MemberId,
        #[command(flatten)]
        by: Proposer,
    },
    /// Ends a membership for good.
    Retire {
        /// Whose.
        member: MemberId,
        #[command(flatten)]
        by: Proposer,
    },
    /// Changes who orders records.
    Validators {
        /// A member that is to order; may be repeated.
        #[arg(long, value_name = "CODE")]
        add: Vec<MemberId>,
        /// A member that is to order no more; may be repeated.
        #[arg(long, value_name = "CODE")]
        remove: Vec<MemberId>,
        #[command(flatten)]
        by: Proposer,
    },
    /// Changes the rules' numbers.
    Parameters {
        /// All of them, as `settings.parameters` of `GET /v1/network` shows them.
        file: PathBuf,
        #[command(flatten)]
        by: Proposer,
    },
    /// Activates a later version of the rules.
    Rules {
        /// The version.
        version: u16,
        /// The first block that is judged by it.
        #[arg(long, value_name = "HEIGHT")]
        from: u64,
        #[command(flatten)]
        by: Proposer,
    },
}

/// Who proposes, and for how long.
#[derive(Debug, Args)]
struct Proposer {
    #[command(flatten)]
    who: As,
    /// Hours that the proposal stands.
    #[arg(long, default_value_t = STANDS)]
    hours: u64,
}

/// Approves a proposal, or rejects it.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor node vote 5ad2… --config ./network/bank-b/ledger-anchor.toml \
                        --seed ./network/bank-b/seed")]
struct Vote {
    /// The proposal.
    proposal: RecordId,
    /// Rejects it.
    #[arg(long)]
    reject: bool,
    #[command(flatten)]
    by: As,
}

/// Gives the node a new validator key: it takes over with the next epoch, and the one before is destroyed.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor node rotate --wait --config ./network/bank-a/ledger-anchor.toml \
                        --seed ./network/bank-a/seed")]
struct Rotate {
    #[command(flatten)]
    by: As,
    /// Waits until the new key orders.
    #[arg(long)]
    wait: bool,
}

/// Leaves the network: the node orders no more with the next epoch, and the member's records are refused.
#[derive(Debug, Args)]
#[command(after_help = "Example: kontor node retire --yes --config ./network/bank-d/ledger-anchor.toml \
                        --seed ./network/bank-d/seed")]
struct Retire {
    #[command(flatten)]
    by: As,
    /// There is no way back.
    #[arg(long, required = true)]
    yes: bool,
}

impl NodeCall {
    /// Runs the call.
    pub fn run(self) -> Result<(), String> {
        let runtime = runtime()?;
        match self.step {
            Call::Join(call) => runtime.block_on(call.run()),
            Call::Status(call) => runtime.block_on(call.run()),
            Call::Propose(call) => runtime.block_on(call.run()),
            Call::Vote(call) => runtime.block_on(call.run()),
            Call::Rotate(call) => runtime.block_on(call.run()),
            Call::Retire(call) => runtime.block_on(call.run()),
        }
    }
}

impl Join {
    async fn run(self) -> Result<(), String> {
        let Self { folder, from, network, member, name, host, port, authority, snapshot, json } = self;
        let how = if snapshot { JoinFrom::Snapshot } else { JoinFrom::Log };
        let plan = join::Plan { member, name, host, port, authority, join: how };
        let prepared = join::prepare(&folder, &from, network, &plan).await?;
        if json {
            say(json!(prepared));
            return Ok(());
        }
        let (config, request) = (prepared.config.display(), prepared.request.display());
        say(format_args!("prepared {}; next:", folder.display()));
        if plan.authority.is_none() {
            say("  0. give tls.csr to the authority, which runs: kontor ca issue …; put its tls.pem and root.pem here");
        }
        say(format_args!("  1. start the node; it follows: kontor serve ledger-anchor --config {config}"));
        say(format_args!("  2. give {request} to a member, who runs: kontor node propose admit {request} …"));
        say(
            "  3. the other banks vote; then a member runs: kontor node propose validators --add …, and they vote again",
        );
        say(format_args!("  4. watch: kontor node status --wait --config {config}"));
        Ok(())
    }
}

impl Status {
    async fn run(self) -> Result<(), String> {
        let desk = Desk::open(&self.at.config, None)?;
        let mut said = None;
        loop {
            let view = View::ask(&desk.client).await?;
            let step = view.step(&desk.member());
            let done = !self.wait || matches!(step, Step::Orders { .. } | Step::Retired);
            if said.as_ref() != Some(&step) {
                if self.at.json {
                    let open: Vec<_> = view.open().collect();
                    say(json!({ "member": desk.member(), "standing": step, "network": view.network, "open": open }));
                } else if self.wait && !done {
                    say(format_args!("{} {step}", desk.member()));
                } else {
                    show(&desk, &view, &step);
                }
                said = Some(step);
            }
            if done {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

fn show(desk: &Desk, view: &View, step: &Step) {
    let epoch = &view.network.epoch;
    say(format_args!("block {}, epoch {}, {} validators", view.network.height, epoch.number, epoch.validators.len()));
    if let Some(next) = &epoch.next {
        say(format_args!("after block {} there are {} validators", next.after, next.validators.len()));
    }
    for one in &view.network.members {
        let orders = one.member.validator.is_some_and(|key| epoch.validators.contains(&key));
        let standing = serde_json::to_value(one.standing).unwrap_or_default();
        let role = if orders { ", orders" } else { "" };
        say(format_args!("  {} {}: {}{role}", one.member.id, one.member.name, standing.as_str().unwrap_or_default()));
    }
    for proposal in view.open() {
        let (have, need) = (view.approvals(proposal), view.needed());
        say(format_args!("open: {} — {have} of {need} approve: {}", describe(&proposal.change), proposal.id));
    }
    say(format_args!("{} {step}", desk.member()));
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let bytes = read_file(path, LARGEST)?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}

impl Propose {
    async fn run(self) -> Result<(), String> {
        let (change, by) = match self.change {
            Proposed::Admit { request, by } => {
                (Change::MemberAdmit { request: Box::new(read::<JoinRequest>(&request)?) }, by)
            }
            Proposed::Suspend { member, by } => (Change::MemberSuspend { member }, by),
            Proposed::Reinstate { member, by } => (Change::MemberReinstate { member }, by),
            Proposed::Retire { member, by } => (Change::MemberRetire { member }, by),
            Proposed::Validators { add, remove, by } => (Change::ValidatorChange { add, remove }, by),
            Proposed::Parameters { file, by } => (Change::Parameters { parameters: read::<Parameters>(&file)? }, by),
            Proposed::Rules { version, from, by } => (Change::Rules { version, height: from }, by),
        };
        let Proposer { who, hours } = by;
        let desk = Desk::open(&who.at.config, Some(&who.seed))?;
        if let Change::Rules { version, .. } = &change {
            let known = View::ask(&desk.client).await?.network.program.rules;
            if *version > known {
                return Err(format!(
                    "this member's node knows the rules up to version {known}: upgrade every node first"
                ));
            }
        }
        let millis = u64::try_from(jiff::Timestamp::now().as_millisecond()).map_err(|error| error.to_string())?;
        let stands = hours.checked_mul(3_600_000).and_then(|stands| millis.checked_add(stands));
        let expires = stands.and_then(|until| Timestamp::from_millis(until).ok()).ok_or("--hours is too large")?;
        let proposal = desk.say(Body::NetworkPropose { change, expires }).await?;
        report(&desk, proposal, who.at.json).await
    }
}

/// What became of a proposal.
async fn report(desk: &Desk, id: RecordId, as_json: bool) -> Result<(), String> {
    let view = View::ask(&desk.client).await?;
    let proposal =
        view.proposals.iter().find(|proposal| proposal.id == id).ok_or("the node does not know the proposal")?;
    let (approvals, needed, decided) = (view.approvals(proposal), view.needed(), proposal.decided.is_some());
    let what = describe(&proposal.change);
    if as_json {
        say(json!({ "proposal": id, "decided": decided, "approvals": approvals, "needed": needed }));
    } else if decided {
        say(format_args!("decided: {what}"));
        if let Some(next) = &view.network.epoch.next {
            say(format_args!("the next epoch begins after block {}", next.after));
        }
    } else {
        say(format_args!("{what}: {approvals} of {needed} banks approve; the others run: kontor node vote {id}"));
    }
    Ok(())
}

impl Vote {
    async fn run(self) -> Result<(), String> {
        let desk = Desk::open(&self.by.at.config, Some(&self.by.seed))?;
        desk.say(Body::NetworkVote { proposal: self.proposal, approve: !self.reject }).await?;
        report(&desk, self.proposal, self.by.at.json).await
    }
}

impl Rotate {
    async fn run(self) -> Result<(), String> {
        let desk = Desk::open(&self.by.at.config, Some(&self.by.seed))?;
        let validator = desk.config.validator.as_ref().ok_or("the node orders nothing: it has no [validator]")?;
        let [_, next] = kontor_ledger_anchor::key_files(validator);
        if next.exists() {
            let wait = "another rotation is under way: kontor node status shows what it waits for";
            return Err(format!("{} exists: {wait}", next.display()));
        }
        let key = SigningKey::generate(&mut rand::rng());
        // On disk before the ledger hears of it: what has been registered must not be lost.
        write_secret(&next, Zeroizing::new(hex::encode(*key.to_seed())).as_bytes())
            .map_err(|error| format!("cannot write {}: {error}", next.display()))?;
        let held = HeldKey::new(&key, &desk.network, &desk.member());
        let rotation = Rotation { validator: Some(held), ..Rotation::default() };
        if let Err(reason) = desk.say(Body::NetworkKeyRotate { rotation }).await {
            if reason.starts_with("refused") {
                let _ = std::fs::remove_file(&next);
            }
            return Err(reason);
        }
        let public = key.public();
        drop(key);
        let mut after = None;
        loop {
            let epoch = View::ask(&desk.client).await?.network.epoch;
            // The node takes the key up, under its old name, when it begins the epoch.
            let orders = epoch.validators.contains(&public) && !next.exists();
            if let Some(coming) = epoch.next.as_ref().filter(|coming| after != Some(coming.after) && !self.by.at.json) {
                say(format_args!("{public} orders after block {}", coming.after));
                after = Some(coming.after);
            }
            let coming = epoch.next.as_ref().is_some_and(|next| next.validators.contains(&public));
            // A member that orders nothing has registered the key, and that is all there is to wait for.
            let waits = self.wait && (coming || epoch.validators.contains(&public));
            if orders || !waits {
                if self.by.at.json {
                    say(json!({ "validator": public, "orders": orders, "epoch": epoch.number }));
                } else if orders {
                    say(format_args!("{public} orders in epoch {}; the key before is destroyed", epoch.number));
                }
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Retire {
    async fn run(self) -> Result<(), String> {
        let desk = Desk::open(&self.by.at.config, Some(&self.by.seed))?;
        desk.say(Body::NetworkLeave).await?;
        let view = View::ask(&desk.client).await?;
        let step = view.step(&desk.member());
        if self.by.at.json {
            say(json!({ "member": desk.member(), "standing": step }));
        } else {
            say(format_args!("{} {step}", desk.member()));
            say("keep the node running until then; afterwards its validator key can be destroyed");
        }
        Ok(())
    }
}
