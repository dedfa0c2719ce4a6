-- Enterprises that ask for this bank's attestation.
CREATE TABLE attestation_request (
    id TEXT NOT NULL PRIMARY KEY, -- UUID, the portal's
    handle TEXT NOT NULL, -- the enterprise's name on the portal
    identity_key TEXT NOT NULL, -- its identity key
    encryption_key TEXT NOT NULL, -- answers are sealed to it
    sealed_profile TEXT NOT NULL, -- as sent, sealed to the bank
    state TEXT NOT NULL, -- requested, granted or declined
    attestation TEXT, -- digest of the attestation given
    sealed_attestation TEXT, -- the attestation with its identifiers, sealed to the enterprise
    expires BIGINT, -- milliseconds since 1970; end of the attestation
    reason TEXT, -- why declined; the enterprise reads it
    received BIGINT NOT NULL, -- milliseconds since 1970
    decided BIGINT, -- milliseconds since 1970
    decided_by TEXT -- login of the officer
);
CREATE INDEX attestation_request_received ON attestation_request (received, id);

-- Requests for financing.
CREATE TABLE application (
    id TEXT NOT NULL PRIMARY KEY, -- UUID, the portal's id of the request
    document TEXT NOT NULL, -- document id, hex
    version INTEGER NOT NULL, -- the document's version
    grant_record TEXT NOT NULL, -- ledger record of the grant to this bank, hex
    sealed_terms TEXT NOT NULL, -- what the seller asks for, sealed to the bank
    identity_key TEXT NOT NULL, -- the seller's identity key on the portal
    encryption_key TEXT NOT NULL, -- offers are sealed to it
    state TEXT NOT NULL, -- see domain::application
    reasons TEXT NOT NULL, -- JSON list of {code, detail}
    sequence BIGINT NOT NULL, -- number of the last status told to the portal
    opened TEXT, -- disclosed fields, parties and terms: JSON sealed to the bank's own key
    report TEXT, -- the verification service's signed report, JSON
    near_match INTEGER NOT NULL, -- 1 if an officer's word is or was needed
    acknowledgement TEXT, -- the officer's word: proceed or ask-buyer
    received BIGINT NOT NULL, -- milliseconds since 1970
    updated BIGINT NOT NULL, -- milliseconds since 1970
    changed_by TEXT NOT NULL -- transaction that last wrote the row
);
CREATE INDEX application_received ON application (received, id);

-- Fingerprints of documents, evaluated once for all applications on a version.
CREATE TABLE fingerprinting (
    document TEXT NOT NULL, -- document id, hex
    version INTEGER NOT NULL, -- the document's version
    sealed_blinding TEXT NOT NULL, -- inputs' digest and blindings, sealed to the bank's own key: a retry sends the same
    fingerprints TEXT, -- JSON list of {kind, value}, once known
    created BIGINT NOT NULL, -- milliseconds since 1970
    PRIMARY KEY (document, version)
);

-- The bank's claim for an application, under its one-time key.
CREATE TABLE claim (
    application TEXT NOT NULL PRIMARY KEY REFERENCES application (id),
    public_key TEXT NOT NULL UNIQUE, -- the one-time claim key
    sealed_key TEXT NOT NULL, -- its private part, sealed to the bank's own key
    advance_rate INTEGER NOT NULL, -- basis points of the total
    expires BIGINT NOT NULL, -- milliseconds since 1970; end of the reservation
    evidence TEXT, -- UUID of the evidence in use
    sealed_evidence TEXT, -- the seller's evidence in use, sealed to the bank
    record TEXT, -- the reservation that the ledger accepted: the claim's id
    position BIGINT -- its position in the log
);

-- Evidence received, so that a repetition is recognised.
CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY, -- UUID, the portal's
    application TEXT NOT NULL REFERENCES application (id),
    result TEXT NOT NULL, -- taken, or why it was not
    received BIGINT NOT NULL -- milliseconds since 1970
);

-- Records signed by this bank, kept before they are sent: sending again is the same record.
CREATE TABLE ledger_record (
    id TEXT NOT NULL PRIMARY KEY, -- record id, hex
    application TEXT NOT NULL REFERENCES application (id),
    kind TEXT NOT NULL, -- reserve, finance or release
    record TEXT NOT NULL, -- the signed record, JSON
    outcome TEXT, -- accepted, a refusal's code, or rejected:<problem>; null while under way
    position BIGINT, -- position in the log
    created BIGINT NOT NULL, -- milliseconds since 1970
    answered BIGINT -- milliseconds since 1970
);
CREATE INDEX ledger_record_application ON ledger_record (application, created);

-- Offers made.
CREATE TABLE offer (
    id TEXT NOT NULL PRIMARY KEY, -- UUID
    application TEXT NOT NULL REFERENCES application (id),
    content TEXT NOT NULL, -- the offer, JSON
    sealed_offer TEXT NOT NULL, -- the offer sealed to the seller
    made BIGINT NOT NULL, -- milliseconds since 1970
    made_by TEXT NOT NULL, -- login of the officer
    acceptance TEXT, -- the seller's signature
    accepted BIGINT -- milliseconds since 1970
);
CREATE INDEX offer_application ON offer (application, made);

-- ISO 20022 messages made for an application.
CREATE TABLE message (
    application TEXT NOT NULL REFERENCES application (id),
    name TEXT NOT NULL, -- tsin.002 or pacs.008
    sealed_xml TEXT NOT NULL, -- the message, sealed to the bank's own key
    created BIGINT NOT NULL, -- milliseconds since 1970
    PRIMARY KEY (application, name)
);

-- Requests without a bank that fit one of this bank's products.
CREATE TABLE lead (
    id TEXT NOT NULL PRIMARY KEY, -- UUID, the marketplace's
    content TEXT NOT NULL, -- request, product, outline and reasons, JSON
    received BIGINT NOT NULL -- milliseconds since 1970
);
CREATE INDEX lead_received ON lead (received, id);

-- This bank's products.
CREATE TABLE product (
    id TEXT NOT NULL PRIMARY KEY, -- UUID
    content TEXT NOT NULL, -- name and criteria, JSON
    marketplace_id TEXT, -- the marketplace's id, once published
    created BIGINT NOT NULL -- milliseconds since 1970
);
CREATE INDEX product_created ON product (created, id);
