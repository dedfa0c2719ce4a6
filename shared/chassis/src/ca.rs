//! The network's certificate authority (RFC 5280): an Ed25519 root whose key can be kept away, an intermediate that
//! issues and signs the revocation list, short-lived leaves for the members' services.
//!
//! | Module | Holds |
//! |---|---|
//! | [`request`] | keys and signing requests, made where the key stays |
//! | [`details`] | what a certificate says |
//! | [`crl`] | revocation lists |
//! | [`register`] | what was issued and revoked by files |

pub mod crl;
pub mod details;
pub mod register;
pub mod request;

use std::path::{Path, PathBuf};

use rand::RngExt as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ED25519, RevokedCertParams,
    SerialNumber,
};
use rustls::pki_types::CertificateDer;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::auth::Peer;
use crate::files;

pub use crl::{Crl, Reason, Revoked};
pub use details::{Details, Validity};
pub use register::Register;
pub use request::Request;

/// Days that root and intermediate are valid.
const ROOT_DAYS: u32 = 20 * 365;
const INTERMEDIATE_DAYS: u32 = 10 * 365;
const DAY: u32 = 86_400;

/// Seconds that a leaf is valid unless configured otherwise: 90 days.
pub const LEAF_LIFETIME: u32 = 90 * DAY;

