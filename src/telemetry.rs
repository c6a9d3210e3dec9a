//! Traces, metrics.
