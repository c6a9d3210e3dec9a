//! What `resolve-ens` asks: names, and what is hashed of them.

use alloy_primitives::{B256, keccak256};

use super::payload::{Payload, Question};
use crate::chains::{At, Chain};
use crate::primitives::ChainId;

/// The longest name that is read.
const MAX_NAME: usize = 255;
/// The longest label that DNS, and so the wire form of a name, has room for.
const MAX_LABEL: usize = 63;

/// The address of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolve {
    /// The chain on which the registry is.
    pub chain: ChainId,
    /// The name.
    pub name: Name,
    /// At which block.
    pub at: At,
}

/// A name, normalized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// Why a text is no name that can be looked up here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// Letters beyond ASCII are normalized by rules that are not built in; a look-alike would lead to
    /// somebody else.
    #[error(
        "has a letter beyond a-z, 0-9, - and _: such names are not resolved here; give the address"
    )]
    BeyondAscii,
    /// A letter that no name has.
    #[error("has `{0}`, which stands in no name")]
    Letter(char),
    /// Nothing between two dots.
    #[error("has an empty part: a name is parts with dots between them, as vault.example.eth")]
    EmptyLabel,
    /// Too long.
    #[error("is too long: 255 letters in all, 63 in each part")]
    TooLong,
    /// No dot at all.
    #[error("is no whole name: it has no dot, as in example.eth")]
    NoDot,
    /// `_` behind something else, or the mark of an encoded name.
    #[error(
        "has a part that normalization forbids: `_` stands only at its beginning, and `--` is not at its third place"
    )]
    Forbidden,
}

impl Name {
    /// Reads a name of ASCII letters, and normalizes it as ENSIP-15 does with them: to small letters,
    /// with `_` only at the beginning of a part, and no `--` at its third place.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(text: &str) -> Result<Self, NotAName> {
        if !text.is_ascii() {
            return Err(NotAName::BeyondAscii);
        }
        if text.len() > MAX_NAME {
            return Err(NotAName::TooLong);
        }
        let name = text.to_ascii_lowercase();
        if !name.contains('.') {
            return Err(NotAName::NoDot);
        }
        for label in name.split('.') {
            if label.is_empty() {
                return Err(NotAName::EmptyLabel);
            }
            if label.len() > MAX_LABEL {
                return Err(NotAName::TooLong);
            }
            let is_of_names = |it: &char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_');
            if let Some(letter) = label.chars().find(|it| !is_of_names(it)) {
                return Err(NotAName::Letter(letter));
            }
            let is_extended = label.len() >= 4 && label.as_bytes()[2..4] == *b"--";
            if is_extended || label.trim_start_matches('_').contains('_') {
                return Err(NotAName::Forbidden);
            }
        }
        Ok(Self(name))
    }

    /// As it is looked up.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the registry knows it by (ENSIP-1).
    pub fn node(&self) -> B256 {
        node_of(&self.0)
    }

    /// What it and the names above it are known by, the longest first.
    pub fn lineage(&self) -> Vec<B256> {
        let mut rest = self.0.as_str();
        let mut nodes = vec![node_of(rest)];
        while let Some((_, above)) = rest.split_once('.') {
            rest = above;
            nodes.push(node_of(rest));
        }
        nodes
    }

    /// Its parts, each behind its length, as resolvers of whole trees of names take it (ENSIP-10).
    pub fn wire(&self) -> Vec<u8> {
        let mut wire = Vec::with_capacity(self.0.len() + 2);
        for label in self.0.split('.') {
            wire.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
            wire.extend_from_slice(label.as_bytes());
        }
        wire.push(0);
        wire
    }
}

fn node_of(name: &str) -> B256 {
    name.rsplit('.').fold(B256::ZERO, |node, label| {
        keccak256([node.as_slice(), keccak256(label).as_slice()].concat())
    })
}

impl Question for Resolve {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let (chain, at) = (payload.ens_chain(), payload.block());
        let name = match payload.text("name").map(Name::read) {
            Some(Ok(name)) => Some(name),
            Some(Err(problem)) => payload.problem("/name", problem.to_string()),
            None => None,
        };
        Some(Self { chain: chain?, name: name?, at: at? })
    }
}

impl Payload<'_> {
    /// A chain with a registry of names: Ethereum where none is named.
    fn ens_chain(&mut self) -> Option<ChainId> {
        if !self.has("chainId") {
            return Some(ChainId(1));
        }
        let chain = self.chain()?;
        if Chain::of(chain).is_some_and(|chain| chain.ens.is_some()) {
            return Some(chain);
        }
        let with = Chain::all().iter().filter(|it| it.ens.is_some()).map(|it| it.slug.as_str());
        let with: Vec<_> = with.collect();
        self.problem(
            "/chainId",
            format!("has no registry of names; there is one on {}", with.join(", ")),
        )
    }
}
