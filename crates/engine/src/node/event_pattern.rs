//! Patterns over the names of events: `order.paid`, `order.*`, `*.failed`, `order.*.paid`.

use crate::ending::is_event_name;

/// What stands for one or more words of a name.
const ANY: &str = "*";

/// A pattern that names of events match: the words of a name with dots between, where a `*` stands
/// for one or more words. `order.*` matches `order.paid` and `order.item.paid`, and not `order`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPattern(String);

impl EventPattern {
    /// Reads a pattern; none when a word of it is neither `*` nor a word of a name.
    pub fn read(text: &str) -> Option<Self> {
        // A name is as long as its pattern with a letter for each star.
        is_event_name(&text.replace(ANY, "x"))
            .then_some(text)
            .filter(|text| text.split('.').all(|word| word == ANY || !word.contains(ANY)))
            .map(|text| Self(text.to_owned()))
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it matches one name alone, which is its own text.
    pub fn is_exact(&self) -> bool {
        !self.0.contains(ANY)
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &str) -> bool {
        let pattern: Vec<&str> = self.0.split('.').collect();
        let words: Vec<&str> = name.split('.').collect();
        let (mut at, mut word) = (0, 0);
        // Where to go on when what follows the last star does not fit: the star takes a word more.
        let mut again: Option<(usize, usize)> = None;
        while word < words.len() {
            match pattern.get(at) {
                Some(&ANY) => {
                    (at, word) = (at + 1, word + 1);
                    again = Some((at, word));
                }
                Some(expected) if *expected == words[word] => (at, word) = (at + 1, word + 1),
                Some(_) | None => {
                    let Some((behind, taken)) = again else { return false };
                    (at, word) = (behind, taken + 1);
                    again = Some((at, word));
                }
            }
        }
        at == pattern.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        EventPattern::read(pattern).expect("a pattern").matches(name)
    }

    #[test]
    fn a_star_stands_for_one_or_more_words() {
        for (pattern, name, expected) in [
            ("order.paid", "order.paid", true),
            ("order.paid", "order.paid.late", false),
            ("order.paid", "order.Paid", false),
            ("order.*", "order.paid", true),
            ("order.*", "order.item.paid", true),
            ("order.*", "order", false),
            ("order.*", "orders.paid", false),
            ("*.failed", "payment.failed", true),
            ("*.failed", "payment.try.failed", true),
            ("*.failed", "failed", false),
            ("*.failed", "failed.payment", false),
            ("a.*.b", "a.x.b", true),
            ("a.*.b", "a.x.y.b", true),
            ("a.*.b", "a.b.b", true),
            ("a.*.b", "a.b", false),
            ("a.*.b", "a.x.b.c", false),
            ("a.*.b", "a.b.c.b", true),
            ("a.*.b.*.c", "a.x.b.y.b.z.c", true),
            ("a.*.b.*.c", "a.x.b.c", false),
            ("*", "order", true),
            ("*", "order.paid", true),
            ("*.*", "order", false),
            ("*.*", "order.paid.late", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} and {name}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let long = "x".repeat(129);
        for text in ["", ".", "order.", ".paid", "order..paid", "ord*", "a.**", "a b", "é", &long]
        {
            assert_eq!(EventPattern::read(text), None, "{text}");
        }
        assert!(EventPattern::read(&"x".repeat(128)).is_some_and(|pattern| pattern.is_exact()));
        assert!(!EventPattern::read("order.*").expect("a pattern").is_exact());
    }
}
