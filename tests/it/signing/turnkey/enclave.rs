//! Signs as Turnkey does: it takes the unsigned transaction apart byte for byte, and gives it back
//! with a signature. Nothing of it is the house's own code.

use alloy_dyn_abi::eip712::TypedData;
use alloy_primitives::{Address, B256, U256, hex, keccak256, uint};
use alloy_rlp::{Decodable as _, Header};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};

const ORDER_OF_THE_CURVE: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// How a signed transaction is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// It has another nonce.
    AnotherNonce,
    /// Its `s` is in the upper half.
    HighS,
    /// Another key signed it.
    AnotherKey,
    /// It is no transaction.
    Garbage,
    /// Bytes follow it.
    Longer,
}

/// The signed transaction, in hexadecimal without `0x`.
pub(super) fn signed(key: &SigningKey, unsigned: &str, lie: Option<Lie>) -> Option<String> {
    let bytes = hex::decode(unsigned).ok()?;
    let (kind, mut fields) = taken_apart(&bytes)?;
    let theirs = SigningKey::from_slice(&[0x66; 32]).unwrap();
    let (mut key, mut is_high) = (key, false);
    match lie {
        // The nonce comes first, or after the chain.
        Some(Lie::AnotherNonce) => fields[usize::from(kind.is_some())] = vec![0x63],
        Some(Lie::HighS) => is_high = true,
        Some(Lie::AnotherKey) => key = &theirs,
        Some(Lie::Garbage) => return Some("c0ffee".to_owned()),
        Some(Lie::Longer) | None => {}
    }
    let digest = keccak256(put_together(kind, &fields));
    let (r, mut s, mut is_odd) = pair(key, digest);
    if is_high {
        (s, is_odd) = (ORDER_OF_THE_CURVE - s, !is_odd);
    }
    let v = if kind.is_some() {
        U256::from(u8::from(is_odd))
    } else {
        // The chain and two empty fields make room for the signature (EIP-155).
        let chain = fields.drain(fields.len() - 3..).next()?;
        let chain = U256::decode(&mut &chain[..]).ok()?;
        U256::from(35 + u8::from(is_odd)) + chain * U256::from(2)
    };
    for number in [v, r, s] {
        fields.push(alloy_rlp::encode(number));
    }
    let mut whole = hex::encode(put_together(kind, &fields));
    if lie == Some(Lie::Longer) {
        whole.push_str("00");
    }
    Some(whole)
}

/// The signature of a document.
pub(super) fn signed_document(key: &SigningKey, document: &str) -> Option<Value> {
    let typed: TypedData = serde_json::from_str(document).ok()?;
    let (r, s, is_odd) = pair(key, typed.eip712_signing_hash().ok()?);
    let text = |number: U256| hex::encode(number.to_be_bytes::<32>());
    Some(json!({"r": text(r), "s": text(s), "v": if is_odd { "01" } else { "00" }}))
}

/// The address of a key.
pub(super) fn address(key: &SigningKey) -> Address {
    let point = key.verifying_key().to_encoded_point(false);
    Address::from_raw_public_key(&point.as_bytes()[1..])
}

fn pair(key: &SigningKey, digest: B256) -> (U256, U256, bool) {
    let (pair, id) = key.sign_prehash_recoverable(digest.as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    (U256::from_be_slice(&r), U256::from_be_slice(&s), id.is_y_odd())
}

/// The type of an envelope, if it has one, and its fields as they are encoded.
fn taken_apart(bytes: &[u8]) -> Option<(Option<u8>, Vec<Vec<u8>>)> {
    let (kind, mut rest) = match bytes.first()? {
        kind @ (1 | 2) => (Some(*kind), &bytes[1..]),
        _ => (None, bytes),
    };
    let header = Header::decode(&mut rest).ok().filter(|header| header.list)?;
    if header.payload_length != rest.len() {
        return None;
    }
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let mut after = rest;
        let header = Header::decode(&mut after).ok()?;
        let length = rest.len() - after.len() + header.payload_length;
        fields.push(rest.get(..length)?.to_vec());
        rest = &rest[length..];
    }
    Some((kind, fields))
}

fn put_together(kind: Option<u8>, fields: &[Vec<u8>]) -> Vec<u8> {
    let payload = fields.concat();
    let mut bytes: Vec<u8> = kind.into_iter().collect();
    Header { list: true, payload_length: payload.len() }.encode(&mut bytes);
    bytes.extend(payload);
    bytes
}
