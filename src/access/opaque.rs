//! Secrets that name whose they are: a prefix, an id, 32 random characters and a checksum.

use sha2::{Digest, Sha256};

use crate::primitives::{Secret, base62, base62_of_u32, hex};

/// Characters of an id's text behind its prefix.
const ID: usize = 26;
const RANDOM: usize = 32;
const CHECKSUM: usize = 6;

/// What a secret is for; each has a prefix of its own, so that one is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Refreshes a session.
    Refresh,
    /// Sets a password.
    Reset,
}

impl Purpose {
    /// What such a secret begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Refresh => "ckr_",
            Self::Reset => "ckp_",
        }
    }
}

/// A secret that was presented: whose it says it is, and the hash by which it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The id's text behind its prefix.
    pub id: String,
    /// SHA-256 in hex of the whole text.
    pub hash: String,
}

/// Makes a secret for an id, given as its text behind the prefix; the text and its hash.
pub fn make(purpose: Purpose, id: &str, random: [u8; 32]) -> (Secret, String) {
    let body = format!("{id}{}", base62(random));
    let checksum = base62_of_u32(crc32fast::hash(body.as_bytes()));
    let text = format!("{}{body}{checksum}", purpose.prefix());
    let hash = hash(&text);
    (Secret::new(text), hash)
}

/// Reads a secret; `None` when it is none of this purpose, or mistyped.
pub fn read(purpose: Purpose, text: &str) -> Option<Presented> {
    let rest = text.strip_prefix(purpose.prefix())?;
    if rest.len() != ID + RANDOM + CHECKSUM || !rest.bytes().all(|it| it.is_ascii_alphanumeric()) {
        return None;
    }
    let (body, checksum) = rest.split_at(ID + RANDOM);
    let is_whole = base62_of_u32(crc32fast::hash(body.as_bytes())) == checksum;
    is_whole.then(|| Presented { id: body[..ID].to_owned(), hash: hash(text) })
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID_TEXT: &str = "01h455vb4pex5vsknk084sn02q";

    #[test]
    fn a_secret_names_its_id_and_is_known_by_its_hash() {
        let (text, kept) = make(Purpose::Refresh, ID_TEXT, [7; 32]);
        let presented = read(Purpose::Refresh, text.expose()).unwrap();
        assert_eq!((presented.id.as_str(), &presented.hash), (ID_TEXT, &kept));
        assert_ne!(kept, make(Purpose::Refresh, ID_TEXT, [8; 32]).1);
    }

    #[test]
    fn what_is_mistyped_or_for_something_else_is_no_secret() {
        let (text, _) = make(Purpose::Refresh, ID_TEXT, [7; 32]);
        let text = text.expose();
        assert_eq!(read(Purpose::Reset, text), None);
        assert_eq!(read(Purpose::Reset, &text.replace("ckr_", "ckp_x")), None);
        assert_eq!(read(Purpose::Refresh, &text[..text.len() - 1]), None);
        let other = if text.as_bytes()[40] == b'a' { "b" } else { "a" };
        let mut wrong = text.to_owned();
        wrong.replace_range(40..41, other);
        assert_eq!(read(Purpose::Refresh, &wrong), None);
        assert_eq!(read(Purpose::Refresh, "ckr_é"), None);
    }
}
