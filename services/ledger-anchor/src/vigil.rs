//! What a node watches about itself: room on its disk, a clock that others contradict, and records that nobody orders.

use std::path::PathBuf;

use kontor_chassis::Shutdown;
use tokio::time::{Duration, Instant, sleep};

use crate::{
    config::Alarms,
    node::{AlarmKind, Node},
};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// After the last sign of a wrong clock the alarm is taken back.
const CLOCK: Duration = Duration::from_secs(60);

const MIB: u64 = 1 << 20;

/// Looks every second until told to stop.
pub async fn keep(node: Node, data: PathBuf, alarms: Alarms, shutdown: Shutdown) {
    let mut moved = (node.progress().borrow().height, Instant::now());
    loop {
        look_at_disk(&node, &data, &alarms);
        look_at_order(&node, &alarms, &mut moved);
        if node.clock_doubted().is_some_and(|since| since.elapsed() > CLOCK) {
            node.lower(AlarmKind::Clock);
        }
        if shutdown.run_until(sleep(EVERY)).await.is_none() {
            return;
        }
    }
}

fn look_at_disk(node: &Node, data: &std::path::Path, alarms: &Alarms) {
    let free = match rustix::fs::statvfs(data) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize) / MIB,
        Err(error) => {
            tracing::warn!(%error, "cannot ask how much room the disk has");
            return;
        }
    };
    node.metrics().gauge("kontor_disk_free_bytes", "Room on the data folder's disk.", &[], (free * MIB) as f64);
    node.set_disk_full(free < alarms.disk_floor);
    if free < alarms.disk_floor {
        let floor = alarms.disk_floor;
        let what = format!(
            "{} has {free} MiB left, less than the {floor} that this node stops at: no new records are taken until \
             there is more room",
            data.display()
        );
        node.renew(AlarmKind::Disk, &what);
    } else if free < alarms.disk {
        node.renew(AlarmKind::Disk, &format!("{} has {free} MiB left: make room", data.display()));
    } else {
        node.lower(AlarmKind::Disk);
    }
}

/// Records that wait while nothing becomes final mean that too few validators agree, or can be reached.
fn look_at_order(node: &Node, alarms: &Alarms, moved: &mut (u64, Instant)) {
    let (height, (waiting, _)) = (node.progress().borrow().height, node.load());
    if height != moved.0 || waiting == 0 {
        *moved = (height, Instant::now());
        node.lower(AlarmKind::Stalled);
    } else if moved.1.elapsed() > Duration::from_secs(alarms.stalled) {
        let seconds = moved.1.elapsed().as_secs() / 10 * 10;
        let what = format!(
            "{waiting} records wait and nothing has become final for {seconds} s after block {height}: too few \
             validators run or reach each other"
        );
        node.renew(AlarmKind::Stalled, &what);
    }
}
