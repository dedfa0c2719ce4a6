//! The network's online issuer: its keys, and the use cases that need them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use kontor_chassis::{
    ca::{self, Authority, AuthorityError, Details, Reason, Register, Request, Validity},
    database::Connection,
    outbox::enqueue,
};
use kontor_ledger::{
    client::LedgerClient,
    member::MemberId,
    network_certificate::{CertificateSerial, NetworkCertificate, RevocationReason},
    record::{Body, Nonce, Record, Unsigned},
    time::Timestamp,
};
use kontor_sealing::{Hash, SigningKey};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::{
    domain::certificate::{Certificate, Recording, Revocation, may_renew, terms},
    error::Error,
    store,
};

/// The outbox's kind for records of the authority.
pub const RECORD: &str = "certificate-record";

/// Renewals of one service within a day at most: each stands on the ledger for good.
const MOST_A_DAY: i64 = 20;
const DAY: i64 = 86_400;

/// A record on its way to the ledger.
#[derive(Debug, Serialize, Deserialize)]
pub struct ToRecord {
    /// The certificate.
    pub serial: CertificateSerial,
    /// The issue or revocation, signed.
    pub record: Record,
}

/// Issues and revokes.
pub struct Issuer {
    folder: PathBuf,
    authority: RwLock<Arc<Authority>>,
    key: SigningKey,
    /// The operator's, which sponsors the records.
    pub sponsor: SigningKey,
    /// The operator.
    pub operator: MemberId,
    network: Hash,
    /// The ledger.
    pub ledger: LedgerClient,
    lifetime: u32,
    list_lifetime: u32,
    /// Told when the ledger has said something of a certificate.
    pub recorded: Notify,
}

/// What an issuer is made of.
pub struct Parts {
    /// Folder of the authority's files.
    pub folder: PathBuf,
    /// Authors the records.
    pub key: SigningKey,
    /// Sponsors them.
    pub sponsor: SigningKey,
    /// The operator.
    pub operator: MemberId,
    /// The ledger.
    pub ledger: LedgerClient,
    /// Seconds that a certificate is valid.
    pub lifetime: u32,
    /// Seconds until the next list is due.
    pub list_lifetime: u32,
}

impl Issuer {
    /// Loads the authority; its root's key is not needed.
    ///
    /// # Errors
    /// [`AuthorityError`] if a file cannot be used.
    pub fn open(parts: Parts) -> Result<Self, AuthorityError> {
        let Parts { folder, key, sponsor, operator, ledger, lifetime, list_lifetime } = parts;
        let authority = RwLock::new(Arc::new(Authority::load(&folder)?));
        let (network, recorded) = (*ledger.network(), Notify::new());
        Ok(Self { folder, authority, key, sponsor, operator, network, ledger, lifetime, list_lifetime, recorded })
    }

