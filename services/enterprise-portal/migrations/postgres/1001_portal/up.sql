CREATE TABLE enterprise (
    account TEXT PRIMARY KEY NOT NULL,     -- the sign-in account's id
    handle TEXT NOT NULL UNIQUE,           -- chosen pseudonym, never a legal name
    identity_key TEXT NOT NULL,            -- signature verification key, suite:hex
    encryption_key TEXT NOT NULL,          -- HPKE public key, hex
    email TEXT,                            -- where notices go; none: no notices
    created_at BIGINT NOT NULL             -- milliseconds since 1970
);

CREATE TABLE attestation_request (
    id TEXT PRIMARY KEY NOT NULL,          -- UUID version 7: ids rise with time
    account TEXT NOT NULL,                 -- who asks
    bank TEXT NOT NULL,                    -- member that is asked
    sealed_profile TEXT NOT NULL,          -- envelope for the bank, base64
    state TEXT NOT NULL,                   -- requested, granted or declined
    sealed_attestation TEXT,               -- envelope for the enterprise, base64; once granted
    reason TEXT,                           -- the bank's words; optional
    created_at BIGINT NOT NULL,            -- milliseconds since 1970
    updated_at BIGINT NOT NULL             -- milliseconds since 1970
);
CREATE INDEX attestation_request_by_account ON attestation_request (account, id);

CREATE TABLE role_request (
    id TEXT PRIMARY KEY NOT NULL,          -- UUID version 7: ids rise with time
    requester TEXT NOT NULL,               -- account that seals the document
    party TEXT NOT NULL,                   -- account that is asked for a key
    document TEXT NOT NULL,                -- document id, hex
    role TEXT NOT NULL,                    -- role in the document
    role_key TEXT,                         -- the party's one-time key, suite:hex; once answered
    sealed_proof TEXT,                     -- envelope for the requester, base64; once answered
    created_at BIGINT NOT NULL,            -- milliseconds since 1970
    answered_at BIGINT                     -- milliseconds since 1970; once answered
);
CREATE INDEX role_request_by_requester ON role_request (requester, id);
CREATE INDEX role_request_by_party ON role_request (party, id);

CREATE TABLE attachment (
    digest TEXT PRIMARY KEY NOT NULL,      -- SM3 of the content, hex
    account TEXT NOT NULL,                 -- who uploaded it first
    content BYTEA NOT NULL,                 -- the sealed document
    created_at BIGINT NOT NULL             -- milliseconds since 1970
);

CREATE TABLE relay (
    record TEXT PRIMARY KEY NOT NULL,      -- record id, hex
    account TEXT NOT NULL,                 -- who gave it to the portal
    kind TEXT NOT NULL,                    -- family and kind
    content TEXT NOT NULL,                 -- the signed record: the API's JSON
    state TEXT NOT NULL,                   -- queued, accepted, refused or rejected
    position BIGINT,                       -- place in the ledger's log; once ordered
    decided_at BIGINT,                     -- agreed time, milliseconds since 1970; once ordered
    code TEXT,                             -- why it was refused or rejected
    detail TEXT,                           -- the node's words about a rejection
    created_at BIGINT NOT NULL             -- milliseconds since 1970
);

CREATE TABLE document (
    id TEXT PRIMARY KEY NOT NULL,          -- document id, hex
    account TEXT,                          -- who registered it through this portal
    schema_name TEXT NOT NULL,             -- the document's schema
    superseded_by TEXT,                    -- document that replaces it
    position BIGINT NOT NULL,              -- of the registering record in the log
    registered_at BIGINT NOT NULL          -- agreed time, milliseconds since 1970
);
CREATE INDEX document_by_account ON document (account, position);

CREATE TABLE document_version (
    document TEXT NOT NULL,                -- document id, hex
    version INTEGER NOT NULL,              -- from 1
    root TEXT NOT NULL,                    -- anchored root, hex
    attachment TEXT NOT NULL,              -- SM3 of the sealed document, hex
    header TEXT NOT NULL,                  -- as registered: the ledger's JSON
    record TEXT NOT NULL,                  -- record that anchored it, hex
    position BIGINT NOT NULL,              -- of that record in the log
    decided_at BIGINT NOT NULL,            -- agreed time, milliseconds since 1970
    PRIMARY KEY (document, version)
);

