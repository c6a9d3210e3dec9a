//! Parts of a schema, with the way to what they refer to.
//!
//! A bundle is a schema with all that it leads to: the schemas of the organization stand in its
//! `$defs` under the references that lead to them, so that one document is all there is.

use serde_json::{Map, Value};

use super::name::SCHEME;

/// How many references may be followed one behind the other before that leads to no data.
const MAX_HOPS: usize = 64;

/// How many schemas may hold at once: people combine a handful.
pub const MAX_PARTS: usize = 256;

/// A part of a schema, in the bundle and the document whose references it means.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    bundle: &'a Value,
    document: &'a Value,
    /// The schema.
    pub node: &'a Value,
}

/// A reference that leads nowhere, or in a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reference leads nowhere, in a ring, or to too much")]
pub struct Lost;

impl<'a> Part<'a> {
    /// A bundle as a whole.
    #[must_use]
    pub const fn whole(bundle: &'a Value) -> Self {
        Self { bundle, document: bundle, node: bundle }
    }

    /// Another part of the same document.
    #[must_use]
    pub const fn beside(self, node: &'a Value) -> Self {
        Self { node, ..self }
    }

    /// The keywords of a schema that is an object.
    pub fn object(self) -> Option<&'a Map<String, Value>> {
        self.node.as_object()
    }

    /// The value of a keyword.
    pub fn get(self, keyword: &str) -> Option<&'a Value> {
        self.node.get(keyword)
    }

    fn target(self, reference: &str) -> Result<Self, Lost> {
        let (base, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if base.is_empty() {
            self.document
        } else {
            let definitions = self.bundle.get("$defs").filter(|_| base.starts_with(SCHEME));
            definitions.and_then(|definitions| definitions.get(base)).ok_or(Lost)?
        };
        // A pointer within a URI may have its characters escaped: we do not follow those.
        let node = Some(pointer).filter(|it| !it.contains('%')).and_then(|it| document.pointer(it));
        Ok(Self { document, node: node.ok_or(Lost)?, ..self })
    }

    /// The schemas that hold at once where this one holds: itself, what it refers to, and what is
    /// listed in `allOf`.
    pub fn conjuncts(self) -> Result<Vec<Self>, Lost> {
        let mut all = Vec::new();
        self.collect(&mut all, MAX_HOPS)?;
        Ok(all)
    }

    fn collect(self, all: &mut Vec<Self>, hops: usize) -> Result<(), Lost> {
        let hops = hops.checked_sub(1).filter(|_| all.len() < MAX_PARTS).ok_or(Lost)?;
        all.push(self);
        if let Some(reference) = self.get("$ref").and_then(Value::as_str) {
            self.target(reference)?.collect(all, hops)?;
        }
        for part in self.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.beside(part).collect(all, hops)?;
        }
        Ok(())
    }
}
