//! The other side of the pipes: what a worker does all its life.

use std::io::{self, stdin, stdout};

use super::{confine, frame, script};

/// Answers questions that come in by standard input until it is closed.
///
/// The process must have one thread and nothing that it would mind to lose: it gives all its
/// rights away first.
///
/// # Errors
/// When the rights cannot be given away, or the pipes break.
pub fn serve() -> io::Result<()> {
    confine::confine()?;
    let (mut questions, mut answers) = (stdin().lock(), stdout().lock());
    while let Some(question) = frame::read(&mut questions)? {
        frame::write(&mut answers, &script::answer(&question))?;
    }
    Ok(())
}
