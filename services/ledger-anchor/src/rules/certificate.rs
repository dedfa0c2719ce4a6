//! Certificate: what the network's authority issued, once for each serial number, and what was revoked, once and for good.

use kontor_ledger::{
    network_certificate::{
        CertificateSerial, CertificateTerms, NetworkCertificate, NetworkCertificates, Revocation, RevocationReason,
    },
    outcome::RefusalCode,
    time::Timestamp,
};

use super::{Judged, Stop, members, require};
use crate::state::{CertificateAt, CertificateCount, State, StateError, load, save};

/// The authority issued a certificate to the service of a member, or of a bank that wants to be one.
pub(super) fn issue(state: &mut impl State, case: &Judged<'_>, terms: &CertificateTerms) -> Result<(), Stop> {
    let authority = case.genesis().authority.ok_or(RefusalCode::NoAuthority)?;
    case.by(&authority)?;
    require(terms.is_sound(), RefusalCode::CertificateMalformed)?;
    let member = members::member(state, case.genesis(), &terms.member)?;
    require(member.is_none_or(|member| member.is_active()), RefusalCode::MemberInactive)?;
    require(load::<NetworkCertificate>(state, &terms.serial)?.is_none(), RefusalCode::SerialUsed)?;
    let certificate = NetworkCertificate { terms: terms.clone(), record: case.id, at: case.now(), revocation: None };
    save(state, &terms.serial, &certificate);
    let place = load::<CertificateCount>(state, &())?.unwrap_or_default();
    save(state, &place.0, &CertificateAt(terms.serial));
    save(state, &(), &CertificateCount(place.0.saturating_add(1)));
    Ok(())
}

/// The authority, or the member whose certificate it is, revokes it.
pub(super) fn revoke(
    state: &mut impl State,
    case: &Judged<'_>,
    serial: &CertificateSerial,
    reason: RevocationReason,
    at: Timestamp,
) -> Result<(), Stop> {
    let authority = case.genesis().authority.ok_or(RefusalCode::NoAuthority)?;
    let mut certificate = load::<NetworkCertificate>(state, serial)?.ok_or(RefusalCode::UnknownCertificate)?;
    let author = case.author();
    let own = members::by_identity(state, case.genesis(), author)?;
    let own = own.is_some_and(|member| member.member.id == certificate.terms.member);
    require(*author == authority || own, RefusalCode::WrongAuthor)?;
    require(certificate.revocation.is_none(), RefusalCode::CertificateRevoked)?;
    let latest = case.now().plus_millis(case.settings(state)?.parameters.max_clock_drift);
    require(at <= latest, RefusalCode::CertificateMalformed)?;
    certificate.revocation = Some(Revocation { reason, at, record: case.id, by: *author });
    save(state, serial, &certificate);
    Ok(())
}

/// Certificates looked at for one page at most.
const LOOKED_AT: u64 = 10_000;

/// At most `limit` certificates for which `wanted` holds, the last recorded first, from the place before `cursor` on.
///
/// # Errors
/// [`StateError`] if an object is damaged.
pub fn list(
    state: &impl State,
    cursor: Option<u64>,
    limit: usize,
    wanted: impl Fn(&NetworkCertificate) -> bool,
) -> Result<NetworkCertificates, StateError> {
    let count = load::<CertificateCount>(state, &())?.unwrap_or_default().0;
    let from = cursor.map_or(count, |cursor| cursor.min(count));
    let mut items = Vec::new();
    for place in (from.saturating_sub(LOOKED_AT)..from).rev() {
        let Some(CertificateAt(serial)) = load(state, &place)? else { continue };
        let Some(certificate) = load::<NetworkCertificate>(state, &serial)? else { continue };
        if wanted(&certificate) {
            items.push(certificate);
        }
        if items.len() == limit {
            return Ok(NetworkCertificates { items, next: Some(place).filter(|place| *place > 0) });
        }
    }
    let next = from.checked_sub(LOOKED_AT).filter(|place| *place > 0);
    Ok(NetworkCertificates { items, next })
}
