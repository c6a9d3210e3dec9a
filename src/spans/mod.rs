//! What a process does for a run, as spans of the run's trace.
//!
//! Whoever performs something for a run says so with a [`Scope`]; whatever is asked of the outside within it
//! becomes a [`Span`] by [`begin`], without knowing for whom. Ids follow from the run's, so that the spans of
//! several processes, and of the ledger, are one trace. Outside of a scope nothing is noted, and costs nothing.

mod ids;
mod sampler;
mod scope;
mod sink;
mod span;

pub use ids::{SpanId, TraceId, TraceParent};
pub use sampler::Sampler;
pub use scope::{Live, Scope, begin, header};
pub use sink::{Lost, Sink, lost};
pub use span::{Ending, Kind, Span, Value};
