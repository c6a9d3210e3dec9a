//! Nothing at all: for requests that take no fields.

use serde::Deserialize;

/// An object without fields; any field is one too many.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}
