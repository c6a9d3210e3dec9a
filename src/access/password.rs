//! Passwords: what is asked of them, and the verifier that is kept instead of one.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, Salt, SaltString};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::Email;
use crate::primitives::Secret;

/// The least characters. Length is what makes guessing dear; rules about digits do not.
pub const MIN_PASSWORD: usize = 12;
/// The most bytes: more is not safer, and each has to be hashed.
pub const MAX_PASSWORD: usize = 256;
/// How many different characters there must be.
const MIN_DIFFERENT: usize = 5;

/// Argon2id with 19 MiB, two passes and one lane: OWASP's first choice for servers.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short, or too long.
    #[error("must have at least {MIN_PASSWORD} characters and at most {MAX_PASSWORD} bytes")]
    Length,
    /// A few characters over and over.
    #[error("must have at least {MIN_DIFFERENT} different characters")]
    Monotonous,
    /// What everybody would try first.
    #[error("must not contain the email address")]
    ContainsEmail,
}

/// A password on its way to being hashed, in one form of Unicode. Wiped when it is dropped.
pub struct Password(Zeroizing<String>);

impl Password {
    /// What somebody says is the password; nothing is asked of it.
    pub fn presented(text: &Secret) -> Self {
        // What is longer than any password is none, and is not hashed at length.
        let bounded = text.expose().chars().take(MAX_PASSWORD + 1);
        Self(Zeroizing::new(bounded.nfkc().collect()))
    }

    /// What somebody wants for a password from now on.
    pub fn chosen(text: &Secret, email: &Email) -> Result<Self, WeakPassword> {
        let password = Self::presented(text);
        let plain = password.0.as_str();
        if plain.chars().count() < MIN_PASSWORD || plain.len() > MAX_PASSWORD {
            return Err(WeakPassword::Length);
        }
        let different: std::collections::BTreeSet<char> = plain.chars().collect();
        if different.len() < MIN_DIFFERENT {
            return Err(WeakPassword::Monotonous);
        }
        if Zeroizing::new(plain.to_lowercase()).contains(email.compared()) {
            return Err(WeakPassword::ContainsEmail);
        }
        Ok(password)
    }

    /// The verifier to keep, in the text form of PHC. Takes tens of milliseconds and 19 MiB.
    pub fn verifier(&self, salt: [u8; 16]) -> Secret {
        let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
        let hash = argon2()
            .hash_password(self.0.as_bytes(), Salt::from(&salt))
            .expect("a password of bounded length is hashed");
        Secret::new(hash.to_string())
    }

    /// Whether this is the password that the verifier was made of. Takes as long as making it.
    pub fn is(&self, verifier: &str) -> bool {
        PasswordHash::new(verifier)
            .is_ok_and(|hash| argon2().verify_password(self.0.as_bytes(), &hash).is_ok())
    }
}

/// Says nothing of the password.
impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the constants are allowed");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> Result<Password, WeakPassword> {
        Password::chosen(&Secret::new(text), &Email::parse("ada@example.com").unwrap())
    }

    #[test]
    fn a_verifier_knows_its_password_in_every_form_of_unicode() {
        let verifier = chosen("caf\u{e9} lac terrasse").unwrap().verifier([7; 16]);
        assert!(verifier.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        let presented = |text: &str| Password::presented(&Secret::new(text));
        assert!(presented("cafe\u{301} lac terrasse").is(verifier.expose()));
        assert!(!presented("cafe lac terrasse").is(verifier.expose()));
        assert!(!presented("caf\u{e9} lac terrasse").is("no verifier"));
    }

    #[test]
    fn weak_passwords_are_refused_with_the_reason() {
        assert_eq!(chosen("elevenchars").unwrap_err(), WeakPassword::Length);
        assert_eq!(chosen(&"longer".repeat(60)).unwrap_err(), WeakPassword::Length);
        assert_eq!(chosen("abababababababab").unwrap_err(), WeakPassword::Monotonous);
        assert_eq!(chosen("my-Ada@Example.com").unwrap_err(), WeakPassword::ContainsEmail);
        assert_eq!(format!("{:?}", chosen("correct horse battery").unwrap()), "Password(…)");
    }
}
