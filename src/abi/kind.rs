//! The types of parameters.

use std::fmt;

use alloy_json_abi::Param;

/// The bytes of a word.
pub(super) const WORD: usize = 32;

/// How deep types may lie within each other.
pub(super) const MAX_NESTING: usize = 8;

/// The most parameters of a function or a tuple.
pub(super) const MAX_PARTS: usize = 32;

/// The most items of a list whose length stands in its type.
const MAX_FIXED_ITEMS: usize = 65_536;

/// The type of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// An address.
    Address,
    /// A number without a sign of so many bits.
    Unsigned(usize),
    /// A number with a sign of so many bits.
    Signed(usize),
    /// Yes or no.
    Bool,
    /// So many bytes.
    Fixed(usize),
    /// Bytes of any number.
    Bytes,
    /// A text.
    Text,
    /// Any number of one type.
    List(Box<Self>),
    /// So many of one type.
    Array(Box<Self>, usize),
    /// Some of each.
    Tuple(Vec<Part>),
}

/// A parameter, or a part of a tuple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name; empty where it has none.
    pub name: String,
    /// Its type.
    pub kind: Kind,
}

impl Part {
    /// What it is called where it stands: by its number where it has no name.
    pub fn called(&self, at: usize) -> String {
        if self.name.is_empty() { at.to_string() } else { self.name.clone() }
    }

    /// Reads a parameter of an ABI; nothing where its type is none.
    pub(super) fn of(param: &Param, depth: usize) -> Option<Self> {
        if depth >= MAX_NESTING {
            return None;
        }
        let open = param.ty.find('[').unwrap_or(param.ty.len());
        let (base, lists) = param.ty.split_at(open);
        let kind = match base {
            "tuple" => Kind::Tuple(Self::all(&param.components, depth + 1)?),
            "uint" => Kind::Unsigned(256),
            "int" => Kind::Signed(256),
            word => Kind::word(word)?,
        };
        if kind == Kind::Tuple(Vec::new()) {
            return None;
        }
        let (kind, rest) = kind.in_lists(lists, depth)?;
        rest.is_empty().then(|| Self { name: param.name.clone(), kind })
    }

    /// Reads parameters of an ABI.
    pub(super) fn all(params: &[Param], depth: usize) -> Option<Vec<Self>> {
        if params.len() > MAX_PARTS {
            return None;
        }
        params.iter().map(|param| Self::of(param, depth)).collect()
    }
}

impl Kind {
    /// Reads the name of a type that is no tuple and no list, in its canonical spelling.
    pub(super) fn word(name: &str) -> Option<Self> {
        let bits = |digits: &str| {
            let bits: usize = digits.parse().ok()?;
            let is_whole = bits.is_multiple_of(8) && (8..=256).contains(&bits);
            (is_whole && bits.to_string() == digits).then_some(bits)
        };
        match name {
            "address" => Some(Self::Address),
            "bool" => Some(Self::Bool),
            "bytes" => Some(Self::Bytes),
            "string" => Some(Self::Text),
            other => {
                if let Some(digits) = other.strip_prefix("uint") {
                    return bits(digits).map(Self::Unsigned);
                }
                if let Some(digits) = other.strip_prefix("int") {
                    return bits(digits).map(Self::Signed);
                }
                let size = other.strip_prefix("bytes")?;
                let length: usize = size.parse().ok()?;
                let is_size = (1..=WORD).contains(&length) && length.to_string() == size;
                is_size.then_some(Self::Fixed(length))
            }
        }
    }

    /// Takes the brackets behind a type, and says what follows them.
    pub(super) fn in_lists(self, text: &str, depth: usize) -> Option<(Self, &str)> {
        let (mut kind, mut rest, mut lists) = (self, text, depth);
        while let Some(after) = rest.strip_prefix('[') {
            lists += 1;
            if lists >= MAX_NESTING {
                return None;
            }
            let (size, after) = after.split_once(']')?;
            kind = if size.is_empty() {
                Self::List(Box::new(kind))
            } else {
                let length: usize = size.parse().ok()?;
                let is_size = (1..=MAX_FIXED_ITEMS).contains(&length) && length.to_string() == size;
                is_size.then(|| Self::Array(Box::new(kind), length))?
            };
            rest = after;
        }
        Some((kind, rest))
    }

    pub(super) fn is_dynamic(&self) -> bool {
        match self {
            Self::Bytes | Self::Text | Self::List(_) => true,
            Self::Array(of, _) => of.is_dynamic(),
            Self::Tuple(parts) => parts.iter().any(|part| part.kind.is_dynamic()),
            Self::Address | Self::Unsigned(_) | Self::Signed(_) | Self::Bool | Self::Fixed(_) => {
                false
            }
        }
    }

    /// The bytes that it takes where it stands: an offset where it is dynamic.
    pub(super) fn head(&self) -> usize {
        if self.is_dynamic() {
            return WORD;
        }
        match self {
            Self::Tuple(parts) => {
                parts.iter().fold(0, |sum: usize, part| sum.saturating_add(part.kind.head()))
            }
            Self::Array(of, length) => of.head().saturating_mul(*length),
            Self::Bytes
            | Self::Text
            | Self::List(_)
            | Self::Address
            | Self::Unsigned(_)
            | Self::Signed(_)
            | Self::Bool
            | Self::Fixed(_) => WORD,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("address"),
            Self::Unsigned(bits) => write!(f, "uint{bits}"),
            Self::Signed(bits) => write!(f, "int{bits}"),
            Self::Bool => f.write_str("bool"),
            Self::Fixed(length) => write!(f, "bytes{length}"),
            Self::Bytes => f.write_str("bytes"),
            Self::Text => f.write_str("string"),
            Self::List(of) => write!(f, "{of}[]"),
            Self::Array(of, length) => write!(f, "{of}[{length}]"),
            Self::Tuple(parts) => f.write_str(&spelt(parts)),
        }
    }
}

/// The types of parameters as they are hashed: `(address,uint256)`.
pub(super) fn spelt(parts: &[Part]) -> String {
    let kinds: Vec<_> = parts.iter().map(|part| part.kind.to_string()).collect();
    format!("({})", kinds.join(","))
}
