//! Diesel's view of the chassis tables.

diesel::table! {
    account (id) {
        id -> Text,
        login -> Text,
        password_hash -> Text,
        role -> Text,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    session (token_hash) {
        token_hash -> Text,
        account_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    idempotency_key (scope, key) {
        scope -> Text,
        key -> Text,
        request_hash -> Text,
        status -> Nullable<Integer>,
        body -> Nullable<Text>,
        location -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> BigInt,
        kind -> Text,
        target -> Text,
        payload -> Text,
        idempotency_key -> Text,
        traceparent -> Nullable<Text>,
        attempts -> Integer,
        due_at -> BigInt,
        state -> Text,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::joinable!(session -> account (account_id));
diesel::allow_tables_to_appear_in_same_query!(account, session);
