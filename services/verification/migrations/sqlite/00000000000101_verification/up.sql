-- Fingerprint evaluations given: once per document version, bank and kind, for one blinded input.
CREATE TABLE evaluation (
    document TEXT NOT NULL, -- document id, hex
    version INTEGER NOT NULL, -- the document's version
    bank TEXT NOT NULL, -- the member that asked
    kind TEXT NOT NULL, -- exact or near-number
    blinded TEXT NOT NULL, -- the blinded input that was evaluated, hex; another one is refused
    answered BIGINT NOT NULL, -- how often it was answered
    first_at BIGINT NOT NULL, -- milliseconds since 1970
    last_at BIGINT NOT NULL, -- milliseconds since 1970
    PRIMARY KEY (document, version, bank, kind)
);

-- Partial decryptions given for accesses that the ledger accepted.
CREATE TABLE partial_decryption (
    access_record TEXT NOT NULL PRIMARY KEY, -- the access, hex
    document TEXT NOT NULL, -- document id, hex
    version INTEGER NOT NULL, -- the document's version
    answered BIGINT NOT NULL, -- how often it was given
    first_at BIGINT NOT NULL, -- milliseconds since 1970
    last_at BIGINT NOT NULL -- milliseconds since 1970
);
