//! A function or an error of a contract: its name, what it takes, and what it gives.

use alloy_json_abi as json;
use alloy_primitives::hex;
use serde_json::{Map, Value as Json};

use super::canonical::selector;
use super::decode::{Value, decode};
use super::encode::{Misfit, encode};
use super::kind::{Part, spelt};
use super::render::{many, render};
use super::written::{self, Written};

/// A name with parameters, as it is hashed: of a function, or of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The name.
    pub name: String,
    /// The name and the types, as they are hashed.
    pub signature: String,
    /// The first four bytes of what is encoded by it.
    pub selector: [u8; 4],
    /// The parameters.
    pub inputs: Vec<Part>,
}

/// A function that can be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// How it is called.
    pub shape: Shape,
    /// What it gives.
    pub outputs: Vec<Part>,
    /// Whether it may be sent coins.
    pub is_payable: bool,
}

impl Shape {
    fn new(name: String, inputs: Vec<Part>) -> Self {
        let signature = format!("{name}{}", spelt(&inputs));
        let selector = selector(&signature);
        Self { name, signature, selector, inputs }
    }

    fn of(name: &str, inputs: &[json::Param]) -> Result<Self, String> {
        let inputs = Part::all(inputs, 0).ok_or_else(|| {
            format!("the parameters of {name} cannot be read: one has a type that there is not")
        })?;
        Ok(Self::new(name.to_owned(), inputs))
    }

    /// Reads an error of an ABI.
    pub(super) fn of_error(error: &json::Error) -> Result<Self, String> {
        Self::of(&error.name, &error.inputs)
    }

    /// Reads the signature of an error, as `InsufficientBalance(uint256 available)`.
    ///
    /// # Errors
    /// What is wrong with it, and what mends it.
    pub fn error(signature: &str) -> Result<Self, String> {
        let read = written::signature(signature, "error");
        let Written { name, inputs, outputs: _, is_payable: _ } =
            read.map_err(|fault| unreadable("an error", &fault))?;
        Ok(Self::new(name, inputs))
    }

    /// The arguments of what was encoded by it, by their names; nothing where these bytes are not
    /// their one encoding.
    pub fn arguments(&self, data: &[u8]) -> Option<Map<String, Json>> {
        let body = data.strip_prefix(&self.selector)?;
        many(&self.inputs, &values(&self.inputs, body)?)
    }
}

impl Function {
    /// Reads a signature: `balanceOf(address owner) view returns (uint256)`. The word `function`, names
    /// and `returns` may be left out.
    ///
    /// # Errors
    /// What is wrong with it, and what mends it.
    pub fn of_signature(signature: &str) -> Result<Self, String> {
        let read = written::signature(signature, "function");
        let Written { name, inputs, outputs, is_payable } =
            read.map_err(|fault| unreadable("a function", &fault))?;
        Ok(Self { shape: Shape::new(name, inputs), outputs, is_payable })
    }

    /// Reads a function of an ABI.
    pub(super) fn of(function: &json::Function) -> Result<Self, String> {
        let outputs = Part::all(&function.outputs, 0).ok_or_else(|| {
            format!(
                "what {} returns cannot be read: it has a type that there is not",
                function.name
            )
        })?;
        Ok(Self {
            shape: Shape::of(&function.name, &function.inputs)?,
            outputs,
            is_payable: function.state_mutability == json::StateMutability::Payable,
        })
    }

    /// The bytes of a call with these arguments.
    ///
    /// # Errors
    /// All arguments that do not fit.
    pub fn call(
        &self,
        arguments: &Json,
        is_open: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<u8>, Vec<Misfit>> {
        let arguments = encode(&self.shape.inputs, arguments, is_open)?;
        Ok([&self.shape.selector[..], &arguments].concat())
    }

    /// What it gave, one by one in their order; nothing where these bytes are not the one encoding of
    /// it.
    pub fn returned(&self, data: &[u8]) -> Option<Vec<Json>> {
        let values = values(&self.outputs, data)?;
        self.outputs.iter().zip(&values).map(|(part, value)| render(&part.kind, value)).collect()
    }

    /// What it gave as one value: the only one, or all by their names.
    pub fn told(&self, outputs: &[Json]) -> Json {
        match outputs {
            [] => Json::Null,
            [one] => one.clone(),
            several => {
                let names = self.outputs.iter().enumerate().map(|(at, part)| part.called(at));
                names.zip(several.iter().cloned()).collect::<Map<_, _>>().into()
            }
        }
    }
}

fn values<'a>(parts: &[Part], data: &'a [u8]) -> Option<Vec<Value<'a>>> {
    decode(parts.iter().map(|part| &part.kind), data)
}

fn unreadable(what: &str, fault: &str) -> String {
    format!(
        "it is no signature of {what}: {fault}. Write it as in Solidity: \
         balanceOf(address owner) view returns (uint256)"
    )
}

/// The selector as people write it.
pub(super) fn written(selector: &[u8]) -> String {
    hex::encode_prefixed(selector)
}
