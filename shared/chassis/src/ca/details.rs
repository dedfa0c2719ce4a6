//! What a certificate says (RFC 5280), as far as the network goes by it.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::AuthorityError;
use crate::auth::Peer;

/// From when to when a certificate is valid, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// Its first second.
    pub not_before: i64,
    /// Its last second.
    pub not_after: i64,
}

impl Validity {
    /// From an hour before `now`, because clocks differ, until `lifetime` seconds after it.
    pub const fn starting(now: i64, lifetime: u32) -> Self {
        Self { not_before: now.saturating_sub(BACKDATED), not_after: now.saturating_add(lifetime as i64) }
    }

    /// Seconds from its first to its last.
    pub const fn life(&self) -> i64 {
        self.not_after.saturating_sub(self.not_before)
    }

    /// Seconds that are left; negative when it has expired.
    pub const fn left(&self, now: i64) -> i64 {
        self.not_after.saturating_sub(now)
    }
}

/// Seconds by which clocks of members may differ.
const BACKDATED: i64 = 3_600;

/// A leaf certificate's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The serial number, hexadecimal, without leading zero bytes.
    pub serial: String,
    /// Whose it is.
    pub peer: Peer,
    /// DNS names and IP addresses that it is valid for.
    pub names: Vec<String>,
    /// When it is valid.
    pub validity: Validity,
    /// The subject's public key (SubjectPublicKeyInfo), DER.
    pub key: Vec<u8>,
}

impl Details {
    /// Reads a certificate, DER. Nothing is verified; `None` if it does not name a member and a service.
    pub fn of(der: &[u8]) -> Option<Self> {
        use x509_cert::der::Encode as _;
        let certificate = Certificate::from_der(der).ok()?;
        let tbs = certificate.tbs_certificate();
        let names = match tbs.get_extension::<SubjectAltName>().ok()? {
            Some((_, names)) => names.0.iter().filter_map(name).collect(),
            None => Vec::new(),
        };
        let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).ok();
        Some(Self {
            serial: serial(tbs.serial_number().as_bytes()),
            peer: Peer::from_certificate(der)?,
            names,
            validity: Validity {
                not_before: seconds(tbs.validity().not_before)?,
                not_after: seconds(tbs.validity().not_after)?,
            },
            key: tbs.subject_public_key_info().to_der().ok()?,
        })
    }

    /// Reads the first certificate of a PEM chain.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Unreadable`].
    pub fn of_chain(chain: &str) -> Result<Self, AuthorityError> {
        Self::of(&leaf(chain)?).ok_or(AuthorityError::Unreadable("the certificate: it names no member and service"))
    }
}

/// The first certificate of a PEM chain, DER.
///
/// # Errors
///
/// [`AuthorityError::Unreadable`].
pub fn leaf(chain: &str) -> Result<CertificateDer<'static>, AuthorityError> {
    let first = CertificateDer::pem_slice_iter(chain.as_bytes()).next();
    first.and_then(Result::ok).ok_or(AuthorityError::Unreadable("the certificate: expected PEM"))
}

/// A serial number as text: hexadecimal, without leading zero bytes.
pub(super) fn serial(bytes: &[u8]) -> String {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    hex::encode(bytes.get(start..).unwrap_or_default())
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(bytes) => address(bytes.as_bytes()).map(|address| address.to_string()),
        _ => None,
    }
}

pub(super) fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}
