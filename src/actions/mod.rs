//! What nodes do to the outside.
