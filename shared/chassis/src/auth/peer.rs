//! The calling service, as its client certificate names it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use x509_cert::Certificate;
use x509_cert::der::asn1::{PrintableStringRef, Utf8StringRef};
use x509_cert::der::{Decode, oid::ObjectIdentifier};

use crate::Problem;
use crate::ca::Details;

const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// A member's service, proven by mutual TLS. Extracting it refuses callers without a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The member the certificate belongs to (O).
    pub member: String,
    /// Which of the member's services it is (CN).
    pub service: String,
}

impl Peer {
    /// Reads the subject of a certificate whose chain was already verified.
    pub fn from_certificate(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?;
        let (mut member, mut service) = (None, None);
        for attribute in certificate.tbs_certificate().subject().iter() {
            let slot = match attribute.oid {
                ORGANIZATION => &mut member,
                COMMON_NAME => &mut service,
                _ => continue,
            };
            let text = attribute.value.decode_as::<Utf8StringRef<'_>>().map(|text| text.as_str().to_owned());
            let text = text.or_else(|_| {
                attribute.value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned())
            });
            // A second organisation would leave open which one counts.
            if slot.replace(text.ok()?).is_some() {
                return None;
            }
        }
        Some(Self { member: member?, service: service? })
    }

    /// Refuses every member but this one.
    ///
    /// # Errors
    ///
    /// Problem `forbidden`.
    pub fn require_member(&self, member: &str) -> Result<(), Problem> {
        if self.member == member { Ok(()) } else { Err(self.refused()) }
    }

    /// Refuses every service but this one, of whichever member.
    ///
    /// # Errors
    ///
    /// Problem `forbidden`.
    pub fn require_service(&self, service: &str) -> Result<(), Problem> {
        if self.service == service { Ok(()) } else { Err(self.refused()) }
    }

    /// Refuses everyone but this service of this member.
    ///
    /// # Errors
    ///
    /// Problem `forbidden`.
    pub fn require(&self, member: &str, service: &str) -> Result<(), Problem> {
        self.require_member(member)?;
        self.require_service(service)
    }

    /// Refuses members for which the predicate does not hold, such as those that are no bank.
    ///
    /// # Errors
    ///
    /// Problem `forbidden`.
    pub fn require_that(&self, allowed: impl FnOnce(&str) -> bool) -> Result<(), Problem> {
        if allowed(&self.member) { Ok(()) } else { Err(self.refused()) }
    }

    fn refused(&self) -> Problem {
        Problem::forbidden().detail(format!("not for {}'s {}", self.member, self.service))
    }
}

/// What a connection proved; kept with the connection. Extracting it refuses callers without a certificate.
#[derive(Debug, Clone)]
pub struct PeerCertificate(pub Details);

impl FromRequest for PeerCertificate {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.conn_data::<Self>().cloned().ok_or_else(|| unauthenticated().into()))
    }
}

fn unauthenticated() -> Problem {
    Problem::new(401, "unauthenticated", "Only for members' services, by mutual TLS")
}

impl FromRequest for Peer {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = request.conn_data::<PeerCertificate>().map(|certificate| certificate.0.peer.clone());
        ready(found.ok_or_else(|| unauthenticated().into()))
    }
}
