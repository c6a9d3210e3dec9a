//! What a node's answer says of the node: whether it is ill, busy, asked too much, or right.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use alloy_primitives::Bytes;
use serde_json::Value;

use super::quantity;

/// Why one call to one node has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// Nothing came back.
    #[error("{0}")]
    Silent(String),
    /// It wants to be left alone, for as long as it says.
    #[error("asked too often")]
    Busy(Option<Duration>),
    /// What was asked for is more than it hands out at once.
    #[error("asked for too much at once")]
    TooMuch(Advice),
    /// The call was undone, or refused by the rules of the chain: every node would say so.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// It does not have the block.
    #[error("the block is not there")]
    Missing,
    /// It has the block, and has thrown away what stood in the accounts at that time.
    #[error("the state of the block is not kept any more")]
    Pruned,
    /// It does not know the method.
    #[error("the method is not served")]
    Unserved,
    /// It answered with an error of its own.
    #[error("error: {0}")]
    Ill(String),
    /// What it says cannot be true.
    #[error("an answer that cannot be true: {0}")]
    Invented(String),
}

/// What a node says of a call that it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its words.
    pub words: String,
    /// What the call gave back, where it was undone and the node tells it.
    pub data: Option<Bytes>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

/// What a node says would not be too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Advice {
    /// Nothing.
    None,
    /// This range of blocks.
    Range(RangeInclusive<u64>),
    /// That many blocks.
    Blocks(u64),
    /// Fewer addresses or topics.
    Words,
}

/// How a fault counts against a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blame {
    /// Towards opening its breaker.
    Node,
    /// It is busy, and no worse.
    Pace,
    /// Not at all.
    Nobody,
}

/// The longest words of a node that are kept.
const MAX_WORDS: usize = 200;

/// How nodes say that a range or its result is too much, in small letters.
const TOO_MUCH: [&str; 22] = [
    "query returned more than",
    "block range is too",
    "block range too",
    "range too large",
    "range is too large",
    "maximum block range",
    "max block range",
    "block range limit",
    "range limit exceeded",
    "response size should not",
    "response size exceeded",
    "response is too big",
    "response too large",
    "limited to a",
    "blocks range",
    "query timeout exceeded",
    "exceeds max results",
    "logs matched by query exceeds",
    "requested too many blocks",
    "ranges over",
    "too many results",
    "too many logs",
];

/// How they say that a call names too many addresses or topics.
const TOO_MANY_WORDS: [&str; 3] =
    ["max addresses or topics", "too many addresses", "too many topics"];

/// How they say that somebody asks too often.
const BUSY: [&str; 8] = [
    "rate limit",
    "rate-limit",
    "too many requests",
    "request count exceeded",
    "compute units",
    "throughput",
    "call rate",
    "request limit",
];

/// How they say that the rules of the chain refuse something.
const REFUSED: [&str; 16] = [
    "execution reverted",
    "revert",
    "out of gas",
    "outofgas",
    "evm error",
    "underpriced",
    "already known",
    "nonce too low",
    "nonce too high",
    "nonce too far in the future",
    "exceeds next nonce",
    "insufficient funds",
    "intrinsic gas too low",
    "intrinsic gas too high",
    "failed to build transaction",
    "invalid opcode",
];

/// How they say that they lack a block.
const MISSING: [&str; 6] = [
    "unknown block",
    "block not found",
    "header not found",
    "header for hash not found",
    "could not find block",
    "cannot query unfinalized",
];

/// How they say that they have thrown the state of a block away, or cannot go back to it.
const PRUNED: [&str; 9] = [
    "missing trie node",
    "historical state",
    "state not available",
    "state is not available",
    "state unavailable",
    "state already pruned",
    "state has been pruned",
    "no state available",
    "old data not available due to pruning",
];

/// How the words of an undone call begin.
const UNDONE: &str = "execution reverted";

/// The code of a method that is not there, in JSON-RPC.
const METHOD_NOT_FOUND: i64 = -32601;

/// The code of an undone call.
const REVERTED: i64 = 3;

