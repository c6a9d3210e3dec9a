//! Whether a definition can be published.

use crate::catalog::Catalog;
use crate::definition::Definition;
use crate::diagnostic::Diagnostic;

/// Everything that keeps a definition from being published.
pub fn validate(_definition: &Definition, _catalog: &dyn Catalog) -> Vec<Diagnostic> {
    Vec::new()
}
