//! Fingerprints of a document version: blinded once, kept, evaluated by a threshold of the members' evaluators.
//!
//! The blinding is kept before it is sent. An evaluator answers one blinded input per document version, bank and kind,
//! so a repetition after a crash must send the same.

use futures::{StreamExt as _, stream::FuturesUnordered};
use kontor_chassis::client::Traced as _;
use kontor_ledger::record::{Fingerprint, FingerprintKind};
use kontor_proofs::fingerprint::{BlindedElement, Blinding, Evaluation, FingerprintError, blind, finalize};
use kontor_sealing::{Hash, Signature, document::DocumentId};
use kontor_trade::identity::{Identity, Input};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Gateway, bank::rng, error::AppError, examine::Stop};
use crate::store::fingerprinting;

/// How long one evaluator may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// One kind's blinding as it is kept, sealed; zeroized when dropped.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept {
    kind: FingerprintKind,
    input: Hash,
    blinding: String,
    blinded: BlindedElement,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.blinding.zeroize();
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    document: DocumentId,
    version: u32,
    bank: kontor_ledger::MemberId,
    authorisation: &'a Signature,
    elements: Vec<Element>,
}

#[derive(Serialize)]
struct Element {
    kind: FingerprintKind,
    blinded: BlindedElement,
}

#[derive(Deserialize)]
struct Answer {
    evaluations: Vec<Evaluated>,
}

#[derive(Deserialize)]
struct Evaluated {
    kind: FingerprintKind,
    evaluation: Evaluation,
}

/// The fingerprints of a version whose identity the bank has read.
///
/// # Errors
/// [`Stop::Later`] while too few evaluators can be reached, [`Stop::Not`] if they refuse.
pub async fn of(
    gateway: &Gateway,
    document: DocumentId,
    version: u32,
    identity: &Identity,
    authorisation: &Signature,
) -> Result<Vec<Fingerprint>, Stop> {
    let inputs = [
        (FingerprintKind::Exact, &identity.exact),
        (FingerprintKind::NearNumber, &identity.near_number),
        (FingerprintKind::NearAmount, &identity.near_amount),
    ];
    let inputs = inputs.map(|(kind, input): (_, &Input)| (kind, input.to_bytes(gateway.bank.network.as_bytes())));
    let (kept, known) = blinded(gateway, document, version, &inputs).await?;
    let unchanged =
        kept.iter().zip(&inputs).all(|(kept, (kind, input))| kept.kind == *kind && kept.input == digest(input));
    // What was kept before there were so many kinds has the first of them.
    if !unchanged || kept.is_empty() || kept.len() > inputs.len() {
        // The same version was evaluated for this bank as another invoice; evaluators would refuse a second input.
        return Err(Stop::not("fingerprints-not-provable"));
    }
    if let Some(fingerprints) = known {
        return Ok(fingerprints);
    }
    let answers = ask(gateway, document, version, authorisation, &kept).await?;
    let mut fingerprints = Vec::with_capacity(kept.len());
    for (kept, (kind, input)) in kept.iter().zip(&inputs) {
        let mine = answers.iter().filter(|answer| answer.kind == *kind).map(|answer| answer.evaluation).collect();
        fingerprints.push(Fingerprint { kind: *kind, value: combine(gateway, kept, input, mine)? });
    }
    let complete = fingerprints.clone();
    gateway
        .database
        .transaction("complete-fingerprints", move |connection| {
            fingerprinting::complete(connection, &document, version, &complete).map_err(AppError::from)
        })
        .await
        .map_err(Stop::later)?;
    Ok(fingerprints)
}

fn digest(input: &[u8]) -> Hash {
    Hash::sm3(&[b"kontor/v1/fingerprint-input", input])
}

/// The version's blindings, made now if there are none, and its fingerprints if they are known.
async fn blinded(
    gateway: &Gateway,
    document: DocumentId,
    version: u32,
    inputs: &[(FingerprintKind, Vec<u8>)],
) -> Result<(Vec<Kept>, Option<Vec<Fingerprint>>), Stop> {
    let mut fresh = Vec::with_capacity(inputs.len());
    for (kind, input) in inputs {
        let (blinding, blinded) = blind(input, &mut rng()).map_err(|_| Stop::not("fingerprints-not-provable"))?;
        let blinding = hex::encode(blinding.to_bytes().as_ref());
        fresh.push(Kept { kind: *kind, input: digest(input), blinding, blinded });
    }
    let about = format!("fingerprinting:{document}:{version}");
    let sealed = gateway.bank.keep(&about, &fresh).map_err(Stop::later)?;
    let row = gateway
        .database
        .transaction("keep-blinding", move |connection| match fingerprinting::find(connection, &document, version)? {
            Some(row) => Ok(row),
            None => {
                fingerprinting::insert(connection, &document, version, &sealed)?;
                Ok::<_, AppError>(fingerprinting::Fingerprinting {
                    sealed_blinding: sealed.clone(),
                    fingerprints: None,
                })
            }
        })
        .await
        .map_err(Stop::later)?;
    let kept: Vec<Kept> = gateway.bank.reveal(&about, &row.sealed_blinding).map_err(Stop::later)?;
    Ok((kept, row.fingerprints))
}

