//! A payload that is read field by field, with everything that is wrong with it.

use alloy_primitives::{Address, B256, Bytes, U256};
use engine::{PayloadProblem, has_expression};
use serde_json::Value;

use crate::abi::{self, Contract};
use crate::catalog::Stage;
use crate::chains::{At, chain_id};
use crate::primitives::ChainId;

/// What a node asks of a chain.
pub trait Question: Sized {
    /// Reads it; nothing where something is wrong, or not known yet.
    fn read(payload: &mut Payload<'_>) -> Option<Self>;
}

/// A payload, and what was found wrong with it so far.
#[derive(Debug)]
pub struct Payload<'a> {
    value: &'a Value,
    stage: Stage,
    problems: Vec<PayloadProblem>,
}

/// Reads what a node asks, when all expressions are resolved.
///
/// # Errors
/// Everything that is wrong with the payload.
pub fn question<Q: Question>(payload: &Value) -> Result<Q, Vec<PayloadProblem>> {
    let mut reading = Payload::new(payload, Stage::Run);
    match Q::read(&mut reading) {
        Some(question) if reading.problems.is_empty() => Ok(question),
        Some(_) => Err(reading.problems),
        None => {
            if reading.problems.is_empty() {
                reading.problem::<()>("", "lacks a field that the node needs");
            }
            Err(reading.problems)
        }
    }
}

impl<'a> Payload<'a> {
    pub(super) fn new(value: &'a Value, stage: Stage) -> Self {
        Self { value, stage, problems: Vec::new() }
    }

    /// Reads a part of it as a payload of its own, whose problems are told with this place before theirs.
    pub(super) fn within<T>(
        &mut self,
        place: &str,
        part: &'a Value,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if !part.is_object() {
            return self.problem(place, "must be an object");
        }
        let mut inner = Self::new(part, self.stage);
        let found = read(&mut inner);
        self.problems.extend(
            inner.problems.into_iter().map(|it| PayloadProblem {
                path: format!("{place}{}", it.path),
                message: it.message,
            }),
        );
        found
    }

    pub(super) fn found(self) -> Vec<PayloadProblem> {
        self.problems
    }

    /// Whether a text is to be resolved before it says what it means.
    pub(super) fn is_open(&self, text: &str) -> bool {
        match self.stage {
            Stage::Design => has_expression(text),
            Stage::Run => false,
        }
    }

    /// Whether something in a field is to be resolved before it says what it means.
    pub(super) fn has_open(&self, field: &str) -> bool {
        self.value.get(field).is_some_and(|value| self.is_open(&value.to_string()))
    }

    /// Notes what is wrong with a field, or with a place within it.
    pub(super) fn problem<T>(&mut self, path: &str, message: impl Into<String>) -> Option<T> {
        self.problems.push(PayloadProblem { path: path.to_owned(), message: message.into() });
        None
    }

    /// Whether a field is there at all.
    pub(super) fn has(&self, field: &str) -> bool {
        self.field(field).is_some()
    }

    fn field(&self, field: &str) -> Option<&'a Value> {
        self.value.get(field).filter(|value| !value.is_null())
    }

    /// A field that says what it means.
    pub(super) fn known(&self, field: &str) -> Option<&'a Value> {
        self.field(field).filter(|value| !value.as_str().is_some_and(|text| self.is_open(text)))
    }

    pub(super) fn text(&self, field: &str) -> Option<&'a str> {
        self.known(field)?.as_str()
    }

    pub(super) fn chain(&mut self) -> Option<ChainId> {
        let value = self.known("chainId")?;
        match chain_id(Some(value)) {
            Ok(id) => Some(ChainId(id)),
            Err(problem) => self.problem("/chainId", problem),
        }
    }

    pub(super) fn address(&mut self, field: &str) -> Option<Address> {
        let value = self.known(field)?;
        match value.as_str().map(abi::address) {
            Some(Ok(address)) => Some(address),
            Some(Err(problem)) => self.problem(&format!("/{field}"), problem),
            None => self.problem(&format!("/{field}"), "must be a text with an address"),
        }
    }

    pub(super) fn hash(&mut self, field: &str) -> Option<B256> {
        let text = self.text(field)?;
        let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 64);
        match digits.and_then(|digits| digits.parse().ok()) {
            Some(hash) => Some(hash),
            None => self.problem(&format!("/{field}"), "is no hash: 0x and 64 hexadecimal digits"),
        }
    }

    pub(super) fn bytes(&mut self, field: &str) -> Option<Bytes> {
        let text = self.text(field)?;
        let read = text.starts_with("0x").then(|| text.parse().ok()).flatten();
        read.or_else(|| {
            self.problem(
                &format!("/{field}"),
                "must be bytes: 0x and two hexadecimal digits for each",
            )
        })
    }

    /// An amount in the smallest unit: a text of digits, or a number that every program keeps exactly.
    pub(super) fn amount(&mut self, field: &str) -> Option<U256> {
        let value = self.known(field)?;
        let part = abi::Part { name: String::new(), kind: abi::Kind::Unsigned(256) };
        let list = Value::Array(vec![value.clone()]);
        match abi::encode(&[part], &list, &|_| false) {
            Ok(word) => U256::try_from_be_slice(&word),
            Err(misfits) => {
                let told = misfits.into_iter().next().map(|it| it.problem).unwrap_or_default();
                self.problem(&format!("/{field}"), told)
            }
        }
    }

    pub(super) fn whole(&self, field: &str) -> Option<u64> {
        self.known(field)?.as_u64()
    }

    pub(super) fn flag(&self, field: &str) -> Option<bool> {
        self.known(field)?.as_bool()
    }

    /// The block: the newest where none is named.
    pub(super) fn block(&mut self) -> Option<At> {
        if !self.has("block") {
            return Some(At::Latest);
        }
        let value = self.known("block")?;
        let at = match value {
            Value::String(text) => match text.as_str() {
                "latest" => Some(At::Latest),
                "safe" => Some(At::Safe),
                "finalized" => Some(At::Finalized),
                number => number.parse().ok().map(At::Number),
            },
            Value::Number(number) => number.as_u64().map(At::Number),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        at.or_else(|| {
            self.problem("/block", "must be `latest`, `safe`, `finalized` or a block's number")
        })
    }

    /// What the ABI says; nothing of its own where there is none.
    pub(super) fn abi(&mut self) -> Option<Contract> {
        if !self.has("abi") {
            return Some(Contract::default());
        }
        if self.has_open("abi") {
            return None;
        }
        match Contract::read(self.known("abi")?) {
            Ok(contract) => Some(contract),
            Err(problem) => self.problem("/abi", problem),
        }
    }
}
