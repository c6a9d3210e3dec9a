//! What changed between two versions of a schema, and whom it breaks.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// In which direction data flows over a change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// Data that fitted the old version is read by the new one.
    Backward,
    /// Data that fits the new version is read by the old one.
    Forward,
}

/// What a change is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeCode {
    /// A field is described that was not.
    AddedField,
    /// A field is not described any more.
    RemovedField,
    /// A field must be there that did not have to.
    AddedRequiredProperty,
    /// A field need not be there any more.
    RemovedRequiredProperty,
    /// Fewer types fit.
    NarrowedType,
    /// More types fit.
    WidenedType,
    /// A value fits that did not.
    AddedEnumValue,
    /// A value does not fit any more.
    RemovedEnumValue,
    /// A bound of numbers, lengths or counts is tighter.
    NarrowedRange,
    /// A bound of numbers, lengths or counts is looser.
    WidenedRange,
    /// A pattern or a format is another one.
    ChangedPattern,
    /// Fields or items that are not described are restricted.
    NarrowedRest,
    /// Fields or items that are not described are less restricted.
    WidenedRest,
    /// An alternative does not fit any more.
    NarrowedAlternatives,
    /// An alternative fits that did not.
    WidenedAlternatives,
    /// A rule is another one, and how it compares was not decided.
    ChangedRule,
    /// The same data fits; a text or a default is another one.
    ChangedAnnotation,
}

/// How bad a change is where a level of compatibility is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// It breaks what the level promises.
    Breaking,
    /// It does not.
    Compatible,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What it is.
    pub code: ChangeCode,
    /// Where: a JSON pointer into the new schema, or into the old one for what is gone.
    pub path: String,
    /// The change in words.
    pub message: String,
    /// Over which flows of data it breaks.
    pub breaks: BTreeSet<Direction>,
}

/// What a rule is about that does not hold of all data that should fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// The wide schema describes a field, which the narrow one leaves open.
    FieldOfWide,
    /// The narrow schema describes a field, which the wide one does not take.
    FieldOfNarrow,
    /// The wide schema requires a field.
    Required,
    /// Types.
    Type,
    /// Values.
    Enum,
    /// Bounds.
    Range,
    /// Patterns, formats.
    Pattern,
    /// Fields or items that nobody describes.
    Rest,
    /// Alternatives.
    Alternatives,
    /// Anything else, or what could not be decided.
    Other,
}

impl Rule {
    /// What to call it, seen from the old version towards the new one.
    pub(super) const fn code(self, direction: Direction) -> ChangeCode {
        use ChangeCode as C;
        match (self, direction) {
            (Self::FieldOfWide, Direction::Backward)
            | (Self::FieldOfNarrow, Direction::Forward) => C::AddedField,
            (Self::FieldOfNarrow, Direction::Backward)
            | (Self::FieldOfWide, Direction::Forward) => C::RemovedField,
            (Self::Required, Direction::Backward) => C::AddedRequiredProperty,
            (Self::Required, Direction::Forward) => C::RemovedRequiredProperty,
            (Self::Type, Direction::Backward) => C::NarrowedType,
            (Self::Type, Direction::Forward) => C::WidenedType,
            (Self::Enum, Direction::Backward) => C::RemovedEnumValue,
            (Self::Enum, Direction::Forward) => C::AddedEnumValue,
            (Self::Range, Direction::Backward) => C::NarrowedRange,
            (Self::Range, Direction::Forward) => C::WidenedRange,
            (Self::Pattern, Direction::Backward | Direction::Forward) => C::ChangedPattern,
            (Self::Rest, Direction::Backward) => C::NarrowedRest,
            (Self::Rest, Direction::Forward) => C::WidenedRest,
            (Self::Alternatives, Direction::Backward) => C::NarrowedAlternatives,
            (Self::Alternatives, Direction::Forward) => C::WidenedAlternatives,
            (Self::Other, Direction::Backward | Direction::Forward) => C::ChangedRule,
        }
    }
}
