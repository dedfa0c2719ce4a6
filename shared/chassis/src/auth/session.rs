//! Signed-in people: a random token in a cookie or a bearer header, its hash in the database.

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::{FromRequest, HttpRequest, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;
use futures::future::LocalBoxFuture;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::accounts::{AccountId, Passwords};
use crate::database::schema::{account, session};
use crate::database::{Connection, Database, DatabaseError, now_ms};
use crate::rate::{Limiter, Rate};
use crate::{Problem, trace};

/// Header that cookie-authenticated requests must carry unless they are safe (GET, HEAD, OPTIONS).
pub const CSRF_HEADER: &str = "X-Kontor-CSRF";

/// How sessions behave.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionPolicy {
    /// Minutes until a session ends.
    pub lifetime_minutes: u32,
    /// Mark the cookie Secure: set it wherever people come by HTTPS.
    pub secure_cookie: bool,
    /// Wrong passwords tolerated per login and address at once; one more is forgiven every ten seconds.
    pub wrong_passwords: u32,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self { lifetime_minutes: 12 * 60, secure_cookie: false, wrong_passwords: 8 }
    }
}

/// The session store of one service. Give it to the server by [`crate::server::Server::sessions`].
pub struct Sessions {
    pub(super) database: Database,
    pub(super) passwords: Passwords,
    pub(super) failures: Limiter,
    cookie: String,
    policy: SessionPolicy,
}

/// A person who is signed in. Extracting it refuses everyone else.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub account: AccountId,
    /// What the person typed to sign in.
    pub login: String,
    /// The service's own word for what the account may do.
    pub role: String,
    pub(super) token_hash: String,
    pub(super) csrf: String,
    pub(super) expires_at: i64,
}

impl Session {
    /// Refuses every role but this one.
    ///
    /// # Errors
    ///
    /// Problem `forbidden`.
    pub fn require_role(&self, role: &str) -> Result<(), Problem> {
        if self.role == role { Ok(()) } else { Err(Problem::forbidden()) }
    }
}

/// A token as the client keeps it.
pub(super) struct Token(Zeroizing<String>);

impl Token {
    fn generate() -> Self {
        let bytes = Zeroizing::new(rand::rng().random::<[u8; 32]>());
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes)))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }

    /// Derived from the token, so that only who knows the session can know it.
    fn csrf(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"kontor csrf\0");
        hash.update(self.0.as_bytes());
        hex::encode(hash.finalize())
    }
}

impl Sessions {
    /// The sessions of the service with this name; the name keeps services on one host from sharing a cookie.
    pub fn new(service: &str, database: Database, policy: SessionPolicy) -> Self {
        let forgiving = Rate { per_second: 0.1, burst: policy.wrong_passwords.max(1) };
        Self {
            database,
            passwords: Passwords::new(),
            failures: Limiter::new(forgiving),
            cookie: format!("kontor-{service}"),
            policy,
        }
    }

    pub(super) async fn start(
        &self,
        account: AccountId,
        login: String,
        role: String,
    ) -> Result<(Token, Session), Problem> {
        let token = Token::generate();
        let now = now_ms();
        let expires_at = now.saturating_add(i64::from(self.policy.lifetime_minutes) * 60_000);
        let started = Session { account, login, role, token_hash: token.hash(), csrf: token.csrf(), expires_at };
        let row = (
            session::token_hash.eq(started.token_hash.clone()),
            session::account_id.eq(account.to_string()),
            session::created_at.eq(now),
            session::expires_at.eq(expires_at),
        );
        self.database
            .transaction("start-session", move |connection| {
                diesel::delete(session::table.filter(session::expires_at.le(now))).execute(connection)?;
                diesel::insert_into(session::table).values(row.clone()).execute(connection)?;
                Ok::<_, DatabaseError>(())
            })
            .await?;
        Ok((token, started))
    }

    pub(super) async fn end(&self, token_hash: String) -> Result<(), DatabaseError> {
        self.database
            .transaction("end-session", move |connection| {
                diesel::delete(session::table.find(token_hash.clone())).execute(connection)?;
                Ok(())
            })
            .await
    }

    /// The `Set-Cookie` header that starts a session (RFC 6265).
    pub(super) fn cookie(&self, token: &Token) -> String {
        self.set_cookie(token.text(), u64::from(self.policy.lifetime_minutes) * 60)
    }

    /// The one that ends it.
    pub(super) fn removal(&self) -> String {
        self.set_cookie("", 0)
    }

    fn set_cookie(&self, value: &str, seconds: u64) -> String {
        let secure = if self.policy.secure_cookie { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}", self.cookie)
    }

    fn token_in(&self, request: &HttpRequest) -> Option<Token> {
        let headers = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
        let mut pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.cookie).map(|(_, value)| Token(Zeroizing::new(value.to_owned())))
    }

    async fn find(&self, token: Token) -> Result<Session, Problem> {
        let (hash, csrf) = (token.hash(), token.csrf());
        let wanted = hash.clone();
        let row = self.database.read(move |connection| load(connection, &wanted, now_ms())).await?;
        let (account, login, role, expires_at) = row.ok_or_else(Problem::unauthenticated)?;
        let account = account.parse().map_err(Problem::internal)?;
        Ok(Session { account, login, role, token_hash: hash, csrf, expires_at })
    }
}

type Row = (String, String, String, i64);

fn load(connection: &mut Connection, hash: &str, now: i64) -> Result<Option<Row>, DatabaseError> {
    let found = session::table
        .inner_join(account::table)
        .filter(session::token_hash.eq(hash))
        .filter(session::expires_at.gt(now))
        .filter(account::disabled_at.is_null().or(account::disabled_at.gt(now)))
        .select((account::id, account::login, account::role, session::expires_at))
        .first::<Row>(connection)
        .optional()?;
    Ok(found)
}

impl FromRequest for Session {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(authenticate(&request).await?) })
    }
}

async fn authenticate(request: &HttpRequest) -> Result<Session, Problem> {
    let sessions = request.app_data::<web::Data<Sessions>>();
    let sessions = sessions.ok_or_else(|| Problem::internal("this server has no sessions"))?;
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let token =
            value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).ok_or_else(Problem::unauthenticated)?;
        return sessions.find(Token(Zeroizing::new(token.trim().to_owned()))).await;
    }
    let session = sessions.find(sessions.token_in(request).ok_or_else(Problem::unauthenticated)?).await?;
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let shown = request.headers().get(CSRF_HEADER).map(|value| value.as_bytes());
    if !safe && !shown.is_some_and(|shown| shown.ct_eq(session.csrf.as_bytes()).into()) {
        tracing::warn!(trace = ?trace::current(), "request with a session cookie but without its CSRF header");
        return Err(Problem::new(403, "csrf", "The request lacks the session's CSRF header"));
    }
    Ok(session)
}
