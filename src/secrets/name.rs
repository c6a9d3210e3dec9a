//! What a secret is called.

use std::fmt;

use super::Error;

/// The most bytes of either half of a name.
const MAX_HALF: usize = 200;

/// The name of a secret within its organization: a record, by its id, and a field of it.
///
/// The name is bound into what is sealed: a row that is moved to another name cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretName {
    record: String,
    field: String,
}

impl SecretName {
    /// The field of a record.
    pub fn new(record: impl fmt::Display, field: impl Into<String>) -> Self {
        Self { record: record.to_string(), field: field.into() }
    }

    /// The record's id.
    pub fn record(&self) -> &str {
        &self.record
    }

    /// The field.
    pub fn field(&self) -> &str {
        &self.field
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let fits = |half: &str| !half.is_empty() && half.len() <= MAX_HALF && !half.contains('\0');
        if fits(&self.record) && fits(&self.field) { Ok(()) } else { Err(Error::Name) }
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.record, self.field)
    }
}
