//! Three values: what is not known is neither yes nor no.

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Undetermined,
}

impl Truth {
    pub(super) const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Whether a rule that denies applies: also where nobody can say.
    pub(super) const fn may_be(self) -> bool {
        matches!(self, Self::Yes | Self::Undetermined)
    }

    /// Whether a rule that allows applies.
    pub(super) const fn is_certain(self) -> bool {
        matches!(self, Self::Yes)
    }
}
