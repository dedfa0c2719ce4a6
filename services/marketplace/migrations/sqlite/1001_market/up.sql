CREATE TABLE product (
    id TEXT PRIMARY KEY NOT NULL,     -- UUID version 7: ids rise with time
    bank TEXT NOT NULL,               -- member whose product it is
    criteria TEXT NOT NULL,           -- what it finances: the API's JSON
    created_at BIGINT NOT NULL        -- milliseconds since 1970
);

CREATE TABLE matched_request (
    request TEXT PRIMARY KEY NOT NULL, -- the portal's id of the financing request
    outline TEXT NOT NULL,             -- what was asked: the API's JSON; input of the ranking, kept as its log
    matches TEXT NOT NULL,             -- what was answered: the API's JSON
    created_at BIGINT NOT NULL         -- milliseconds since 1970
);
