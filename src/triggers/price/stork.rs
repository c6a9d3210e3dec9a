//! Prices as the Stork oracle says them. A price counts when the oracle's key has signed it, and
//! while it is young.

use std::time::Duration;

use alloy_primitives::{Address, B256, I256, U256, hex, keccak256};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Amount, Tick};

/// How far ahead of our clock the oracle's may be.
const AHEAD: Duration = Duration::from_secs(5);
/// How many prices of one message are read.
const MAX_PRICES: usize = 1_024;

/// What asks the oracle for prices.
pub fn subscribe(assets: &[&str]) -> String {
    json!({ "type": "subscribe", "data": assets }).to_string()
}

/// Whose word counts, and for how long.
#[derive(Debug, Clone)]
pub struct Oracle {
    key: Address,
    max_age: Duration,
}

/// A price that the oracle has signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The asset, as the oracle names it.
    pub asset: String,
    /// Its price, and when that was.
    pub tick: Tick,
    /// What the oracle sent.
    pub raw: Value,
}

/// Why a price does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// It does not have the form of one.
    #[error("a message of the oracle cannot be read: {0}")]
    Form(String),
    /// The signature is not of the key that is configured, or of another price.
    #[error("the price of {0} is not signed by the oracle's key")]
    Signature(String),
    /// It is too old.
    #[error("the price of {asset} is {} ms old", age.as_millis())]
    Stale {
        /// Of which asset.
        asset: String,
        /// How old it is.
        age: Duration,
    },
    /// It lies in the future.
    #[error("the price of {0} is of a time that has not come")]
    Early(String),
}

#[derive(Deserialize)]
struct Entry {
    stork_signed_price: Signed,
}

#[derive(Deserialize)]
struct Signed {
    public_key: Address,
    encoded_asset_id: B256,
    price: String,
    timestamped_signature: Stamped,
    publisher_merkle_root: B256,
    calculation_alg: Algorithm,
}

#[derive(Deserialize)]
struct Stamped {
    signature: Parts,
    /// In nanoseconds.
    timestamp: u64,
}

#[derive(Deserialize)]
struct Parts {
    r: B256,
    s: B256,
    v: String,
}

#[derive(Deserialize)]
struct Algorithm {
    checksum: String,
}

impl Oracle {
    /// One whose key has this address, and whose prices count for so long.
    pub const fn new(key: [u8; 20], max_age: Duration) -> Self {
        Self { key: Address::new(key), max_age }
    }

    /// The same whose prices count for so long.
    #[must_use]
    pub const fn patient(&self, max_age: Duration) -> Self {
        Self { key: self.key, max_age }
    }

    /// A price of this asset that was said before, or why it does not count now.
    ///
    /// # Errors
    /// It is not signed, too old, or of a time that has not come.
    pub fn check(&self, asset: &str, raw: &Value, now_ns: u64) -> Result<Reading, Doubt> {
        self.one(asset, raw, now_ns)
    }

    /// The prices of a message: each of them, or why it does not count. A message is an object or
    /// an array of them; what is of another type says nothing.
    pub fn read(&self, text: &str, now_ns: u64) -> Vec<Result<Reading, Doubt>> {
        let message: Value = match serde_json::from_str(text) {
            Ok(message) => message,
            Err(error) => return vec![Err(Doubt::Form(error.to_string()))],
        };
        let messages = match message {
            Value::Array(messages) => messages,
            object @ Value::Object(_) => vec![object],
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        };
        let prices = messages.iter().filter(|it| it.get("type") == Some(&"oracle_prices".into()));
        let entries = prices.filter_map(|it| it.get("data")?.as_object()).flatten();
        entries.take(MAX_PRICES).map(|(asset, raw)| self.one(asset, raw, now_ns)).collect()
    }

    fn one(&self, asset: &str, raw: &Value, now_ns: u64) -> Result<Reading, Doubt> {
        let form = |error: serde_json::Error| Doubt::Form(error.to_string());
        let Entry { stork_signed_price: signed } = Entry::deserialize(raw).map_err(form)?;
        let at_ns = signed.timestamped_signature.timestamp;
        let units: i128 =
            signed.price.parse().map_err(|_| Doubt::Form("the price is no number".to_owned()))?;
        if !self.has_signed(asset, &signed, units) {
            return Err(Doubt::Signature(asset.to_owned()));
        }
        let age = Duration::from_nanos(now_ns.saturating_sub(at_ns));
        if age > self.max_age {
            return Err(Doubt::Stale { asset: asset.to_owned(), age });
        }
        if Duration::from_nanos(at_ns.saturating_sub(now_ns)) > AHEAD {
            return Err(Doubt::Early(asset.to_owned()));
        }
        let tick = Tick { price: Amount::of_units(units), at_ns };
        Ok(Reading { asset: asset.to_owned(), tick, raw: raw.clone() })
    }

    /// Whether our oracle has signed this price of this asset.
    fn has_signed(&self, asset: &str, signed: &Signed, units: i128) -> bool {
        let id = keccak256(asset.as_bytes());
        if signed.public_key != self.key || signed.encoded_asset_id != id {
            return false;
        }
        recovered(signed, id, units) == Some(self.key)
    }
}

