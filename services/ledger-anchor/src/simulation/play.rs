//! One seed, from start to judgement.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use commonware_runtime::{Clock as _, Runner as _, Spawner as _, Supervisor as _, deterministic};
use kontor_ledger::{
    Batch,
    encoding::to_cbor,
    record::{Body, Nonce, RecordId, Unsigned},
};
use kontor_sealing::Hash;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    cluster::{Cluster, Ways},
    liar::Conduct,
    members::{LIAR, MEMBERS, START, code, identity},
};
use crate::node::AlarmKind;

/// How long things go wrong.
const TROUBLE: Duration = Duration::from_secs(20);

/// How long the whole network may then take to order what waits.
const PATIENCE: Duration = Duration::from_secs(90);

/// What came of a seed.
pub struct Outcome {
    /// Whether an honest node named the liar.
    pub named: bool,
    /// Of everything that happened.
    pub trace: String,
}

/// Plays a seed and judges what came of it.
pub fn play(seed: u64, conduct: Conduct) -> Outcome {
    let config = deterministic::Config::new()
        .with_seed(seed)
        .with_start_time(UNIX_EPOCH + Duration::from_millis(START))
        .with_timeout(Some(TROUBLE + 2 * PATIENCE));
    deterministic::Runner::new(config).start(move |context| async move {
        let auditor = context.auditor();
        let named = story(context, seed, conduct).await;
        Outcome { named, trace: auditor.state() }
    })
}

/// What clients have asked for, and what they were told.
#[derive(Clone, Default)]
struct Clients {
    sent: Arc<AtomicUsize>,
    acknowledged: Arc<Mutex<BTreeSet<RecordId>>>,
}

impl Clients {
    /// Has a batch of anchors ordered, by whichever node answers; it asks until one says that all is final.
    fn submit(&self, context: &deterministic::Context, ways: &Ways, network: Hash, rng: &mut StdRng, honest: u8) {
        let sponsor = rng.random_range(0..honest);
        let first = self.sent.load(Relaxed);
        let count = rng.random_range(1..=3);
        self.sent.fetch_add(count, Relaxed);
        let record = |number: usize| {
            let body = Body::AnchorNotarise { digest: Hash::sm3(&[&number.to_be_bytes()]) };
            let nonce = Nonce(1_000_000 + number as u64);
            let unsigned = Unsigned { network, body, nonce, author: identity(sponsor).public() };
            unsigned.sign(&identity(sponsor), code(sponsor))
        };
        let records = (first..first + count).map(record).collect();
        let batch: Bytes = to_cbor(&Batch::sign(records, code(sponsor), &identity(sponsor)).expect("a batch")).into();
        let (clients, ways, start) = (self.clone(), Arc::clone(ways), rng.random_range(0..honest));
        context.child("client").spawn(move |context| async move {
            for attempt in 0_u8.. {
                context.sleep(Duration::from_millis(50)).await;
                let asked = usize::from(start.wrapping_add(attempt) % honest);
                let way = ways.lock().unwrap()[asked].clone();
                let Some(way) = way else { continue };
                let admitted = way.node.admit(batch.clone()).await.expect("an honest batch");
                let answer = way.node.submit(&way, &admitted, Duration::from_secs(3)).await.expect("an answer");
                let done = answer.iter().all(|one| one.entry.is_some());
                let mut told = clients.acknowledged.lock().unwrap();
                told.extend(answer.iter().filter(|one| one.entry.is_some()).map(|one| one.id));
                if done {
                    return;
                }
            }
        });
    }

    fn answered(&self) -> bool {
        self.acknowledged.lock().unwrap().len() == self.sent.load(Relaxed)
    }
}

