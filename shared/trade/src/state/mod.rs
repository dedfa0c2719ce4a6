//! State machines of the business, each a pure function from state and event to state or refusal.
//!
//! The table in each file's doc comment is the machine; a test compares the two.

mod application;
mod claim;
mod invoice;
mod order;
mod receivable;

pub use application::{ApplicationEvent, ApplicationState};
pub use claim::{ClaimEvent, ClaimState};
pub use invoice::{InvoiceEvent, InvoiceState};
pub use order::{OrderEvent, OrderState};
pub use receivable::{ReceivableEvent, ReceivableState};

/// An event that a state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{object}: {event} is not possible when {state}")]
pub struct Refusal {
    /// What has the state.
    pub object: &'static str,
    /// The state that it is in.
    pub state: &'static str,
    /// The event that was refused.
    pub event: &'static str,
}

/// Declares a plain enum with the names that its values have in JSON and in tables.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in JSON and in the transition table.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
use named;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    /// The transitions in a file's doc table: `| from | event | to |`.
    fn table(source: &str) -> BTreeMap<(String, String), String> {
        let rows = source.lines().filter_map(|line| line.strip_prefix("//! |"));
        let cells = rows.map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
        let rows = cells.filter(|row| row.len() >= 3 && row[0] != "From" && !row[0].starts_with("---"));
        rows.map(|row| ((row[0].clone(), row[1].clone()), row[2].clone())).collect()
    }

    /// Compares table and function over all states and events; every state must be reachable from the first.
    macro_rules! agrees {
        ($test:ident, $property:ident, $state:ident, $event:ident, $file:literal) => {
            #[test]
            fn $test() {
                let mut actual = BTreeMap::new();
                for state in $state::ALL {
                    for event in $event::ALL {
                        match state.apply(*event) {
                            Ok(next) => {
                                actual.insert((state.to_string(), event.to_string()), next.to_string());
                            }
                            Err(refusal) => {
                                assert_eq!((refusal.state, refusal.event), (state.as_str(), event.as_str()))
                            }
                        }
                    }
                }
                assert_eq!(actual, table(include_str!($file)));
                let mut reached = BTreeSet::from([$state::ALL[0]]);
                loop {
                    let next: BTreeSet<_> = reached
                        .iter()
                        .flat_map(|state| $event::ALL.iter().filter_map(|event| state.apply(*event).ok()))
                        .collect();
                    if next.is_subset(&reached) {
                        break;
                    }
                    reached.extend(next);
                }
                assert_eq!(reached.len(), $state::ALL.len(), "a state that nothing leads to");
            }

            proptest! {
                #[test]
                fn $property(events in proptest::collection::vec(0..$event::ALL.len(), 0..60)) {
                    let mut state = $state::ALL[0];
                    for event in events {
                        match state.apply($event::ALL[event]) {
                            Ok(next) => {
                                prop_assert!(!state.is_final(), "left a final state");
                                state = next;
                            }
                            Err(refusal) => prop_assert_eq!(refusal.state, state.as_str()),
                        }
                    }
                }
            }
        };
    }

    agrees!(order_table, order_sequences, OrderState, OrderEvent, "order.rs");
    agrees!(invoice_table, invoice_sequences, InvoiceState, InvoiceEvent, "invoice.rs");
    agrees!(application_table, application_sequences, ApplicationState, ApplicationEvent, "application.rs");
    agrees!(claim_table, claim_sequences, ClaimState, ClaimEvent, "claim.rs");
    agrees!(receivable_table, receivable_sequences, ReceivableState, ReceivableEvent, "receivable.rs");
}
