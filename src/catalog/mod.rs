//! The typed contracts of actions and triggers.
