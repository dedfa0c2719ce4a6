//! Check 5, over-financing: the live claims, and one more if it is shown, stay within the cap.
//!
//! | Shown | Finding | Result |
//! |---|---|---|
//! | – | the document has no total | not provable |
//! | – | the total was amended below its claims | fail |
//! | – | receivables were issued on it: money is lent on them | fail |
//! | no claim | nothing is claimed yet | pass |
//! | no claim | something is | not provable: only the seller can prove what fits |
//! | a claim | other live claims than it was proven over, a rate above the network's, or no valid proof | fail |
//! | a claim | the proof holds | pass |

use kontor_ledger::{
    checks::{CandidateClaim, Check, CheckName, CheckResult},
    context::claim_context,
    object::Version,
};
use kontor_proofs::Statement;
use kontor_sealing::Commitment;

use super::facts::{Facts, reason};

/// Judges check 5.
pub fn check(version: &Version, claim: Option<&CandidateClaim>, facts: &Facts) -> Check {
    let (result, code) = judge(version, claim, facts);
    let positions = facts.positions_of(facts.live.iter().map(|claim| &claim.id));
    Check { name: CheckName::OverFinancing, result, reasons: code.map(reason).into_iter().collect(), positions }
}

fn judge(version: &Version, claim: Option<&CandidateClaim>, facts: &Facts) -> (CheckResult, Option<&'static str>) {
    let Some(total) = version.total else { return (CheckResult::NotProvable, Some("no-total")) };
    if facts.document.diluted {
        return (CheckResult::Fail, Some("diluted"));
    }
    if facts.document.receivables.is_some() {
        return (CheckResult::Fail, Some("receivables-issued"));
    }
    let Some(claim) = claim else {
        return match facts.live.as_slice() {
            [] => (CheckResult::Pass, Some("no-live-claims")),
            _ => (CheckResult::NotProvable, Some("proof-needed")),
        };
    };
    if claim.advance_rate > facts.genesis.parameters.max_advance_rate {
        return (CheckResult::Fail, Some("over-rate"));
    }
    if !facts.live.iter().map(|live| &live.id).eq(&claim.headroom.live) {
        return (CheckResult::Fail, Some("claims-changed"));
    }
    if proven(version, total, claim, facts) {
        (CheckResult::Pass, None)
    } else {
        (CheckResult::Fail, Some("proof-invalid"))
    }
}

fn proven(version: &Version, total: Commitment, claim: &CandidateClaim, facts: &Facts) -> bool {
    let statement = Statement::OverFinancing {
        total,
        advance_rate_bp: claim.advance_rate,
        live: facts.live.iter().map(|live| live.amount).collect(),
        new: claim.amount,
    };
    let anchored = facts.document.anchored(version);
    let context = claim_context(facts.genesis.hash(), anchored, &claim.claim_key, &claim.headroom.live);
    kontor_proofs::verify(&statement, &claim.headroom.proof, &context).is_ok()
}
