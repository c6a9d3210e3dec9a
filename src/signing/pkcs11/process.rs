//! A host as the house sees it: a process, and the pipes to it.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::HOST_COMMAND;
use super::talk::{Answer, Fault, FaultKind, MAX_LINE, Question};

/// How long an answer may take. A device that takes longer is taken for one that hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// A process that holds a session. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Host {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Host {
    /// Starts one. It inherits no variable but these, and no open file but its pipes.
    pub(super) fn start(program: &Path, environment: &[(String, String)]) -> Result<Self, Fault> {
        let started = || {
            let mut process = Command::new(program)
                .arg(HOST_COMMAND)
                .env_clear()
                .envs(environment.iter().map(|(name, value)| (name, value)))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .kill_on_drop(true)
                .spawn()?;
            let pipes = process.stdin.take().zip(process.stdout.take());
            let (questions, answers) = pipes.ok_or_else(|| io::Error::other("it has no pipes"))?;
            Ok(Self { process, questions, answers: BufReader::new(answers) })
        };
        started().map_err(|error: io::Error| gone(&format!("starting its process: {error}")))
    }

    /// Asks, and waits for the answer. After a fault, or when the future is dropped, the host is of
    /// no use any more.
    pub(super) async fn ask(&mut self, question: &Question) -> Result<Answer, Fault> {
        match timeout(PATIENCE, self.answer(question)).await {
            Ok(Ok(Answer::Fault(fault))) => Err(fault),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(gone(&format!("its process is lost: {error}"))),
            Err(_) => Err(gone(&format!("it did not answer in {} s", PATIENCE.as_secs()))),
        }
    }

    async fn answer(&mut self, question: &Question) -> io::Result<Answer> {
        // The first one holds the PIN.
        let mut line = Zeroizing::new(serde_json::to_vec(question)?);
        line.push(b'\n');
        self.questions.write_all(&line).await?;
        let mut line = Vec::new();
        (&mut self.answers).take(MAX_LINE).read_until(b'\n', &mut line).await?;
        if line.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_slice(&line)?)
    }

    /// Whether it has not ended by itself.
    pub(super) fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }
}

fn gone(text: &str) -> Fault {
    Fault::new(FaultKind::Gone, text)
}
