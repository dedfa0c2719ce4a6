//! Network: a member takes back an attestation that it gave.

use kontor_ledger::{
    attestation::AttestationId,
    object::{Withdrawal, Withdrawals},
    outcome::RefusalCode,
};

use super::{Judged, Stop, members, require};
use crate::state::{State, load, save};

/// Notes the withdrawal under the member's name: the digest does not say who attested, so that only those who hold
/// the attestation can tell whether the right member withdrew it.
pub(super) fn withdraw(state: &mut impl State, case: &Judged<'_>, attestation: &AttestationId) -> Result<(), Stop> {
    let member = members::author(state, case)?.member;
    let mut withdrawals =
        load::<Withdrawals>(state, attestation)?.unwrap_or(Withdrawals { attestation: *attestation, by: Vec::new() });
    require(withdrawals.by.iter().all(|one| one.member != member.id), RefusalCode::AlreadyRegistered)?;
    withdrawals.by.push(Withdrawal { member: member.id, record: case.id, at: case.now() });
    save(state, attestation, &withdrawals);
    Ok(())
}
