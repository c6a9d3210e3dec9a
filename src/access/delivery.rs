//! How what we send to others is signed: as Standard Webhooks has it, so that their libraries can
//! tell that it comes from us.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::primitives::hex;

/// With what the text of a secret begins.
const PREFIX: &str = "whsec_";
/// How many random bytes a secret has.
const BYTES: usize = 32;

/// What we share with a receiver: the secret that signs, and headers that let us in.
#[derive(Serialize, Deserialize)]
pub struct Delivery {
    /// In base 64, as the receiver has it.
    secret: String,
    /// Headers that go along.
    pub headers: BTreeMap<String, String>,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Delivery(…)")
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.headers.values_mut().for_each(Zeroize::zeroize);
    }
}

impl Delivery {
    /// The field under which it is sealed.
    pub const FIELD: &'static str = "delivery";

    /// One with a secret of these random bytes.
    pub fn new(random: &[u8; BYTES], headers: BTreeMap<String, String>) -> Self {
        Self { secret: STANDARD.encode(random), headers }
    }

    /// The same secret alone.
    #[must_use]
    pub fn without_headers(&self) -> Self {
        Self { secret: self.secret.clone(), headers: BTreeMap::new() }
    }

    /// The one that was sealed; none when it is broken.
    pub fn read(sealed: &[u8]) -> Option<Self> {
        serde_json::from_slice(sealed).ok()
    }

    /// What is sealed.
    pub fn to_be_sealed(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(self).expect("a delivery has only texts"))
    }

    /// The text that a receiver gets, once.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", self.secret)
    }

    /// Everything that must never show.
    pub fn secrets(&self) -> impl Iterator<Item = &[u8]> {
        let headers = self.headers.values().map(String::as_bytes);
        std::iter::once(self.secret.as_bytes()).chain(headers)
    }

    /// The signature of a message: what the header `webhook-signature` holds.
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let key = Zeroizing::new(STANDARD.decode(&self.secret).unwrap_or_default());
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// The signature of a body alone, under the secret's text as the receiver got it: in small hexadecimal,
    /// as the header `x-b3os-signature` holds it.
    pub fn sign_body(&self, body: &str) -> String {
        let key = Zeroizing::new(self.text());
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
        let mut mac = mac.expect("HMAC takes keys of any length");
        mac.update(body.as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_says() {
        // The example of the standard's own libraries.
        let delivery = Delivery {
            secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            headers: BTreeMap::new(),
        };
        let body = r#"{"test": 2432232314}"#;
        let signature = delivery.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(delivery.text(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert!(!format!("{delivery:?}").contains("MfKQ"));
    }

    #[test]
    fn a_body_alone_is_signed_under_the_text_of_the_secret() {
        let delivery = Delivery { secret: "c2VjcmV0".to_owned(), headers: BTreeMap::new() };
        // printf '{"a":1}' | openssl dgst -sha256 -hmac whsec_c2VjcmV0
        let signature = "28fdc14c87a73d987934817247894b8ad07ef650fe85604f8aa9c9dec32c936d";
        assert_eq!(delivery.sign_body(r#"{"a":1}"#), signature);
    }

    #[test]
    fn what_was_sealed_is_read_again() {
        let headers = BTreeMap::from([("authorization".to_owned(), "Bearer abc".to_owned())]);
        let delivery = Delivery::new(&[7; BYTES], headers);
        let read = Delivery::read(&delivery.to_be_sealed()).expect("a delivery");
        assert_eq!((read.text(), &read.headers), (delivery.text(), &delivery.headers));
        assert_eq!(read.secrets().count(), 2);
        assert!(Delivery::read(b"{}").is_none());
    }
}
