//! What bounds a run, beside the sizes of its definition and its values.

/// How many items a loop may have.
pub const MAX_ITERATIONS: usize = 100;

/// How many nodes of loops' bodies a run may have, in all iterations together.
pub const MAX_LOOP_NODES: u32 = 10_000;

/// How many delays, retries and waits of a run may be open at a time. Each is a row that somebody
/// looks at again and again.
pub const MAX_SLEEPING: usize = 1_000;

/// At how many events a run says that its history has grown long.
pub const HISTORY_WARNING: u32 = 10_000;

/// At how many events a run is stopped. Reading it takes a second by then.
pub const MAX_HISTORY: u32 = 50_000;

/// How many runs may call one another in a chain.
pub const MAX_CHILD_DEPTH: u32 = 10;
