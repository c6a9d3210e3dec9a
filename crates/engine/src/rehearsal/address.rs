//! Which node, and in which iteration of a loop: the one place where the two are compared.

use std::fmt;

/// A node, in one iteration of the loops around it or in whichever.
///
/// Its text is `pay`, `pay.3` in the fourth iteration of a loop, `pay.3.0` in a nested one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    node: String,
    /// What stands behind the node's id; empty for a node outside loops, and for all iterations.
    iteration: String,
}

impl Address {
    /// Reads the text of an address.
    pub fn of(text: impl fmt::Display) -> Self {
        let text = text.to_string();
        // An id holds no full stop.
        let (node, iteration) = text.split_once('.').unwrap_or((&text, ""));
        Self { node: node.to_owned(), iteration: iteration.to_owned() }
    }

    /// The node's id in its definition.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// Whether `other` is meant by this: the node itself, in this iteration if one is named.
    pub fn covers(&self, other: &Self) -> bool {
        self.node == other.node && (self.iteration.is_empty() || self.iteration == other.iteration)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.node)?;
        if self.iteration.is_empty() { Ok(()) } else { write!(formatter, ".{}", self.iteration) }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_node_without_iteration_means_all_of_them() {
        let covers = |mock, called| Address::of(mock).covers(&Address::of(called));
        assert!(covers("pay", "pay"));
        assert!(covers("pay", "pay.3"));
        assert!(covers("pay.3", "pay.3"));
        assert!(covers("pay.3.0", "pay.3.0"));
        assert!(!covers("pay.3", "pay.30"));
        assert!(!covers("pay.3", "pay"));
        assert!(!covers("pay", "pay-more"));
        assert_eq!(Address::of("pay.3.0").to_string(), "pay.3.0");
    }
}
