//! A function and its arguments, as several nodes name them: by a signature, or by an ABI and a name.

use alloy_primitives::Bytes;
use serde_json::{Value, json};

use super::payload::Payload;
use crate::abi::{Contract, Function, Shape};

/// A call of a function.
#[derive(Debug, Clone)]
pub struct Calling {
    /// The function; none where the bytes were given as they are.
    pub function: Option<Function>,
    /// What it is called with.
    pub data: Bytes,
    /// The errors that its contract is known to have.
    pub errors: Vec<Shape>,
}

impl Calling {
    /// Reads `function`, `abi` and `arguments`.
    pub(super) fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let contract = payload.abi()?;
        if payload.has_open("function") {
            return None;
        }
        let function = function(payload, &contract)?;
        if payload.has("arguments") && payload.known("arguments").is_none() {
            return None;
        }
        let none = json!([]);
        let arguments: &Value = payload.known("arguments").unwrap_or(&none);
        let encoded = {
            let is_open = |text: &str| payload.is_open(text);
            function.call(arguments, &is_open)
        };
        match encoded {
            Ok(data) => {
                Some(Self { function: Some(function), data: data.into(), errors: contract.errors })
            }
            Err(misfits) => {
                for misfit in misfits {
                    let path = format!("/arguments{}", misfit.path);
                    payload.problem::<()>(&path, misfit.problem);
                }
                None
            }
        }
    }
}

fn function(payload: &mut Payload<'_>, contract: &Contract) -> Option<Function> {
    let named = payload.text("function");
    // A whole signature says everything itself; beside an ABI it chooses among functions of one name.
    let signature = match named.filter(|named| named.contains('(')).map(Function::of_signature) {
        Some(Ok(function)) => Some(function),
        Some(Err(problem)) => return payload.problem("/function", problem),
        None => None,
    };
    if contract.functions.is_empty() {
        let wanted = "must be a signature, as balanceOf(address owner) view returns (uint256), or a \
                      name in an `abi`";
        return signature.or_else(|| payload.problem("/function", wanted));
    }
    let named = signature.as_ref().map_or(named, |it| Some(it.shape.signature.as_str()));
    match contract.function(named) {
        Ok(function) => Some(function.clone()),
        Err(problem) => {
            payload.problem(if named.is_some() { "/function" } else { "/abi" }, problem)
        }
    }
}
