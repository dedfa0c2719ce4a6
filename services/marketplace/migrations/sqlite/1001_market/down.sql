DROP TABLE matched_request;
DROP TABLE product;
