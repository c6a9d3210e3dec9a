//! Functions by their canonical signatures, as policies name them.

use alloy_primitives::keccak256;

use super::kind::{Kind, MAX_NESTING, MAX_PARTS, Part};

/// A function by its signature: `transfer(address,uint256)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// As it is hashed.
    pub signature: String,
    /// The first four bytes of a call.
    pub selector: [u8; 4],
    /// What follows them.
    pub parameters: Vec<Kind>,
}

impl Signature {
    /// Reads a signature in its canonical spelling; nothing where it is none.
    pub fn read(signature: &str) -> Option<Self> {
        let open = signature.find('(')?;
        let (true, (parameters, "")) = (is_name(&signature[..open]), tuple(&signature[open..], 0)?)
        else {
            return None;
        };
        let parameters = parameters.into_iter().map(|part| part.kind).collect();
        let selector = selector(signature);
        Some(Self { signature: signature.to_owned(), selector, parameters })
    }
}

/// Whether a text can be the name of a function.
fn is_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_alphabetic() || "_$".contains(it))
        && name.chars().all(|it| it.is_ascii_alphanumeric() || "_$".contains(it))
}

/// The first four bytes of a call of this signature.
pub(super) fn selector(signature: &str) -> [u8; 4] {
    let hash = keccak256(signature);
    [hash[0], hash[1], hash[2], hash[3]]
}

fn tuple(text: &str, depth: usize) -> Option<(Vec<Part>, &str)> {
    let mut rest = text.strip_prefix('(')?;
    let mut parts = Vec::new();
    if let Some(rest) = rest.strip_prefix(')') {
        return Some((parts, rest));
    }
    loop {
        let (kind, after) = kind(rest, depth)?;
        parts.push(Part { name: String::new(), kind });
        if parts.len() > MAX_PARTS {
            return None;
        }
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Some((parts, after.strip_prefix(')')?)),
        }
    }
}

fn kind(text: &str, depth: usize) -> Option<(Kind, &str)> {
    if depth >= MAX_NESTING {
        return None;
    }
    let (kind, rest) = if text.starts_with('(') {
        let (parts, rest) = tuple(text, depth + 1)?;
        // A tuple of nothing takes no bytes: a list of them would have no end.
        (!parts.is_empty()).then_some((Kind::Tuple(parts), rest))?
    } else {
        let end = text.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(text.len());
        (Kind::word(&text[..end])?, &text[end..])
    };
    kind.in_lists(rest, depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_those_that_everybody_knows() {
        let known = [
            ("transfer(address,uint256)", [0xa9, 0x05, 0x9c, 0xbb]),
            ("approve(address,uint256)", [0x09, 0x5e, 0xa7, 0xb3]),
            ("multicall(bytes[])", [0xac, 0x96, 0x50, 0xd8]),
            ("aggregate3((address,bool,bytes)[])", [0x82, 0xad, 0x56, 0xcb]),
            ("multiSend(bytes)", [0x8d, 0x80, 0xff, 0x0a]),
        ];
        for (signature, selector) in known {
            assert_eq!(Signature::read(signature).unwrap().selector, selector, "{signature}");
        }
    }

    #[test]
    fn a_signature_in_another_spelling_is_none() {
        let texts = [
            "",
            "transfer",
            "transfer(",
            "transfer(address,)",
            "transfer(address) ",
            "(address)",
            "f(uint)",
            "f(uint7)",
            "f(uint008)",
            "f(bytes0)",
            "f(bytes33)",
            "f(())",
            "f(address a)",
            "f(address[0])",
            "f(address[02])",
            "f(address[70000])",
            "f(uint256[][][][][][][][][])",
            "1f()",
        ];
        for text in texts {
            assert_eq!(Signature::read(text), None, "{text}");
        }
        assert!(Signature::read("deposit()").is_some());
        let fixed = Signature::read("f(uint8[2][3])").unwrap();
        assert_eq!(fixed.parameters[0].to_string(), "uint8[2][3]");
    }
}
