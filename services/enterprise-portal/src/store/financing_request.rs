//! Financing requests.

use diesel::prelude::*;
use kontor_chassis::database::Connection;

use super::{
    column::{big, count, json, millis, parse, small, time, to_json},
    schema::financing_request,
};
use crate::{
    domain::{
        enterprise::AccountId,
        financing_request::{Approach, FinancingRequest},
        id::Id,
        page::{Page, PageRequest},
        sealed::Sealed,
    },
    error::Error,
};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = financing_request, treat_none_as_null = true)]
struct Row {
    id: String,
    account: String,
    document: String,
    version: i32,
    state: String,
    bank: Option<String>,
    grant_record: Option<String>,
    sealed_terms: Option<String>,
    outline: Option<String>,
    matches: Option<String>,
    claim_key: Option<String>,
    claim_terms: Option<String>,
    claim_record: Option<String>,
    sealed_offer: Option<String>,
    reasons: String,
    bank_sequence: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Row> for FinancingRequest {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let approach = match (row.bank, row.grant_record, row.sealed_terms) {
            (Some(bank), Some(grant), Some(terms)) => Some(Approach {
                bank: parse("financing_request.bank", &bank)?,
                grant: parse("financing_request.grant_record", &grant)?,
                terms: Sealed::stored(terms),
            }),
            (None, None, None) => None,
            _ => return Err(Error::Stored("financing_request.bank")),
        };
        Ok(Self {
            id: parse("financing_request.id", &row.id)?,
            account: parse("financing_request.account", &row.account)?,
            document: parse("financing_request.document", &row.document)?,
            version: count("financing_request.version", row.version)?,
            state: parse("financing_request.state", &row.state)?,
            approach,
            outline: row.outline.map(|text| json("financing_request.outline", &text)).transpose()?,
            matches: row.matches.map(|text| json("financing_request.matches", &text)).transpose()?,
            claim_key: row.claim_key.map(|key| parse("financing_request.claim_key", &key)).transpose()?,
            claim_terms: row.claim_terms.map(|text| json("financing_request.claim_terms", &text)).transpose()?,
            claim_record: row.claim_record.map(|id| parse("financing_request.claim_record", &id)).transpose()?,
            offer: row.sealed_offer.map(Sealed::stored),
            reasons: json("financing_request.reasons", &row.reasons)?,
            bank_sequence: row
                .bank_sequence
                .map(|sequence| count("financing_request.bank_sequence", sequence))
                .transpose()?,
            created: time("financing_request.created_at", row.created_at)?,
            updated: time("financing_request.updated_at", row.updated_at)?,
        })
    }
}

impl TryFrom<&FinancingRequest> for Row {
    type Error = Error;

    fn try_from(request: &FinancingRequest) -> Result<Self, Error> {
        let approach = request.approach.as_ref();
        let outline = request.outline.as_ref();
        let matches = request.matches.as_ref();
        let terms = request.claim_terms.as_ref();
        Ok(Self {
            id: request.id.to_string(),
            account: request.account.to_string(),
            document: request.document.to_string(),
            version: small("financing_request.version", request.version)?,
            state: request.state.name().to_owned(),
            bank: approach.map(|approach| approach.bank.to_string()),
            grant_record: approach.map(|approach| approach.grant.to_string()),
            sealed_terms: approach.map(|approach| approach.terms.as_str().to_owned()),
            outline: outline.map(|outline| to_json("financing_request.outline", outline)).transpose()?,
            matches: matches.map(|matches| to_json("financing_request.matches", matches)).transpose()?,
            claim_key: request.claim_key.map(|key| key.to_string()),
            claim_terms: terms.map(|terms| to_json("financing_request.claim_terms", terms)).transpose()?,
            claim_record: request.claim_record.map(|record| record.to_string()),
            sealed_offer: request.offer.as_ref().map(|offer| offer.as_str().to_owned()),
            reasons: to_json("financing_request.reasons", &request.reasons)?,
            bank_sequence: request
                .bank_sequence
                .map(|sequence| big("financing_request.bank_sequence", sequence))
                .transpose()?,
            created_at: millis(request.created),
            updated_at: millis(request.updated),
        })
    }
}

/// Adds a request.
pub fn insert(c: &mut Connection, request: &FinancingRequest) -> Result<(), Error> {
    diesel::insert_into(financing_request::table).values(Row::try_from(request)?).execute(c)?;
    Ok(())
}

/// Stores a request that changed.
pub fn update(c: &mut Connection, request: &FinancingRequest) -> Result<(), Error> {
    diesel::update(financing_request::table.find(request.id.to_string())).set(Row::try_from(request)?).execute(c)?;
    Ok(())
}

/// One request.
pub fn find(c: &mut Connection, id: Id<FinancingRequest>) -> Result<Option<FinancingRequest>, Error> {
    let row: Option<Row> = financing_request::table.find(id.to_string()).first(c).optional()?;
    row.map(FinancingRequest::try_from).transpose()
}

/// An account's requests, newest first.
pub fn list(
    c: &mut Connection,
    account: AccountId,
    page: &PageRequest<Id<FinancingRequest>>,
) -> Result<Page<FinancingRequest, Id<FinancingRequest>>, Error> {
    let rows: Vec<Row> = financing_request::table
        .filter(financing_request::account.eq(account.to_string()))
        .filter(financing_request::id.lt(super::before(page)))
        .order(financing_request::id.desc())
        .limit(i64::from(page.limit) + 1)
        .load(c)?;
    let found = rows.into_iter().map(FinancingRequest::try_from).collect::<Result<_, _>>()?;
    Ok(Page::of(found, page.limit, |request: &FinancingRequest| request.id))
}
