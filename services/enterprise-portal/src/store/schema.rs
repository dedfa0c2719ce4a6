//! Diesel's view of the portal's tables; what the columns mean is said in the migrations.

diesel::table! {
    enterprise (account) {
        account -> Text,
        handle -> Text,
        identity_key -> Text,
        encryption_key -> Text,
        email -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    attestation_request (id) {
        id -> Text,
        account -> Text,
        bank -> Text,
        sealed_profile -> Text,
        state -> Text,
        sealed_attestation -> Nullable<Text>,
        reason -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    role_request (id) {
        id -> Text,
        requester -> Text,
        party -> Text,
        document -> Text,
        role -> Text,
        role_key -> Nullable<Text>,
        sealed_proof -> Nullable<Text>,
        created_at -> BigInt,
        answered_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    attachment (digest) {
        digest -> Text,
        account -> Text,
        content -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    relay (record) {
        record -> Text,
        account -> Text,
        kind -> Text,
        content -> Text,
        state -> Text,
        position -> Nullable<BigInt>,
        decided_at -> Nullable<BigInt>,
        code -> Nullable<Text>,
        detail -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    document (id) {
        id -> Text,
        account -> Nullable<Text>,
        schema_name -> Text,
        superseded_by -> Nullable<Text>,
        position -> BigInt,
        registered_at -> BigInt,
    }
}

diesel::table! {
    document_version (document, version) {
        document -> Text,
        version -> Integer,
        root -> Text,
        attachment -> Text,
        header -> Text,
        record -> Text,
        position -> BigInt,
        decided_at -> BigInt,
    }
}

diesel::table! {
    document_grant (record) {
        record -> Text,
        document -> Text,
        version -> Integer,
        grantee -> Text,
        purpose -> Text,
        expires_at -> Nullable<BigInt>,
        content -> Text,
        withdrawn_by -> Nullable<Text>,
        position -> BigInt,
        decided_at -> BigInt,
    }
}

diesel::table! {
    endorsement (record) {
        record -> Text,
        document -> Text,
        version -> Integer,
        action -> Text,
        author -> Text,
        position -> BigInt,
        decided_at -> BigInt,
    }
}

diesel::table! {
    supervision_case (record) {
        record -> Text,
        legal_basis -> Text,
    }
}

diesel::table! {
    access (record) {
        record -> Text,
        document -> Text,
        version -> Integer,
        case_record -> Text,
        reason -> Text,
        position -> BigInt,
        decided_at -> BigInt,
    }
}

diesel::table! {
    share (grant_record, account) {
        grant_record -> Text,
        account -> Text,
        document -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    follower (name) {
        name -> Text,
        next_position -> BigInt,
    }
}

diesel::table! {
    financing_request (id) {
        id -> Text,
        account -> Text,
        document -> Text,
        version -> Integer,
        state -> Text,
        bank -> Nullable<Text>,
        grant_record -> Nullable<Text>,
        sealed_terms -> Nullable<Text>,
        outline -> Nullable<Text>,
        matches -> Nullable<Text>,
        claim_key -> Nullable<Text>,
        claim_terms -> Nullable<Text>,
        claim_record -> Nullable<Text>,
        sealed_offer -> Nullable<Text>,
        reasons -> Text,
        bank_sequence -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(document, share, document_grant, enterprise, access, supervision_case);
