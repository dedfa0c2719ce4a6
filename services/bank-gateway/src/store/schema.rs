//! Diesel's view of the gateway's tables.

diesel::table! {
    attestation_request (id) {
        id -> Text,
        handle -> Text,
        identity_key -> Text,
        encryption_key -> Text,
        sealed_profile -> Text,
        state -> Text,
        attestation -> Nullable<Text>,
        sealed_attestation -> Nullable<Text>,
        expires -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        received -> BigInt,
        decided -> Nullable<BigInt>,
        decided_by -> Nullable<Text>,
    }
}

diesel::table! {
    application (id) {
        id -> Text,
        document -> Text,
        version -> Integer,
        grant_record -> Text,
        sealed_terms -> Text,
        identity_key -> Text,
        encryption_key -> Text,
        state -> Text,
        reasons -> Text,
        sequence -> BigInt,
        opened -> Nullable<Text>,
        report -> Nullable<Text>,
        near_match -> Integer,
        acknowledgement -> Nullable<Text>,
        received -> BigInt,
        updated -> BigInt,
        changed_by -> Text,
    }
}

diesel::table! {
    fingerprinting (document, version) {
        document -> Text,
        version -> Integer,
        sealed_blinding -> Text,
        fingerprints -> Nullable<Text>,
        created -> BigInt,
    }
}

diesel::table! {
    claim (application) {
        application -> Text,
        public_key -> Text,
        sealed_key -> Text,
        advance_rate -> Integer,
        expires -> BigInt,
        evidence -> Nullable<Text>,
        sealed_evidence -> Nullable<Text>,
        record -> Nullable<Text>,
        position -> Nullable<BigInt>,
    }
}

diesel::table! {
    evidence (id) {
        id -> Text,
        application -> Text,
        result -> Text,
        received -> BigInt,
    }
}

diesel::table! {
    ledger_record (id) {
        id -> Text,
        application -> Text,
        kind -> Text,
        record -> Text,
        outcome -> Nullable<Text>,
        position -> Nullable<BigInt>,
        created -> BigInt,
        answered -> Nullable<BigInt>,
    }
}

diesel::table! {
    offer (id) {
        id -> Text,
        application -> Text,
        content -> Text,
        sealed_offer -> Text,
        made -> BigInt,
        made_by -> Text,
        acceptance -> Nullable<Text>,
        accepted -> Nullable<BigInt>,
    }
}

diesel::table! {
    message (application, name) {
        application -> Text,
        name -> Text,
        sealed_xml -> Text,
        created -> BigInt,
    }
}

diesel::table! {
    lead (id) {
        id -> Text,
        content -> Text,
        received -> BigInt,
    }
}

diesel::table! {
    product (id) {
        id -> Text,
        content -> Text,
        marketplace_id -> Nullable<Text>,
        created -> BigInt,
    }
}
