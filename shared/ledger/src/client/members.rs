//! Who is a member now, asked of the nodes every few seconds, so that services need no restart when members change.

use std::{sync::Arc, time::Duration};

use kontor_sealing::Hash;
use serde::Deserialize;
use tokio::{sync::watch, task::JoinHandle, time};

use super::{ClientError, LedgerClient, Question};
use crate::{
    genesis::Genesis,
    governance::MemberState,
    member::{Member, MemberId, MemberRole},
    roster::Roster,
};

/// Time between questions.
const EVERY: Duration = Duration::from_secs(3);
/// How long a start waits to be listed: longer than a node's answer may take, so that a second one is asked.
const PATIENCE: Duration = Duration::from_secs(15);

/// The part of `GET /v1/network` that says who is a member.
#[derive(Debug, Deserialize)]
struct Listing {
    network: Hash,
    height: u64,
    members: Vec<MemberState>,
}

impl LedgerClient {
    /// The members now, as a node has them; `None` if it knows less than `known` does.
    ///
    /// # Errors
    /// [`ClientError`]; [`ClientError::Another`] from a node of another network.
    pub async fn roster(&self, known: &Roster) -> Result<Option<Roster>, ClientError> {
        let another = || ClientError::Another(self.network);
        let listing: Listing = self.ask(Question::get("/v1/network")).await?.ok_or_else(another)?.json()?;
        if listing.network != self.network || listing.network != *known.network() {
            return Err(another());
        }
        Ok(known.followed_by(listing.height, listing.members))
    }
}

/// The members now: those of genesis until a node answers, then those of its last answer.
#[derive(Debug, Clone)]
pub struct Members(watch::Receiver<Arc<Roster>>);

impl Members {
    /// Begins with the members of genesis and asks the nodes of `client` from now on.
    pub fn follow(genesis: &Genesis, client: LedgerClient) -> (Self, Following) {
        let (sender, receiver) = watch::channel(Arc::new(Roster::original(genesis)));
        (Self(receiver), Following(tokio::spawn(follow(client, sender))))
    }

    /// The members now.
    pub fn now(&self) -> Arc<Roster> {
        self.0.borrow().clone()
    }

    /// Whose service is calling by a certificate for `code`, if that is an active member of this role.
    pub fn caller(&self, code: &str, role: MemberRole) -> Option<MemberId> {
        self.now().caller(code, role)
    }

    /// Whether genesis or, within 15 s, the ledger lists `id` as the member that `fits`: what a service asks at its
    /// start of its own member and keys. Its standing is left to those that it calls.
    pub async fn lists(&self, id: &MemberId, fits: impl Fn(&Member) -> bool) -> bool {
        let mut roster = self.0.clone();
        let listed = roster.wait_for(|now| now.member(id).is_some_and(&fits));
        matches!(time::timeout(PATIENCE, listed).await, Ok(Ok(_)))
    }
}

/// The task behind [`Members`]; it ends with this, at the latest when it is dropped.
#[derive(Debug)]
pub struct Following(JoinHandle<()>);

impl Following {
    /// Ends; the members stay as they are known.
    pub async fn stop(mut self) {
        self.0.abort();
        // It was told to end; there is nothing else to learn.
        let _ = (&mut self.0).await;
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn follow(client: LedgerClient, roster: watch::Sender<Arc<Roster>>) {
    let mut answered = true;
    while !client.nodes.is_empty() {
        let known = roster.borrow().clone();
        match client.roster(&known).await {
            Ok(found) => {
                if !answered {
                    tracing::info!("the ledger says again who is a member");
                }
                answered = true;
                if let Some(found) = found {
                    roster.send_replace(Arc::new(found));
                }
            }
            Err(error) => {
                // Once, not every few seconds.
                if answered {
                    tracing::warn!(%error, "the ledger does not say who is a member; the last known members stay");
                }
                answered = false;
            }
        }
        time::sleep(EVERY).await;
    }
}
