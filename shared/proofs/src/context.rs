//! What a proof is bound to: it shows nothing anywhere else.

use kontor_sealing::Hash;
use minicbor::{CborLen, Decode, Encode};

/// Where and for what a proof is made; every byte enters the transcript before the first challenge.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode, CborLen)]
pub struct Context {
    /// The network's id.
    #[n(0)]
    pub network: Hash,
    /// What the proof is for, a constant such as `claim`.
    #[n(1)]
    pub purpose: String,
    /// The documents spoken of: id, version and that version's root.
    #[n(2)]
    pub documents: Vec<(Hash, u32, Hash)>,
    /// Whatever else it depends on.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub binding: Vec<u8>,
}
