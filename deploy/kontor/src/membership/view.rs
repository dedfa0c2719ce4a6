//! The network as a node shows it, and what a member waits for.

use std::{collections::BTreeSet, fmt};

use kontor_ledger::{
    client::LedgerClient,
    governance::{Change, Endpoints, Epoch, MemberState, Proposal, Settings, Standing},
    member::{MemberId, MemberRole},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What `GET /v1/network` and `GET /v1/proposals` say.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Members, validators and progress.
    pub network: Network,
    /// The latest first.
    pub proposals: Vec<Proposal>,
}

/// The part of `GET /v1/network` that is read here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// All members.
    pub members: Vec<MemberState>,
    /// The validators.
    pub epoch: Epoch,
    /// Numbers and version of the rules.
    pub settings: Settings,
    /// Where nodes are.
    pub nodes: Vec<NodeAddress>,
    /// The node's program.
    pub program: Program,
    /// The last block.
    pub height: u64,
    /// Its time.
    pub timestamp: Timestamp,
}

/// What a node runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its release.
    pub version: String,
    /// The latest version of the rules that it knows.
    pub rules: u16,
}

/// A member's node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeAddress {
    /// Whose.
    pub member: MemberId,
    /// Where.
    pub endpoints: Endpoints,
}

/// Where a member stands on its way to ordering records, and what it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Step {
    /// Nobody proposed it yet.
    Proposal,
    /// Members must vote.
    Votes {
        /// On what.
        proposal: kontor_ledger::record::RecordId,
        /// Approvals so far.
        approvals: usize,
        /// Approvals that it takes.
        needed: usize,
    },
    /// It is a member; that it orders must be proposed.
    Seat,
    /// It is decided; the epoch must end.
    Epoch {
        /// The last block of the epoch.
        after: u64,
        /// The last block so far.
        height: u64,
    },
    /// It orders.
    Orders {
        /// Since this epoch began.
        epoch: u64,
    },
    /// Its records are refused.
    Suspended,
    /// It has left.
    Retired,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proposal => f.write_str(
                "waits for a member to propose it: kontor node propose admit join-request.json --config … --seed …",
            ),
            Self::Votes { proposal, approvals, needed } => write!(
                f,
                "waits for votes: {approvals} of {needed} banks approve; the others run: kontor node vote {proposal}"
            ),
            Self::Seat => f.write_str(
                "is a member and follows; to order records it waits for: kontor node propose validators --add …",
            ),
            Self::Epoch { after, height } => {
                write!(f, "begins or ceases to order after block {after}; the network is at block {height}")
            }
            Self::Orders { epoch } => write!(f, "orders records in epoch {epoch}"),
            Self::Suspended => f.write_str("is suspended: its records are refused until the members reinstate it"),
            Self::Retired => f.write_str("has left the network"),
        }
    }
}

impl View {
    /// Asks a node.
    ///
    /// # Errors
    /// One line saying why not.
    pub async fn ask(client: &LedgerClient) -> Result<Self, String> {
        let status = client.status().await.map_err(|error| error.to_string())?;
        let network = serde_json::from_value(status).map_err(|error| format!("the node's answer: {error}"))?;
        let proposals = client.proposals().await.map_err(|error| error.to_string())?;
        Ok(Self { network, proposals })
    }

    /// A member.
    pub fn member(&self, id: &MemberId) -> Option<&MemberState> {
        self.network.members.iter().find(|one| one.member.id == *id)
    }

    /// Approvals that a change takes now.
    pub fn needed(&self) -> usize {
        let share = usize::from(self.network.settings.parameters.approval_share);
        (self.voters().len() * share).div_ceil(10_000)
    }

    fn voters(&self) -> BTreeSet<MemberId> {
        let banks = self.network.members.iter().filter(|one| one.is_active() && one.member.role == MemberRole::Bank);
        banks.map(|one| one.member.id).collect()
    }

    /// Proposals that can still be voted on.
    pub fn open(&self) -> impl Iterator<Item = &Proposal> {
        let now = self.network.timestamp;
        self.proposals.iter().filter(move |proposal| proposal.decided.is_none() && now < proposal.expires)
    }

    /// Approvals of a proposal by those that may vote now.
    pub fn approvals(&self, proposal: &Proposal) -> usize {
        let voters = self.voters();
        proposal.approvals.iter().filter(|member| voters.contains(member)).count()
    }

