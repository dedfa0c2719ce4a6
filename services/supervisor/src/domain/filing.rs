//! Filings: a case or an access on its way from draft through officers' approval to the ledger.
//!
//! | State | approve | submit | accepted | refused |
//! |---|---|---|---|---|
//! | drafted | drafted | submitted | – | – |
//! | submitted | – | – | recorded | refused |
//! | recorded | – | – | – | – |
//! | refused | – | – | – | – |

use kontor_ledger::{
    genesis::Genesis,
    member::MemberId,
    record::{AccessTerms, Approvable as _, Approval, Body, CaseTerms, Record, RecordId},
};
use serde::{Deserialize, Serialize};

/// How far a filing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FilingState {
    /// Officers may approve it.
    Drafted,
    /// Its record is on the way to the ledger.
    Submitted,
    /// The ledger holds it.
    Recorded,
    /// The ledger refused it.
    Refused,
}

/// What is filed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "terms", rename_all = "kebab-case")]
pub enum Terms {
    /// A case.
    Case(CaseTerms),
    /// The reading of one document.
    Access(AccessTerms),
}

/// A filing as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Filing {
    /// UUID.
    pub id: String,
    /// An access's case.
    pub parent: Option<String>,
    /// What officers sign.
    pub terms: Terms,
    /// How far it has come.
    pub state: FilingState,
    /// Officers' signatures, one each.
    pub approvals: Vec<Approval>,
    /// Its record's id, once submitted.
    pub record: Option<RecordId>,
    /// Why the ledger refused it.
    pub code: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
}

/// Why a step is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FilingRefusal {
    /// The state does not allow it.
    #[error("the filing is {0:?}")]
    State(FilingState),
    /// The signer is no officer of this network.
    #[error("the key is not an officer's")]
    NotAnOfficer,
    /// The officer has approved already.
    #[error("this officer has approved already")]
    ApprovedAlready,
    /// The signature does not cover these terms.
    #[error("the signature does not cover the terms")]
    Signature,
    /// Too few officers approved.
    #[error("{have} of {need} approvals")]
    Threshold {
        /// Approvals given.
        have: usize,
        /// Approvals needed.
        need: usize,
    },
    /// The record says something else than what was approved.
    #[error("the record does not say what was approved")]
    RecordDiffers,
    /// The record names another network or sponsor.
    #[error("the record is for another network or sponsor")]
    RecordElsewhere,
}

impl Terms {
    fn check(&self, genesis: &Genesis, approval: &Approval) -> bool {
        let network = genesis.hash();
        match self {
            Self::Case(terms) => terms.check(&network, approval).is_ok(),
            Self::Access(terms) => terms.check(&network, approval).is_ok(),
        }
    }
}

impl Filing {
    /// Checks one more approval.
    ///
    /// # Errors
    /// As [`FilingRefusal`] says.
    pub fn approve(&self, genesis: &Genesis, approval: &Approval) -> Result<(), FilingRefusal> {
        self.require(FilingState::Drafted)?;
        if !genesis.officers.keys.contains(&approval.officer) {
            return Err(FilingRefusal::NotAnOfficer);
        }
        if self.approvals.iter().any(|given| given.officer == approval.officer) {
            return Err(FilingRefusal::ApprovedAlready);
        }
        if self.terms.check(genesis, approval) { Ok(()) } else { Err(FilingRefusal::Signature) }
    }

    /// Checks that `record` puts exactly these approved terms on the ledger; answers its id.
    ///
    /// # Errors
    /// As [`FilingRefusal`] says.
    pub fn submit(&self, genesis: &Genesis, sponsor: &MemberId, record: &Record) -> Result<RecordId, FilingRefusal> {
        self.require(FilingState::Drafted)?;
        let need = usize::from(genesis.officers.threshold);
        if self.approvals.len() < need {
            return Err(FilingRefusal::Threshold { have: self.approvals.len(), need });
        }
        let unsigned = &record.unsigned;
        if unsigned.network != genesis.hash() || record.sponsor != *sponsor {
            return Err(FilingRefusal::RecordElsewhere);
        }
        if !genesis.officers.keys.contains(&unsigned.author) {
            return Err(FilingRefusal::NotAnOfficer);
        }
        let approvals = match (&unsigned.body, &self.terms) {
            (Body::SupervisionCaseOpen { case, approvals }, Terms::Case(terms)) if case == terms => approvals,
            (Body::SupervisionAccess { access, approvals }, Terms::Access(terms)) if access == terms => approvals,
            _ => return Err(FilingRefusal::RecordDiffers),
        };
        if !approvals.iter().all(|approval| self.approvals.contains(approval)) {
            return Err(FilingRefusal::RecordDiffers);
        }
        let id = record.id();
        record.verify_author(&id).map_err(|_| FilingRefusal::Signature)?;
        Ok(id)
    }

    /// Refuses unless the filing is in `state`.
    ///
    /// # Errors
    /// [`FilingRefusal::State`].
    pub fn require(&self, state: FilingState) -> Result<(), FilingRefusal> {
        if self.state == state { Ok(()) } else { Err(FilingRefusal::State(self.state)) }
    }

    /// The access's terms, if it is one.
    pub fn access(&self) -> Option<&AccessTerms> {
        match &self.terms {
            Terms::Access(terms) => Some(terms),
            Terms::Case(_) => None,
        }
    }

    /// The case's terms, if it is one.
    pub fn case(&self) -> Option<&CaseTerms> {
        match &self.terms {
            Terms::Case(terms) => Some(terms),
            Terms::Access(_) => None,
        }
    }
}
