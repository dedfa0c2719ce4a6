//! Check 4, duplicate: the document's fingerprints against those that live claims hold. No answer names a member.
//!
//! | Exact fingerprint is held by | Near one is held by | Result | Reasons |
//! |---|---|---|---|
//! | another document | – | fail | duplicate-financing |
//! | this document | – | pass | registered |
//! | nobody | another document | pass | partial-match, for each near kind |
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
            reasons.push(reason_about("duplicate-financing", FingerprintKind::Exact.as_str()));
            CheckResult::Fail
        }
        Some(held) => {
            if held.documents.contains(document) {
                reasons.push(reason("registered"));
            }
            CheckResult::Pass
        }
    };
    let near = holders.iter().filter(|held| is_near(held.kind) && elsewhere(held));
    reasons.extend(near.map(|held| reason_about("partial-match", held.kind.as_str())));
    Check { name: CheckName::Duplicate, result, reasons, positions }
}

/// Whether sharing a fingerprint of this kind makes two documents suspicious: a source is shared by right, its sum is
/// what counts.
const fn is_near(kind: FingerprintKind) -> bool {
    match kind {
        FingerprintKind::NearNumber | FingerprintKind::NearAmount => true,
        FingerprintKind::Exact | FingerprintKind::Source => false,
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
            let of = |holders: &[FingerprintHolders]| {
                let check = check(&document(1), holders, Vec::new());
                let found: Vec<String> = check.reasons.into_iter().map(|reason| reason.code).collect();
                (check.result, found)
            };
            let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            assert_eq!(of(&holders), (result, codes.clone()));
            // Another near kind says the same; a source of another document says nothing.
            holders[0..]
                .iter_mut()
                .filter(|held| held.kind == K::NearNumber)
                .for_each(|held| held.kind = K::NearAmount);
            holders.push(held(K::Source, &[7]));
            assert_eq!(of(&holders), (result, codes));
        }
    }
}
