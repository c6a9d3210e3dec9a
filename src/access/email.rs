//! Addresses by which people log in.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::primitives::hex;

/// How many bytes an address has at most (RFC 5321).
const MAX: usize = 254;

/// A text that is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an email address of at most {MAX} bytes, as `ada@example.com`")]
pub struct NoEmail;

/// An email address, as it was written and as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    written: String,
    compared: String,
}

impl Email {
    /// Reads an address. Only its outline is checked: whether it exists shows when it is written to.
    pub fn parse(text: &str) -> Result<Self, NoEmail> {
        let written = text.trim();
        let compared = written.to_lowercase().nfkc().collect::<String>();
        let plain = |part: &str| {
            !part.is_empty()
                && !part.chars().any(|it| it.is_whitespace() || it.is_control() || it == '@')
        };
        let (local, domain) = compared.rsplit_once('@').ok_or(NoEmail)?;
        let is_address = plain(local)
            && plain(domain)
            && domain.split('.').all(|label| !label.is_empty())
            && written.len() <= MAX
            && compared.len() <= MAX;
        if is_address { Ok(Self { written: written.to_owned(), compared }) } else { Err(NoEmail) }
    }

    /// As it was written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// As it is compared: in small letters, in one form of Unicode.
    pub fn compared(&self) -> &str {
        &self.compared
    }

    /// What the claim to it is kept under: the SHA-256 of what is compared.
    pub fn key(&self) -> String {
        hex(&Sha256::digest(self.compared.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_read_alike_are_one() {
        let ada = Email::parse("ada@example.com").unwrap();
        for same in [" Ada@Example.COM ", "ADA@example.com", "\u{ff41}da@example.com"] {
            assert_eq!(Email::parse(same).unwrap().key(), ada.key(), "{same}");
        }
        assert_eq!(Email::parse(" Ada@Example.COM ").unwrap().written(), "Ada@Example.COM");
        assert_ne!(Email::parse("adam@example.com").unwrap().key(), ada.key());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(MAX));
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a b@example.com",
            "a@b@c",
            "a@b..c",
            "a\n@b",
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(NoEmail), "{text:?}");
        }
    }
}
