//! Diesel's view of the service's tables.

diesel::table! {
    evaluation (document, version, bank, kind) {
        document -> Text,
        version -> Integer,
        bank -> Text,
        kind -> Text,
        blinded -> Text,
        answered -> BigInt,
        first_at -> BigInt,
        last_at -> BigInt,
    }
}

diesel::table! {
    partial_decryption (access_record) {
        access_record -> Text,
        document -> Text,
        version -> Integer,
        answered -> BigInt,
        first_at -> BigInt,
        last_at -> BigInt,
    }
}
