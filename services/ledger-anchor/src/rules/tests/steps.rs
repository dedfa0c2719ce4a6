//! What happens in random histories.

use proptest::prelude::*;

/// Documents that steps speak of.
pub(super) const DOCUMENTS: u8 = 3;

/// One thing that happens; whether it is accepted is for the rules to say.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Register {
        document: u8,
        total: u64,
    },
    Amend {
        document: u8,
        total: u64,
        prove: bool,
    },
    Cancel {
        document: u8,
    },
    Supersede {
        old: u8,
        new: u8,
        by_new: bool,
    },
    Reserve {
        document: u8,
        amount: u64,
        exact: u8,
        near: u8,
        key: u8,
        bank: u8,
        word: bool,
        stale: bool,
        on: Option<(u8, u8)>,
    },
    Move {
        claim: usize,
        event: u8,
        honest: bool,
    },
    OpenCase {
        reference: u8,
        officers: u8,
    },
    CloseCase {
        case: usize,
    },
    Access {
        case: usize,
        document: u8,
        reason: u8,
        officers: u8,
    },
    Confirm {
        document: u8,
    },
    Issue {
        document: u8,
        amount: u64,
        exact: u8,
        near: u8,
        bank: u8,
        word: bool,
    },
    Acknowledge {
        receivable: usize,
        honest: bool,
    },
    Split {
        receivable: usize,
        first: u64,
        more: u64,
        spare: u16,
        honest: bool,
    },
    Transfer {
        receivable: usize,
        honest: bool,
    },
    Pledge {
        receivable: usize,
        bank: u8,
        honest: bool,
    },
    Pay {
        receivable: usize,
        issuer: bool,
        bank: u8,
    },
    Replay,
    Pass {
        millis: u64,
    },
}

/// Anything.
pub(super) fn step() -> impl Strategy<Value = Step> {
    let document = 0..DOCUMENTS;
    prop_oneof![
        2 => (document.clone(), 0_u64..2_000).prop_map(|(document, total)| Step::Register { document, total }),
        2 => (document.clone(), 0_u64..2_000, any::<bool>())
            .prop_map(|(document, total, prove)| Step::Amend { document, total, prove }),
        1 => document.clone().prop_map(|document| Step::Cancel { document }),
        1 => (document.clone(), document.clone(), any::<bool>())
            .prop_map(|(old, new, by_new)| Step::Supersede { old, new, by_new }),
        8 => reserve_step(),
        6 => (0_usize..8, 0_u8..3, 0_u8..6)
            .prop_map(|(claim, event, lie)| Step::Move { claim, event, honest: lie > 0 }),
        2 => document.clone().prop_map(|document| Step::Confirm { document }),
        16 => receivable_step(),
        1 => (0_u8..3, 0_u8..4).prop_map(|(reference, officers)| Step::OpenCase { reference, officers }),
        1 => (0_usize..3).prop_map(|case| Step::CloseCase { case }),
        2 => (0_usize..3, document, 0_u8..3, 0_u8..4)
            .prop_map(|(case, document, reason, officers)| Step::Access { case, document, reason, officers }),
        1 => Just(Step::Replay),
        2 => (1_u64..400).prop_map(|millis| Step::Pass { millis }),
    ]
}

/// A reservation, now and then on a source.
pub(super) fn reserve_step() -> impl Strategy<Value = Step> {
    (
        (0..DOCUMENTS, 0_u64..900, 0_u8..3, 0_u8..3),
        (0_u8..12, 0_u8..3, any::<bool>(), 0_u8..8),
        proptest::option::of((0_u8..2, 0..DOCUMENTS)),
    )
        .prop_map(|((document, amount, exact, near), (key, bank, word, stale), on)| Step::Reserve {
            document,
            amount,
            exact,
            near,
            key,
            bank,
            word,
            stale: stale == 0,
            on,
        })
}

/// What happens to receivables.
pub(super) fn receivable_step() -> impl Strategy<Value = Step> {
    let document = 0..DOCUMENTS;
    prop_oneof![
        // Mostly under the document's own fingerprints.
        4 => (document, 0_u64..1_200, 0_u8..5, 0_u8..5, 0_u8..3, any::<bool>()).prop_map(
            |(document, amount, exact, near, bank, word)| {
                let [exact, near] = [exact, near].map(|value| if value < 3 { document } else { value - 3 });
                Step::Issue { document, amount, exact, near, bank, word }
            }
        ),
        7 => receivable().prop_map(|(receivable, honest)| Step::Acknowledge { receivable, honest }),
        5 => (receivable(), 0_u64..1_000, 0_u64..5, 0_u16..300).prop_map(
            |((receivable, honest), first, more, spare)| {
                Step::Split { receivable, first, more: more / 4, spare, honest }
            }
        ),
        4 => receivable().prop_map(|(receivable, honest)| Step::Transfer { receivable, honest }),
        4 => (receivable(), 0_u8..3)
            .prop_map(|((receivable, honest), bank)| Step::Pledge { receivable, bank, honest }),
        2 => (receivable(), any::<bool>(), 0_u8..3)
            .prop_map(|((receivable, issuer), by_issuer, bank)| Step::Pay { receivable, issuer: issuer && by_issuer, bank }),
    ]
}

/// Which receivable, and whether its own key speaks.
fn receivable() -> impl Strategy<Value = (usize, bool)> {
    (0_usize..4, 0_u8..6).prop_map(|(receivable, lie)| (receivable, lie > 0))
}
