//! The other side of the pipes: what a worker does all its life.

use std::io::{self, stdin, stdout};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::trade::Trade;
use super::{confine, frame};

/// Answers questions that come in by standard input until it is closed.
///
/// The process must have one thread and nothing that it would mind to lose: it gives all its
/// rights away first.
///
/// # Errors
/// When the rights cannot be given away, or the pipes break.
pub fn serve<Q: DeserializeOwned, A: Serialize>(
    trade: &Trade,
    mut answer: impl FnMut(Q) -> A,
) -> io::Result<()> {
    confine::confine(trade)?;
    let (mut questions, mut answers) = (stdin().lock(), stdout().lock());
    while let Some(question) = frame::read(&mut questions, trade.max_frame)? {
        frame::write(&mut answers, &answer(question), trade.max_frame)?;
    }
    Ok(())
}
