//! Functions and errors as people write them in Solidity, with names, places and modifiers.

use super::kind::{Kind, MAX_NESTING, MAX_PARTS, Part};

/// The longest signature that is read.
const MAX_SIGNATURE_BYTES: usize = 2_048;

/// What may stand behind the parameters of a function.
const MODIFIERS: [&str; 10] = [
    "external",
    "public",
    "internal",
    "private",
    "view",
    "pure",
    "payable",
    "nonpayable",
    "constant",
    "virtual",
];

/// What may stand between a type and its name.
const PLACES: [&str; 3] = ["memory", "calldata", "storage"];

/// What a signature says.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) name: String,
    pub(super) inputs: Vec<Part>,
    pub(super) outputs: Vec<Part>,
    pub(super) is_payable: bool,
}

/// Reads a signature; `word` is what may stand before it.
pub(super) fn signature(text: &str, word: &str) -> Result<Written, String> {
    if text.len() > MAX_SIGNATURE_BYTES {
        return Err(format!("it is longer than {MAX_SIGNATURE_BYTES} bytes"));
    }
    let mut reading = Reading { tokens: tokens(text)?, at: 0 };
    let has_word = reading.tokens.first() == Some(&word) && reading.tokens.get(1) != Some(&"(");
    reading.at += usize::from(has_word);
    let name = reading.name().ok_or("it has no name")?;
    let inputs = reading.parts(0)?;
    let mut is_payable = false;
    while let Some(modifier) = reading.peek().filter(|token| MODIFIERS.contains(token)) {
        is_payable |= modifier == "payable";
        reading.at += 1;
    }
    let outputs = if reading.takes("returns") { reading.parts(0)? } else { Vec::new() };
    reading.takes(";");
    match reading.peek() {
        None => Ok(Written { name, inputs, outputs, is_payable }),
        Some(token) => Err(format!("`{token}` does not belong there")),
    }
}

fn tokens(text: &str) -> Result<Vec<&str>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if is_of_names(first) {
            rest.find(|it| !is_of_names(it)).unwrap_or(rest.len())
        } else if "(),[];".contains(first) {
            1
        } else {
            return Err(format!("`{first}` stands in no signature"));
        };
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    Ok(tokens)
}

fn is_of_names(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$'
}

struct Reading<'a> {
    tokens: Vec<&'a str>,
    at: usize,
}

impl<'a> Reading<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn takes(&mut self, token: &str) -> bool {
        let is_it = self.peek() == Some(token);
        self.at += usize::from(is_it);
        is_it
    }

    fn needs(&mut self, token: &str) -> Result<(), String> {
        if self.takes(token) {
            return Ok(());
        }
        Err(match self.peek() {
            Some(other) => format!("`{token}` is missing before `{other}`"),
            None => format!("`{token}` is missing at its end"),
        })
    }

    fn name(&mut self) -> Option<String> {
        let is_name = |token: &&str| {
            token.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_' || it == '$')
        };
        let name = self.peek().filter(is_name)?;
        self.at += 1;
        Some(name.to_owned())
    }

    fn parts(&mut self, depth: usize) -> Result<Vec<Part>, String> {
        self.needs("(")?;
        let mut parts = Vec::new();
        if self.takes(")") {
            return Ok(parts);
        }
        loop {
            parts.push(self.part(depth)?);
            if parts.len() > MAX_PARTS {
                return Err(format!("it has more than {MAX_PARTS} parameters"));
            }
            if !self.takes(",") {
                self.needs(")")?;
                return Ok(parts);
            }
        }
    }

    fn part(&mut self, depth: usize) -> Result<Part, String> {
        if depth >= MAX_NESTING {
            return Err("its types lie too deep within each other".to_owned());
        }
        if self.peek() == Some("tuple") && self.tokens.get(self.at + 1) == Some(&"(") {
            self.at += 1;
        }
        let kind = if self.peek() == Some("(") {
            let parts = self.parts(depth + 1)?;
            if parts.is_empty() {
                return Err("a tuple of nothing is no type".to_owned());
            }
            Kind::Tuple(parts)
        } else {
            let word = self.peek().ok_or("it ends where a type should be")?;
            self.at += 1;
            let kind = match word {
                "uint" => Some(Kind::Unsigned(256)),
                "int" => Some(Kind::Signed(256)),
                word => Kind::word(word),
            };
            kind.ok_or_else(|| format!("there is no type `{word}`"))?
        };
        let lists = self.lists();
        let (kind, rest) = kind.in_lists(&lists, depth).ok_or("a list is none")?;
        if !rest.is_empty() {
            return Err("a list is none".to_owned());
        }
        if kind == Kind::Address {
            self.takes("payable");
        }
        if self.peek().is_some_and(|token| PLACES.contains(&token)) {
            self.at += 1;
        }
        Ok(Part { name: self.name().unwrap_or_default(), kind })
    }

    /// The brackets behind a type, without spaces.
    fn lists(&mut self) -> String {
        let mut lists = String::new();
        while self.takes("[") {
            lists.push('[');
            while let Some(token) = self.peek().filter(|token| *token != "]") {
                lists.push_str(token);
                self.at += 1;
            }
            lists.push(']');
            self.at += 1;
        }
        lists
    }
}
