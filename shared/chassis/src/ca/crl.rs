//! Certificate revocation lists, version 2 (RFC 5280, section 5).

use std::collections::BTreeSet;

use rustls::pki_types::CertificateRevocationListDer;
use rustls::pki_types::pem::PemObject;
use x509_cert::Certificate;
use x509_cert::crl::CertificateList;
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::CrlNumber;
use x509_cert::time::Time;

use super::AuthorityError;
use super::details::serial;
use crate::tls::provider;

/// Bytes of a list at most: some 200,000 revocations.
pub const MAX_CRL: usize = 8 << 20;

/// Why a certificate was revoked (RFC 5280, 5.3.1). Holding a certificate, or taking a revocation back, is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No reason given.
    Unspecified,
    /// The private key may be known to others.
    KeyCompromise,
    /// The authority's key may be known to others.
    CaCompromise,
    /// The member's name or standing changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// The service is no longer run.
    CessationOfOperation,
    /// What the certificate allowed was taken away.
    PrivilegeWithdrawn,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The standard's number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }

    /// The reason with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    pub(super) const fn rcgen(self) -> rcgen::RevocationReason {
        match self {
            Self::Unspecified => rcgen::RevocationReason::Unspecified,
            Self::KeyCompromise => rcgen::RevocationReason::KeyCompromise,
            Self::CaCompromise => rcgen::RevocationReason::CaCompromise,
            Self::AffiliationChanged => rcgen::RevocationReason::AffiliationChanged,
            Self::Superseded => rcgen::RevocationReason::Superseded,
            Self::CessationOfOperation => rcgen::RevocationReason::CessationOfOperation,
            Self::PrivilegeWithdrawn => rcgen::RevocationReason::PrivilegeWithdrawn,
        }
    }
}

/// A certificate on a list to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// The certificate's serial number, hexadecimal.
    pub serial: String,
    /// When it was revoked, in seconds since 1970.
    pub at: i64,
    /// Why.
    pub reason: Reason,
}

/// A list whose signature was checked.
#[derive(Clone)]
pub struct Crl {
    der: CertificateRevocationListDer<'static>,
    /// Grows with each list of an authority.
    pub number: u64,
    /// When it was made, in seconds since 1970.
    pub this_update: i64,
    /// When the next one is due, in seconds since 1970.
    pub next_update: i64,
    serials: BTreeSet<String>,
}

impl Crl {
    /// Reads a list, PEM or DER, and checks that `issuer` (a certificate, DER) signed it.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Unreadable`].
    pub fn read(bytes: &[u8], issuer: &[u8]) -> Result<Self, AuthorityError> {
        const SHAPE: AuthorityError = AuthorityError::Unreadable("the CRL: expected a numbered list of version 2");
        if bytes.len() > MAX_CRL {
            return Err(AuthorityError::Unreadable("the CRL: it is larger than 8 MiB"));
        }
        let der = match CertificateRevocationListDer::from_pem_slice(bytes) {
            Ok(der) => der,
            Err(_) => CertificateRevocationListDer::from(bytes.to_vec()),
        };
        let list = CertificateList::<x509_cert::certificate::Rfc5280>::from_der(&der).map_err(|_| SHAPE)?;
        let issuer = Certificate::from_der(issuer).map_err(|_| AuthorityError::Unreadable("the CRL's issuer"))?;
        signed(&list, &issuer)?;
        let tbs = &list.tbs_cert_list;
        let seconds = |time: Time| i64::try_from(time.to_unix_duration().as_secs()).map_err(|_| SHAPE);
        let mut extensions = tbs.crl_extensions.iter().flat_map(|list| list.iter());
        let number = extensions.find(|extension| extension.extn_id == CrlNumber::OID).ok_or(SHAPE)?;
        let number = CrlNumber::from_der(number.extn_value.as_bytes()).map_err(|_| SHAPE)?;
        let number = number
            .0
            .as_bytes()
            .iter()
            .try_fold(0u64, |all, byte| all.checked_mul(256).and_then(|all| all.checked_add(u64::from(*byte))));
        Ok(Self {
            number: number.ok_or(SHAPE)?,
            this_update: seconds(tbs.this_update)?,
            next_update: seconds(tbs.next_update.ok_or(SHAPE)?)?,
            serials: tbs
                .revoked_certificates
                .iter()
                .flatten()
                .map(|one| serial(one.serial_number.as_bytes()))
                .collect(),
            der,
        })
    }

    /// Whether a certificate is on the list.
    pub fn lists(&self, serial: &str) -> bool {
        self.serials.contains(serial)
    }

    /// The serial numbers on the list.
    pub fn serials(&self) -> impl Iterator<Item = &str> {
        self.serials.iter().map(String::as_str)
    }

    /// The list, DER.
    pub fn der(&self) -> &CertificateRevocationListDer<'static> {
        &self.der
    }
}

/// That `issuer` signed the list.
fn signed(list: &CertificateList, issuer: &Certificate) -> Result<(), AuthorityError> {
    const UNSIGNED: AuthorityError = AuthorityError::Unreadable("the CRL: its signature is not the issuer's");
    let tbs = list.tbs_cert_list.to_der().map_err(|_| UNSIGNED)?;
    let key = issuer.tbs_certificate().subject_public_key_info();
    let (wanted, used) = (identifier(&key.algorithm)?, identifier(&list.signature_algorithm)?);
    let algorithms = provider().signature_verification_algorithms.all;
    let named = |algorithm: &&&dyn rustls::pki_types::SignatureVerificationAlgorithm| {
        algorithm.public_key_alg_id().as_ref() == wanted && algorithm.signature_alg_id().as_ref() == used
    };
    let algorithm = algorithms.iter().find(named).ok_or(UNSIGNED)?;
    let (key, signature) = (key.subject_public_key.as_bytes(), list.signature.as_bytes());
    let (key, signature) = key.zip(signature).ok_or(UNSIGNED)?;
    let same = list.tbs_cert_list.issuer == *issuer.tbs_certificate().subject();
    let held = algorithm.verify_signature(key, &tbs, signature);
    if same && held.is_ok() { Ok(()) } else { Err(UNSIGNED) }
}

/// The content of an AlgorithmIdentifier, without tag and length, which rustls compares.
fn identifier(algorithm: &x509_cert::spki::AlgorithmIdentifierOwned) -> Result<Vec<u8>, AuthorityError> {
    const STRANGE: AuthorityError = AuthorityError::Unreadable("the CRL: its algorithm is unknown");
    let der = algorithm.to_der().map_err(|_| STRANGE)?;
    match der.get(1) {
        Some(length) if *length < 128 => der.get(2..).map(<[u8]>::to_vec).ok_or(STRANGE),
        _ => Err(STRANGE),
    }
}