    /// Where a member, or a bank that wants to be one, stands.
    pub fn step(&self, id: &MemberId) -> Step {
        let votes = |about: &dyn Fn(&Change) -> bool| {
            let proposal = self.open().find(|proposal| about(&proposal.change))?;
            let (approvals, needed) = (self.approvals(proposal), self.needed());
            Some(Step::Votes { proposal: proposal.id, approvals, needed })
        };
        let Some(member) = self.member(id) else {
            let admits =
                |change: &Change| matches!(change, Change::MemberAdmit { request } if request.member.id == *id);
            return votes(&admits).unwrap_or(Step::Proposal);
        };
        let Epoch { number, validators, next, .. } = &self.network.epoch;
        let key = member.member.validator;
        let orders = key.is_some_and(|key| validators.contains(&key));
        if let Some(next) = next
            && key.is_some_and(|key| next.validators.contains(&key)) != orders
        {
            return Step::Epoch { after: next.after, height: self.network.height };
        }
        match member.standing {
            Standing::Suspended => Step::Suspended,
            Standing::Retired => Step::Retired,
            Standing::Active if orders => Step::Orders { epoch: *number },
            Standing::Active => {
                let seats = |change: &Change| matches!(change, Change::ValidatorChange { add, .. } if add.contains(id));
                votes(&seats).unwrap_or(Step::Seat)
            }
        }
    }
}

/// A change in a few words.
pub fn describe(change: &Change) -> String {
    let list = |ids: &[MemberId]| ids.iter().map(MemberId::to_string).collect::<Vec<_>>().join(", ");
    match change {
        Change::MemberAdmit { request } => format!("admit {} ({})", request.member.id, request.member.name),
        Change::MemberSuspend { member } => format!("suspend {member}"),
        Change::MemberReinstate { member } => format!("reinstate {member}"),
        Change::MemberRetire { member } => format!("retire {member}"),
        Change::ValidatorChange { add, remove } => match (add.as_slice(), remove.as_slice()) {
            (add, []) => format!("let {} order", list(add)),
            ([], remove) => format!("let {} order no more", list(remove)),
            (add, remove) => format!("let {} order instead of {}", list(add), list(remove)),
        },
        Change::Parameters { .. } => "new parameters".to_owned(),
        Change::ClaimReassign { claim, to, .. } => format!("give claim {claim} to {to}"),
        Change::ClaimRelease { claim } => format!("release claim {claim}"),
        Change::PledgeReassign { receivable, to, .. } => format!("give the pledge of {receivable} to {to}"),
        Change::Rules { version, height } => format!("version {version} of the rules from block {height}"),
    }
}

#[cfg(test)]
mod tests {
    use kontor_ledger::{genesis::Parameters, governance::NextEpoch, member::Member};
    use kontor_sealing::{Hash, SigningKey, keys::EncryptionPublicKey};

    use super::*;

    fn id(number: u8) -> MemberId {
        format!("BANK{number:04}").parse().unwrap()
    }

    fn key(number: u8) -> kontor_sealing::PublicKey {
        SigningKey::from_seed(&[number; 32]).public()
    }

    fn member(number: u8, standing: Standing) -> MemberState {
        let member = Member {
            id: id(number),
            name: String::new(),
            role: MemberRole::Bank,
            identity: key(100 + number),
            encryption: EncryptionPublicKey::from_bytes([0; 32]),
            validator: Some(key(number)),
            evaluator: None,
        };
        MemberState { member, endpoints: None, standing, since: Timestamp::default() }
    }

    fn view() -> View {
        let mut validators: Vec<_> = (0..4).map(key).collect();
        validators.sort_unstable();
        let network = Network {
            members: (0..5).map(|number| member(number, Standing::Active)).collect(),
            epoch: Epoch { number: 2, base: 10, validators, next: None },
            settings: Settings { parameters: Parameters::default(), rules: 1, next: None },
            nodes: Vec::new(),
            program: Program { version: String::new(), rules: 1 },
            height: 20,
            timestamp: Timestamp::default(),
        };
        View { network, proposals: Vec::new() }
    }

    #[test]
    fn each_step_says_what_it_waits_for() {
        let mut view = view();
        assert_eq!(view.needed(), 4);
        assert_eq!(view.step(&id(9)), Step::Proposal);
        assert_eq!(view.step(&id(0)), Step::Orders { epoch: 2 });
        assert_eq!(view.step(&id(4)), Step::Seat);
        let expires = Timestamp::default().plus_millis(1);
        let change = Change::ValidatorChange { add: vec![id(4)], remove: Vec::new() };
        let (at, approvals) = (Timestamp::default(), vec![id(0), id(1)]);
        let (proposal, by) = (Hash::sm3(&[b"1"]), id(0));
        let open = Proposal { id: proposal, change, by, at, expires, approvals, rejections: vec![], decided: None };
        view.proposals.push(open);
        assert_eq!(view.step(&id(4)), Step::Votes { proposal, approvals: 2, needed: 4 });
        // A suspended member has no vote, and its approval does not count.
        view.network.members[1] = member(1, Standing::Suspended);
        assert_eq!(view.step(&id(4)), Step::Votes { proposal, approvals: 1, needed: 3 });
        assert_eq!(view.step(&id(1)), Step::Suspended);
        let mut validators = view.network.epoch.validators.clone();
        validators.push(key(4));
        view.network.epoch.next = Some(NextEpoch { after: 30, validators });
        assert_eq!(view.step(&id(4)), Step::Epoch { after: 30, height: 20 });
    }
}
