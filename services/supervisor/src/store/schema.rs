//! Diesel's view of the supervisor's tables.

diesel::table! {
    filing (id) {
        id -> Text,
        parent -> Nullable<Text>,
        terms -> Text,
        state -> Text,
        record -> Nullable<Text>,
        record_id -> Nullable<Text>,
        code -> Nullable<Text>,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    approval (filing, officer) {
        filing -> Text,
        officer -> Text,
        signature -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    partial_decryption (access, holder, share_index) {
        access -> Text,
        holder -> Text,
        share_index -> Integer,
        content -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    viewing (id) {
        id -> Text,
        access -> Text,
        account -> Text,
        shown_at -> BigInt,
    }
}

diesel::table! {
    record_count (kind, sponsor, outcome) {
        kind -> Text,
        sponsor -> Text,
        outcome -> Text,
        amount -> BigInt,
    }
}

diesel::table! {
    refusal (position) {
        position -> BigInt,
        record_id -> Text,
        kind -> Text,
        sponsor -> Text,
        code -> Text,
        decided_at -> BigInt,
    }
}

diesel::table! {
    ledger_cursor (name) {
        name -> Text,
        next_position -> BigInt,
    }
}
