//! Evaluates blinded fingerprint inputs: for registered documents whose key allows it, one input for each document
//! version, bank and kind, counted and rate-limited.

use std::time::Instant;

use kontor_ledger::{MemberId, exchange::check_evaluation, record::FingerprintKind};
use kontor_proofs::fingerprint::{BlindedElement, Evaluation};
use kontor_sealing::{Signature, document::DocumentId};

use super::{Verification, error::AppError, gather, keys::rng};
use crate::store::evaluation;

/// What a bank asks.
#[derive(Debug, Clone)]
pub struct Question {
    /// The document.
    pub document: DocumentId,
    /// Its version.
    pub version: u32,
    /// Who asks.
    pub bank: MemberId,
    /// The document key's word.
    pub authorisation: Signature,
    /// Each kind at most once.
    pub elements: Vec<(FingerprintKind, BlindedElement)>,
}

/// What it gets.
#[derive(Debug, Clone)]
pub struct Answer {
    /// In the order of the question.
    pub evaluations: Vec<(FingerprintKind, Evaluation)>,
    /// How often these elements were answered, this time included.
    pub count: i64,
}

/// Answers a bank's question.
///
/// # Errors
/// [`AppError::TooMany`], [`AppError::UnknownDocument`], [`AppError::Authorisation`], [`AppError::OtherInput`],
/// [`AppError::KindTwice`], [`AppError::Element`].
pub async fn evaluate(service: &Verification, question: Question) -> Result<Answer, AppError> {
    let mut kinds: Vec<FingerprintKind> = question.elements.iter().map(|(kind, _)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() != question.elements.len() {
        return Err(AppError::KindTwice);
    }
    service.evaluations.take(question.bank.as_str(), Instant::now()).map_err(AppError::TooMany)?;
    let (document, _) = gather::document(&service.ledger, &question.document, question.version).await?;
    let Question { document: id, version, bank, authorisation, elements } = &question;
    check_evaluation(&document.key, &service.keys.network, id, *version, bank, authorisation)
        .map_err(|_| AppError::Authorisation)?;
    let evaluations = elements
        .iter()
        .map(|(kind, blinded)| Ok((*kind, service.keys.fingerprint.evaluate(blinded, &mut rng())?)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_: kontor_proofs::fingerprint::FingerprintError| AppError::Element)?;
    // The answer leaves only after it is counted.
    let count = service
        .database
        .transaction("count-evaluation", move |connection| {
            let mut count = 0;
            for (kind, blinded) in &question.elements {
                let counted = evaluation::count(
                    connection,
                    &question.document,
                    question.version,
                    &question.bank,
                    *kind,
                    blinded,
                )?;
                count = counted.ok_or(AppError::OtherInput)?.max(count);
            }
            Ok::<_, AppError>(count)
        })
        .await?;
    Ok(Answer { evaluations, count })
}
