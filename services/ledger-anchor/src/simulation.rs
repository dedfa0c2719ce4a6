//! The consortium on a clock, a network and a chance that one seed decides, with a validator that lies.
//!
//! Nodes, stores, signatures, rules and the ordering engine are the real ones; only time, the network and chance are
//! made up, so that what goes wrong for a seed goes wrong for it again. Nodes stop and start, links are slow, lose
//! messages and part, and one validator in four does what [`liar::Conduct`] says. Whatever happens, the others agree
//! on every block, keep every record that they acknowledged, take all of them once the network is whole again, and
//! accuse nobody but the liar.
//!
//! `make simulate SEEDS=5000` plays many, `KONTOR_SEEDS=17..18` one again.

mod cluster;
mod liar;
mod members;
mod play;

use std::{
    collections::BTreeMap,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use liar::Conduct;
use play::{Outcome, play};

/// Plays all seeds on two threads; gives how often each liar was played, and how often the others named it.
fn play_all(seeds: Range<u64>) -> BTreeMap<&'static str, (u32, u32)> {
    let next = AtomicU64::new(seeds.start);
    let named: Mutex<BTreeMap<&'static str, (u32, u32)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let conduct = Conduct::of(seed);
                    let played = catch_unwind(AssertUnwindSafe(|| play(seed, conduct)));
                    let outcome =
                        played.unwrap_or_else(|_| panic!("seed {seed} failed: KONTOR_SEEDS={seed}..{}", seed + 1));
                    let mut named = named.lock().unwrap();
                    let count = named.entry(conduct.name()).or_default();
                    count.0 += 1;
                    count.1 += u32::from(outcome.named);
                }
            });
        }
    });
    named.into_inner().unwrap()
}

fn check(seeds: Range<u64>) {
    let named = play_all(seeds);
    eprintln!("played, and named: {named:?}");
    for conduct in Conduct::ALL {
        let (played, seen) = named.get(conduct.name()).copied().unwrap_or_default();
        assert!(seen >= conduct.named_in(played), "{} was not named", conduct.name());
    }
}

/// The seeds that the environment asks for, as a number of them or as a range.
fn wanted(otherwise: u64) -> Range<u64> {
    let Ok(text) = std::env::var("KONTOR_SEEDS") else { return 0..otherwise };
    match text.split_once("..") {
        Some((from, to)) => from.parse().expect("a number")..to.parse().expect("a number"),
        None => 0..text.parse().expect("a number"),
    }
}

#[test]
fn a_seed_decides_everything() {
    let conduct = Conduct::Twins;
    let Outcome { trace, .. } = play(3, conduct);
    assert_eq!(play(3, conduct).trace, trace);
    assert_ne!(play(4, conduct).trace, trace);
}

#[test]
fn liars_are_named_and_not_believed() {
    check(0..2 * Conduct::ALL.len() as u64);
}

#[test]
#[ignore = "slow: hundreds of schedules"]
fn liars_are_named_and_not_believed_in_hundreds_of_schedules() {
    check(wanted(240));
}
