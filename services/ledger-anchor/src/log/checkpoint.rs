//! Checkpoints as text (C2SP tlog-checkpoint): origin, size and root; the finality certificate travels beside it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use kontor_sealing::Hash;

/// The note's text: the log's origin, its size in decimal and its root in base64, a line each.
pub fn note(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", BASE64_STANDARD.encode(root.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_lines() {
        let text = note("kontor.network/demo", 7, &Hash::from_bytes([0; 32]));
        assert_eq!(text, "kontor.network/demo\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    }
}
