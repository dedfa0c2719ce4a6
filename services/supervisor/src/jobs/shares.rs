//! Collects the members' partial decryptions of recorded accesses.

use kontor_chassis::{
    Problem,
    client::Traced as _,
    outbox::{Delivery, Failure},
};
use kontor_ledger::member::MemberId;
use kontor_sealing::escrow::Partial;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Supervisor,
    app::{
        approve::{Kind, find},
        read,
    },
    store::partials::{self, Holder},
};

/// Kind of the outbox's message.
pub const KIND: &str = "member-share";

/// Asks one member for its share of one access.
#[derive(Debug, Serialize, Deserialize)]
pub struct Share {
    /// The access's id.
    pub access: String,
    /// Who is asked.
    pub member: MemberId,
}

#[derive(Deserialize)]
struct Answer {
    partial: Partial,
}

/// Asks the member's evaluator, checks the proof and keeps the share.
pub async fn deliver(supervisor: &Supervisor, delivery: Delivery) -> Result<(), Failure> {
    let Share { access, member } =
        serde_json::from_value(delivery.payload).map_err(|error| Failure::GiveUp(error.to_string()))?;
    let evaluator = supervisor.evaluators.iter().find(|evaluator| evaluator.member == member);
    let evaluator = evaluator.ok_or_else(|| Failure::GiveUp(format!("no evaluator of {member} is configured")))?;
    let access = supervisor.database.read(move |connection| find(connection, Kind::Access, &access)).await;
    let access = access.map_err(retry)?;
    let (Some(terms), Some(record)) = (access.access(), access.record) else {
        return Err(Failure::GiveUp("not a recorded access".to_owned()));
    };
    let sealed = read::sealed(supervisor, &access).await.map_err(retry)?;
    let request = json!({ "accessRecord": record, "document": terms.document, "version": terms.version });
    let url = format!("{}/v1/partial-decryptions", evaluator.url);
    let sent = supervisor.http.post(url).json(&request).traced().send().await;
    let response = sent.map_err(|error| Failure::Retry(error.without_url().to_string()))?;
    // The member's node may be behind: it refuses until it has seen the access.
    if response.status().as_u16() == 404 {
        return Err(Failure::Retry("the member has not seen the access yet".to_owned()));
    }
    if !response.status().is_success() {
        return Err(Failure::of_status(response.status().as_u16()));
    }
    let Answer { partial } = response.json().await.map_err(|error| Failure::Retry(error.without_url().to_string()))?;
    let network = &supervisor.genesis.escrow.network;
    partial.verify(network, &sealed.header).map_err(|error| Failure::GiveUp(error.to_string()))?;
    let id = access.id;
    supervisor
        .database
        .transaction("keep-member-share", move |connection| partials::keep(connection, &id, Holder::Network, &partial))
        .await
        .map_err(retry)
}

fn retry(problem: Problem) -> Failure {
    Failure::Retry(problem.to_string())
}
