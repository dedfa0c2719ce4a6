DROP TABLE outbox;
DROP TABLE idempotency_key;
DROP TABLE session;
DROP TABLE account;
