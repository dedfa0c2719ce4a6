DROP TABLE revocation_list;
DROP TABLE revocation;
DROP INDEX certificate_public_key;
DROP TABLE certificate;
