//! What an enterprise's own client does: signs up and in, seals, signs records, grants.

use kontor_ledger::{
    RecordId,
    record::{Body, Nonce, Record, Unsigned},
};
use kontor_sealing::{
    EncryptionPublicKey, Hash, Role, RoleKey, SealedGrant, SigningKey, envelope,
    grant::{GrantHeader, GrantedKeys},
    integer::IntegerForm,
    keys::{DocumentSecret, PartySeed},
    seal::{Outline, Sealed, seal},
};
use kontor_testkit::random;
use rand::{Rng as _, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{OPERATOR, Portal, World, checked, member};

pub const PASSWORD: &str = "correct horse battery";
pub const SECRET_TEXT: &str = "Nordlicht Windtechnik";

/// An enterprise with its keys and its session.
pub struct Enterprise<'a> {
    pub handle: String,
    pub seed: PartySeed,
    pub token: String,
    portal: &'a Portal,
}

/// A sealed document with its owner's secrets.
pub struct Document {
    pub secret: DocumentSecret,
    pub sealed: Sealed,
    pub root: Hash,
    pub bytes: Vec<u8>,
    pub digest: Hash,
    rng: StdRng,
}

/// The body of a sign-up.
pub fn sign_up(handle: &str, seed: &PartySeed) -> Value {
    json!({
        "handle": handle,
        "password": PASSWORD,
        "identityKey": seed.identity().public(),
        "encryptionKey": seed.encryption().public(),
        "signature": seed.identity().sign("account", handle.as_bytes()),
        "email": format!("{handle}@example.com"),
    })
}

/// Something sealed to a reader.
pub fn sealed_to(reader: &EncryptionPublicKey, number: u64) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let mut rng = random::seeded(number);
    let envelope = envelope::seal_to(reader, "test", b"", SECRET_TEXT.as_bytes(), &mut rng).expect("seals");
    BASE64_STANDARD.encode(envelope.to_bytes())
}

impl<'a> Enterprise<'a> {
    /// Signs up and in.
    pub async fn admitted(portal: &'a Portal, handle: &str, number: u8) -> Self {
        let seed = PartySeed::from_bytes(&[number; 32]);
        let (status, body) = portal.call(Method::POST, "/v1/accounts", Some(sign_up(handle, &seed))).await;
        assert_eq!(status, 201, "{body}");
        Self::signed_in(portal, handle, number).await
    }

    /// Signs in.
    pub async fn signed_in(portal: &'a Portal, handle: &str, number: u8) -> Self {
        let seed = PartySeed::from_bytes(&[number; 32]);
        let login = json!({ "login": handle, "password": PASSWORD, "bearer": true });
        let (status, body) = portal.call(Method::POST, "/v1/sessions", Some(login)).await;
        assert_eq!(status, 201, "{body}");
        let token = body["token"].as_str().expect("a token").to_owned();
        Self { handle: handle.to_owned(), seed, token, portal }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.portal.anyone.request(method, format!("{}{path}", self.portal.public)).bearer_auth(&self.token)
    }

    /// Calls, and holds the answer against the API's description.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.request(method.clone(), path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        checked(method, path, request).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    /// Posts under an idempotency key.
    pub async fn post_once(&self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.request(Method::POST, path).header("Idempotency-Key", key).json(body);
        checked(Method::POST, path, request).await
    }

    pub async fn upload(&self, digest: &Hash, bytes: &[u8]) -> (u16, Value) {
        let path = format!("/v1/attachments/{digest}");
        checked(Method::PUT, &path, self.request(Method::PUT, &path).body(bytes.to_vec())).await
    }

    /// The bytes of a document.
    pub async fn download(&self, path: &str) -> (u16, Vec<u8>) {
        let answer = self.request(Method::GET, path).send().await.expect("answers");
        (answer.status().as_u16(), answer.bytes().await.expect("bytes").to_vec())
    }

    /// Seals a document in which `buyer` has a role.
    pub fn seal(&self, world: &World, buyer: &PartySeed, number: u64) -> Document {
        let mut rng = random::seeded(number);
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let secret = self.seed.document(&salt);
        let id = secret.id();
        let keys = [(Role::Seller, &self.seed), (Role::Buyer, buyer)];
        let role_keys = keys.map(|(role, seed)| RoleKey { role, key: seed.role(&id, role).public() });
        let outline = Outline { schema: "invoice".into(), version: 1, role_keys: role_keys.to_vec() };
        let escrow = world.genesis.escrow.key().expect("a key");
        let value = json!({ "invoiceNumber": format!("KONTOR-{number}"), "seller": { "name": SECRET_TEXT } });
        let sealed = seal(&value, |_, _| IntegerForm::None, &secret, outline, &escrow, &mut rng).expect("sealed");
        let root = sealed.document.check_root().expect("a root");
        let bytes = sealed.document.to_bytes();
        let digest = Hash::sm3(&[&bytes]);
        Document { secret, sealed, root, bytes, digest, rng }
    }

    /// Uploads and registers a document.
    pub async fn registered(&self, world: &World, buyer: &PartySeed, number: u64) -> Document {
        let mut document = self.seal(world, buyer, number);
        assert_eq!(self.upload(&document.digest, &document.bytes).await.0, 201);
        let (status, body) = self.post("/v1/records", document.register(world)).await;
        assert_eq!(status, 201, "{body}");
        document
    }

    /// Grants everything to a reader; gives the record.
    pub async fn grant(&self, world: &World, document: &mut Document, reader: &EncryptionPublicKey) -> RecordId {
        let record = document.grant(world, reader);
        let (status, body) = self.post("/v1/records", json!(record)).await;
        assert_eq!(status, 201, "{body}");
        record.id()
    }
}

impl Document {
    pub fn path(&self) -> String {
        format!("/v1/documents/{}", self.secret.id())
    }

    /// A record about it, to be relayed by the operator.
    pub fn record(&mut self, world: &World, body: Body, key: &SigningKey) -> Record {
        self.record_for(OPERATOR, world, body, key)
    }

    /// A record about it, to be relayed by another member.
    pub fn record_for(&mut self, sponsor: &str, world: &World, body: Body, key: &SigningKey) -> Record {
        let nonce = Nonce(self.rng.next_u64());
        let unsigned = Unsigned { network: world.genesis.hash(), body, nonce, author: key.public() };
        unsigned.sign(key, member(sponsor))
    }

    pub fn register(&mut self, world: &World) -> Value {
        let header = self.sealed.document.header.clone();
        let body = Body::DocumentRegister { header, root: self.root, attachment: self.digest, total: None };
        let key = self.secret.signing_key().clone();
        json!(self.record(world, body, &key))
    }

    fn grant(&mut self, world: &World, reader: &EncryptionPublicKey) -> Record {
        let header = GrantHeader::new(&self.sealed.document.header, "financing", None, &mut self.rng);
        let keys = GrantedKeys::Whole(self.sealed.key.clone());
        let grant = SealedGrant::give(header, &keys, reader, &mut self.rng).expect("given");
        let key = self.secret.signing_key().clone();
        self.record(world, Body::GrantGive { grant }, &key)
    }
}
