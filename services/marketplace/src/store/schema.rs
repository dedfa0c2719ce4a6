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
