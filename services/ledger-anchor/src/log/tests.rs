//! Tiles against the tree in memory, and what crashes leave behind.

use kontor_ledger::{
    merkle::{Frontier, verify_consistency, verify_inclusion},
    outcome::{Outcome, RefusalCode},
    time::Timestamp,
};
use kontor_sealing::Hash;

use super::*;

fn entries(from: u64, to: u64) -> Vec<Entry> {
    (from..to)
        .map(|index| Entry {
            record: Hash::sm3(&[&index.to_be_bytes()]),
            outcome: if index % 7 == 0 { Outcome::Refused(RefusalCode::Duplicate) } else { Outcome::Accepted },
            timestamp: Timestamp::from_millis(index).unwrap(),
        })
        .collect()
}

fn root(size: u64) -> Hash {
    let mut frontier = Frontier::default();
    for entry in entries(0, size) {
        frontier.append(entry.leaf());
    }
    frontier.root()
}

fn empty() -> Hash {
    Frontier::default().root()
}

#[test]
fn proofs_from_tiles_hold() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = TileLog::open(folder.path(), 0, &empty()).unwrap();
    for (from, to) in [(0, 1), (1, 3), (3, 300), (300, 301), (301, 70_000)] {
        log.append(&entries(from, to)).unwrap();
    }
    assert_eq!(log.root(), root(70_000));
    let reader = log.reader();
    for size in [1, 2, 3, 255, 256, 257, 511, 65_536, 65_537, 70_000] {
        let expected = root(size);
        assert_eq!(reader.root(size).unwrap(), expected, "{size}");
        for index in [0, 1, 255, 256, 300, 65_535, 65_536, 69_999].into_iter().filter(|index| *index < size) {
            let path = reader.inclusion(index, size).unwrap().unwrap();
            let leaf = entries(index, index + 1)[0].leaf();
            assert_eq!(verify_inclusion(leaf, index, size, &path, &expected), Ok(()), "{index} {size}");
        }
        let path = reader.consistency(size, 70_000).unwrap().unwrap();
        assert_eq!(verify_consistency(size, &expected, 70_000, &log.root(), &path), Ok(()), "{size}");
    }
    assert_eq!(reader.inclusion(5, 5).unwrap(), None);
    assert_eq!(reader.consistency(0, 5).unwrap(), None);
}

#[test]
fn tiles_are_served_as_far_as_the_log_reaches() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = TileLog::open(folder.path(), 0, &empty()).unwrap();
    log.append(&entries(0, 600)).unwrap();
    let reader = log.reader();
    let get = |path: &str| reader.tile(path.parse().unwrap(), 600).unwrap();
    assert_eq!(get("tile/0/001").unwrap().len(), 256 * 32);
    assert_eq!(get("tile/0/002.p/88").unwrap().len(), 88 * 32);
    assert_eq!(get("tile/0/002.p/5").unwrap()[..], get("tile/0/002.p/88").unwrap()[..5 * 32]);
    assert_eq!(get("tile/0/002.p/89"), None);
    assert_eq!(get("tile/0/002"), None);
    assert_eq!(get("tile/1/000.p/2").unwrap().len(), 64);
    assert_eq!(get("tile/1/000.p/3"), None);
    let bundle = get("tile/entries/002.p/88").unwrap();
    assert_eq!(bundle.len(), 88 * 44);
    assert_eq!(bundle[..2], [0, 42]);
    assert_eq!(bundle[2..44], entries(512, 513)[0].to_bytes());
}

#[test]
fn what_was_not_committed_is_cut_and_what_was_lost_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = TileLog::open(folder.path(), 0, &empty()).unwrap();
    log.append(&entries(0, 300)).unwrap();
    log.flush().unwrap();
    log.append(&entries(300, 900)).unwrap();
    drop(log);

    // Killed after the append, before or after the node's own commit.
    let log = TileLog::open(folder.path(), 700, &root(700)).unwrap();
    assert_eq!((log.size(), log.root()), (700, root(700)));
    assert_eq!(log.reader().root(700).unwrap(), root(700));
    drop(log);

    // Power failed: what was not flushed is garbage, or gone.
    let path = folder.path().join("tile/entries/001");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[200 * 44 + 10] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let mut log = TileLog::open(folder.path(), 700, &root(700)).unwrap();
    assert_eq!((log.size(), log.root()), (300, root(300)));
    log.append(&entries(300, 700)).unwrap();
    assert_eq!(log.root(), root(700));
    drop(log);
    std::fs::remove_file(folder.path().join("tile/entries/002")).unwrap();
    assert_eq!(TileLog::open(folder.path(), 700, &root(700)).unwrap().size(), 300);
}

#[test]
fn another_nodes_log_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = TileLog::open(folder.path(), 0, &empty()).unwrap();
    log.append(&entries(0, 300)).unwrap();
    log.flush().unwrap();
    drop(log);
    let other = TileLog::open(folder.path(), 200, &root(201));
    assert!(matches!(other, Err(LogError::Ahead { log: 300, committed: 200 })));
    let cut = TileLog::open(folder.path(), 290, &root(290)).unwrap();
    assert_eq!((cut.size(), cut.root()), (290, root(290)));
    drop(cut);
    std::fs::write(folder.path().join("tile/0/001"), [7; 34 * 32]).unwrap();
    assert!(matches!(TileLog::open(folder.path(), 290, &root(290)), Err(LogError::Damaged(290))));
}
