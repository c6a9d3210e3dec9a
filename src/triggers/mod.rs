//! What matches: the index of live triggers.
