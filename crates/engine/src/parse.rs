//! JSON in, definition out.

use serde_json::Value;

use crate::definition::Definition;
use crate::diagnostic::{Diagnostic, DiagnosticCode};

/// Reads a definition; every problem of its shape is listed.
///
/// # Errors
/// All problems of shape.
pub fn parse(value: &Value) -> Result<Definition, Vec<Diagnostic>> {
    serde_json::from_value(value.clone())
        .map_err(|error| vec![Diagnostic::at("", DiagnosticCode::InvalidValue, error.to_string())])
}
