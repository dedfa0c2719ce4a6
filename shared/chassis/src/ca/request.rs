//! Certificate signing requests (PKCS #10, RFC 2986): the private key stays with the member.

use rcgen::{
    CertificateParams, CertificateSigningRequestParams, DnType, DnValue, KeyPair, PKCS_ED25519, PublicKeyData as _,
    SanType,
};
use zeroize::Zeroizing;

use super::{AuthorityError, subject};
use crate::auth::Peer;

/// Bytes of a request at most; one with fifty names has 3 kB.
const MAX_REQUEST: usize = 16 * 1024;

/// Names in a request at most, and characters in one.
const MAX_NAMES: usize = 64;
const MAX_NAME: usize = 253;

/// Characters of a member's or service's name at most (X.520 gives 64).
const MAX_SUBJECT: usize = 64;

/// A new Ed25519 key, PKCS#8 as PEM.
///
/// # Errors
///
/// [`AuthorityError::Certificate`] if the system gives no randomness.
pub fn new_key() -> Result<Zeroizing<String>, AuthorityError> {
    Ok(Zeroizing::new(KeyPair::generate_for(&PKCS_ED25519)?.serialize_pem()))
}

/// The public half of a key, PEM (SubjectPublicKeyInfo), DER.
///
/// # Errors
///
/// [`AuthorityError::Certificate`] if the key cannot be used.
pub fn public_key(key: &str) -> Result<Vec<u8>, AuthorityError> {
    Ok(KeyPair::from_pem(key)?.subject_public_key_info())
}

/// A request for the public half of `key` (PEM), for a member's service under these names; PEM.
///
/// # Errors
///
/// [`AuthorityError::Certificate`] if the key or a name cannot be used.
pub fn request(key: &str, peer: &Peer, names: &[String]) -> Result<String, AuthorityError> {
    let key = KeyPair::from_pem(key)?;
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name = subject(&peer.member, &peer.service);
    Ok(params.serialize_request(&key)?.pem()?)
}

/// A request whose signature holds: whoever sent it has the private key, or had the request from who has.
pub struct Request {
    pub(super) key: rcgen::PublicKey,
    /// For whom a certificate is asked.
    pub peer: Peer,
    /// For which DNS names and IP addresses.
    pub names: Vec<String>,
}

impl Request {
    /// Reads a request, PEM, and checks its signature.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Request`], naming what is wrong.
    pub fn read(pem: &str) -> Result<Self, AuthorityError> {
        if pem.len() > MAX_REQUEST {
            return Err(AuthorityError::Request("expected at most 16 KiB"));
        }
        let parsed = CertificateSigningRequestParams::from_pem(pem)
            .map_err(|_| AuthorityError::Request("expected PKCS #10 as PEM whose signature holds"))?;
        if parsed.public_key.algorithm() != &PKCS_ED25519 {
            return Err(AuthorityError::Request("expected an Ed25519 key"));
        }
        let text = |kind: DnType| match parsed.params.distinguished_name.get(&kind) {
            Some(DnValue::Utf8String(text)) => plain(text, MAX_SUBJECT).then(|| text.clone()),
            Some(DnValue::PrintableString(text)) => plain(text.as_str(), MAX_SUBJECT).then(|| text.as_str().to_owned()),
            _ => None,
        };
        let subject = text(DnType::OrganizationName).zip(text(DnType::CommonName));
        let (member, service) = subject
            .ok_or(AuthorityError::Request("expected a member (O) and a service (CN), 64 characters at most"))?;
        let all: Option<Vec<String>> = parsed.params.subject_alt_names.iter().map(name).collect();
        let names = all.filter(|names| names.len() <= MAX_NAMES);
        let names =
            names.ok_or(AuthorityError::Request("expected at most 64 names, each a DNS name or an IP address"))?;
        Ok(Self { key: parsed.public_key, peer: Peer { member, service }, names })
    }

    /// The public key that a certificate is asked for (SubjectPublicKeyInfo), DER.
    pub fn public_key(&self) -> Vec<u8> {
        self.key.subject_public_key_info()
    }
}

fn plain(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && text.chars().all(|c| c.is_ascii_graphic())
}

fn name(name: &SanType) -> Option<String> {
    match name {
        SanType::DnsName(name) => Some(name.as_str().to_owned()).filter(|name| plain(name, MAX_NAME)),
        SanType::IpAddress(address) => Some(address.to_string()),
        _ => None,
    }
}
