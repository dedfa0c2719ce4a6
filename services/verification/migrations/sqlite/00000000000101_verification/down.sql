DROP TABLE partial_decryption;
DROP TABLE evaluation;
