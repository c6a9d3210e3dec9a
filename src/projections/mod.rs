//! Views built from events.
