DROP TABLE ledger_cursor;
DROP TABLE refusal;
DROP TABLE record_count;
DROP TABLE viewing;
DROP TABLE partial_decryption;
DROP TABLE approval;
DROP TABLE filing;