CREATE TABLE document_grant (
    record TEXT PRIMARY KEY NOT NULL,      -- record that gave it, hex
    document TEXT NOT NULL,                -- document id, hex
    version INTEGER NOT NULL,              -- version that the keys open
    grantee TEXT NOT NULL,                 -- the reader's pseudonym, hex
    purpose TEXT NOT NULL,                 -- as granted
    expires_at BIGINT,                     -- milliseconds since 1970; none: no end
    content TEXT NOT NULL,                 -- header and sealed keys: the ledger's JSON
    withdrawn_by TEXT,                     -- record that withdrew it, hex
    position BIGINT NOT NULL,              -- of the giving record in the log
    decided_at BIGINT NOT NULL             -- agreed time, milliseconds since 1970
);
CREATE INDEX document_grant_by_document ON document_grant (document, position);

CREATE TABLE endorsement (
    record TEXT PRIMARY KEY NOT NULL,      -- the endorsing record, hex
    document TEXT NOT NULL,                -- document id, hex
    version INTEGER NOT NULL,              -- version endorsed
    action TEXT NOT NULL,                  -- issue, accept, confirm, dispute or cancel
    author TEXT NOT NULL,                  -- the role key, suite:hex
    position BIGINT NOT NULL,              -- of the record in the log
    decided_at BIGINT NOT NULL             -- agreed time, milliseconds since 1970
);
CREATE INDEX endorsement_by_document ON endorsement (document, position);

CREATE TABLE supervision_case (
    record TEXT PRIMARY KEY NOT NULL,      -- the opening record, hex
    legal_basis TEXT NOT NULL              -- as recorded
);

CREATE TABLE access (
    record TEXT PRIMARY KEY NOT NULL,      -- the announcing record, hex
    document TEXT NOT NULL,                -- document id, hex
    version INTEGER NOT NULL,              -- version read
    case_record TEXT NOT NULL,             -- the case, hex
    reason TEXT NOT NULL,                  -- as recorded
    position BIGINT NOT NULL,              -- of the record in the log
    decided_at BIGINT NOT NULL             -- agreed time, milliseconds since 1970
);
CREATE INDEX access_by_document ON access (document, position);

CREATE TABLE share (
    grant_record TEXT NOT NULL,            -- record that gave the grant, hex
    account TEXT NOT NULL,                 -- who was told of it
    document TEXT NOT NULL,                -- document id, hex
    created_at BIGINT NOT NULL,            -- milliseconds since 1970
    PRIMARY KEY (grant_record, account)
);
CREATE INDEX share_by_account ON share (account, document);
CREATE INDEX share_by_document ON share (document);

CREATE TABLE follower (
    name TEXT PRIMARY KEY NOT NULL,        -- what follows
    next_position BIGINT NOT NULL          -- first ledger position not indexed yet
);

CREATE TABLE financing_request (
    id TEXT PRIMARY KEY NOT NULL,          -- UUID version 7: ids rise with time
    account TEXT NOT NULL,                 -- who asks
    document TEXT NOT NULL,                -- document id, hex
    version INTEGER NOT NULL,              -- version asked on
    state TEXT NOT NULL,                   -- as the API names it
    bank TEXT,                             -- member asked; none until chosen
    grant_record TEXT,                     -- record that lets the bank read, hex
    sealed_terms TEXT,                     -- envelope for the bank, base64
    outline TEXT,                          -- disclosed for matching: the API's JSON
    matches TEXT,                          -- the marketplace's answer: the API's JSON
    claim_key TEXT,                        -- the bank's one-time key, suite:hex
    claim_terms TEXT,                      -- what the proofs speak of: the API's JSON
    claim_record TEXT,                     -- record of the claim, hex
    sealed_offer TEXT,                     -- envelope for the enterprise, base64
    reasons TEXT NOT NULL,                 -- the bank's latest reasons: the API's JSON
    bank_sequence BIGINT,                  -- sequence of the bank's latest word
    created_at BIGINT NOT NULL,            -- milliseconds since 1970
    updated_at BIGINT NOT NULL             -- milliseconds since 1970
);
CREATE INDEX financing_request_by_account ON financing_request (account, id);
