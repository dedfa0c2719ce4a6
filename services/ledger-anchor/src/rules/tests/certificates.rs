//! Certificates: one issue for a serial number, one revocation, by whom it may be.

use kontor_ledger::{
    network_certificate::{CertificateSerial, CertificateTerms, NetworkCertificate, RevocationReason},
    object::Object,
    outcome::{
        Outcome::{self, Accepted, Refused},
        RefusalCode as Code,
    },
    record::Body,
    time::Timestamp,
};
use kontor_sealing::{Hash, SigningKey};
use proptest::prelude::*;

use super::world::{World, bank, key};
use crate::{
    rules::{Network, certificate::list},
    state::object,
};

fn authority() -> SigningKey {
    key(b'r', 0)
}

fn serial(number: u8) -> CertificateSerial {
    let mut bytes = [0x40; 16];
    bytes[15] = number;
    CertificateSerial::try_from(bytes).unwrap()
}

fn terms(number: u8, member: u8) -> CertificateTerms {
    CertificateTerms {
        member: bank(member),
        service: "bank-gateway".to_owned(),
        serial: serial(number),
        fingerprint: Hash::sm3(&[&[number]]),
        not_before: Timestamp::from_millis(1_000).unwrap(),
        not_after: Timestamp::from_millis(9_000 + u64::from(number)).unwrap(),
    }
}

fn issue(certificate: CertificateTerms) -> Body {
    Body::NetworkCertificateIssue { certificate }
}

fn revoke(world: &World, number: u8) -> Body {
    let reason = RevocationReason::KeyCompromise;
    Body::NetworkCertificateRevoke { serial: serial(number), reason, at: world.now }
}

#[test]
fn the_authority_issues_once() {
    let mut world = World::new();
    assert_eq!(world.say(&key(b'm', 0), 0, issue(terms(1, 0))).1, Refused(Code::WrongAuthor));
    assert_eq!(world.say(&authority(), 2, issue(terms(1, 0))).1, Accepted);
    assert_eq!(world.say(&authority(), 2, issue(terms(1, 1))).1, Refused(Code::SerialUsed));
    let stranger = CertificateTerms { member: "STRGDEFF".parse().unwrap(), ..terms(2, 0) };
    // A bank needs a certificate before the members can vote on it.
    assert_eq!(world.say(&authority(), 2, issue(stranger)).1, Accepted);
    let sound = terms(2, 0);
    for bad in [
        CertificateTerms { service: String::new(), ..sound.clone() },
        CertificateTerms { service: "x".repeat(65), ..sound.clone() },
        CertificateTerms { service: "a b".to_owned(), ..sound.clone() },
        CertificateTerms { not_after: sound.not_before, ..sound.clone() },
    ] {
        assert_eq!(world.say(&authority(), 2, issue(bad)).1, Refused(Code::CertificateMalformed));
    }
    let mut without = super::world::genesis();
    without.authority = None;
    world.network = Network::new(without).unwrap();
    assert_eq!(world.say(&authority(), 2, issue(sound)).1, Refused(Code::NoAuthority));
    assert_eq!(world.say(&authority(), 2, revoke(&world, 1)).1, Refused(Code::NoAuthority));
}

#[test]
fn the_authority_and_the_member_itself_revoke_once() {
    let mut world = World::new();
    for (number, member) in [(1, 0), (2, 1), (3, 1)] {
        assert_eq!(world.say(&authority(), 2, issue(terms(number, member))).1, Accepted);
    }
    assert_eq!(world.say(&authority(), 2, revoke(&world, 9)).1, Refused(Code::UnknownCertificate));
    assert_eq!(world.say(&key(b'm', 1), 1, revoke(&world, 1)).1, Refused(Code::WrongAuthor), "another member's");
    let drift = world.network.genesis.parameters.max_clock_drift;
    let at = world.now.plus_millis(drift + 1);
    let early = Body::NetworkCertificateRevoke { serial: serial(1), reason: RevocationReason::Superseded, at };
    assert_eq!(world.say(&authority(), 2, early).1, Refused(Code::CertificateMalformed));
    let (record, outcome) = world.say(&key(b'm', 0), 0, revoke(&world, 1));
    assert_eq!(outcome, Accepted);
    assert_eq!(world.say(&authority(), 2, revoke(&world, 1)).1, Refused(Code::CertificateRevoked));
    assert_eq!(world.say(&authority(), 2, revoke(&world, 2)).1, Accepted);

    let reference = format!("certificate:{}", serial(1));
    let Some(Object::Certificate(shown)) = object(&world.state, &world.network.genesis, &reference, world.now).unwrap()
    else {
        panic!("the certificate is an object")
    };
    let revocation = shown.revocation.unwrap();
    assert_eq!((revocation.record, revocation.by), (record, key(b'm', 0).public()));
    assert!(object(&world.state, &world.network.genesis, "certificate:zz", world.now).unwrap().is_none());

    let serials = |page: kontor_ledger::network_certificate::NetworkCertificates| {
        (page.items.iter().map(|one| one.terms.serial).collect::<Vec<_>>(), page.next)
    };
    let all = |_: &NetworkCertificate| true;
    let first = serials(list(&world.state, None, 2, all).unwrap());
    assert_eq!(first, (vec![serial(3), serial(2)], Some(1)));
    assert_eq!(serials(list(&world.state, first.1, 2, all).unwrap()), (vec![serial(1)], None));
    let valid = list(&world.state, None, 10, |one| one.revocation.is_none()).unwrap();
    assert_eq!(serials(valid), (vec![serial(3)], None));
    assert_eq!(serials(list(&world.state, Some(u64::MAX), 1, all).unwrap()).0, [serial(3)]);
}

/// What somebody says about one of a few certificates.
fn said() -> impl Strategy<Value = (bool, u8, u8, u8)> {
    (any::<bool>(), 0u8..4, 0u8..3, 0u8..4)
}

proptest! {
    #[test]
    fn a_certificate_is_issued_once_revoked_once_and_stays_listed(all in prop::collection::vec(said(), 1..40)) {
        let mut world = World::new();
        let (mut issued, mut revoked) = (std::collections::BTreeMap::new(), std::collections::BTreeSet::new());
        for (issues, number, who, member) in all {
            let author = if who == 0 { authority() } else { key(b'm', who - 1) };
            let body = if issues { issue(terms(number, member)) } else { revoke(&world, number) };
            let outcome = world.say(&author, 2, body).1;
            let expected: Outcome = match (issues, issued.get(&number)) {
                (true, _) if who != 0 => Refused(Code::WrongAuthor),
                (true, Some(_)) => Refused(Code::SerialUsed),
                (true, None) => Accepted,
                (false, None) => Refused(Code::UnknownCertificate),
                (false, Some(owner)) if who != 0 && *owner != who - 1 => Refused(Code::WrongAuthor),
                (false, Some(_)) if revoked.contains(&number) => Refused(Code::CertificateRevoked),
                (false, Some(_)) => Accepted,
            };
            prop_assert_eq!(outcome, expected);
            if outcome == Accepted {
                if issues { issued.insert(number, member); } else { revoked.insert(number); }
            }
        }
        let page = list(&world.state, None, 100, |_| true).unwrap();
        prop_assert_eq!(page.items.len(), issued.len());
        for one in page.items {
            let number = one.terms.serial.as_bytes()[15];
            prop_assert_eq!(one.revocation.is_some(), revoked.contains(&number));
            prop_assert_eq!(one.terms, terms(number, issued[&number]));
        }
    }
}
