//! Diesel's view of the marketplace's tables; what the columns mean is said in the migrations.

diesel::table! {
    product (id) {
        id -> Text,
        bank -> Text,
        criteria -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    matched_request (request) {
        request -> Text,
        outline -> Text,
        matches -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    certificate (serial) {
        serial -> Text,
        member -> Text,
        service -> Text,
        public_key -> Text,
        chain -> Text,
        expires_at -> BigInt,
        record -> Text,
        recorded_at -> Nullable<BigInt>,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    revocation (serial) {
        serial -> Text,
        reason -> Integer,
        revoked_at -> BigInt,
        expires_at -> BigInt,
        record -> Text,
        recorded_at -> Nullable<BigInt>,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    revocation_list (number) {
        number -> BigInt,
        list -> Text,
        next_update -> BigInt,
    }
}
