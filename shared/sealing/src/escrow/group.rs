//! The public halves of the supervision keys.

use curve25519_dalek::RistrettoPoint;
use minicbor::{CborLen, Decode, Encode};
use serde::{Deserialize, Serialize};

use super::point::{interpolate, point};
use crate::{error::SealingError, wire};

/// Holders of one key at most.
pub const MAX_HOLDERS: usize = 256;

/// A compressed point in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, CborLen, Serialize, Deserialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct SharePublic(
    #[cbor(n(0), with = "minicbor::bytes")]
    #[serde(with = "wire::fixed")]
    [u8; 32],
);

impl SharePublic {
    pub(super) fn new(point: &RistrettoPoint) -> Self {
        Self(point.compress().to_bytes())
    }

    pub(super) fn point(&self) -> Option<RistrettoPoint> {
        point(&self.0)
    }

    /// The compressed point.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// One key that is shared t-of-n: its public half, and those of the shares for checking contributions.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EscrowGroup {
    /// How many holders it takes.
    #[n(0)]
    pub threshold: u16,
    /// `Y = yB`.
    #[n(1)]
    pub key: SharePublic,
    /// `Yᵢ = yᵢB` of share 1, 2, ….
    #[n(2)]
    pub shares: Vec<SharePublic>,
}

impl EscrowGroup {
    /// That the shares are points on one polynomial of degree t − 1 with the key at zero, so that any t of them open.
    ///
    /// # Errors
    /// [`SealingError::EscrowGroup`] if not.
    pub fn check(&self) -> Result<(), SealingError> {
        self.consistent().filter(|consistent| *consistent).map(|_| ()).ok_or(SealingError::EscrowGroup)
    }

    fn consistent(&self) -> Option<bool> {
        let threshold = usize::from(self.threshold);
        if threshold == 0 || self.shares.len() < threshold || self.shares.len() > MAX_HOLDERS {
            return Some(false);
        }
        let points: Vec<(u16, RistrettoPoint)> =
            (1..).zip(&self.shares).map(|(index, share)| Some((index, share.point()?))).collect::<Option<_>>()?;
        let (basis, rest) = points.split_at_checked(threshold)?;
        if interpolate(basis, 0)? != self.key.point()? {
            return Some(false);
        }
        for (index, share) in rest {
            if interpolate(basis, *index)? != *share {
                return Some(false);
            }
        }
        Some(true)
    }

    /// The public half of share `index`, counted from 1.
    pub(super) fn share(&self, index: u16) -> Option<&SharePublic> {
        self.shares.get(usize::from(index).checked_sub(1)?)
    }
}

/// Both groups, as a network's genesis lists them.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EscrowPublic {
    /// Held by the regulator's officers.
    #[n(0)]
    pub regulator: EscrowGroup,
    /// Held by the members' evaluators.
    #[n(1)]
    pub network: EscrowGroup,
}

impl EscrowPublic {
    /// As [`EscrowGroup::check`], for both.
    ///
    /// # Errors
    /// [`SealingError::EscrowGroup`].
    pub fn check(&self) -> Result<(), SealingError> {
        self.regulator.check()?;
        self.network.check()?;
        self.key().map(|_| ())
    }

    /// `Y = Y_regulator + Y_network`, that capsules are made for.
    ///
    /// # Errors
    /// [`SealingError::EscrowGroup`] if the bytes are no points or cancel out.
    pub fn key(&self) -> Result<EscrowKey, SealingError> {
        let sum = || {
            let sum = self.regulator.key.point()? + self.network.key.point()?;
            point(&sum.compress().to_bytes())
        };
        let sum = sum().ok_or(SealingError::EscrowGroup)?;
        Ok(EscrowKey { point: sum, bytes: sum.compress().to_bytes() })
    }
}

/// `Y`, ready for use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EscrowKey {
    pub(super) point: RistrettoPoint,
    pub(super) bytes: [u8; 32],
}

impl EscrowKey {
    /// The compressed point.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}
