//! What an evaluation may cost.

use std::cell::Cell;

use serde_json::Value;

use crate::json::{Excess, MAX_VALUE_BYTES, MAX_VALUE_DEPTH, spend_on};

/// How many bytes of JSON one expression may make, all values on the way to its own included: as
/// many as the payload that it is for may take.
pub(crate) const MAX_MADE_BYTES: usize = MAX_VALUE_BYTES;

/// How many steps all expressions of a payload may take together. A step is a call, an item that
/// is looked at, or [`BYTES_PER_STEP`] of text, and takes some ten nanoseconds, so that a payload
/// costs no more than some hundredths of a second whatever it holds.
pub(crate) const MAX_STEPS: usize = 1_000_000;

/// How many bytes of a text are read in one step.
const BYTES_PER_STEP: usize = 32;

/// Why an expression has no value, and what helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint(pub(crate) String);

/// What is left for evaluating the expressions of a payload.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: Cell<usize>,
    steps: Cell<usize>,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { bytes: Cell::new(MAX_MADE_BYTES), steps: Cell::new(MAX_STEPS) }
    }

    /// Gives the next expression its bytes; steps are for the payload as a whole.
    pub(super) fn begin(&self) {
        self.bytes.set(MAX_MADE_BYTES);
    }

    /// How many bytes may still be made.
    pub(super) fn left(&self) -> usize {
        self.bytes.get()
    }

    /// Pays for a value that was made.
    pub(super) fn pay(&self, made: &Value) -> Result<(), Complaint> {
        let before = self.bytes.get();
        let left = spend_on(made, before).map_err(Complaint::excess)?;
        self.bytes.set(left);
        self.steps((before - left) / BYTES_PER_STEP)
    }

    /// Pays for work.
    pub(super) fn steps(&self, count: usize) -> Result<(), Complaint> {
        let left = self.steps.get().checked_sub(count).ok_or_else(|| {
            Complaint(format!(
                "the expressions of this payload take more than {MAX_STEPS} steps: let a node \
                 before prepare less"
            ))
        })?;
        self.steps.set(left);
        Ok(())
    }

    /// Pays for looking at a value's outside: a text as a whole, of a list or object its entries.
    pub(super) fn look(&self, value: &Value) -> Result<(), Complaint> {
        let size = match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
            Value::String(text) => text.len(),
            Value::Array(items) => items.len(),
            Value::Object(fields) => fields.len(),
        };
        self.steps(1 + size / BYTES_PER_STEP)
    }

    /// Pays for looking at all that a value holds.
    pub(super) fn read(&self, value: &Value) -> Result<(), Complaint> {
        let most = self.steps.get().saturating_mul(BYTES_PER_STEP);
        let left = spend_on(value, most).map_err(|excess| match excess {
            Excess::Size => Complaint(format!(
                "the expressions of this payload take more than {MAX_STEPS} steps: let a node \
                 before prepare less"
            )),
            Excess::Depth => Complaint::excess(excess),
        })?;
        self.steps(1 + (most - left) / BYTES_PER_STEP)
    }
}

impl Complaint {
    pub(super) fn too_large() -> Self {
        Self::excess(Excess::Size)
    }

    fn excess(excess: Excess) -> Self {
        Self(match excess {
            Excess::Size => format!(
                "it makes more than {MAX_MADE_BYTES} bytes, all values on the way included: work \
                 on less at a time"
            ),
            Excess::Depth => {
                format!("its value is nested more than {MAX_VALUE_DEPTH} levels deep: flatten it")
            }
        })
    }
}

/// A text in the making, which stops growing before it is more than may be made.
pub(super) struct GrowingText {
    text: String,
    most: usize,
}

impl GrowingText {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { text: String::new(), most: budget.left() }
    }

    pub(super) fn push(&mut self, part: &str) -> Result<(), Complaint> {
        if part.len() > self.most.saturating_sub(self.text.len()) {
            return Err(Complaint::too_large());
        }
        self.text.push_str(part);
        Ok(())
    }

    pub(super) fn done(self) -> Value {
        Value::String(self.text)
    }
}

/// A list in the making, which stops growing before it is more than may be made.
pub(super) struct GrowingList {
    items: Vec<Value>,
    left: usize,
}

impl GrowingList {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { items: Vec::new(), left: budget.left() }
    }

    pub(super) fn copy(&mut self, item: &Value) -> Result<(), Complaint> {
        self.weigh(item)?;
        self.items.push(item.clone());
        Ok(())
    }

    /// Makes sure that there is room for a value that goes elsewhere.
    pub(super) fn weigh(&mut self, value: &Value) -> Result<(), Complaint> {
        self.left = spend_on(value, self.left).map_err(Complaint::excess)?;
        Ok(())
    }

    pub(super) fn push(&mut self, item: Value) -> Result<(), Complaint> {
        self.weigh(&item)?;
        self.items.push(item);
        Ok(())
    }

    pub(super) fn done(self) -> Value {
        Value::Array(self.items)
    }
}
