//! What is searched for: words, and among which kinds of things.

use std::fmt::Write as _;

/// How many words of a question are looked for; the rest is left out.
const MAX_WORDS: usize = 12;
/// How long a word may be, in characters: what PostgreSQL keeps of one.
const MAX_WORD: usize = 200;

/// A kind of thing that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A workflow, by its name, its description or its tags.
    Workflow,
    /// A node of a workflow, by its id, type, title or description.
    Node,
    /// A run, by its id, by what set it off or who did.
    Run,
    /// A failed run, by the code, the message or the node of its failure.
    Error,
}

/// The words that are looked for: each thing that is found has, for all of them, a word that begins
/// like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a text; none where it has no letter and no digit.
    pub fn of(text: &str) -> Option<Self> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let words = words.take(MAX_WORDS).map(|word| word.chars().take(MAX_WORD).collect());
        let words: Vec<String> = words.collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// As PostgreSQL is asked, among words of these weights: they are letters and digits only.
    pub(super) fn query(&self, weights: &str) -> String {
        let mut query = String::new();
        for word in &self.0 {
            let and = if query.is_empty() { "" } else { " & " };
            // Writing to a String cannot fail.
            let _ = write!(query, "{and}{word}:*{weights}");
        }
        query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_its_words_and_nothing_that_postgresql_would_take_for_an_operator() {
        let asked = |text| Words::of(text).map(|words| words.query("D"));
        assert_eq!(asked("http-request  pay!").as_deref(), Some("http:*D & request:*D & pay:*D"));
        assert_eq!(asked("a' | b:* & !c").as_deref(), Some("a:*D & b:*D & c:*D"));
        assert_eq!(asked("zahlungen über").as_deref(), Some("zahlungen:*D & über:*D"));
        assert_eq!(asked("\0"), None);
        assert_eq!(asked(" -- "), None);
    }
}
