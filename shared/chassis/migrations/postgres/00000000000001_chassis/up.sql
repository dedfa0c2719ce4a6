-- People who sign in.
CREATE TABLE account (
    id TEXT NOT NULL PRIMARY KEY, -- UUID
    login TEXT NOT NULL UNIQUE, -- what the person types; lower case
    password_hash TEXT NOT NULL, -- argon2id, PHC string
    role TEXT NOT NULL, -- the service's own word for what the account may do
    created_at BIGINT NOT NULL, -- milliseconds since 1970
    disabled_at BIGINT -- milliseconds since 1970; may not sign in from then on
);

-- Signed-in sessions; the token itself is never stored.
CREATE TABLE session (
    token_hash TEXT NOT NULL PRIMARY KEY, -- SHA-256 of the token, hex
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL, -- milliseconds since 1970
    expires_at BIGINT NOT NULL -- milliseconds since 1970
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires_at);

-- What was answered to requests that carried an Idempotency-Key.
CREATE TABLE idempotency_key (
    scope TEXT NOT NULL, -- the account or peer that sent it
    key TEXT NOT NULL, -- as sent
    request_hash TEXT NOT NULL, -- SHA-256 over method, path and body, hex
    status INTEGER, -- HTTP status answered; null while the first request is under way
    body TEXT, -- JSON answered
    location TEXT, -- Location header answered
    created_at BIGINT NOT NULL, -- milliseconds since 1970
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_key_created ON idempotency_key (created_at);

-- What is to be sent after the transaction that decided it.
CREATE TABLE outbox (
    id BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of decision
    kind TEXT NOT NULL, -- which handler delivers it
    target TEXT NOT NULL, -- lane: one target's rows are delivered one after the other
    payload TEXT NOT NULL, -- JSON
    idempotency_key TEXT NOT NULL, -- what the receiver recognises a repetition by
    traceparent TEXT, -- W3C trace context of the request that decided it
    attempts INTEGER NOT NULL, -- deliveries tried so far
    due_at BIGINT NOT NULL, -- milliseconds since 1970; not before
    state TEXT NOT NULL, -- pending or dead
    last_error TEXT, -- why the last attempt failed
    created_at BIGINT NOT NULL -- milliseconds since 1970
);
CREATE UNIQUE INDEX outbox_key ON outbox (kind, idempotency_key);
CREATE INDEX outbox_lane ON outbox (target, state, id);
CREATE INDEX outbox_due ON outbox (state, due_at);
