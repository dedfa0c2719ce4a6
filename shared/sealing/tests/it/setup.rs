//! A network, a seller and an invoice, from a generator that gives the same bytes on every run.

use std::convert::Infallible;

use kontor_sealing::{
    EscrowPublic, Hash, IntegerForm, Outline, PartySeed, Role, RoleKey, Sealed, SigningKey,
    escrow::{self, Share},
    seal,
};
use rand_core::{TryCryptoRng, TryRng};
use serde_json::{Value, json};

/// SM3 of a seed and a counter, byte by byte: frozen vectors must not depend on a library's generator.
pub struct Repeatable {
    seed: u64,
    block: u64,
    rest: Vec<u8>,
}

impl Repeatable {
    pub fn new(seed: u64) -> Self {
        Self { seed, block: 0, rest: Vec::new() }
    }

    fn byte(&mut self) -> u8 {
        loop {
            if let Some(byte) = self.rest.pop() {
                return byte;
            }
            self.rest = Hash::sm3(&[&self.seed.to_be_bytes(), &self.block.to_be_bytes()]).as_bytes().to_vec();
            self.block += 1;
        }
    }
}

impl TryRng for Repeatable {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill_with(|| self.byte());
        Ok(())
    }
}

impl TryCryptoRng for Repeatable {}

pub struct Network {
    pub escrow: EscrowPublic,
    pub officers: Vec<Share>,
    pub evaluators: Vec<Share>,
    pub rng: Repeatable,
}

pub fn network() -> Network {
    let mut rng = Repeatable::new(1);
    let (regulator, officers) = escrow::deal(2, 3, &mut rng).unwrap();
    let (network, evaluators) = escrow::deal(3, 4, &mut rng).unwrap();
    Network { escrow: EscrowPublic { regulator, network }, officers, evaluators, rng }
}

impl Network {
    pub fn seal(&mut self, value: &Value) -> Sealed {
        let secret = seller().document(&[9; 32]);
        seal(value, form, &secret, outline(1), &self.escrow.key().unwrap(), &mut self.rng).unwrap()
    }
}

pub fn seller() -> PartySeed {
    PartySeed::from_bytes(&[1; 32])
}

pub fn outline(version: u32) -> Outline {
    let key = |role, seed| RoleKey { role, key: SigningKey::from_seed(&[seed; 32]).public() };
    Outline { schema: "invoice".to_owned(), version, role_keys: vec![key(Role::Buyer, 3), key(Role::Seller, 2)] }
}

pub fn form(pointer: &str, _: &Value) -> IntegerForm {
    match pointer.rsplit('/').next() {
        Some("grandTotalAmount" | "netAmount") => IntegerForm::Minor { decimals: 2 },
        Some("quantity") => IntegerForm::Decimal { scale: 4 },
        Some("issueDate") => IntegerForm::Days,
        Some("content") => IntegerForm::None,
        _ => IntegerForm::HashOnly,
    }
}

pub fn invoice() -> Value {
    json!({
        "invoiceNumber": "R-2026-17",
        "issueDate": "2026-11-20",
        "invoiceCurrencyCode": "EUR",
        "grandTotalAmount": "1190.00",
        "notes": [{"content": "Zahlbar in 90 Tagen"}],
        "lines": [
            {"name": "Lager", "quantity": "12.5", "netAmount": "600.00", "tags": []},
            {"name": "Welle", "quantity": 3, "netAmount": "400", "optional": null}
        ]
    })
}
