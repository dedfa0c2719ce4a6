//! What an authority issued and revoked with its own files: `issued/<serial>.pem`, `revoked/<serial>.json`, `crl.der`.
//!
//! One file for each certificate, so that two commands at a time cannot lose each other's entry.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::crl::{Reason, Revoked};
use super::{Authority, AuthorityError, Crl, Details, Identity, Request, Validity, public, request};
use crate::auth::Peer;

/// Seconds until the next list is due: a day.
pub const CRL_LIFETIME: u32 = 86_400;

/// The register's folder, which is the authority's.
pub struct Register(PathBuf);

/// A certificate that was issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// Leaf and intermediate, PEM.
    pub chain: String,
    /// What the leaf says.
    pub details: Details,
    /// When and why it was revoked.
    pub revoked: Option<Revoked>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokedFile {
    at: i64,
    reason: u8,
}

impl Register {
    /// The register in an authority's folder.
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Issues for a new key, which is given back and kept nowhere else.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`].
    pub fn issue(
        &self,
        authority: &Authority,
        peer: &Peer,
        names: &[String],
        validity: Validity,
    ) -> Result<Identity, AuthorityError> {
        let key = request::new_key()?;
        let request = Request::read(&request::request(&key, peer, names)?)?;
        Ok(Identity { chain: self.sign(authority, &request, validity)?, key })
    }

    /// Issues for a request; gives the chain, PEM.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`].
    pub fn sign(&self, authority: &Authority, request: &Request, validity: Validity) -> Result<String, AuthorityError> {
        let chain = authority.sign(request, validity)?;
        let details = Details::of_chain(&chain)?;
        public(&self.folder("issued")?.join(format!("{}.pem", details.serial)), &chain)?;
        Ok(chain)
    }

    /// Notes that a certificate is revoked from now on; the first reason stays.
    ///
    /// # Errors
    ///
    /// [`AuthorityError::Unknown`] if it was not issued here.
    pub fn revoke(&self, serial: &str, reason: Reason, at: i64) -> Result<(), AuthorityError> {
        let Some(known) = self.find(serial)? else { return Err(AuthorityError::Unknown(serial.to_owned())) };
        if known.revoked.is_some() {
            return Ok(());
        }
        let text = serde_json::to_string(&RevokedFile { at, reason: reason.code() });
        let text = text.map_err(|_| AuthorityError::Unreadable("the revocation"))?;
        public(&self.folder("revoked")?.join(format!("{serial}.json")), &text)
    }

    /// Every certificate, by serial number.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if a file cannot be read.
    pub fn all(&self) -> Result<Vec<Issued>, AuthorityError> {
        let mut serials = Vec::new();
        let folder = self.folder("issued")?;
        let failed = |source| AuthorityError::File { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|kind| kind == "pem") {
                serials.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
            }
        }
        serials.sort();
        serials.iter().filter_map(|serial| self.find(serial).transpose()).collect()
    }

    /// One certificate.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`] if its files cannot be read.
    pub fn find(&self, serial: &str) -> Result<Option<Issued>, AuthorityError> {
        // The serial becomes a file's name.
        if serial.is_empty() || serial.len() > 40 || !serial.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let Some(chain) = read(&self.0.join("issued").join(format!("{serial}.pem")))? else { return Ok(None) };
        let details = Details::of_chain(&chain)?;
        let revoked = match read(&self.0.join("revoked").join(format!("{serial}.json")))? {
            Some(text) => {
                let file: Option<RevokedFile> = serde_json::from_str(&text).ok();
                let known = file.and_then(|file| Some((file.at, Reason::from_code(file.reason)?)));
                let (at, reason) = known.ok_or(AuthorityError::Unreadable("the revocation's file"))?;
                Some(Revoked { serial: serial.to_owned(), at, reason })
            }
            None => None,
        };
        Ok(Some(Issued { chain, details, revoked }))
    }

    /// Signs a list of what was revoked here and writes it to `crl.der`.
    ///
    /// # Errors
    ///
    /// [`AuthorityError`].
    pub fn publish(&self, authority: &Authority, now: i64) -> Result<Crl, AuthorityError> {
        let revoked: Vec<Revoked> = self.all()?.into_iter().filter_map(|issued| issued.revoked).collect();
        let last = fs::read(self.crl()).ok().and_then(|bytes| authority.read_crl(&bytes).ok());
        let crl = authority.crl(&revoked, last.map(|crl| crl.number), now, CRL_LIFETIME)?;
        let written = crate::files::write_public(&self.crl(), crl.der());
        written.map_err(|source| AuthorityError::File { path: self.crl(), source })?;
        Ok(crl)
    }

    /// The file of the last list.
    pub fn crl(&self) -> PathBuf {
        self.0.join("crl.der")
    }

    fn folder(&self, name: &str) -> Result<PathBuf, AuthorityError> {
        let folder = self.0.join(name);
        fs::create_dir_all(&folder).map_err(|source| AuthorityError::File { path: folder.clone(), source })?;
        Ok(folder)
    }
}

fn read(path: &Path) -> Result<Option<String>, AuthorityError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AuthorityError::File { path: path.to_owned(), source }),
    }
}
