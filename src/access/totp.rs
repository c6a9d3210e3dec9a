//! The second factor: codes of an authenticator (RFC 6238), and codes for the day it is lost.

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use time::OffsetDateTime;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use crate::primitives::hex;

/// Seconds of a step.
const STEP: i64 = 30;
/// A code has so many digits.
const DIGITS: usize = 6;
/// How many steps a clock may be off, either way.
const DRIFT: i64 = 1;
/// Bytes of a secret: the block that RFC 4226 recommends.
pub const TOTP_SECRET: usize = 20;
/// How many recovery codes are given.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code: 80 bits.
const RECOVERY: usize = 16;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The secret that an authenticator shares. Wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(Zeroizing<[u8; TOTP_SECRET]>);

impl TotpSecret {
    /// A secret of random bytes.
    pub fn new(random: [u8; TOTP_SECRET]) -> Self {
        Self(Zeroizing::new(random))
    }

    /// The secret as it was kept.
    pub fn kept(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    /// Its bytes, to be sealed.
    pub fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// As people type it in: base 32.
    pub fn text(&self) -> String {
        base32(self.bytes())
    }

    /// As an authenticator reads it from a picture.
    pub fn uri(&self, account: &str) -> String {
        let account: String = byte_serialize(account.as_bytes()).collect();
        // A form writes a blank as `+`, which a path does not.
        let account = account.replace('+', "%20");
        let secret = self.text();
        format!(
            "otpauth://totp/Chainkeel:{account}?secret={secret}&issuer=Chainkeel&algorithm=SHA1\
             &digits={DIGITS}&period={STEP}"
        )
    }

    /// The step that a code stands for, when it is one of these moments and later than the last
    /// one that was used: a code opens once.
    pub fn step_of(&self, code: &str, now: OffsetDateTime, last: Option<i64>) -> Option<i64> {
        let current = now.unix_timestamp().div_euclid(STEP);
        let mut found = None;
        for step in current - DRIFT..=current + DRIFT {
            let same: bool = self.code(step).as_bytes().ct_eq(code.as_bytes()).into();
            if same && last.is_none_or(|last| step > last) {
                found = Some(step);
            }
        }
        found
    }

    fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(self.bytes()).expect("HMAC takes any key");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 15);
        let word: [u8; 4] = digest[offset..offset + 4].try_into().expect("four bytes");
        let number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000;
        format!("{number:0DIGITS$}")
    }
}

/// Says nothing of the secret.
impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

/// A recovery code of random bytes, as it is shown once.
pub fn recovery_code(random: [u8; 10]) -> String {
    let text = base32(&random).to_lowercase();
    let groups: Vec<&str> = (0..RECOVERY).step_by(4).map(|at| &text[at..at + 4]).collect();
    groups.join("-")
}

/// What is kept of a recovery code, as somebody wrote it; `None` when it is none.
pub fn recovery_hash(written: &str) -> Option<String> {
    let plain: String =
        written.chars().filter(|it| *it != '-' && !it.is_whitespace()).take(RECOVERY + 1).collect();
    let plain = plain.to_uppercase();
    let is_code = plain.len() == RECOVERY && plain.bytes().all(|it| BASE32.contains(&it));
    is_code.then(|| hex(&Sha256::digest(plain.as_bytes())))
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[(held << (5 - bits) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    fn secret() -> TotpSecret {
        TotpSecret::new(*b"12345678901234567890")
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret().step_of(code, at(seconds), None), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_a_step_early_and_a_step_late_and_never_twice() {
        for drift in [-30, 0, 30] {
            assert!(secret().step_of("287082", at(59 + drift), None).is_some(), "{drift}");
        }
        for drift in [-60, 60] {
            assert_eq!(secret().step_of("287082", at(59 + drift), None), None, "{drift}");
        }
        assert_eq!(secret().step_of("287082", at(59), Some(1)), None);
        assert_eq!(secret().step_of("28708", at(59), None), None);
    }

    #[test]
    fn an_authenticator_reads_the_uri() {
        let uri = secret().uri("ada lovelace@example.com");
        assert_eq!(
            uri,
            "otpauth://totp/Chainkeel:ada%20lovelace%40example.com?\
             secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Chainkeel&algorithm=SHA1&digits=6\
             &period=30"
        );
    }

    #[test]
    fn a_recovery_code_may_be_written_as_people_write() {
        let code = recovery_code([0xa5; 10]);
        assert_eq!(code.len(), RECOVERY + 3);
        let hash = recovery_hash(&code).unwrap();
        assert_eq!(
            recovery_hash(&format!(" {} ", code.replace('-', " ").to_uppercase())),
            Some(hash)
        );
        assert_eq!(recovery_hash(&code[1..]), None);
        assert_eq!(recovery_hash(&format!("{code}a")), None);
        assert_eq!(recovery_hash("1111-1111-1111-1111"), None);
    }
}
