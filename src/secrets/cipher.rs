//! XChaCha20-Poly1305 with a random nonce before the ciphertext, and what is bound to it.
//!
//! A random nonce of 24 bytes may be drawn for each sealing without counting: two equal ones are
//! not to be expected within 2^80 sealings.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::SecretName;

/// Bytes of a key.
pub(super) const KEY: usize = 32;
/// Bytes of a nonce.
pub(super) const NONCE: usize = 24;

/// What does not open: another key, another place, or another text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unopened;

/// Seals under a key, bound to a context that has to be the same at the opening.
pub(super) fn seal(key: &[u8; KEY], nonce: [u8; NONCE], context: &[u8], plain: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(key.into());
    let payload = Payload { msg: plain, aad: context };
    let text = cipher
        .encrypt(XNonce::from_slice(&nonce), payload)
        .expect("only plaintexts of 256 GiB and more cannot be sealed");
    let mut sealed = Vec::with_capacity(NONCE + text.len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&text);
    sealed
}

/// Opens what [`seal`] has made.
pub(super) fn open(
    key: &[u8; KEY],
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    let (nonce, text) = sealed.split_at_checked(NONCE).ok_or(Unopened)?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let payload = Payload { msg: text, aad: context };
    cipher.decrypt(XNonce::from_slice(nonce), payload).map(Zeroizing::new).map_err(|_| Unopened)
}

/// What a sealed secret is bound to: organization, record, field, version of the data key.
pub(super) fn context_of_secret(organization: &str, name: &SecretName, version: i32) -> Vec<u8> {
    bound(&[
        b"chainkeel secret 1",
        organization.as_bytes(),
        name.record().as_bytes(),
        name.field().as_bytes(),
        &version.to_be_bytes(),
    ])
}

/// What a wrapped data key is bound to: organization and version.
pub(super) fn context_of_data_key(organization: &str, version: i32) -> Vec<u8> {
    bound(&[b"chainkeel data key 1", organization.as_bytes(), &version.to_be_bytes()])
}

/// The parts, each after its length, so that no two lists give the same bytes.
pub(super) fn bound(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        let length = u32::try_from(part.len()).expect("names are short");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_under_its_key_and_context_only() {
        let sealed = seal(&[1; KEY], [2; NONCE], b"here", b"hunter2");
        assert_eq!(*open(&[1; KEY], b"here", &sealed).unwrap(), b"hunter2");
        assert_eq!(open(&[3; KEY], b"here", &sealed).unwrap_err(), Unopened);
        assert_eq!(open(&[1; KEY], b"there", &sealed).unwrap_err(), Unopened);
        assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed() {
        let sealed = seal(&[1; KEY], [2; NONCE], b"here", b"hunter2");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&[1; KEY], b"here", &changed).is_err(), "byte {at}");
        }
        assert!(open(&[1; KEY], b"here", &sealed[..NONCE - 1]).is_err());
        assert!(open(&[1; KEY], b"here", &[]).is_err());
    }

    #[test]
    fn names_that_read_alike_are_bound_to_different_contexts() {
        let context = |record: &str, field: &str, version| {
            context_of_secret("org", &SecretName::new(record, field), version)
        };
        assert_ne!(context("ab", "c", 1), context("a", "bc", 1));
        assert_ne!(context("a", "b", 1), context("a", "b", 2));
    }
}
