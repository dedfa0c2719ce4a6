CREATE TABLE certificate (
    serial TEXT PRIMARY KEY NOT NULL, -- hexadecimal
    member TEXT NOT NULL,             -- whose it is
    service TEXT NOT NULL,            -- which of the member's services
    public_key TEXT NOT NULL,         -- SM3 of the SubjectPublicKeyInfo, hexadecimal
    chain TEXT NOT NULL,              -- leaf and intermediate, PEM
    expires_at BIGINT NOT NULL,       -- milliseconds since 1970
    record TEXT NOT NULL,             -- id of the ledger record of its issue
    recorded_at BIGINT,               -- when the ledger was known to have accepted it, milliseconds since 1970
    refusal TEXT                      -- why the ledger refused it
);

CREATE INDEX certificate_public_key ON certificate (public_key);

CREATE TABLE revocation (
    serial TEXT PRIMARY KEY NOT NULL, -- the certificate, which may have been issued by another instance
    reason INTEGER NOT NULL,          -- RFC 5280, 5.3.1
    revoked_at BIGINT NOT NULL,       -- milliseconds since 1970
    expires_at BIGINT NOT NULL,       -- when the certificate expires, milliseconds since 1970
    record TEXT NOT NULL,             -- id of the ledger record of the revocation
    recorded_at BIGINT,               -- when the ledger was known to have accepted it, milliseconds since 1970
    refusal TEXT                      -- why the ledger refused it
);

CREATE TABLE revocation_list (
    number BIGINT PRIMARY KEY NOT NULL, -- the list's CRL number
    list TEXT NOT NULL,                 -- DER, base64
    next_update BIGINT NOT NULL         -- milliseconds since 1970
);
