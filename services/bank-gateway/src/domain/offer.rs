//! Making an offer: within the claim, within its time.

use kontor_ledger::{exchange::Offer, member::MemberId, record::ClaimId, time::Timestamp};
use kontor_sealing::document::DocumentId;

/// How an officer says the amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// In minor units.
    Amount(u64),
    /// In basis points of the total, rounded down to a minor unit.
    Percentage(u16),
}

/// What an officer enters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// How much.
    pub advance: Advance,
    /// Yearly, in basis points.
    pub rate: u16,
    /// In minor units, paid from the amount.
    pub fee: u64,
    /// Days until repayment.
    pub tenor_days: u16,
    /// Until when the seller may accept.
    pub expires: Timestamp,
}

/// The claim that secures an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// The bank.
    pub bank: MemberId,
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: u32,
    /// The claim.
    pub claim: ClaimId,
    /// The claim's amount, in minor units.
    pub amount: u64,
    /// When the reservation lapses.
    pub expires: Timestamp,
    /// The document's total, in minor units.
    pub total: u64,
    /// Its currency.
    pub currency: String,
}

/// Why a draft is no offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// More than the claim secures.
    #[error("the amount is more than the claim")]
    AboveClaim,
    /// Nothing is advanced, or the fee eats it up.
    #[error("the amount leaves nothing after the fee")]
    Nothing,
    /// It ends before it begins, or after the reservation.
    #[error("an offer expires in the future and before the reservation does")]
    Expires,
}

/// The offer of `draft` on `security`.
///
/// # Errors
/// Any [`OfferError`].
pub fn make(id: String, draft: &Draft, security: &Security, now: Timestamp) -> Result<Offer, OfferError> {
    let amount = match draft.advance {
        Advance::Amount(amount) => amount,
        Advance::Percentage(basis_points) => {
            let share = u128::from(security.total) * u128::from(basis_points) / 10_000;
            u64::try_from(share).map_err(|_| OfferError::AboveClaim)?
        }
    };
    if amount > security.amount {
        return Err(OfferError::AboveClaim);
    }
    if amount <= draft.fee {
        return Err(OfferError::Nothing);
    }
    if draft.expires <= now || draft.expires > security.expires {
        return Err(OfferError::Expires);
    }
    Ok(Offer {
        id,
        bank: security.bank,
        document: security.document,
        version: security.version,
        claim: security.claim,
        amount,
        currency: security.currency.clone(),
        rate: draft.rate,
        fee: draft.fee,
        tenor_days: draft.tenor_days,
        expires: draft.expires,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis).expect("a time")
    }

    fn security() -> Security {
        Security {
            bank: "AURUDEFF".parse().expect("a code"),
            document: Default::default(),
            version: 1,
            claim: Default::default(),
            amount: 600_000,
            expires: at(1_000),
            total: 1_000_000,
            currency: "EUR".into(),
        }
    }

    fn draft(advance: Advance) -> Draft {
        Draft { advance, rate: 450, fee: 1_000, tenor_days: 60, expires: at(500) }
    }

    #[test]
    fn a_percentage_is_of_the_total() {
        let offer = make("o".into(), &draft(Advance::Percentage(6_000)), &security(), at(1)).expect("an offer");
        assert_eq!((offer.amount, offer.fee), (600_000, 1_000));
    }

    #[test]
    fn an_offer_stays_within_claim_and_time() {
        let tried = |draft: &Draft, now| make("o".into(), draft, &security(), at(now)).err();
        assert_eq!(tried(&draft(Advance::Percentage(6_001)), 1), Some(OfferError::AboveClaim));
        assert_eq!(tried(&draft(Advance::Amount(1_000)), 1), Some(OfferError::Nothing));
        assert_eq!(tried(&draft(Advance::Amount(2_000)), 500), Some(OfferError::Expires));
        let late = Draft { expires: at(1_001), ..draft(Advance::Amount(2_000)) };
        assert_eq!(tried(&late, 1), Some(OfferError::Expires));
    }

    proptest! {
        #[test]
        fn never_above_the_claim(basis_points in 0_u16..=u16::MAX, total in any::<u64>(), amount in any::<u64>()) {
            let security = Security { total, amount, ..security() };
            if let Ok(offer) = make("o".into(), &draft(Advance::Percentage(basis_points)), &security, at(1)) {
                prop_assert!(offer.amount <= amount);
            }
        }
    }
}
