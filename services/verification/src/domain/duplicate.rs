//! Check 4, duplicate: the document's fingerprints against those that live claims hold. No answer names a member.
//!
//! | Exact fingerprint is held by | Near one is held by | Result | Reasons |
//! |---|---|---|---|
//! | another document | – | fail | duplicate-financing |
//! | this document | – | pass | registered |
//! | nobody | another document | pass | partial-match |
//! | nobody | nobody, or this document | pass | |
//! | not given | – | not provable | no-exact-fingerprint |

use kontor_ledger::{
    checks::{Check, CheckName, CheckReason, CheckResult},
    object::FingerprintHolders,
    record::FingerprintKind,
};
use kontor_sealing::document::DocumentId;

use super::facts::{reason, reason_about};

/// Judges check 4 from who holds the fingerprints; `positions` are those of this document's own claims.
pub fn check(document: &DocumentId, holders: &[FingerprintHolders], positions: Vec<u64>) -> Check {
    let mut reasons: Vec<CheckReason> = Vec::new();
    let exact = holders.iter().find(|held| held.kind == FingerprintKind::Exact);
    let elsewhere = |held: &FingerprintHolders| held.documents.iter().any(|holder| holder != document);
    let result = match exact {
        None => {
            reasons.push(reason("no-exact-fingerprint"));
            CheckResult::NotProvable
        }
        Some(held) if elsewhere(held) => {
            reasons.push(reason_about("duplicate-financing", name(FingerprintKind::Exact)));
            CheckResult::Fail
        }
        Some(held) => {
            if held.documents.contains(document) {
                reasons.push(reason("registered"));
            }
            CheckResult::Pass
        }
    };
    let near = holders.iter().filter(|held| held.kind != FingerprintKind::Exact && elsewhere(held));
    reasons.extend(near.map(|held| reason_about("partial-match", name(held.kind))));
    Check { name: CheckName::Duplicate, result, reasons, positions }
}

/// The kind as the API names it.
pub const fn name(kind: FingerprintKind) -> &'static str {
    match kind {
        FingerprintKind::Exact => "exact",
        FingerprintKind::NearNumber => "near-number",
    }
}

#[cfg(test)]
mod tests {
    use kontor_sealing::Hash;

    use super::*;

    fn document(byte: u8) -> DocumentId {
        DocumentId::from_bytes([byte; 32])
    }

    fn held(kind: FingerprintKind, by: &[u8]) -> FingerprintHolders {
        let documents = by.iter().map(|byte| document(*byte)).collect();
        FingerprintHolders { kind, value: Hash::default(), documents }
    }

    #[test]
    fn follows_the_table() {
        use {CheckResult as R, FingerprintKind as K};
        type Row<'a> = (Option<&'a [u8]>, &'a [u8], R, &'a [&'a str]);
        let rows: [Row<'_>; 6] = [
            (Some(&[2]), &[], R::Fail, &["duplicate-financing"]),
            (Some(&[2]), &[2], R::Fail, &["duplicate-financing", "partial-match"]),
            (Some(&[1]), &[1], R::Pass, &["registered"]),
            (Some(&[]), &[2], R::Pass, &["partial-match"]),
            (Some(&[]), &[], R::Pass, &[]),
            (None, &[], R::NotProvable, &["no-exact-fingerprint"]),
        ];
        for (exact, near, result, codes) in rows {
            let mut holders: Vec<_> = exact.map(|by| held(K::Exact, by)).into_iter().collect();
            holders.push(held(K::NearNumber, near));
            let check = check(&document(1), &holders, Vec::new());
            let found: Vec<&str> = check.reasons.iter().map(|reason| reason.code.as_str()).collect();
            assert_eq!((check.result, found.as_slice()), (result, codes));
        }
    }
}
