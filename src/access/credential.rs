//! What somebody shows, told apart by its text alone, before anything is looked up.

use super::key_text::is_whole;

/// The kinds of credentials.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// An API key, or a generated admin key.
    Key(&'a str),
    /// It begins as a key, and its checksum is wrong: nobody was ever given it.
    Mistyped,
    /// Three parts between points: a JSON Web Token.
    Token(&'a str),
    /// Anything else: at most an admin key that an operator chose.
    Other(&'a str),
}

impl<'a> Credential<'a> {
    /// What kind of credential a text is.
    pub fn of(text: &'a str) -> Self {
        match is_whole(text) {
            Some(true) => Self::Key(text),
            Some(false) => Self::Mistyped,
            None if is_token(text) => Self::Token(text),
            None => Self::Other(text),
        }
    }
}

fn is_token(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let parts = || text.split('.');
    parts().count() == 3 && parts().all(|part| !part.is_empty() && part.bytes().all(letter))
}

/// Says of what kind it is, and nothing of the text.
impl std::fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key(…)",
            Self::Mistyped => "Mistyped",
            Self::Token(_) => "Token(…)",
            Self::Other(_) => "Other(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::KeyHash;

    #[test]
    fn a_credential_is_told_by_its_text() {
        let (key, _) = KeyHash::generate([7; 32]);
        assert_eq!(Credential::of(&key), Credential::Key(&key));
        assert_eq!(Credential::of(&key[..key.len() - 1]), Credential::Mistyped);
        assert_eq!(Credential::of("ck_live_"), Credential::Mistyped);
        assert_eq!(Credential::of("aa.bb.cc"), Credential::Token("aa.bb.cc"));
        for other in ["", "a..b", "aa.bb", "aa.bb.cc.dd", "a key of my own. And more. Yes"] {
            assert_eq!(Credential::of(other), Credential::Other(other), "{other}");
        }
    }

    #[test]
    fn debug_output_shows_nothing_of_a_credential() {
        assert_eq!(format!("{:?}", Credential::of("hunter2")), "Other(…)");
    }
}
