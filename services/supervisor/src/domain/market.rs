//! The market's shape: what counts of records, without opening anything, say.

use std::collections::BTreeMap;

use serde::Serialize;

/// Records of one kind that one member relayed, by outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordCount {
    /// Family and kind.
    pub kind: String,
    /// Who relayed them.
    pub sponsor: String,
    /// `accepted` or a refusal's code.
    pub outcome: String,
    /// How many.
    pub records: u64,
}

/// Claims by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ClaimTotals {
    /// Reserved, whatever followed.
    pub reserved: u64,
    /// Financed.
    pub financed: u64,
    /// Repaid.
    pub settled: u64,
    /// Given up.
    pub released: u64,
    /// Refused by the rules.
    pub refused: u64,
}

/// One member's part of the accepted claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarketShare {
    /// The member.
    pub member: String,
    /// Its accepted reservations.
    pub claims: u64,
    /// Its part, in basis points.
    pub share: u64,
}

/// The market as of a position of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Market {
    /// Records of the log that are counted here.
    pub position: u64,
    /// Documents registered.
    pub documents: u64,
    /// Endorsements.
    pub endorsements: u64,
    /// Grants given.
    pub grants: u64,
    /// Claims by what became of them.
    pub claims: ClaimTotals,
    /// Each member's part, largest first.
    pub concentration: Vec<MarketShare>,
    /// All counts.
    pub records: Vec<RecordCount>,
}

impl Market {
    /// Sums up `records`, which cover the log up to `position`.
    pub fn of(position: u64, records: Vec<RecordCount>) -> Self {
        let accepted = |kind: &str| {
            records.iter().filter(|row| row.kind == kind && row.outcome == "accepted").map(|row| row.records).sum()
        };
        let refused = records.iter().filter(|row| row.kind.starts_with("claim-") && row.outcome != "accepted");
        let claims = ClaimTotals {
            reserved: accepted("claim-reserve"),
            financed: accepted("claim-finance"),
            settled: accepted("claim-settle"),
            released: accepted("claim-release"),
            refused: refused.map(|row| row.records).sum(),
        };
        Self {
            position,
            documents: accepted("document-register"),
            endorsements: accepted("document-endorse"),
            grants: accepted("grant-give"),
            concentration: concentration(&records, claims.reserved),
            claims,
            records,
        }
    }
}

fn concentration(records: &[RecordCount], total: u64) -> Vec<MarketShare> {
    let mut by_member = BTreeMap::<&str, u64>::new();
    for row in records.iter().filter(|row| row.kind == "claim-reserve" && row.outcome == "accepted") {
        *by_member.entry(&row.sponsor).or_default() += row.records;
    }
    let share = |claims: u64| u64::try_from(u128::from(claims) * 10_000 / u128::from(total.max(1))).unwrap_or(10_000);
    let mut shares: Vec<_> = by_member
        .into_iter()
        .map(|(member, claims)| MarketShare { member: member.to_owned(), claims, share: share(claims) })
        .collect();
    shares.sort_by(|a, b| b.claims.cmp(&a.claims).then_with(|| a.member.cmp(&b.member)));
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &str, sponsor: &str, outcome: &str, records: u64) -> RecordCount {
        RecordCount { kind: kind.into(), sponsor: sponsor.into(), outcome: outcome.into(), records }
    }

    #[test]
    fn counts_become_totals_and_shares() {
        let market = Market::of(
            9,
            vec![
                row("document-register", "KNTRDE21", "accepted", 2),
                row("claim-reserve", "AURUDEFF", "accepted", 1),
                row("claim-reserve", "CITRNL2A", "accepted", 3),
                row("claim-reserve", "BOREFRPP", "duplicate", 2),
                row("claim-finance", "CITRNL2A", "accepted", 1),
            ],
        );
        assert_eq!(market.documents, 2);
        assert_eq!(market.claims, ClaimTotals { reserved: 4, financed: 1, refused: 2, ..ClaimTotals::default() });
        let shares: Vec<_> = market.concentration.iter().map(|part| (part.member.as_str(), part.share)).collect();
        assert_eq!(shares, [("CITRNL2A", 7_500), ("AURUDEFF", 2_500)]);
    }

    #[test]
    fn an_empty_market_divides_by_nothing() {
        assert_eq!(Market::of(0, Vec::new()).concentration, []);
    }
}
