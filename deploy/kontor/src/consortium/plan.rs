//! Who takes part in the network on one machine, what each runs, and on which ports, all derived from one base.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::ConsortiumError;

/// Ports that a network takes from its base upwards.
pub const PORTS: u16 = 60;

/// The base unless another is named.
pub const DEFAULT_BASE: u16 = 7400;

/// One of the six services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceKind {
    /// A member's node.
    LedgerAnchor,
    /// A bank's evaluator and checks.
    Verification,
    /// A bank's gateway.
    BankGateway,
    /// The enterprises' portal.
    EnterprisePortal,
    /// The marketplace.
    Marketplace,
    /// The regulator's supervisor.
    Supervisor,
}

impl ServiceKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::LedgerAnchor,
        Self::Verification,
        Self::BankGateway,
        Self::EnterprisePortal,
        Self::Marketplace,
        Self::Supervisor,
    ];

    /// The name in paths, certificates and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LedgerAnchor => "ledger-anchor",
            Self::Verification => "verification",
            Self::BankGateway => "bank-gateway",
            Self::EnterprisePortal => "enterprise-portal",
            Self::Marketplace => "marketplace",
            Self::Supervisor => "supervisor",
        }
    }
}

impl fmt::Display for ServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ServiceKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| format!("expected one of {}", names()))
    }
}

/// A member with what it needs to be set up.
#[derive(Debug, Clone, Copy)]
pub struct Party {
    /// Folder and first label of its host name.
    pub slug: &'static str,
    /// Member code.
    pub member: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Where a bank pays from.
    pub iban: Option<&'static str>,
    /// People who sign in, and as what.
    pub people: &'static [(&'static str, &'static str)],
}

/// The banks, in the order of their evaluators.
pub const BANKS: [Party; 4] = [
    Party {
        slug: "bank-a",
        member: "AURUDEFF",
        name: "Aurum Bank",
        iban: Some("DE75512108001245126199"),
        people: &[("anna", "officer")],
    },
    Party {
        slug: "bank-b",
        member: "BOREFRPP",
        name: "Borealis Bank",
        iban: Some("FR7630006000011234567890189"),
        people: &[("bruno", "officer")],
    },
    Party {
        slug: "bank-c",
        member: "CITRNL2A",
        name: "Citrine Bank",
        iban: Some("NL02ABNA0123456789"),
        people: &[("clara", "officer")],
    },
    Party {
        slug: "bank-d",
        member: "DORAES2B",
        name: "Dorado Bank",
        iban: Some("ES7921000813610123456789"),
        people: &[("diego", "officer")],
    },
];

/// Runs the portal and the marketplace.
pub const OPERATOR: Party =
    Party { slug: "operator", member: "KNTRDE21", name: "Kontor Operations", iban: None, people: &[] };

/// Supervises; each of its people is an officer with a key of their own.
pub const REGULATOR: Party = Party {
    slug: "regulator",
    member: "REGUEU2L",
    name: "Financial Supervisory Authority",
    iban: None,
    people: &[("olga", "officer"), ("oskar", "officer"), ("olivia", "officer")],
};

/// Officers whose approval opens a case or an access.
pub const OFFICERS_THRESHOLD: u16 = 2;

/// Evaluators that a fingerprint or the network's part of an opening takes.
pub const EVALUATORS_THRESHOLD: u16 = 3;

/// Every member.
pub fn parties() -> impl Iterator<Item = Party> {
    BANKS.into_iter().chain([OPERATOR, REGULATOR])
}

/// One service of one member.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// What runs.
    pub kind: ServiceKind,
    /// For whom.
    pub party: Party,
    /// First label of its host name.
    pub host: &'static str,
    /// Public HTTP.
    pub http: u16,
    /// Mutual TLS.
    pub mutual_tls: u16,
    /// Ordering, for validators.
    pub ordering: Option<u16>,
}

impl Unit {
    /// The address that people open.
    pub fn address(&self) -> String {
        format!("http://{}.localhost:{}", self.host, self.http)
    }

    /// The address that programs on this machine read from.
    pub fn public(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// The address that members' services use.
    pub fn members(&self) -> String {
        format!("https://localhost:{}", self.mutual_tls)
    }

    /// Every port that it listens on.
    pub fn ports(&self) -> impl Iterator<Item = u16> + use<> {
        [Some(self.http), Some(self.mutual_tls), self.ordering].into_iter().flatten()
    }
}

/// All services on the ports from `base` upwards.
///
/// # Errors
/// [`ConsortiumError::Base`].
pub fn units(base: u16) -> Result<Vec<Unit>, ConsortiumError> {
    if !(1024..=u16::MAX - PORTS).contains(&base) {
        return Err(ConsortiumError::Base);
    }
    let unit = |kind, party: Party, host, http: u16, ordering: Option<u16>| Unit {
        kind,
        party,
        host,
        http: base + http,
        mutual_tls: base + http + 1,
        ordering: ordering.map(|port| base + port),
    };
    let mut units = Vec::new();
    for (party, offset) in BANKS.into_iter().zip((0..).step_by(10)) {
        units.push(unit(ServiceKind::LedgerAnchor, party, party.slug, offset, Some(offset + 2)));
        units.push(unit(ServiceKind::Verification, party, party.slug, offset + 3, None));
        units.push(unit(ServiceKind::BankGateway, party, party.slug, offset + 5, None));
    }
    units.push(unit(ServiceKind::LedgerAnchor, REGULATOR, "regulator", 40, None));
    units.push(unit(ServiceKind::Supervisor, REGULATOR, "regulator", 43, None));
    units.push(unit(ServiceKind::EnterprisePortal, OPERATOR, "portal", 50, None));
    units.push(unit(ServiceKind::Marketplace, OPERATOR, "marketplace", 52, None));
    Ok(units)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_services_share_a_port_and_all_stay_within_the_range() {
        let units = units(DEFAULT_BASE).unwrap();
        let ports: Vec<u16> = units.iter().flat_map(Unit::ports).collect();
        assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), ports.len());
        assert!(ports.iter().all(|port| (DEFAULT_BASE..DEFAULT_BASE + PORTS).contains(port)));
        assert!(super::units(80).is_err() && super::units(u16::MAX).is_err());
    }

    #[test]
    fn banks_pay_from_valid_accounts() {
        for bank in BANKS {
            kontor_trade::Iban::parse(bank.iban.unwrap()).unwrap();
        }
    }
}