async fn story(context: deterministic::Context, seed: u64, conduct: Conduct) -> bool {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut cluster = Cluster::new(context.child("cluster"), conduct, &mut rng).await;
    let everyone: Vec<u8> = (0..MEMBERS).collect();
    cluster.part(std::slice::from_ref(&everyone), Duration::from_millis(5), 0).await;
    for number in 0..MEMBERS {
        cluster.start(number).await;
    }
    let network = cluster.node(0).network();
    let honest = cluster.honest().end;
    let clients = Clients::default();
    // Half of the seeds lose messages too, which a network over TCP does at its seams only.
    let loss = if rng.random_bool(0.5) { 0 } else { 5 };
    let until = context.current() + TROUBLE;
    while context.current() < until {
        context.sleep(Duration::from_millis(rng.random_range(20..400))).await;
        match rng.random_range(0..100) {
            0..60 => clients.submit(&context, &cluster.ways, network, &mut rng, honest),
            60..75 => {
                let latency = Duration::from_millis(rng.random_range(1..120));
                let (left, right) = everyone.iter().partition(|_| rng.random_bool(0.6));
                cluster.part(&[left, right], latency, loss).await;
            }
            75..85 => {
                let latency = Duration::from_millis(rng.random_range(1..60));
                cluster.part(std::slice::from_ref(&everyone), latency, loss).await;
            }
            85..92 => {
                let number = rng.random_range(0..honest);
                if cluster.runs(number) {
                    cluster.stop(number);
                }
            }
            _ => {
                let down = cluster.honest().find(|number| !cluster.runs(*number));
                if let Some(number) = down {
                    cluster.start(number).await;
                }
            }
        }
    }

    cluster.part(std::slice::from_ref(&everyone), Duration::from_millis(5), 0).await;
    for number in cluster.honest() {
        if !cluster.runs(number) {
            cluster.start(number).await;
        }
    }
    clients.submit(&context, &cluster.ways, network, &mut rng, honest);
    let until = context.current() + PATIENCE;
    while !(clients.answered() && level(&cluster)) {
        assert!(context.current() < until, "seed {seed}: not all of it became final: {}", standing(&cluster, &clients));
        context.sleep(Duration::from_millis(50)).await;
    }
    judge(&cluster, &clients, seed)
}

/// Whether all honest nodes have got as far as one another.
fn level(cluster: &Cluster) -> bool {
    let reached = |number| cluster.node(number).progress().borrow().height;
    cluster.honest().all(|number| reached(number) == reached(0))
}

fn standing(cluster: &Cluster, clients: &Clients) -> String {
    let told = clients.acknowledged.lock().unwrap().len();
    let of = |number| {
        let node = cluster.node(number);
        let (height, waiting) = (node.progress().borrow().height, node.load().0);
        format!("{number} is at block {height} and holds {waiting} records {:?}; ", node.alarms())
    };
    format!("{told} of {} records; {}", clients.sent.load(Relaxed), cluster.honest().map(of).collect::<String>())
}

/// Holds what the nodes have against what must be; gives whether the liar was named.
fn judge(cluster: &Cluster, clients: &Clients, seed: u64) -> bool {
    let first = cluster.node(0);
    let height = first.progress().borrow().height;
    for number in cluster.honest() {
        let node = cluster.node(number);
        for height in 1..=height {
            let header = node.store().header(height).unwrap();
            assert!(header.is_some() && header == first.store().header(height).unwrap(), "seed {seed}: block {height}");
        }
        for id in clients.acknowledged.lock().unwrap().iter() {
            let entry = node.find(id).unwrap();
            assert!(entry.is_some_and(|entry| entry.outcome.is_accepted()), "seed {seed}: {number} lost {id}");
        }
        assert_eq!(first.progress().borrow().size, clients.sent.load(Relaxed) as u64, "seed {seed}: each once");
    }
    let alarms = cluster.alarms();
    let personal = [AlarmKind::Equivocation, AlarmKind::WrongBlock, AlarmKind::WrongMessage];
    for alarm in &alarms {
        let fair =
            personal.contains(&alarm.kind) && alarm.member == Some(code(LIAR)) && !cluster.honest().contains(&LIAR);
        assert!(fair, "seed {seed}: {alarm:?}");
    }
    !alarms.is_empty()
}
