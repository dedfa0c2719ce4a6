//! What the bank makes of the checks.
//!
//! | Check | Result | Then |
//! |---|---|---|
//! | authenticity | fail or not provable | declined |
//! | duplicate | fail | goes on: the ledger refuses the claim, and the attempt stays as evidence |
//! | duplicate | pass with a partial match | an officer must speak first |
//! | over-financing | any | goes on: the seller's proof decides, and every node checks it |

use kontor_ledger::checks::{CheckFindings, CheckName, CheckReason, CheckResult};
use serde::{Deserialize, Serialize};

use super::application::Verdict;

/// The reason by which the duplicate check tells of another document that looks like the same trade.
pub const PARTIAL_MATCH: &str = "partial-match";

/// Why something was declined or refused, as staff and seller read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// Stable.
    pub code: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Reason {
    /// A reason that needs no more words.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into(), detail: None }
    }

    /// A reason with words.
    pub fn with(code: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self { code: code.into(), detail: Some(detail.chars().take(500).collect()) }
    }
}

/// The verdict on signed findings, and why.
pub fn verdict(findings: &CheckFindings) -> (Verdict, Vec<Reason>) {
    let Some(authenticity) = findings.check(CheckName::Authenticity) else {
        return (Verdict::Declined, vec![Reason::new("authenticity-not-checked")]);
    };
    if authenticity.result != CheckResult::Pass {
        let mut reasons: Vec<Reason> = authenticity.reasons.iter().map(reason).collect();
        if reasons.is_empty() {
            reasons.push(Reason::new("authenticity-not-provable"));
        }
        return (Verdict::Declined, reasons);
    }
    let duplicate = findings.check(CheckName::Duplicate);
    if duplicate.is_none_or(|check| check.result == CheckResult::NotProvable) {
        return (Verdict::Declined, vec![Reason::new("duplicate-not-provable")]);
    }
    // An exact match is the ledger's to refuse; a word on near matches would not change that.
    let near = duplicate.is_some_and(|check| {
        check.result == CheckResult::Pass && check.reasons.iter().any(|r| r.code == PARTIAL_MATCH)
    });
    if near { (Verdict::NearMatch, Vec::new()) } else { (Verdict::Clear, Vec::new()) }
}

fn reason(of: &CheckReason) -> Reason {
    match &of.subject {
        Some(subject) => Reason::with(of.code.clone(), subject.clone()),
        None => Reason::new(of.code.clone()),
    }
}

#[cfg(test)]
mod tests {
    use kontor_ledger::checks::{Check, Seen};

    use super::*;

    fn findings(authenticity: CheckResult, duplicate: CheckResult, reasons: &[&str]) -> CheckFindings {
        let check = |name, result, reasons: &[&str]| Check {
            name,
            result,
            reasons: reasons.iter().map(|code| CheckReason { code: (*code).to_owned(), subject: None }).collect(),
            positions: Vec::new(),
        };
        CheckFindings {
            network: Default::default(),
            bank: "AURUDEFF".parse().expect("a code"),
            document: Default::default(),
            version: 1,
            issued: Default::default(),
            checks: vec![
                check(CheckName::Authenticity, authenticity, reasons),
                check(CheckName::Duplicate, duplicate, reasons),
            ],
            checkpoint: Seen { size: 0, root: Default::default() },
        }
    }

    #[test]
    fn nothing_is_financed_that_is_not_proven_authentic() {
        for result in [CheckResult::Fail, CheckResult::NotProvable] {
            let (verdict, reasons) = verdict(&findings(result, CheckResult::Pass, &["buyer-not-attested"]));
            assert_eq!((verdict, reasons), (Verdict::Declined, vec![Reason::new("buyer-not-attested")]));
        }
    }

    #[test]
    fn a_duplicate_goes_to_the_ledger_and_a_near_match_to_an_officer() {
        let on = |duplicate, reasons: &[&str]| verdict(&findings(CheckResult::Pass, duplicate, reasons)).0;
        assert_eq!(on(CheckResult::Fail, &[PARTIAL_MATCH]), Verdict::Clear);
        assert_eq!(on(CheckResult::Pass, &[PARTIAL_MATCH]), Verdict::NearMatch);
        assert_eq!(on(CheckResult::Pass, &[]), Verdict::Clear);
        assert_eq!(on(CheckResult::NotProvable, &[]), Verdict::Declined);
    }
}