/// Whose signature it is.
fn recovered(signed: &Signed, id: B256, units: i128) -> Option<Address> {
    let checksum: [u8; 32] = hex::decode_to_array(&signed.calculation_alg.checksum).ok()?;
    let Stamped { signature: Parts { r, s, v }, timestamp } = &signed.timestamped_signature;
    let digest =
        digest(signed.public_key, id, *timestamp, units, signed.publisher_merkle_root, checksum);
    let signature = Signature::from_scalars(r.0, s.0).ok()?;
    // Of two signatures that say the same, one is valid.
    if signature.normalize_s().is_some() {
        return None;
    }
    let v = u8::from_str_radix(v.strip_prefix("0x")?, 16).ok()?;
    let parity = RecoveryId::from_byte(v.checked_sub(27)?)?;
    let key = VerifyingKey::recover_from_prehash(digest.as_slice(), &signature, parity).ok()?;
    let point = key.to_encoded_point(false);
    Some(Address::from_raw_public_key(point.as_bytes().get(1..)?))
}

/// What is signed: a message of EIP-191 over the packed fields.
fn digest(
    key: Address,
    id: B256,
    at_ns: u64,
    units: i128,
    publishers: B256,
    algorithm: [u8; 32],
) -> B256 {
    let mut packed = Vec::with_capacity(20 + 5 * 32);
    packed.extend_from_slice(key.as_slice());
    packed.extend_from_slice(id.as_slice());
    packed.extend_from_slice(&U256::from(at_ns).to_be_bytes::<32>());
    packed.extend_from_slice(&I256::try_from(units).unwrap_or(I256::ZERO).to_be_bytes::<32>());
    packed.extend_from_slice(publishers.as_slice());
    packed.extend_from_slice(&algorithm);
    let mut message = b"\x19Ethereum Signed Message:\n32".to_vec();
    message.extend_from_slice(keccak256(packed).as_slice());
    keccak256(message)
}

#[cfg(test)]
mod tests {
    use k256::ecdsa::SigningKey;

    use super::*;

    const NOW: u64 = 1_800_000_000_000_000_000;

    fn signer(byte: u8) -> (SigningKey, Address) {
        let key = SigningKey::from_slice(&[byte; 32]).expect("a key");
        let point = key.verifying_key().to_encoded_point(false);
        let address = Address::from_raw_public_key(&point.as_bytes()[1..]);
        (key, address)
    }

    fn message(byte: u8, asset: &str, units: i128, at_ns: u64) -> Value {
        let (key, address) = signer(byte);
        let id = keccak256(asset.as_bytes());
        let digest = digest(address, id, at_ns, units, B256::ZERO, [7; 32]);
        let (signature, parity) = key.sign_prehash_recoverable(digest.as_slice()).expect("signs");
        let (r, s) = signature.split_bytes();
        json!({ "type": "oracle_prices", "data": { asset: { "stork_signed_price": {
            "public_key": address,
            "encoded_asset_id": id,
            "price": units.to_string(),
            "timestamped_signature": {
                "signature": {
                    "r": hex::encode_prefixed(r), "s": hex::encode_prefixed(s),
                    "v": format!("0x{:x}", parity.to_byte() + 27),
                },
                "timestamp": at_ns,
            },
            "publisher_merkle_root": B256::ZERO,
            "calculation_alg": { "checksum": hex::encode([7; 32]) },
        }}}})
    }

    fn oracle() -> Oracle {
        Oracle::new(signer(1).1.into_array(), Duration::from_secs(10))
    }

    fn read(message: &Value) -> Vec<Result<Reading, Doubt>> {
        oracle().read(&message.to_string(), NOW)
    }

    #[test]
    fn a_price_counts_when_the_oracle_has_signed_it_in_whatever_frame_it_comes() {
        let good = message(1, "BTCUSD", 97_123 * 10_i128.pow(18), NOW - 1_000);
        let [Ok(reading)] = &read(&good)[..] else { panic!("{:?}", read(&good)) };
        assert_eq!(
            (reading.asset.as_str(), reading.tick.price.to_string()),
            ("BTCUSD", "97123".to_owned())
        );
        let negative = message(1, "SPREAD", -5, NOW);
        assert_eq!(read(&json!([good, negative, {"type": "heartbeat"}])).len(), 2);
        assert!(read(&json!([good, negative])).iter().all(Result::is_ok));
        assert!(read(&json!("pong")).is_empty());
    }

    #[test]
    fn a_price_of_somebody_else_of_another_asset_or_of_another_time_does_not_count() {
        let doubt = |message: &Value| read(message).remove(0).expect_err("a doubt");
        let signature = Doubt::Signature("BTCUSD".to_owned());
        assert_eq!(doubt(&message(2, "BTCUSD", 1, NOW)), signature);
        let mut forged = message(1, "BTCUSD", 1, NOW);
        forged["data"]["BTCUSD"]["stork_signed_price"]["price"] = "2".into();
        assert_eq!(doubt(&forged), signature);
        let mut later = message(1, "BTCUSD", 1, NOW - 60_000_000_000);
        let stamp = &mut later["data"]["BTCUSD"]["stork_signed_price"]["timestamped_signature"];
        stamp["timestamp"] = NOW.into();
        assert_eq!(doubt(&later), signature);
        let mut moved = message(1, "ETHUSD", 1, NOW);
        moved["data"]["BTCUSD"] = moved["data"]["ETHUSD"].take();
        moved["data"].as_object_mut().expect("an object").remove("ETHUSD");
        assert_eq!(doubt(&moved), signature);
        let old = doubt(&message(1, "BTCUSD", 1, NOW - 11_000_000_000));
        assert!(matches!(old, Doubt::Stale { age, .. } if age.as_secs() == 11));
        let early = doubt(&message(1, "BTCUSD", 1, NOW + 6_000_000_000));
        assert_eq!(early, Doubt::Early("BTCUSD".to_owned()));
        assert!(matches!(&oracle().read("{", NOW)[..], [Err(Doubt::Form(_))]));
    }
}
