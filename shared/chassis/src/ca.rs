//! The network's certificate authority: an Ed25519 root, an intermediate that issues, a leaf per member's service.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ED25519, date_time_ymd,
};
use zeroize::Zeroizing;

use crate::files;

/// Years that root, intermediate and leaf are valid.
const YEARS: [i16; 3] = [20, 10, 2];

/// Names that every leaf carries, so that one machine can hold a whole network.
const LOCAL_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

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

/// The authority with its intermediate's key; the root's key stays in its file.
pub struct Authority {
    root: String,
    intermediate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Makes a new authority and writes `root.pem`, `root.key`, `intermediate.pem` and `intermediate.key`.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if a file cannot be written.
    pub fn create(folder: &Path, network: &str) -> Result<Self, AuthorityError> {
        let root_key = KeyPair::generate_for(&PKCS_ED25519)?;
        let mut root = authority_params(&format!("{network} root"), network, None, YEARS[0]);
        let root_certificate = root.self_signed(&root_key)?;
        let root_pem = root_certificate.pem();
        let root_key_pem = Zeroizing::new(root_key.serialize_pem());
        root.use_authority_key_identifier_extension = true;
        let root_issuer = Issuer::new(root, root_key);

        let key = KeyPair::generate_for(&PKCS_ED25519)?;
        let params = authority_params(&format!("{network} issuing"), network, Some(0), YEARS[1]);
        let intermediate = params.signed_by(&key, &root_issuer)?.pem();
        secret(&folder.join("root.key"), &root_key_pem)?;
        secret(&folder.join("intermediate.key"), &Zeroizing::new(key.serialize_pem()))?;
        public(&folder.join("intermediate.pem"), &intermediate)?;
        // Last, because its presence tells that the authority is complete.
        public(&folder.join("root.pem"), &root_pem)?;
        Ok(Self { root: root_pem, intermediate, issuer: Issuer::new(params, key) })
    }

    /// Loads what [`Authority::create`] wrote; the root's key is not needed.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if a file is missing or is not what it should be.
    pub fn load(folder: &Path) -> Result<Self, AuthorityError> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|source| AuthorityError::File { path, source })
        };
        let (root, intermediate) = (read("root.pem")?, read("intermediate.pem")?);
        let key = KeyPair::from_pem(&Zeroizing::new(read("intermediate.key")?))?;
        let issuer = Issuer::from_ca_cert_pem(&intermediate, key)?;
        Ok(Self { root, intermediate, issuer })
    }

    /// The root certificate, PEM: what everybody trusts.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Issues a certificate for a member's service, for these DNS names and IP addresses besides the local ones.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Certificate`] if a name cannot be in a certificate.
    pub fn issue(&self, member: &str, service: &str, names: &[&str]) -> Result<Identity, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ED25519)?;
        let all: Vec<String> = LOCAL_NAMES.iter().chain(names).map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(all)?;
        params.distinguished_name = subject(member, service);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        valid_for(&mut params, YEARS[2]);
        let leaf = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Identity { chain: leaf + &self.intermediate, key: Zeroizing::new(key.serialize_pem()) })
    }
}

fn authority_params(name: &str, network: &str, depth: Option<u8>, years: i16) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(network, name);
    params.is_ca = IsCa::Ca(depth.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_for(&mut params, years);
    params
}

fn subject(organization: &str, common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, DnValue::Utf8String(organization.to_owned()));
    name.push(DnType::CommonName, DnValue::Utf8String(common_name.to_owned()));
    name
}

/// From yesterday, so that clocks may differ, on whole days.
fn valid_for(params: &mut CertificateParams, years: i16) {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let yesterday = today.yesterday().unwrap_or(today);
    let part = |number: i8| u8::try_from(number).unwrap_or(1);
    // The 29th of February is not in every year.
    let day = |date: jiff::civil::Date| part(date.day()).min(28);
    params.not_before = date_time_ymd(yesterday.year().into(), part(yesterday.month()), day(yesterday));
    params.not_after = date_time_ymd((today.year() + years).into(), part(today.month()), day(today));
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
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use super::*;
    use crate::auth::Peer;

    #[test]
    fn a_loaded_authority_issues_what_names_the_member_and_service() {
        let folder = tempfile::tempdir().expect("folder");
        let created = Authority::create(folder.path(), "Kontor test").expect("creates");
        let loaded = Authority::load(folder.path()).expect("loads");
        assert_eq!(created.root(), loaded.root());
        let identity = loaded.issue("AURUDEFF", "bank-gateway", &["bank-a.localhost"]).expect("issues");
        let leaf = CertificateDer::pem_slice_iter(identity.chain.as_bytes()).next().expect("one").expect("PEM");
        let peer = Peer::from_certificate(&leaf).expect("subject");
        assert_eq!((peer.member.as_str(), peer.service.as_str()), ("AURUDEFF", "bank-gateway"));
    }
}
