//! A host: our own program, with somebody else's module in it.

use std::io::{self, BufRead, BufReader, Read, Write, stdin, stdout};

use rustix::process::{Resource, Rlimit, setrlimit};
use zeroize::Zeroizing;

use super::talk::{Answer, Fault, FaultKind, MAX_LINE, Question};
use super::token::Token;

/// Answers the questions that come in by standard input, one after the other, until it is closed.
///
/// # Errors
/// When the pipes break.
pub fn host() -> io::Result<()> {
    // A PIN and a session are in this memory: it is not to be found on a disk.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    let (mut questions, mut answers) = (BufReader::new(stdin()), stdout());
    let mut token = None;
    while let Some(question) = read(&mut questions)? {
        let answer = answer(&mut token, question).unwrap_or_else(Answer::Fault);
        let mut line = serde_json::to_vec(&answer)?;
        line.push(b'\n');
        answers.write_all(&line)?;
        answers.flush()?;
    }
    Ok(())
}

fn read(from: &mut impl BufRead) -> io::Result<Option<Question>> {
    let mut line = Zeroizing::new(Vec::new());
    from.take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() { Ok(None) } else { Ok(Some(serde_json::from_slice(&line)?)) }
}

fn answer(token: &mut Option<Token>, question: Question) -> Result<Answer, Fault> {
    let unopened = || Fault::new(FaultKind::Refused, "no token was opened");
    match question {
        Question::Open(opening) => {
            *token = Some(Token::open(&opening)?);
            Ok(Answer::Done)
        }
        Question::Prepare(opening) => {
            Token::prepare(&opening)?;
            Ok(Answer::Done)
        }
        Question::Create { label } => {
            let point = token.as_mut().ok_or_else(unopened)?.create(&label)?;
            Ok(Answer::Point { point })
        }
        Question::Find { label } => {
            let point = token.as_mut().ok_or_else(unopened)?.point(&label)?;
            Ok(Answer::Point { point })
        }
        Question::Sign { label, transaction } => {
            let digest = transaction.digest();
            let pair = token.as_mut().ok_or_else(unopened)?.sign(&label, digest)?;
            Ok(Answer::Pair { pair })
        }
        Question::SignDocument { label, document } => {
            let digest = document.digest();
            let pair = token.as_mut().ok_or_else(unopened)?.sign(&label, digest)?;
            Ok(Answer::Pair { pair })
        }
        Question::CheckpointKey { origin } => {
            let bytes = token.as_mut().ok_or_else(unopened)?.checkpoint_key(&origin)?;
            Ok(Answer::Bytes { bytes })
        }
        Question::SignCheckpoint { checkpoint } => {
            let bytes = token.as_mut().ok_or_else(unopened)?.sign_checkpoint(&checkpoint)?;
            Ok(Answer::Bytes { bytes })
        }
    }
}
