//! A worker as the house sees it: a process, and the pipes to it.

use std::io;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::frame;
use super::trade::Trade;

/// A process that answers questions, one after the other. Dropping it kills it.
#[derive(Debug)]
pub(super) struct Worker {
    process: Child,
    questions: ChildStdin,
    answers: ChildStdout,
    trade: &'static Trade,
    /// How many questions it was asked.
    pub(super) asked: u32,
}

impl Worker {
    /// Starts one. It inherits no variable, no directory, and no open file but its pipes.
    pub(super) fn start(program: &Path, trade: &'static Trade) -> io::Result<Self> {
        let mut process = Command::new(program)
            .arg(trade.command)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let pipes = process.stdin.take().zip(process.stdout.take());
        let (questions, answers) = pipes.ok_or_else(|| io::Error::other("it has no pipes"))?;
        Ok(Self { process, questions, answers, trade, asked: 0 })
    }

    /// Asks, and waits for the answer. After an error, or when the future is dropped, the worker
    /// is of no use any more.
    pub(super) async fn ask<A: DeserializeOwned>(
        &mut self,
        question: &impl Serialize,
    ) -> io::Result<A> {
        self.asked += 1;
        self.questions.write_all(&frame::encode(question, self.trade.max_frame)?).await?;
        let mut head = [0; 4];
        self.answers.read_exact(&mut head).await?;
        let mut text = vec![0; frame::length(head, self.trade.max_frame)?];
        self.answers.read_exact(&mut text).await?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Whether it has not ended by itself.
    pub(super) fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }
}
