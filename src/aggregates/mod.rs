//! Commands in, events out; pure. A folder an aggregate.
