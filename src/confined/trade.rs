//! What workers of one kind do, and what each of them may take.

use std::time::Duration;

/// A kind of workers.
#[derive(Debug)]
pub struct Trade {
    /// The hidden command of our own program that makes it such a worker.
    pub command: &'static str,
    /// The most bytes of a question or an answer.
    pub max_frame: usize,
    /// How many questions a worker answers before it makes room for a fresh one.
    pub calls: u32,
    /// How long the answer to a question may take at most.
    pub longest: Duration,
    /// Bytes of address space: the program itself, and what an answer takes.
    pub address_space: u64,
}
