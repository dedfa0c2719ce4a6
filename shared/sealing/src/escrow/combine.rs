//! Opening a capsule with enough partial decryptions of both groups.

use curve25519_dalek::RistrettoPoint;
use zeroize::Zeroize as _;

use super::{
    group::{EscrowGroup, EscrowPublic},
    partial::Partial,
    point::interpolate,
};
use crate::{document::DocumentHeader, error::SealingError, keys::DocumentKey};

/// The document key of `header`, from a threshold of partial decryptions by the regulator's officers and as many as
/// the network's threshold. Repeated indices count once. The key is checked by making the capsule again.
///
/// # Errors
/// [`SealingError::Partial`] naming a bad contribution, [`SealingError::TooFewPartials`], and
/// [`SealingError::Capsule`] if the sealer put something else than the document key into the capsule.
pub fn combine(
    header: &DocumentHeader,
    escrow: &EscrowPublic,
    regulator: &[Partial],
    network: &[Partial],
) -> Result<DocumentKey, SealingError> {
    let supervision = escrow.key()?;
    header.capsule.verify(&supervision, &header.document, header.version)?;
    let mut secret = gather(&escrow.regulator, header, regulator)? + gather(&escrow.network, header, network)?;
    let key = header.capsule.unmask(&secret, &header.document, header.version);
    secret.zeroize();
    header.capsule.check(&key, &supervision, &header.document, header.version)?;
    if key.index_key().hash() != header.index_key_hash {
        return Err(SealingError::Capsule);
    }
    Ok(key)
}

/// `yR` of one group.
fn gather(group: &EscrowGroup, header: &DocumentHeader, partials: &[Partial]) -> Result<RistrettoPoint, SealingError> {
    let mut points: Vec<(u16, RistrettoPoint)> = Vec::with_capacity(usize::from(group.threshold));
    for partial in partials {
        let point = partial.verified_point(group, header)?;
        if points.iter().all(|(index, _)| *index != partial.index) {
            points.push((partial.index, point));
        }
    }
    let needed = points.get(..usize::from(group.threshold));
    let enough = needed.ok_or(SealingError::TooFewPartials { given: points.len(), needed: group.threshold })?;
    interpolate(enough, 0).ok_or(SealingError::EscrowGroup)
}
