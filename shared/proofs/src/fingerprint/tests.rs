//! RFC 9497's vectors, and that sharing the key changes nothing but who can answer.

use curve25519_dalek::{RistrettoPoint, Scalar};
use proptest::prelude::*;
use rand::{SeedableRng as _, rngs::StdRng};

use super::{
    FingerprintError, blind,
    client::{Blinding, apply},
    deal, dleq,
    evaluator::EvaluatorShare,
    finalize,
    suite::hash_to_group,
};

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

fn scalar(text: &str) -> Scalar {
    Scalar::from_canonical_bytes(bytes(text)).unwrap()
}

/// RFC 9497, A.1.2, ristretto255-SHA512, mode VOPRF, test vectors 1 and 2.
#[test]
fn published_vectors() {
    let k = scalar("e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909");
    let public = RistrettoPoint::mul_base(&k);
    assert_eq!(
        hex::encode(public.compress().as_bytes()),
        "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e",
    );
    let blinding = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";
    let r = scalar("222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e");
    let vectors = [
        (
            "00",
            "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
            "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
            "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06\
             6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
            "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d\
             a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
        ),
        (
            "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
            "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
            "60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468",
            "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a\
             67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
            "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60\
             356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
        ),
    ];
    for (input, blinded, evaluated, proof, output) in vectors {
        let input = hex::decode(input).unwrap();
        let blinding = Blinding::from_bytes(&bytes(blinding)).unwrap();
        let element = apply(&input, &blinding).unwrap();
        assert_eq!(hex::encode(element.as_bytes()), blinded);
        let c = element.point().unwrap();
        let d = k * c;
        assert_eq!(hex::encode(d.compress().as_bytes()), evaluated);
        let [challenge, response] = dleq::generate_with(&k, &public, &c, &d, &r).unwrap();
        assert_eq!(hex::encode([challenge.to_bytes(), response.to_bytes()].concat()), proof);
        assert!(dleq::verify(&public, &c, &d, &[challenge, response]));
        // One evaluator that holds the whole key is the RFC's server.
        let share = EvaluatorShare::from_bytes(&[&[0, 1], k.as_bytes().as_slice()].concat().try_into().unwrap());
        let share = share.unwrap();
        let rng = &mut StdRng::seed_from_u64(1);
        let single = super::FingerprintPublic {
            threshold: 1,
            key: super::ShareKey::new(&public),
            shares: vec![super::ShareKey::new(&public)],
        };
        let answer = share.evaluate(&element, rng).unwrap();
        assert_eq!(hex::encode(finalize(&input, &blinding, &single, &[answer]).unwrap()), output);
    }
}

#[test]
fn any_threshold_of_evaluators_gives_one_output_and_fewer_none() {
    let rng = &mut StdRng::seed_from_u64(3);
    let (public, shares) = deal(3, 4, rng).unwrap();
    public.check().unwrap();
    let (blinding, blinded) = blind(b"invoice", rng).unwrap();
    let answers: Vec<_> = shares.iter().map(|share| share.evaluate(&blinded, rng).unwrap()).collect();
    let of = |chosen: &[usize]| {
        let chosen: Vec<_> = chosen.iter().map(|index| answers[*index]).collect();
        finalize(b"invoice", &blinding, &public, &chosen)
    };
    let expected = of(&[0, 1, 2]).unwrap();
    for chosen in [[0, 1, 3], [3, 2, 1], [0, 2, 3]] {
        assert_eq!(of(&chosen), Ok(expected));
    }
    assert_eq!(of(&[0, 1]), Err(FingerprintError::TooFew { given: 2, needed: 3 }));
    assert_eq!(of(&[0, 1, 1]), Err(FingerprintError::Evaluation(2)));
    // Another blinding, the same output; another input, another one.
    let (again, blinded) = blind(b"invoice", rng).unwrap();
    let answers: Vec<_> = shares.iter().skip(1).map(|share| share.evaluate(&blinded, rng).unwrap()).collect();
    assert_eq!(finalize(b"invoice", &again, &public, &answers), Ok(expected));
    assert_ne!(hash_to_group(b"invoice"), hash_to_group(b"invoicf"));
}

#[test]
fn a_wrong_answer_is_named() {
    let rng = &mut StdRng::seed_from_u64(4);
    let (public, shares) = deal(2, 3, rng).unwrap();
    let (_, others) = deal(2, 3, rng).unwrap();
    let (blinding, blinded) = blind(b"invoice", rng).unwrap();
    let good = shares[0].evaluate(&blinded, rng).unwrap();
    let stranger = others[1].evaluate(&blinded, rng).unwrap();
    assert_eq!(finalize(b"invoice", &blinding, &public, &[good, stranger]), Err(FingerprintError::Evaluation(2)));
    let mut renamed = shares[1].evaluate(&blinded, rng).unwrap();
    renamed.index = 3;
    assert_eq!(finalize(b"invoice", &blinding, &public, &[good, renamed]), Err(FingerprintError::Evaluation(3)));
}

#[test]
fn shares_are_read_back_and_thresholds_bounded() {
    let rng = &mut StdRng::seed_from_u64(5);
    let (public, shares) = deal(2, 2, rng).unwrap();
    let share = EvaluatorShare::from_bytes(&shares[1].to_bytes()).unwrap();
    assert_eq!(share.index(), 2);
    assert!(EvaluatorShare::from_bytes(&[0; 34]).is_err() && EvaluatorShare::from_bytes(&[255; 34]).is_err());
    assert!(deal(0, 3, rng).is_err() && deal(4, 3, rng).is_err() && deal(1, 1_000, rng).is_err());
    let mut inconsistent = public;
    inconsistent.shares.reverse();
    assert_eq!(inconsistent.check(), Err(FingerprintError::Element));
}

proptest! {
    #[test]
    fn answers_from_outside_never_panic(index: u16, element: [u8; 32], challenge: [u8; 32], response: [u8; 32]) {
        let rng = &mut StdRng::seed_from_u64(6);
        let (public, shares) = deal(1, 2, rng).unwrap();
        let (blinding, blinded) = blind(b"x", rng).unwrap();
        let json = serde_json::json!({
            "index": index % 4,
            "element": hex::encode(element),
            "challenge": hex::encode(challenge),
            "response": hex::encode(response),
        });
        let answer = serde_json::from_value(json).unwrap();
        prop_assert!(finalize(b"x", &blinding, &public, &[answer]).is_err());
        let _ = shares[0].evaluate(&super::BlindedElement::from_bytes(element), rng);
        prop_assert!(finalize(b"x", &blinding, &public, &[shares[0].evaluate(&blinded, rng).unwrap()]).is_ok());
    }
}
