//! Check 1, authenticity: anchored, issued by the seller, confirmed by the buyer, both attested, not replaced.
//!
//! | Finding | Result |
//! |---|---|
//! | a leaf does not lead to the anchored root, or the version, the document or the buyer's word is against it | fail |
//! | no word of seller or buyer, or nobody attests who they are | not provable |
//! | otherwise | pass |

use kontor_ledger::{
    attestation::AttestationError,
    checks::{Check, CheckName, CheckReason, CheckRequest, CheckResult},
    exchange::PartyProof,
    object::Version,
    record::Endorsement,
};
use kontor_sealing::document::Role;

use super::facts::{Facts, reason, reason_about};

/// The parties without whose attestation nothing is proven.
const PARTIES: [Role; 2] = [Role::Seller, Role::Buyer];

/// Judges check 1.
pub fn check(request: &CheckRequest, facts: &Facts) -> Check {
    let Some(version) = facts.document.version(request.version) else {
        return finding(CheckResult::Fail, vec![reason("unknown-version")], Vec::new());
    };
    let mut against = contradictions(request, facts, version);
    let parties: Vec<(Role, Result<&PartyProof, CheckReason>)> =
        PARTIES.into_iter().map(|role| (role, party(role, request, facts))).collect();
    if let [(_, Ok(seller)), (_, Ok(buyer))] = parties.as_slice()
        && seller.proof.attestation.terms.subject == buyer.proof.attestation.terms.subject
    {
        against.push(reason("same-party"));
    }
    let mut missing: Vec<CheckReason> = parties.into_iter().filter_map(|(_, party)| party.err()).collect();
    if !version.is_issued() {
        missing.push(reason("not-issued"));
    }
    if version.buyers_word().is_none() {
        missing.push(reason("not-confirmed"));
    }
    let words = version.endorsements.iter().map(|word| &word.record);
    let positions = facts.positions_of(words.chain([&version.record]));
    if !against.is_empty() {
        finding(CheckResult::Fail, against, positions)
    } else if !missing.is_empty() {
        finding(CheckResult::NotProvable, missing, positions)
    } else {
        finding(CheckResult::Pass, Vec::new(), positions)
    }
}

fn finding(result: CheckResult, reasons: Vec<CheckReason>, positions: Vec<u64>) -> Check {
    Check { name: CheckName::Authenticity, result, reasons, positions }
}

fn contradictions(request: &CheckRequest, facts: &Facts, version: &Version) -> Vec<CheckReason> {
    let mut against = Vec::new();
    if request.leaves.is_empty() || request.leaves.iter().any(|leaf| leaf.check(&facts.header, &version.root).is_err())
    {
        against.push(reason("leaf-not-anchored"));
    }
    if facts.document.latest().is_none_or(|latest| latest.version != version.version) {
        against.push(reason("not-latest-version"));
    }
    if facts.document.superseded_by.is_some() {
        against.push(reason("superseded"));
    }
    if facts.document.cancelled {
        against.push(reason("cancelled"));
    }
    if version.buyers_word() == Some(Endorsement::Dispute) {
        against.push(reason("disputed"));
    }
    against
}

/// The proof of who holds `role`, or why there is none.
fn party<'a>(role: Role, request: &'a CheckRequest, facts: &Facts) -> Result<&'a PartyProof, CheckReason> {
    let lacking = |code: &str| reason_about(code, role.name());
    let key = facts.header.role_key(role).ok_or_else(|| lacking("no-role-key"))?;
    let shown = request.role_proofs.iter().find(|proof| proof.role == role).ok_or_else(|| lacking("not-attested"))?;
    let attestation = &shown.proof.attestation;
    shown.proof.check(&facts.members, &facts.document.id, role, &key, facts.now).map_err(|error| {
        lacking(match error {
            AttestationError::Expired(_) => "attestation-expired",
            AttestationError::Role => "role-not-proven",
            AttestationError::Network
            | AttestationError::Attester(_)
            | AttestationError::Signature
            | AttestationError::Identifiers => "not-attested",
        })
    })?;
    if facts.withdrawn.contains(&attestation.id()) {
        return Err(lacking("attestation-withdrawn"));
    }
    Ok(shown)
}