impl Fault {
    /// Reads an error object of JSON-RPC.
    pub(super) fn of_error(code: i64, message: &str, data: Option<&Value>) -> Self {
        let words: String = message.chars().take(MAX_WORDS).collect();
        let small = message.to_lowercase();
        // The reason of an undone call is the contract's: it may say whatever it likes.
        if code == REVERTED || small.starts_with(UNDONE) {
            return Self::Refused(Refusal { words, data: data.and_then(given_back) });
        }
        let says = |families: &[&str]| families.iter().any(|family| small.contains(family));
        // Some of these share a code, and -32602 and -32005 mean whatever a provider likes: the
        // words decide, the narrowest family first.
        if says(&TOO_MANY_WORDS) {
            return Self::TooMuch(Advice::Words);
        }
        if says(&TOO_MUCH) || (small.contains("range") && small.contains("exceed")) {
            return Self::TooMuch(advice(&small));
        }
        if says(&BUSY) {
            return Self::Busy(None);
        }
        let is_known = small.contains("known transaction") && !small.contains("unknown");
        let data = data.and_then(given_back);
        if data.is_some() || says(&REFUSED) || is_known {
            return Self::Refused(Refusal { words, data });
        }
        if says(&PRUNED) {
            return Self::Pruned;
        }
        if says(&MISSING) {
            return Self::Missing;
        }
        let unserved = ["method not found", "does not exist", "not supported", "not available"];
        if code == METHOD_NOT_FOUND || says(&unserved) {
            return Self::Unserved;
        }
        Self::Ill(words)
    }

    pub(super) fn blame(&self) -> Blame {
        match self {
            Self::Silent(_) | Self::Ill(_) | Self::Invented(_) => Blame::Node,
            Self::Busy(_) => Blame::Pace,
            Self::TooMuch(_) | Self::Refused(_) | Self::Missing | Self::Pruned | Self::Unserved => {
                Blame::Nobody
            }
        }
    }

    /// A stable word for metrics.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Silent(_) => "silent",
            Self::Busy(_) => "busy",
            Self::TooMuch(_) => "too_much",
            Self::Refused(_) => "refused",
            Self::Missing => "missing",
            Self::Pruned => "pruned",
            Self::Unserved => "unserved",
            Self::Ill(_) => "ill",
            Self::Invented(_) => "invented",
        }
    }
}

/// What an undone call gave back, in the forms that nodes have for it: the bytes alone, behind a word
/// (`Reverted 0x…`), or in an object.
fn given_back(data: &Value) -> Option<Bytes> {
    let text = match data {
        Value::String(text) => text.as_str(),
        Value::Object(fields) => fields.get("data")?.as_str()?,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => return None,
    };
    text.strip_prefix("Reverted ").unwrap_or(text).parse().ok().filter(|_| text.contains("0x"))
}

/// What a text in small letters suggests.
fn advice(text: &str) -> Advice {
    if let Some(range) = bracketed(text).or_else(|| dashed(text)) {
        return Advice::Range(range);
    }
    let leads = [
        "limited to a ",
        "limited to 0 - ",
        "limited to ",
        "exceeds limit of ",
        "maximum is set to ",
        "maximum block range: ",
        "maximum block range of ",
        "max block range: ",
        "max block range ",
        "up to a ",
        "ranges over ",
    ];
    leads
        .iter()
        .filter_map(|lead| text.find(lead).map(|at| &text[at + lead.len()..]))
        .find_map(number)
        .map_or(Advice::None, Advice::Blocks)
}

/// `[0x1, 0x2]`.
fn bracketed(text: &str) -> Option<RangeInclusive<u64>> {
    let (_, rest) = text.split_once('[')?;
    let (inside, _) = rest.split_once(']')?;
    let (from, to) = inside.split_once(',')?;
    let read = |text: &str| {
        let text = text.trim();
        quantity::parse(text).or_else(|| text.parse().ok())
    };
    Some(read(from)?..=read(to)?)
}

/// `range 100-200`.
fn dashed(text: &str) -> Option<RangeInclusive<u64>> {
    let (_, rest) = text.rsplit_once("range ")?;
    let (from, rest) = rest.split_once('-')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    Some(from.trim().parse().ok()?..=rest.get(..digits)?.parse().ok()?)
}

