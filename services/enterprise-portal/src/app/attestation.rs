//! Asking a bank for attestation, and its answer.

use kontor_chassis::database::Connection;
use kontor_ledger::{member::MemberId, time::Timestamp};
use serde_json::json;

use super::{accounts, outbox};
use crate::{
    domain::{
        attestation::{Answer, AttestationRequest, State},
        enterprise::AccountId,
        id::Id,
        sealed::Sealed,
    },
    error::Error,
    store,
};

/// Asks `bank`, which the caller looked up among the members.
///
/// # Errors
/// As the database.
pub fn request(
    c: &mut Connection,
    account: AccountId,
    bank: MemberId,
    profile: Sealed,
    now: Timestamp,
) -> Result<AttestationRequest, Error> {
    let party = accounts::own(c, account)?.party;
    let id = Id::fresh();
    let request =
        AttestationRequest { id, account, bank, profile, state: State::Requested, created: now, updated: now };
    store::attestation_request::insert(c, &request)?;
    let body = json!({
        "id": id,
        "handle": party.handle,
        "identityKey": party.identity_key,
        "encryptionKey": party.encryption_key,
        "sealedProfile": request.profile,
    });
    let message = outbox::GatewayMessage { bank, path: "/v1/attestation-requests".to_owned(), body };
    outbox::to_gateway(c, &id.to_string(), &id.to_string(), &message)?;
    Ok(request)
}

/// Takes the answer of `bank`.
///
/// # Errors
/// [`Error::NotFound`] for a request to another bank, [`Error::AttestationAnswered`] if it answered otherwise before.
pub fn answer(
    c: &mut Connection,
    bank: &MemberId,
    id: Id<AttestationRequest>,
    answer: Answer,
    reason: Option<String>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut request = store::attestation_request::find(c, id)?.ok_or(Error::NotFound)?;
    if request.bank != *bank {
        return Err(Error::NotFound);
    }
    if request.answer(answer, reason, now)? {
        store::attestation_request::update(c, &request)?;
    }
    Ok(())
}

/// The caller's request.
///
/// # Errors
/// [`Error::NotFound`].
pub fn own(c: &mut Connection, account: AccountId, id: Id<AttestationRequest>) -> Result<AttestationRequest, Error> {
    store::attestation_request::find(c, id)?.filter(|request| request.account == account).ok_or(Error::NotFound)
}
