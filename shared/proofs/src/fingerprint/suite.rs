//! ristretto255-SHA512 in mode VOPRF: RFC 9497, 4.1, with hashing after RFC 9380, 5.3.1 and appendix B.

use curve25519_dalek::{RistrettoPoint, Scalar};
use sha2::{Digest as _, Sha512};

/// `contextString = "OPRFV1-" || I2OSP(mode, 1) || "-" || identifier`, with mode 1.
pub(crate) const CONTEXT: &[u8] = b"OPRFV1-\x01-ristretto255-SHA512";

/// `HashToGroup(x)` with `DST = "HashToGroup-" || contextString`.
pub(crate) fn hash_to_group(input: &[u8]) -> RistrettoPoint {
    RistrettoPoint::from_uniform_bytes(&expand(input, b"HashToGroup-"))
}

/// `HashToScalar(x)` with `DST = "HashToScalar-" || contextString`.
pub(crate) fn hash_to_scalar(input: &[u8]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&expand(input, b"HashToScalar-"))
}

/// `expand_message_xmd(msg, DST, 64)` with SHA-512: one block, so `ell = 1`.
fn expand(msg: &[u8], prefix: &[u8]) -> [u8; 64] {
    const BLOCK: usize = 128;
    let dst_length = [u8::try_from(prefix.len() + CONTEXT.len()).unwrap_or(u8::MAX)];
    let dst_prime = |hash: &mut Sha512| {
        hash.update(prefix);
        hash.update(CONTEXT);
        hash.update(dst_length);
    };
    // b_0 = H(Z_pad || msg || l_i_b_str || I2OSP(0, 1) || DST_prime)
    let mut hash = Sha512::new();
    hash.update([0; BLOCK]);
    hash.update(msg);
    hash.update([0, 64, 0]);
    dst_prime(&mut hash);
    let b_0 = hash.finalize();
    // b_1 = H(b_0 || I2OSP(1, 1) || DST_prime)
    let mut hash = Sha512::new();
    hash.update(b_0);
    hash.update([1]);
    dst_prime(&mut hash);
    hash.finalize().into()
}

/// `I2OSP(len(x), 2) || x`; `None` above 65,535 bytes.
pub(crate) fn prefixed(out: &mut Vec<u8>, x: &[u8]) -> Option<()> {
    out.extend_from_slice(&u16::try_from(x.len()).ok()?.to_be_bytes());
    out.extend_from_slice(x);
    Some(())
}