    /// Loads the authority again: its intermediate may have been renewed.
    ///
    /// # Errors
    /// [`AuthorityError`]; the one that was loaded before stays in use.
    pub fn reload(&self) -> Result<(), AuthorityError> {
        let loaded = Arc::new(Authority::load(&self.folder)?);
        *self.authority.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    /// The authority's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn authority(&self) -> Arc<Authority> {
        Arc::clone(&self.authority.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn record(&self, body: Body) -> Record {
        let nonce = Nonce(rand::rng().random());
        let unsigned = Unsigned { network: self.network, body, nonce, author: self.key.public() };
        unsigned.sign(&self.key, self.operator)
    }

    fn send(&self, c: &mut Connection, serial: CertificateSerial, record: Record) -> Result<(), Error> {
        // In order for one certificate, so that its revocation follows its issue.
        let (target, key) = (format!("certificate/{serial}"), record.id().to_string());
        Ok(enqueue(c, RECORD, &target, &ToRecord { serial, record }, &key)?)
    }

    /// Issues to the holder of a valid certificate. The same key asked for again gets what it got before.
    ///
    /// # Errors
    /// [`Error::Renewal`] if it asks for more than it has, [`Error::TooMany`] if it asks too often.
    pub fn renew(&self, c: &mut Connection, held: &Details, request: &Request) -> Result<Certificate, Error> {
        may_renew(held, request)?;
        let key = Hash::sm3(&[&request.public_key()]);
        if let Some(known) = store::certificate::of_key(c, &key)? {
            let serial = known.terms.serial.to_string();
            let same = known.terms.member.as_str() == held.peer.member && known.terms.service == held.peer.service;
            let ends = i64::try_from(known.terms.not_after.as_millis() / 1_000).unwrap_or(i64::MAX);
            let revoked = store::certificate::find_revocation(c, &known.terms.serial)?.is_some();
            if same && serial != held.serial && ends > held.validity.not_after && !revoked {
                return Ok(known);
            }
        }
        let validity = Validity::starting(ca::now(), self.lifetime);
        // Those that were issued within the last day end this late.
        let late = validity.not_after.saturating_sub(DAY).saturating_mul(1_000);
        if store::certificate::ending_after(c, &held.peer, late)? >= MOST_A_DAY {
            return Err(Error::TooMany);
        }
        let chain = self.authority().sign(request, validity)?;
        self.enter(c, chain)
    }

    /// Seconds until the intermediate ends.
    pub fn intermediate_left(&self) -> i64 {
        self.authority().validity().left(ca::now())
    }

    /// Keeps a certificate and sends it to the ledger.
    fn enter(&self, c: &mut Connection, chain: String) -> Result<Certificate, Error> {
        let (terms, public_key) = terms(&chain).ok_or(Error::NotACertificate)?;
        let record = self.record(Body::NetworkCertificateIssue { certificate: terms.clone() });
        let made = Certificate { terms, public_key, chain, record: record.id(), recording: Recording::Pending };
        store::certificate::insert(c, &made)?;
        self.send(c, made.terms.serial, record)?;
        Ok(made)
    }

    /// Revokes a certificate and signs a new list; asked again, the first revocation stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it was not issued here.
    pub fn revoke(
        &self,
        c: &mut Connection,
        serial: &CertificateSerial,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Result<Revocation, Error> {
        if let Some(known) = store::certificate::find_revocation(c, serial)? {
            return Ok(known);
        }
        let known = store::certificate::find(c, serial)?.ok_or(Error::NotFound)?;
        let record = self.record(Body::NetworkCertificateRevoke { serial: *serial, reason, at: now });
        let made = Revocation {
            serial: *serial,
            reason,
            at: now,
            expires: known.terms.not_after,
            record: record.id(),
            recording: Recording::Pending,
        };
        store::certificate::insert_revocation(c, &made)?;
        self.send(c, *serial, record)?;
        self.sign_list(c, now)?;
        Ok(made)
    }

    /// Takes over what was issued and revoked with the authority's files; gives how many were new.
    ///
    /// # Errors
    /// [`Error`]; nothing was taken over then.
    pub fn take_over(
        &self,
        c: &mut Connection,
        files: &[ca::register::Issued],
        now: Timestamp,
    ) -> Result<usize, Error> {
        let mut new = 0;
        for issued in files {
            // Certificates from before serial numbers had sixteen bytes are none that the ledger could name.
            let Ok(serial) = issued.details.serial.parse() else { continue };
            if store::certificate::find(c, &serial)?.is_none() {
                self.enter(c, issued.chain.clone())?;
                new += 1;
            }
            if let Some(revoked) = &issued.revoked
                && store::certificate::find_revocation(c, &serial)?.is_none()
            {
                self.revoke(c, &serial, reason(revoked.reason), now)?;
                new += 1;
            }
        }
        Ok(new)
    }

    /// Takes over revocations that members put on the ledger themselves; gives how many were new.
    ///
    /// # Errors
    /// [`Error`]; nothing was taken over then.
    pub fn follow(&self, c: &mut Connection, revoked: &[NetworkCertificate], now: Timestamp) -> Result<usize, Error> {
        let mut new = 0;
        for one in revoked {
            let Some(revocation) = one.revocation else { continue };
            if store::certificate::find_revocation(c, &one.terms.serial)?.is_none() {
                let made = Revocation {
                    serial: one.terms.serial,
                    reason: revocation.reason,
                    at: revocation.at,
                    expires: one.terms.not_after,
                    record: revocation.record,
                    recording: Recording::Recorded,
                };
                store::certificate::insert_revocation(c, &made)?;
                new += 1;
            }
        }
        if new > 0 {
            self.sign_list(c, now)?;
        }
        Ok(new)
    }

    /// The list, signed anew if half its time has passed.
    ///
    /// # Errors
    /// [`Error`].
    pub fn list(&self, c: &mut Connection, now: Timestamp) -> Result<Vec<u8>, Error> {
        match self.fresh_list(c, now)? {
            Some(list) => Ok(list),
            None => self.sign_list(c, now),
        }
    }

    /// The last list, unless half its time has passed.
    ///
    /// # Errors
    /// [`Error`].
    pub fn fresh_list(&self, c: &mut Connection, now: Timestamp) -> Result<Option<Vec<u8>>, Error> {
        let half = u64::from(self.list_lifetime).saturating_mul(500);
        let last = store::certificate::last_list(c)?;
        Ok(last.filter(|(_, _, next)| next.millis_since(now) > half).map(|(_, list, _)| list))
    }

    fn sign_list(&self, c: &mut Connection, now: Timestamp) -> Result<Vec<u8>, Error> {
        let last = store::certificate::last_list(c)?.map(|(number, ..)| number);
        let seconds = |time: Timestamp| i64::try_from(time.as_millis() / 1_000).unwrap_or(i64::MAX);
        let revoked = store::certificate::revocations(c, now)?.into_iter().map(|one| ca::Revoked {
            serial: one.serial.to_string(),
            at: seconds(one.at),
            reason: Reason::from_code(one.reason.code()).unwrap_or(Reason::Unspecified),
        });
        let revoked: Vec<_> = revoked.collect();
        let crl = self.authority().crl(&revoked, last, seconds(now), self.list_lifetime)?;
        let next = now.plus_millis(u64::from(self.list_lifetime).saturating_mul(1_000));
        store::certificate::replace_list(c, crl.number, crl.der(), next)?;
        Ok(crl.der().to_vec())
    }

    /// Everything in the authority's files.
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn files(&self) -> Result<Vec<ca::register::Issued>, AuthorityError> {
        Register::new(&self.folder).all()
    }
}

fn reason(reason: Reason) -> RevocationReason {
    RevocationReason::from_code(reason.code()).unwrap_or(RevocationReason::Unspecified)
}
