//! Where in a run a node is executed: the node, and in which iteration of each loop around it.
//!
//! In JSON, URLs and views a place is one text: `pay` outside loops, `pay.3` in the fourth
//! iteration of a loop, `pay.3.0` in the first iteration of a loop inside it. The ids of nodes hold
//! no dots, so the text says which is which.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::definition::NodeId;

/// How many loops may stand inside one another.
pub const MAX_LOOP_DEPTH: usize = 10;

/// Which iteration of each loop, the outermost loop first; empty outside loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Iteration {
    depth: u8,
    indices: [u16; MAX_LOOP_DEPTH],
}

/// A node in one of its iterations. In JSON: `"pay.3"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The node.
    pub node: NodeId,
    /// In which iteration of the loops around it.
    pub iteration: Iteration,
}

impl Iteration {
    /// Outside all loops.
    pub const NONE: Self = Self { depth: 0, indices: [0; MAX_LOOP_DEPTH] };

    /// The iterations, from 0, the outermost loop first.
    pub fn indices(&self) -> &[u16] {
        &self.indices[..usize::from(self.depth)]
    }

    /// How many loops there are around the place.
    pub fn depth(&self) -> usize {
        usize::from(self.depth)
    }

    /// The same place, one loop deeper. What would be too deep stays where it is: validation and
    /// the plan let nobody get there.
    #[must_use]
    pub(crate) fn inside(mut self, index: u16) -> Self {
        if let Some(place) = self.indices.get_mut(usize::from(self.depth)) {
            *place = index;
            self.depth += 1;
        }
        self
    }

    /// The iteration of the `depth` outermost loops only.
    #[must_use]
    pub(crate) fn up_to(self, depth: usize) -> Self {
        let mut cut = Self::NONE;
        for index in self.indices().iter().take(depth) {
            cut = cut.inside(*index);
        }
        cut
    }
}

impl Place {
    /// A node outside loops.
    pub fn of(node: NodeId) -> Self {
        Self { node, iteration: Iteration::NONE }
    }

    /// Whether it is the trigger node's.
    pub fn is_root(&self) -> bool {
        self.node.is_root()
    }
}

impl fmt::Display for Iteration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.indices().iter().try_for_each(|index| write!(formatter, ".{index}"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.node, self.iteration)
    }
}

impl From<&str> for Place {
    /// Every text is a place: what does not end in numbers names a node outside loops.
    fn from(text: &str) -> Self {
        let mut node = text;
        let mut reversed = Vec::new();
        while let Some((before, last)) = node.rsplit_once('.') {
            let Some(index) = index(last).filter(|_| reversed.len() < MAX_LOOP_DEPTH) else {
                break;
            };
            reversed.push(index);
            node = before;
        }
        let iteration = reversed.into_iter().rev().fold(Iteration::NONE, Iteration::inside);
        Self { node: NodeId::from(node), iteration }
    }
}

impl From<String> for Place {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

/// A number as a place writes it: without a sign and without leading zeros.
fn index(text: &str) -> Option<u16> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let has_leading_zero = text.len() > 1 && text.starts_with('0');
    if is_plain && !has_leading_zero { text.parse().ok() } else { None }
}

impl From<NodeId> for Place {
    fn from(node: NodeId) -> Self {
        Self::of(node)
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.iteration.depth == 0 {
            serializer.serialize_str(self.node.as_str())
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Place;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a node, or a node with its iterations")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Place, E> {
                Ok(Place::from(text))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

impl Serialize for Iteration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.indices().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Iteration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let indices = Vec::<u16>::deserialize(deserializer)?;
        if indices.len() > MAX_LOOP_DEPTH {
            return Err(serde::de::Error::custom(
                "more loops inside one another than there may be",
            ));
        }
        Ok(indices.into_iter().fold(Self::NONE, Self::inside))
    }
}

#[cfg(test)]
mod tests {
    use super::{Iteration, Place};

    #[test]
    fn a_place_is_read_from_the_text_that_it_writes() {
        for (text, node, iteration) in [
            ("pay", "pay", &[] as &[u16]),
            ("pay.3", "pay", &[3]),
            ("pay.3.0", "pay", &[3, 0]),
            ("pay.03", "pay.03", &[]),
            ("pay.x", "pay.x", &[]),
            ("pay.", "pay.", &[]),
            ("pay.65536", "pay.65536", &[]),
        ] {
            let place = Place::from(text);
            assert_eq!(
                (place.node.as_str(), place.iteration.indices()),
                (node, iteration),
                "{text}"
            );
            assert_eq!(place.to_string(), text);
            let json = serde_json::to_string(&place).expect("a place is JSON");
            assert_eq!(serde_json::from_str::<Place>(&json).expect("and comes back"), place);
        }
    }

    #[test]
    fn an_iteration_is_cut_to_its_outer_loops() {
        let iteration = Iteration::NONE.inside(4).inside(2);
        assert_eq!(iteration.up_to(1), Iteration::NONE.inside(4));
        assert_eq!(iteration.up_to(5), iteration);
    }
}
