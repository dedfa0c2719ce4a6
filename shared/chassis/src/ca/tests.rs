//! The authority on its own files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use proptest::prelude::*;

use super::*;

fn peer() -> Peer {
    Peer { member: "AURUDEFF".to_owned(), service: "bank-gateway".to_owned() }
}

fn names() -> Vec<String> {
    ["localhost", "127.0.0.1", "::1", "bank-a.localhost"].map(str::to_owned).to_vec()
}

#[test]
fn what_is_issued_names_the_member_and_service_and_ends() {
    let folder = tempfile::tempdir().expect("folder");
    let created = Authority::create(folder.path(), "Kontor test").expect("creates");
    let loaded = Authority::load(folder.path()).expect("loads");
    assert_eq!(created.root(), loaded.root());
    let register = Register::new(folder.path());
    let validity = Validity::starting(now(), LEAF_LIFETIME);
    let identity = register.issue(&loaded, &peer(), &names(), validity).expect("issues");
    let details = Details::of_chain(&identity.chain).expect("reads");
    assert_eq!((details.peer, details.names, details.validity), (peer(), names(), validity));
    assert_eq!(details.serial.len(), 32);
    let known = register.all().expect("reads");
    assert_eq!(known.iter().map(|one| &one.details.serial).collect::<Vec<_>>(), [&details.serial]);
    for key in ["root.key", "intermediate.key"] {
        let mode = fs::metadata(folder.path().join(key)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
}

#[test]
fn the_root_is_needed_for_the_intermediate_only_and_may_lie_elsewhere() {
    let (folder, safe) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    Authority::create(folder.path(), "Kontor test").expect("creates");
    let away = safe.path().join("root.key");
    fs::rename(folder.path().join("root.key"), &away).expect("moves");
    let register = Register::new(folder.path());
    let before = Authority::load(folder.path()).expect("loads without the root's key");
    let validity = Validity::starting(now(), 60);
    let identity = register.issue(&before, &peer(), &names(), validity).expect("issues");
    let old = fs::read(folder.path().join("intermediate.pem")).expect("there");

    assert!(Authority::renew_intermediate(folder.path(), &folder.path().join("root.key")).is_err());
    let other = folder.path().join("intermediate.key");
    let error = Authority::renew_intermediate(folder.path(), &other).err().expect("refused").to_string();
    assert!(error.contains("belongs to another"), "{error}");
    let after = Authority::renew_intermediate(folder.path(), &away).expect("renews");
    assert_ne!(fs::read(folder.path().join("intermediate.pem")).expect("there"), old);

    // What the old one issued is still under the new one's lists, and the other way round.
    let serial = Details::of_chain(&identity.chain).expect("reads").serial;
    register.revoke(&serial, Reason::KeyCompromise, now()).expect("revokes");
    let crl = register.publish(&after, now()).expect("signs");
    assert!(before.read_crl(crl.der()).expect("reads").lists(&serial));
}

#[test]
fn nothing_outlives_the_intermediate() {
    let folder = tempfile::tempdir().expect("folder");
    let authority = Authority::create(folder.path(), "Kontor test").expect("creates");
    let (register, end) = (Register::new(folder.path()), authority.validity().not_after);
    let long = Validity { not_before: now(), not_after: end + 1_000 };
    let issued = register.issue(&authority, &peer(), &[], long).expect("issues");
    assert_eq!(Details::of_chain(&issued.chain).expect("reads").validity.not_after, end);
    let late = Validity { not_before: end, not_after: end + 1_000 };
    assert!(matches!(register.issue(&authority, &peer(), &[], late), Err(AuthorityError::Ended)));
}

#[test]
fn lists_are_numbered_dated_and_signed_by_their_authority() {
    let (folder, elsewhere) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    let authority = Authority::create(folder.path(), "Kontor test").expect("creates");
    let register = Register::new(folder.path());
    let first = register.publish(&authority, 1_800_000_000).expect("signs");
    let second = register.publish(&authority, 1_800_000_000).expect("signs");
    assert_eq!((second.number, second.this_update), (first.number + 1, 1_800_000_000));
    assert_eq!(second.next_update - second.this_update, i64::from(register::CRL_LIFETIME));
    assert_eq!(second.serials().count(), 0);

    let unknown = register.revoke(&"4".repeat(32), Reason::Superseded, 0);
    assert!(matches!(unknown, Err(AuthorityError::Unknown(_))));
    let issued = register.issue(&authority, &peer(), &[], Validity::starting(now(), 60)).expect("issues");
    let serial = Details::of_chain(&issued.chain).expect("reads").serial;
    register.revoke(&serial, Reason::CessationOfOperation, 1_800_000_001).expect("revokes");
    register.revoke(&serial, Reason::KeyCompromise, 1_800_000_002).expect("harmless");
    let known = register.find(&serial).expect("reads").expect("known").revoked.expect("revoked");
    assert_eq!((known.reason, known.at), (Reason::CessationOfOperation, 1_800_000_001));
    let third = register.publish(&authority, 1_800_000_100).expect("signs");
    assert_eq!(third.serials().collect::<Vec<_>>(), [serial.as_str()]);

    let stranger = Authority::create(elsewhere.path(), "Kontor test").expect("creates");
    assert!(stranger.read_crl(third.der()).is_err(), "another authority of the same name");
    let mut broken = third.der().to_vec();
    *broken.last_mut().expect("bytes") ^= 1;
    assert!(authority.read_crl(&broken).is_err());
}

#[test]
fn requests_are_held_to_their_shape() {
    let key = request::new_key().expect("a key");
    let pem = request::request(&key, &peer(), &names()).expect("a request");
    let read = Request::read(&pem).expect("reads");
    assert_eq!((read.peer.clone(), read.names.clone()), (peer(), names()));
    // The signature is over everything else, and the last thing in it.
    use rustls::pki_types::{CertificateSigningRequestDer, pem::PemObject as _};
    let mut der = CertificateSigningRequestDer::from_pem_slice(pem.as_bytes()).expect("PEM").to_vec();
    *der.last_mut().expect("bytes") ^= 1;
    let text = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, der);
    let forged = format!("-----BEGIN CERTIFICATE REQUEST-----\n{text}\n-----END CERTIFICATE REQUEST-----\n");
    let long = Peer { member: "M".repeat(65), ..peer() };
    for bad in [
        request::request(&key, &long, &[]).expect("a request"),
        request::request(&key, &Peer { service: "with space".to_owned(), ..peer() }, &[]).expect("a request"),
        request::request(&key, &peer(), &vec!["localhost".to_owned(); 65]).expect("a request"),
        pem.replace("-----BEGIN", "-----BEGAN"),
        forged,
        "x".repeat(20_000),
    ] {
        assert!(matches!(Request::read(&bad), Err(AuthorityError::Request(_))));
    }
}

proptest! {
    #[test]
    fn damaged_requests_and_lists_are_refused_without_a_panic(at in 0usize..400, with in any::<u8>()) {
        let key = request::new_key().expect("a key");
        let mut pem = request::request(&key, &peer(), &names()).expect("a request").into_bytes();
        if let Some(byte) = pem.get_mut(at) {
            *byte = with;
        }
        let _ = Request::read(&String::from_utf8_lossy(&pem));
        let _ = Details::of(&pem);
        let _ = Crl::read(&pem, &pem);
    }
}
