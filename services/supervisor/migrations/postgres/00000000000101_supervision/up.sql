-- What officers put on the ledger: a case, or an access under one.
CREATE TABLE filing (
    id TEXT NOT NULL PRIMARY KEY, -- UUID version 7: ids rise with time
    parent TEXT REFERENCES filing (id), -- an access's case; none for a case
    terms TEXT NOT NULL, -- what officers sign: kind and terms, JSON
    state TEXT NOT NULL, -- drafted, submitted, recorded or refused
    record TEXT, -- the officer's signed record, JSON; once submitted
    record_id TEXT, -- its id on the ledger, hex; once submitted
    code TEXT, -- why the ledger refused it
    created_by TEXT NOT NULL, -- account
    created_at BIGINT NOT NULL -- milliseconds since 1970
);
CREATE INDEX filing_parent ON filing (parent, id);

-- Officers' signatures over the terms of a case or an access.
CREATE TABLE approval (
    filing TEXT NOT NULL REFERENCES filing (id), -- what is approved
    officer TEXT NOT NULL, -- the officer's key, suite:hex
    signature TEXT NOT NULL, -- over the canonical terms, hex
    created_at BIGINT NOT NULL, -- milliseconds since 1970
    PRIMARY KEY (filing, officer)
);

-- Partial decryptions of a recorded access; each was checked before it came here.
CREATE TABLE partial_decryption (
    access TEXT NOT NULL REFERENCES filing (id),
    holder TEXT NOT NULL, -- officers or network
    share_index INTEGER NOT NULL, -- whose share of that key
    content TEXT NOT NULL, -- partial decryption with its proof, JSON
    created_at BIGINT NOT NULL, -- milliseconds since 1970
    PRIMARY KEY (access, holder, share_index)
);

-- Each time plaintext was shown.
CREATE TABLE viewing (
    id TEXT NOT NULL PRIMARY KEY, -- UUID version 7
    access TEXT NOT NULL REFERENCES filing (id),
    account TEXT NOT NULL, -- who was shown it
    shown_at BIGINT NOT NULL -- milliseconds since 1970
);

-- How many records of a kind a member relayed with which outcome.
CREATE TABLE record_count (
    kind TEXT NOT NULL, -- family and kind
    sponsor TEXT NOT NULL, -- member that relayed
    outcome TEXT NOT NULL, -- accepted or a refusal's code
    amount BIGINT NOT NULL, -- records
    PRIMARY KEY (kind, sponsor, outcome)
);

-- Refused records, for the list.
CREATE TABLE refusal (
    position BIGINT NOT NULL PRIMARY KEY, -- place in the ledger's log
    record_id TEXT NOT NULL, -- hex
    kind TEXT NOT NULL, -- family and kind
    sponsor TEXT NOT NULL, -- member that relayed
    code TEXT NOT NULL, -- why
    decided_at BIGINT NOT NULL -- agreed time, milliseconds since 1970
);

-- How far the ledger has been read.
CREATE TABLE ledger_cursor (
    name TEXT NOT NULL PRIMARY KEY, -- the follower
    next_position BIGINT NOT NULL -- first position not yet read
);
