//! Shares of a supervision key and the dealer that makes them (Shamir over the scalars of Ristretto255).

use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{
    group::{EscrowGroup, MAX_HOLDERS, SharePublic},
    point::scalar,
};
use crate::error::SealingError;

/// One holder's share; zeroized when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Share {
    #[zeroize(skip)]
    pub(super) index: u16,
    pub(super) secret: Scalar,
}

impl Share {
    /// Which share it is, counted from 1.
    pub const fn index(&self) -> u16 {
        self.index
    }

    /// Index and secret, to be written to a sealed key store only.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 34]> {
        let mut bytes = Zeroizing::new([0; 34]);
        let (index, secret) = bytes.split_at_mut(2);
        index.copy_from_slice(&self.index.to_be_bytes());
        secret.copy_from_slice(self.secret.as_bytes());
        bytes
    }

    /// Reads what [`Share::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`SealingError::Encoding`] for index zero or a scalar that is not canonical.
    pub fn from_bytes(bytes: &[u8; 34]) -> Result<Self, SealingError> {
        let [high, low, secret @ ..] = bytes;
        let index = u16::from_be_bytes([*high, *low]);
        let secret = scalar(secret).filter(|secret| *secret != Scalar::ZERO);
        match secret {
            Some(secret) if index > 0 => Ok(Self { index, secret }),
            _ => Err(SealingError::Encoding),
        }
    }

    /// `Yᵢ = yᵢB`.
    pub(super) fn public(&self) -> RistrettoPoint {
        RistrettoPoint::mul_base(&self.secret)
    }
}

/// Makes a key and shares it among `holders`, any `threshold` of whom can use it. Whoever runs this could keep the
/// key: it stands in for distributed key generation, which yields the same [`EscrowGroup`] and [`Share`].
///
/// # Errors
/// [`SealingError::EscrowGroup`] unless 1 ≤ threshold ≤ holders ≤ [`MAX_HOLDERS`].
pub fn deal(threshold: u16, holders: u16, rng: &mut impl CryptoRng) -> Result<(EscrowGroup, Vec<Share>), SealingError> {
    if threshold == 0 || threshold > holders || usize::from(holders) > MAX_HOLDERS {
        return Err(SealingError::EscrowGroup);
    }
    // f(X) = a₀ + a₁X + … of degree t − 1; the key is a₀ and share i is f(i).
    let coefficients: Zeroizing<Vec<Scalar>> = Zeroizing::new((0..threshold).map(|_| Scalar::random(rng)).collect());
    let evaluate = |x: u16| {
        let x = Scalar::from(x);
        coefficients.iter().rev().fold(Scalar::ZERO, |sum, coefficient| sum * x + coefficient)
    };
    let shares: Vec<Share> = (1..=holders).map(|index| Share { index, secret: evaluate(index) }).collect();
    let group = EscrowGroup {
        threshold,
        key: SharePublic::new(&RistrettoPoint::mul_base(&evaluate(0))),
        shares: shares.iter().map(|share| SharePublic::new(&share.public())).collect(),
    };
    Ok((group, shares))
}
