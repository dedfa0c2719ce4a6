//! Sends approved filings to the ledger and keeps what it decides.

use kontor_chassis::{
    Problem,
    outbox::{self, Delivery, Failure},
};
use kontor_ledger::{batch::Batch, outcome::Outcome};
use serde::{Deserialize, Serialize};

use super::shares::{self, Share};
use crate::{Supervisor, store::filings};

/// Kind of the outbox's message.
pub const KIND: &str = "submission";

/// Names the filing whose record is sent.
#[derive(Debug, Serialize, Deserialize)]
pub struct Submission {
    /// Its id.
    pub filing: String,
}

/// Submits the record once more until it is decided; the ledger knows it by its id.
pub async fn deliver(supervisor: &Supervisor, delivery: Delivery) -> Result<(), Failure> {
    let Submission { filing } =
        serde_json::from_value(delivery.payload).map_err(|error| Failure::GiveUp(error.to_string()))?;
    let wanted = filing.clone();
    let record = supervisor.database.read(move |connection| filings::submitted(connection, &wanted)).await;
    let Some(record) = record.map_err(retry)? else { return Ok(()) };
    let batch = Batch::sign(vec![record], supervisor.member, &supervisor.sponsor)
        .map_err(|error| Failure::GiveUp(error.to_string()))?;
    let decided = supervisor.ledger.submit_one(&batch).await.map_err(|error| Failure::Retry(error.to_string()))?;
    settle(supervisor, filing, decided.outcome).await.map_err(retry)
}

fn retry(problem: Problem) -> Failure {
    Failure::Retry(problem.to_string())
}

/// Keeps the outcome; for an accepted access, every member is asked for its share in the same transaction.
async fn settle(supervisor: &Supervisor, filing: String, outcome: Outcome) -> Result<(), Problem> {
    let members: Vec<_> = supervisor.evaluators.iter().map(|evaluator| evaluator.member).collect();
    supervisor
        .database
        .transaction("settle-filing", move |connection| {
            filings::settle(connection, &filing, outcome)?;
            let found = filings::find(connection, &filing)?.ok_or_else(Problem::not_found)?;
            if found.access().is_none() || !outcome.is_accepted() {
                return Ok(());
            }
            for member in &members {
                let share = Share { access: filing.clone(), member: *member };
                outbox::enqueue(connection, shares::KIND, member.as_str(), &share, &format!("{filing}/{member}"))?;
            }
            Ok(())
        })
        .await
}
