//! An officer grants or declines an attestation; the enterprise hears of it through the portal.

use kontor_chassis::{
    database::{Connection, now_ms},
    outbox,
};
use kontor_ledger::{
    Timestamp,
    attestation::{AttestationTerms, AttestedIdentifiers},
    exchange::{self, AttestationGrant, Profile},
};
use kontor_sealing::Hash;
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    bank::{Bank, rng},
    error::AppError,
};
use crate::{
    domain::{parties, verdict::Reason},
    store::{
        attestation_request::{self, AttestationRequest, Decision, Verdict},
        millis,
    },
};

/// The outbox kind.
pub const PORTAL_ATTESTATION: &str = "portal-attestation";

/// What the outbox holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Told {
    /// The request.
    pub request: Uuid,
    /// The answer.
    pub answer: Answer,
}

/// The body of the portal's `PUT …/answer`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Granted or declined.
    pub state: String,
    /// Sealed to the enterprise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_attestation: Option<String>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Opens a request's profile; none if it was not sealed to this bank by this enterprise.
pub fn profile(bank: &Bank, request: &AttestationRequest) -> Option<Profile> {
    let context = exchange::about_party(&request.identity_key);
    exchange::open(&request.sealed_profile, bank.encryption(), &context).ok()
}

/// The attestation that granting a request would give: made before the transaction, which may run twice.
///
/// # Errors
/// [`AppError::Unusable`] if the profile cannot be read, identifies nobody, or the time has passed.
pub fn prepare(
    bank: &Bank,
    request: &AttestationRequest,
    expires: Option<Timestamp>,
    now: Timestamp,
    by: &str,
) -> Result<Decision, AppError> {
    const DAY: u64 = 24 * 60 * 60 * 1000;
    let profile = profile(bank, request).ok_or_else(|| AppError::Unusable(Reason::new("profile-unreadable")))?;
    let (canonical, identifiers) =
        parties::attestable(&profile.name, &profile.identifiers).map_err(AppError::Unusable)?;
    let expires = expires.unwrap_or_else(|| now.plus_millis(u64::from(bank.policy.attestation_days) * DAY));
    if expires <= now {
        return Err(AppError::Unusable(Reason::new("attestation-in-the-past")));
    }
    let mut salt = [0; 32];
    rng().fill_bytes(&mut salt);
    let identifiers =
        AttestedIdentifiers { canonical, identifiers, name: profile.name.clone(), salt: Hash::from_bytes(salt) };
    let attestation = bank.attest(AttestationTerms {
        network: bank.network,
        attester: bank.member,
        subject: request.identity_key,
        encryption: request.encryption_key,
        identifiers: identifiers.digest(),
        expires,
    });
    let id = attestation.id();
    let grant = AttestationGrant { attestation, identifiers };
    let context = exchange::about_party(&request.identity_key);
    let sealed = exchange::seal(&grant, &request.encryption_key, &context, &mut rng())?;
    let verdict = Verdict::Granted { attestation: id, sealed, expires: millis(expires) };
    Ok(Decision { verdict, at: now_ms(), by: by.to_owned() })
}

/// Stores a decision and tells the portal. The same kind of decision again changes nothing.
///
/// # Errors
/// [`AppError::NotFound`], or [`AppError::Decided`] if it was decided otherwise.
pub fn decide(connection: &mut Connection, id: &Uuid, decision: &Decision) -> Result<AttestationRequest, AppError> {
    let mut request = attestation_request::find(connection, id)?.ok_or(AppError::NotFound)?;
    if let Some(before) = &request.decision {
        let same = matches!(
            (&before.verdict, &decision.verdict),
            (Verdict::Granted { .. }, Verdict::Granted { .. }) | (Verdict::Declined { .. }, Verdict::Declined { .. })
        );
        return if same { Ok(request) } else { Err(AppError::Decided) };
    }
    attestation_request::decide(connection, id, decision)?;
    let answer = match &decision.verdict {
        Verdict::Granted { sealed, .. } => {
            Answer { state: "granted".into(), sealed_attestation: Some(sealed.clone()), reason: None }
        }
        Verdict::Declined { reason } => {
            Answer { state: "declined".into(), sealed_attestation: None, reason: Some(reason.clone()) }
        }
    };
    let key = id.to_string();
    let told = Told { request: *id, answer };
    outbox::enqueue(connection, PORTAL_ATTESTATION, &format!("portal:{key}"), &told, &key)?;
    request.decision = Some(decision.clone());
    Ok(request)
}
