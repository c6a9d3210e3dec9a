//! Everything alive.