/// Names that every leaf of a network on one machine carries.
pub const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Why the authority could not do its work; one line.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A certificate or key cannot be made or read.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A signing request cannot be used.
    #[error("the signing request: {0}")]
    Request(&'static str),
    /// Something is not what it should be.
    #[error("cannot read {0}")]
    Unreadable(&'static str),
    /// The certificate was not issued here.
    #[error("no certificate with the serial number {0} was issued here")]
    Unknown(String),
    /// The intermediate has expired, or it never was valid for so long.
    #[error("the intermediate has ended: renew it with kontor ca renew-intermediate")]
    Ended,
    /// A time lies outside of what certificates can say.
    #[error("validity: expected times between 1970 and 2200")]
    Time,
}

/// A leaf certificate and its key, PEM.
pub struct Identity {
    /// The leaf, then the intermediate.
    pub chain: String,
    /// PKCS#8.
    pub key: Zeroizing<String>,
}

impl Identity {
    /// Writes `<name>.pem` and, for the owner only, `<name>.key` into a folder; returns both paths.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::File`].
    pub fn write(&self, folder: &Path, name: &str) -> Result<(PathBuf, PathBuf), AuthorityError> {
        let (certificate, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        secret(&key, &self.key)?;
        public(&certificate, &self.chain)?;
        Ok((certificate, key))
    }
}

/// The authority with its intermediate's key; the root's key stays in its file, wherever that is kept.
pub struct Authority {
    root: String,
    intermediate: String,
    issuing: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    /// The intermediate's.
    validity: Validity,
}

impl Authority {
    /// Makes a new authority and writes `root.pem`, `root.key`, `intermediate.pem` and `intermediate.key`.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if a file cannot be written.
    pub fn create(folder: &Path, network: &str) -> Result<Self, AuthorityError> {
        let now = now();
        let root_key = KeyPair::generate_for(&PKCS_ED25519)?;
        let root = authority_params(&format!("{network} root"), network, None, now, ROOT_DAYS)?;
        let root_pem = root.self_signed(&root_key)?.pem();
        let root_key_pem = Zeroizing::new(root_key.serialize_pem());

        let key = KeyPair::generate_for(&PKCS_ED25519)?;
        let params = authority_params(&format!("{network} issuing"), network, Some(0), now, INTERMEDIATE_DAYS)?;
        let intermediate = params.signed_by(&key, &Issuer::new(root, root_key))?.pem();
        secret(&folder.join("root.key"), &root_key_pem)?;
        secret(&folder.join("intermediate.key"), &Zeroizing::new(key.serialize_pem()))?;
        public(&folder.join("intermediate.pem"), &intermediate)?;
        // Last, because its presence tells that the authority is complete.
        public(&folder.join("root.pem"), &root_pem)?;
        Self::load(folder)
    }

    /// Loads what [`Authority::create`] wrote; the root's key is not needed.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if a file is missing or is not what it should be.
    pub fn load(folder: &Path) -> Result<Self, AuthorityError> {
        let (root, intermediate) = (read(&folder.join("root.pem"))?, read(&folder.join("intermediate.pem"))?);
        let key = KeyPair::from_pem(&Zeroizing::new(read(&folder.join("intermediate.key"))?))?;
        let issuer = Issuer::from_ca_cert_pem(&intermediate, key)?;
        let issuing = details::leaf(&intermediate)?;
        let validity = Details::of_chain(&intermediate)?.validity;
        Ok(Self { root, intermediate, issuing, issuer, validity })
    }

    /// Signs the intermediate anew with the root's key and replaces `intermediate.pem`. Name and key stay, so that
    /// what it issued and its revocation lists stay valid.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if a file is missing or the key is not the root's.
    pub fn renew_intermediate(folder: &Path, root_key: &Path) -> Result<Self, AuthorityError> {
        let root_pem = read(&folder.join("root.pem"))?;
        let root_key = KeyPair::from_pem(&Zeroizing::new(read(root_key)?))?;
        if Details::key_of(&root_pem)? != rcgen::PublicKeyData::subject_public_key_info(&root_key) {
            return Err(AuthorityError::Unreadable("the root's key: it belongs to another certificate"));
        }
        let root = Issuer::from_ca_cert_pem(&root_pem, root_key)?;
        let (old, key) = (read(&folder.join("intermediate.pem"))?, read(&folder.join("intermediate.key"))?);
        let key = KeyPair::from_pem(&Zeroizing::new(key))?;
        let known = Peer::from_certificate(&details::leaf(&old)?);
        let known = known.ok_or(AuthorityError::Unreadable("intermediate.pem: it has no name"))?;
        let params = authority_params(&known.service, &known.member, Some(0), now(), INTERMEDIATE_DAYS)?;
        public(&folder.join("intermediate.pem"), &params.signed_by(&key, &root)?.pem())?;
        Self::load(folder)
    }

    /// The root certificate, PEM: what everybody trusts.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// When the intermediate is valid: nothing that it issues is valid longer.
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    /// Issues for a request. Who may have what it asks for is for the caller to decide. Gives leaf and intermediate,
    /// PEM; the serial number is 16 random bytes.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Certificate`] if a name cannot be in a certificate, [`AuthorityError::Ended`] if the
    /// intermediate ends before `validity` begins.
    pub fn sign(&self, request: &Request, validity: Validity) -> Result<String, AuthorityError> {
        let not_after = validity.not_after.min(self.validity.not_after);
        if not_after <= validity.not_before {
            return Err(AuthorityError::Ended);
        }
        let mut params = CertificateParams::new(request.names.clone())?;
        params.distinguished_name = subject(&request.peer.member, &request.peer.service);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(serial_number());
        (params.not_before, params.not_after) = (time(validity.not_before)?, time(not_after)?);
        Ok(params.signed_by(&request.key, &self.issuer)?.pem() + &self.intermediate)
    }

    /// Signs a revocation list that is due again `lifetime` seconds after `now`. Its number is the time in
    /// milliseconds, or one more than `last`: those who sign with one key need not know of each other.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if a serial number is none.
    pub fn crl(&self, revoked: &[Revoked], last: Option<u64>, now: i64, lifetime: u32) -> Result<Crl, AuthorityError> {
        let millis = u64::try_from(now).unwrap_or(0).saturating_mul(1_000);
        let number = millis.max(last.map_or(0, |last| last.saturating_add(1)));
        let entry = |one: &Revoked| {
            let serial = hex::decode(&one.serial).map_err(|_| AuthorityError::Unknown(one.serial.clone()))?;
            Ok(RevokedCertParams {
                serial_number: SerialNumber::from_slice(&serial),
                revocation_time: time(one.at)?,
                reason_code: Some(one.reason.rcgen()),
                invalidity_date: None,
            })
        };
        let params = CertificateRevocationListParams {
            this_update: time(now)?,
            next_update: time(now.saturating_add(lifetime.into()))?,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(entry).collect::<Result<_, AuthorityError>>()?,
            key_identifier_method: KeyIdMethod::Sha256,
        };
        self.read_crl(params.signed_by(&self.issuer)?.der())
    }

    /// Reads a list that this authority signed.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Unreadable`].
    pub fn read_crl(&self, bytes: &[u8]) -> Result<Crl, AuthorityError> {
        Crl::read(bytes, &self.issuing)
    }
}

impl Details {
    /// The public key of the first certificate in a PEM text.
    fn key_of(pem: &str) -> Result<Vec<u8>, AuthorityError> {
        use x509_cert::der::{Decode as _, Encode as _};
        let certificate = x509_cert::Certificate::from_der(&details::leaf(pem)?);
        let key = certificate.and_then(|certificate| certificate.tbs_certificate().subject_public_key_info().to_der());
        key.map_err(|_| AuthorityError::Unreadable("the certificate"))
    }
}

/// The system's time in seconds since 1970.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn authority_params(
    name: &str,
    network: &str,
    depth: Option<u8>,
    now: i64,
    days: u32,
) -> Result<CertificateParams, AuthorityError> {
    let validity = Validity::starting(now, days.saturating_mul(DAY));
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(network, name);
    params.is_ca = IsCa::Ca(depth.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = depth.is_some();
    params.serial_number = Some(serial_number());
    (params.not_before, params.not_after) = (time(validity.not_before)?, time(validity.not_after)?);
    Ok(params)
}

fn subject(organization: &str, common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, DnValue::Utf8String(organization.to_owned()));
    name.push(DnType::CommonName, DnValue::Utf8String(common_name.to_owned()));
    name
}

/// 16 random bytes, the first one such that the number is positive and always as long.
fn serial_number() -> SerialNumber {
    let mut bytes: [u8; 16] = rand::rng().random();
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x3f) | 0x40;
    }
    SerialNumber::from_slice(&bytes)
}

fn time(seconds: i64) -> Result<OffsetDateTime, AuthorityError> {
    // UTCTime and GeneralizedTime have room up to 9999; nothing of ours is valid that long.
    const LAST: i64 = 7_258_118_400;
    if !(0..=LAST).contains(&seconds) {
        return Err(AuthorityError::Time);
    }
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| AuthorityError::Time)
}

fn read(path: &Path) -> Result<String, AuthorityError> {
    std::fs::read_to_string(path).map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

fn secret(path: &Path, text: &str) -> Result<(), AuthorityError> {
    let written = files::write_secret(path, text.as_bytes());
    written.map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

fn public(path: &Path, text: &str) -> Result<(), AuthorityError> {
    let written = files::write_public(path, text.as_bytes());
    written.map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