/// Asks all evaluators at once and stops listening when a threshold has answered for every kind.
async fn ask(
    gateway: &Gateway,
    document: DocumentId,
    version: u32,
    authorisation: &Signature,
    kept: &[Kept],
) -> Result<Vec<Evaluated>, Stop> {
    let elements = || kept.iter().map(|kept| Element { kind: kept.kind, blinded: kept.blinded }).collect();
    let question = Question { document, version, bank: gateway.bank.member, authorisation, elements: elements() };
    let mut calls: FuturesUnordered<_> =
        gateway.addresses.evaluators.iter().map(|(member, url)| call(gateway, *member, url, &question)).collect();
    let needed = usize::from(gateway.bank.genesis.fingerprint.threshold);
    let (mut answers, mut answered, mut refused) = (Vec::new(), 0_usize, 0_usize);
    while let Some(answer) = calls.next().await {
        match answer {
            Ok(answer) if sound(gateway, kept, &answer) => {
                answers.extend(answer.evaluations);
                answered += 1;
            }
            Ok(_) => tracing::warn!("an evaluator's answer does not hold"),
            Err(Stop::Not(_)) => refused += 1,
            Err(Stop::Later(reason)) => tracing::info!(reason, "an evaluator gave no answer"),
        }
        if answered >= needed {
            return Ok(answers);
        }
    }
    // With the refusing ones gone, would the others suffice if all of them answered?
    if gateway.addresses.evaluators.len().saturating_sub(refused) < needed {
        return Err(Stop::not("fingerprints-not-provable"));
    }
    Err(Stop::Later(format!("{answered} of {needed} evaluators answered")))
}

/// Whether an answer has one evaluation of each kind, made by one share with valid proofs: checked one by one, so that
/// a bad evaluator is left out and not the whole threshold.
fn sound(gateway: &Gateway, kept: &[Kept], answer: &Answer) -> bool {
    let alone = |kept: &Kept| {
        let mut of_kind = answer.evaluations.iter().filter(|evaluated| evaluated.kind == kept.kind);
        match (of_kind.next(), of_kind.next()) {
            (Some(one), None) => {
                gateway.bank.genesis.fingerprint.check_evaluation(&kept.blinded, &one.evaluation).is_ok()
            }
            _ => false,
        }
    };
    kept.iter().all(alone)
}

async fn call(
    gateway: &Gateway,
    member: kontor_ledger::MemberId,
    url: &str,
    question: &Question<'_>,
) -> Result<Answer, Stop> {
    let request = gateway.http.post(format!("{url}/v1/evaluations")).timeout(PATIENCE).traced().json(question);
    let response = request.send().await.map_err(|error| Stop::Later(format!("{member}: {error}")))?;
    match response.status().as_u16() {
        200 => response.json().await.map_err(|error| Stop::Later(format!("{member}: {error}"))),
        // Not registered at that member's node yet, or asked too often: passes.
        status @ (404 | 429 | 500..) => Err(Stop::Later(format!("{member} answered {status}"))),
        status => {
            tracing::warn!(%member, status, "an evaluator refuses");
            Err(Stop::not("fingerprints-not-provable"))
        }
    }
}

fn combine(gateway: &Gateway, kept: &Kept, input: &[u8], evaluations: Vec<Evaluation>) -> Result<Hash, Stop> {
    let mut bytes = Zeroizing::new([0; 32]);
    let damaged = || Stop::not("fingerprints-not-provable");
    hex::decode_to_slice(kept.blinding.as_bytes(), bytes.as_mut()).map_err(|_| damaged())?;
    let blinding = Blinding::from_bytes(&bytes).map_err(|_| damaged())?;
    let output = finalize(input, &blinding, &gateway.bank.genesis.fingerprint, &evaluations);
    let output = output.map_err(|error: FingerprintError| Stop::Later(error.to_string()))?;
    let first = output.first_chunk::<32>().ok_or_else(damaged)?;
    Ok(Hash::from_bytes(*first))
}
