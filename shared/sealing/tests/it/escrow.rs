//! Nobody opens a capsule alone, and no capsule serves two documents.

use kontor_sealing::{
    Sealed, SealingError,
    escrow::{Partial, Share, combine, deal},
};

use crate::setup::{Network, Repeatable, invoice, network, seller};

fn partials(network: &mut Network, sealed: &Sealed, officers: &[usize], evaluators: &[usize]) -> [Vec<Partial>; 2] {
    let key = network.escrow.key().unwrap();
    let header = &sealed.document.header;
    let mut rng = Repeatable::new(7);
    let mut by = |shares: &[Share], chosen: &[usize]| -> Vec<Partial> {
        chosen.iter().map(|n| shares[*n].partial(header, &key, &mut rng).unwrap()).collect()
    };
    [by(&network.officers, officers), by(&network.evaluators, evaluators)]
}

#[test]
fn any_two_officers_with_any_three_evaluators() {
    let mut network = network();
    let sealed = network.seal(&invoice());
    network.escrow.check().unwrap();
    for (officers, evaluators) in
        [(vec![0, 1], vec![0, 1, 2]), (vec![2, 0], vec![3, 1, 2]), (vec![0, 1, 2], vec![0, 1, 2, 3])]
    {
        let [by_officers, by_network] = partials(&mut network, &sealed, &officers, &evaluators);
        let key = combine(&sealed.document.header, &network.escrow, &by_officers, &by_network).ok().unwrap();
        assert_eq!(sealed.document.open_all(&key), Ok(invoice()));
    }
}

#[test]
fn fewer_or_repeated_ones_do_not() {
    let mut network = network();
    let sealed = network.seal(&invoice());
    let header = &sealed.document.header;
    let [officers, evaluators] = partials(&mut network, &sealed, &[0, 0], &[0, 1, 2]);
    let refused = combine(header, &network.escrow, &officers, &evaluators).err();
    assert_eq!(refused, Some(SealingError::TooFewPartials { given: 1, needed: 2 }));
    let [officers, evaluators] = partials(&mut network, &sealed, &[0, 1, 2], &[0, 1]);
    let refused = combine(header, &network.escrow, &officers, &evaluators).err();
    assert_eq!(refused, Some(SealingError::TooFewPartials { given: 2, needed: 3 }));
    assert!(combine(header, &network.escrow, &officers, &[]).is_err());
}

#[test]
fn a_false_contribution_is_named() {
    let mut network = network();
    let (sealed, other) = (network.seal(&invoice()), network.seal(&invoice()));
    let header = &sealed.document.header;
    let [officers, evaluators] = partials(&mut network, &sealed, &[0, 1], &[0, 1, 2]);
    // An evaluator's share is none of the regulator's, and one document's contribution none of another's.
    assert_eq!(evaluators[0].verify(&network.escrow.regulator, header), Err(SealingError::Partial { index: 1 }));
    assert_eq!(
        officers[1].verify(&network.escrow.regulator, &other.document.header),
        Err(SealingError::Partial { index: 2 })
    );
    for index in [0, 4, u16::MAX] {
        let mut moved = officers[0];
        moved.index = index;
        assert_eq!(moved.verify(&network.escrow.regulator, header), Err(SealingError::Partial { index }));
    }
    let mixed = [officers[0], partials(&mut network, &other, &[1], &[]).concat()[0]];
    let refused = combine(header, &network.escrow, &mixed, &evaluators).err();
    assert_eq!(refused, Some(SealingError::Partial { index: 2 }));
}

#[test]
fn a_capsule_belongs_to_one_document_and_key() {
    let mut network = network();
    let (sealed, other) = (network.seal(&invoice()), network.seal(&invoice()));
    let key = network.escrow.key().unwrap();
    let header = &sealed.document.header;
    let (capsule, document) = (header.capsule, header.document);
    assert_eq!(capsule.verify(&key, &document, 1), Ok(()));
    assert_eq!(capsule.check(&sealed.key, &key, &document, 1), Ok(()));
    assert_eq!(capsule.check(&other.key, &key, &document, 1), Err(SealingError::Capsule));
    assert_eq!(capsule.verify(&key, &document, 2), Err(SealingError::Capsule));
    let foreign = seller().document(&[8; 32]).id();
    assert_eq!(capsule.verify(&key, &foreign, 1), Err(SealingError::Capsule));
    let mut elsewhere = network.escrow.clone();
    std::mem::swap(&mut elsewhere.regulator.key, &mut elsewhere.network.shares[0]);
    assert_eq!(capsule.verify(&elsewhere.key().unwrap(), &document, 1), Err(SealingError::Capsule));
    assert_eq!(elsewhere.check(), Err(SealingError::EscrowGroup));
    // Copied into another version, no holder helps with it.
    let mut copied = header.clone();
    copied.version = 2;
    let refused = network.officers[0].partial(&copied, &key, &mut Repeatable::new(5)).err();
    assert_eq!(refused, Some(SealingError::Capsule));
}

#[test]
fn dealing_keeps_its_bounds() {
    let mut rng = Repeatable::new(6);
    for (threshold, holders) in [(0, 3), (4, 3), (0, 0), (2, 257)] {
        assert_eq!(deal(threshold, holders, &mut rng).err(), Some(SealingError::EscrowGroup));
    }
    let (group, shares) = deal(1, 1, &mut rng).unwrap();
    assert_eq!(group.check(), Ok(()));
    let again = Share::from_bytes(&shares[0].to_bytes()).ok().unwrap();
    assert_eq!(*again.to_bytes(), *shares[0].to_bytes());
    assert_eq!(Share::from_bytes(&[0; 34]).err(), Some(SealingError::Encoding));
    assert_eq!(Share::from_bytes(&[0xff; 34]).err(), Some(SealingError::Encoding));
}
