//! The tree against a plain reading of RFC 6962.

use std::convert::Infallible;

use kontor_ledger::merkle::{
    Frontier, Subtrees, consistency, empty_root, inclusion, leaf, parent, root, verify_consistency, verify_inclusion,
};
use kontor_sealing::Hash;
use proptest::prelude::*;

struct Leaves(Vec<Hash>);

impl Subtrees for Leaves {
    type Error = Infallible;

    fn subtree(&self, level: u32, index: u64) -> Result<Hash, Infallible> {
        let (start, length) = ((index << level) as usize, 1 << level);
        Ok(plain(&self.0[start..start + length]))
    }
}

/// MTH of RFC 6962, 2.1.
fn plain(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            parent(&plain(&leaves[..split]), &plain(&leaves[split..]))
        }
    }
}

fn leaves(count: u64) -> Leaves {
    Leaves((0..count).map(|index| leaf(&[&index.to_be_bytes()])).collect())
}

#[test]
fn all_small_trees() {
    let all = leaves(40);
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root(), empty_root());
    for size in 1..=40 {
        frontier.append(all.0[size as usize - 1]);
        let expected = plain(&all.0[..size as usize]);
        assert_eq!(frontier.root(), expected);
        assert_eq!(root(&all, size), Ok(expected));
        assert_eq!(Frontier::new(size, frontier.peaks().to_vec()), Some(frontier.clone()));
        for index in 0..size {
            let path = inclusion(&all, index, size).unwrap().unwrap();
            assert_eq!(verify_inclusion(all.0[index as usize], index, size, &path, &expected), Ok(()));
        }
        for from in 1..=size {
            let path = consistency(&all, from, size).unwrap().unwrap();
            let old = plain(&all.0[..from as usize]);
            assert_eq!(verify_consistency(from, &old, size, &expected, &path), Ok(()), "{from} {size}");
        }
    }
}

proptest! {
    #[test]
    fn no_proof_holds_elsewhere(size in 2_u64..200, index in 0_u64..200, other in 0_u64..200, from in 1_u64..200) {
        let (index, other, from) = (index % size, other % size, from % size + 1);
        let all = leaves(size);
        let expected = plain(&all.0);
        let path = inclusion(&all, index, size).unwrap().unwrap();
        if other != index {
            prop_assert!(verify_inclusion(all.0[index as usize], other, size, &path, &expected).is_err());
            prop_assert!(verify_inclusion(all.0[other as usize], index, size, &path, &expected).is_err());
        }
        let mut longer = path.clone();
        longer.push(expected);
        prop_assert!(verify_inclusion(all.0[index as usize], index, size, &longer, &expected).is_err());
        let old = plain(&all.0[..from as usize]);
        let path = consistency(&all, from, size).unwrap().unwrap();
        if from < size {
            let wrong = plain(&all.0[1..=from as usize]);
            prop_assert!(verify_consistency(from, &wrong, size, &expected, &path).is_err());
            prop_assert!(verify_consistency(from, &old, size, &old, &path).is_err());
            prop_assert!(verify_consistency(from, &old, size, &expected, &path[1..]).is_err());
        }
    }

    #[test]
    fn verifiers_take_any_input(
        index: u64,
        size: u64,
        from: u64,
        path in proptest::collection::vec(any::<[u8; 32]>(), 0..70)
    ) {
        let path: Vec<Hash> = path.into_iter().map(Hash::from_bytes).collect();
        let any = Hash::default();
        prop_assert!(verify_inclusion(any, index, size, &path, &any).is_err());
        let holds = verify_consistency(from, &any, size, &any, &path).is_ok();
        prop_assert!(!holds || from == size);
    }
}