/// A number at the beginning of a text, as in `10,000 range` and `2k block range`.
fn number(text: &str) -> Option<u64> {
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b',';
    let length = text.bytes().take_while(is_part).count();
    let digits: String = text.get(..length)?.chars().filter(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().ok()?;
    if text.as_bytes().get(length) == Some(&b'k') {
        number.checked_mul(1_000)
    } else {
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_family_of_too_large_is_known_with_what_it_suggests() {
        for (code, message, advised) in [
            (-32005, "query returned more than 10000 results", Advice::None),
            (
                -32005,
                "query returned more than 10000 results. Try with this block range [0x10, 0x1F].",
                Advice::Range(16..=31),
            ),
            (-32000, "block range is too wide", Advice::None),
            (-32000, "exceed maximum block range: 5000", Advice::Blocks(5_000)),
            (-32000, "response size should not greater than 10000000 bytes", Advice::None),
            (
                -32602,
                "Log response size exceeded. You can make eth_getLogs requests with up to a 2K \
                 block range",
                Advice::Blocks(2_000),
            ),
            (-32000, "eth_getLogs is limited to a 10,000 range", Advice::Blocks(10_000)),
            (-32602, "range 5000 exceeds limit of 2000", Advice::Blocks(2_000)),
            (-32000, "query timeout exceeded", Advice::None),
            (-32000, "eth_getLogs is limited to 0 - 1000 blocks range", Advice::Blocks(1_000)),
            (
                -32000,
                "query exceeds max results 20000, retry with the range 100-150",
                Advice::Range(100..=150),
            ),
            (-32000, "exceed max addresses or topics per search position", Advice::Words),
        ] {
            let fault = Fault::of_error(code, message, None);
            assert_eq!(fault, Fault::TooMuch(advised), "{message}");
        }
    }

    #[test]
    fn reverts_and_verdicts_of_the_mempool_are_no_faults_of_a_node() {
        for (code, message) in [
            (3, "execution reverted: no"),
            (-32000, "nonce too low"),
            (-32000, "replacement transaction underpriced"),
            (-32000, "already known"),
            (-32000, "known transaction: 0xab"),
            (-32000, "transaction nonce exceeds next nonce"),
        ] {
            let fault = Fault::of_error(code, message, None);
            assert_eq!(fault.blame(), Blame::Nobody, "{message}");
        }
        assert_eq!(Fault::of_error(-32000, "unknown transaction", None).blame(), Blame::Node);
        assert_eq!(Fault::of_error(-32603, "internal error", None).blame(), Blame::Node);
    }

    #[test]
    fn a_limit_of_pace_is_told_from_a_limit_of_size_though_they_share_a_code() {
        let busy =
            Fault::of_error(-32005, "daily request count exceeded, request rate limited", None);
        assert_eq!(busy, Fault::Busy(None));
        assert_eq!(Fault::of_error(-32601, "the method x does not exist", None), Fault::Unserved);
        assert_eq!(Fault::of_error(-32000, "unknown block", None), Fault::Missing);
    }

    #[test]
    fn what_an_undone_call_gave_back_is_kept_in_every_form_that_nodes_have_for_it() {
        let data = Bytes::from_static(&[0xde, 0xad]);
        for (code, message, told) in [
            (3, "execution reverted: rate limit exceeded", json!("0xdead")),
            (-32000, "execution reverted", json!("0xdead")),
            (-32015, "VM execution error.", json!("Reverted 0xdead")),
            (-32003, "EVM error InvalidFEOpcode", json!("0xdead")),
            (-32603, "VM Exception while processing transaction", json!({"data": "0xdead"})),
        ] {
            let Fault::Refused(refusal) = Fault::of_error(code, message, Some(&told)) else {
                panic!("{message}");
            };
            assert_eq!((refusal.words.as_str(), refusal.data), (message, Some(data.clone())));
        }
        let without = Fault::of_error(3, "execution reverted", Some(&json!("no bytes")));
        assert!(matches!(without, Fault::Refused(Refusal { data: None, .. })), "{without:?}");
    }

    #[test]
    fn a_state_that_was_thrown_away_is_told_from_a_block_that_is_not_there() {
        for message in [
            "missing trie node 5a (path ) state 0x1 is not available",
            "required historical state unavailable (reexec=128)",
            "historical state 0xab is not available",
        ] {
            assert_eq!(Fault::of_error(-32000, message, None), Fault::Pruned, "{message}");
        }
    }
}
