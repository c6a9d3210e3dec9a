//! Which ledger it is, among all that may be relayed to the same servers.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::primitives::hex;

/// What the identity is derived by: it says nothing of the key.
const PURPOSE: &[u8] = b"chainkeel: the identity of the ledger";
/// How many bytes of it are used: enough that no two ledgers share one.
const BYTES: usize = 8;

/// The identity of a ledger: it stays the same for all processes, and when a backup is restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger(String);

impl Ledger {
    /// Of the installation that has this key.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn of(key: &[u8; 32]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(PURPOSE);
        Self(hex(&mac.finalize().into_bytes()[..BYTES]))
    }

    /// The subjects of its events.
    pub fn subjects(&self) -> String {
        format!("chainkeel.{self}.>")
    }

    /// The subject of an event: the organization, the kind of the aggregate, what happened.
    pub fn subject(&self, organization: &str, aggregate: &str, event: &str) -> String {
        let [organization, aggregate, event] = [organization, aggregate, event].map(token);
        format!("chainkeel.{self}.{organization}.{aggregate}.{event}")
    }

    /// The id of a message: the ledger's identity, the position, and a digest of which event it is. A ledger that
    /// was restored and went on another way has other events at the same positions.
    pub fn message_id(&self, position: i64, digest: &str) -> String {
        format!("{self}:{position}:{digest}")
    }

    /// The id of a message at a position whose event was deleted by order.
    pub fn gone_id(&self, position: i64) -> String {
        self.message_id(position, "gone")
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A word of a subject: no dots, wildcards and spaces, which mean something there.
fn token(text: &str) -> String {
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || "-_".contains(letter) { letter } else { '_' }
    };
    if text.is_empty() { "_".to_owned() } else { text.chars().map(plain).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_is_known_by_its_key_and_says_nothing_of_it() {
        let (one, other) = (Ledger::of(&[1; 32]), Ledger::of(&[2; 32]));
        assert_eq!(one, Ledger::of(&[1; 32]));
        assert_ne!(one, other);
        assert_eq!(one.to_string().len(), 2 * BYTES);
        assert_eq!(one.message_id(7, "ab"), format!("{one}:7:ab"));
    }

    #[test]
    fn a_subject_has_five_words_whatever_events_are_called() {
        let ledger = Ledger::of(&[1; 32]);
        let subject = ledger.subject("org_1", "run", "node_succeeded");
        assert_eq!(subject, format!("chainkeel.{ledger}.org_1.run.node_succeeded"));
        assert_eq!(
            ledger.subject("org", "a b", "c.*>"),
            format!("chainkeel.{ledger}.org.a_b.c___")
        );
        assert_eq!(ledger.subject("", "a", "b").split('.').count(), 5);
        assert!(ledger.subjects().ends_with(".>"));
    }
}
