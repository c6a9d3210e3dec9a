//! Many rows out of a file, in one transaction: all of them, or those that are good, or none.

use std::time::Duration;

use serde_json::{Map, Value, json};
use sqlx::Connection;

use super::Error;
use super::error::while_doing;
use super::session::Session;
use super::tables::{Data, Opened};
use crate::primitives::OrganizationId;
use crate::tables::{Fault, Line, Row};

/// How long one part of a file may take to be written.
const LIMIT: Duration = Duration::from_secs(30);
/// How many bad lines are told one by one.
const TOLD: usize = 1_000;

/// What becomes of bad lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bad {
    /// Nothing is written when there is one.
    Refuse,
    /// The others are written.
    Skip,
}

/// A line that was not written, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// The column at fault, as a JSON pointer, where it is one's.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// How many rows were written.
    pub written: u64,
    /// How many lines were bad.
    pub bad: u64,
    /// The first of them.
    pub bad_lines: Vec<BadLine>,
}

/// A file on its way into a table.
pub struct Import<'a> {
    session: Session,
    table: &'a Opened,
    on: Option<&'a [String]>,
    mode: Bad,
    so_far: Imported,
}

impl Data {
    /// Begins to write a file into a table.
    pub async fn import<'a>(
        &self,
        organization: OrganizationId,
        table: &'a Opened,
        on: Option<&'a [String]>,
        mode: Bad,
    ) -> Result<Import<'a>, Error> {
        let session = self.writing(organization, LIMIT).await?;
        Ok(Import { session, table, on, mode, so_far: Imported::default() })
    }
}

impl Import<'_> {
    /// Writes lines, at most some hundreds at a time.
    pub async fn take(&mut self, lines: Vec<Line>) -> Result<(), Error> {
        let mut good = Vec::new();
        for (line, row) in lines {
            match row {
                Ok(Row(row)) => good.push((line, row)),
                Err(faults) => self.bad(line, faults),
            }
        }
        if good.is_empty() {
            return Ok(());
        }
        self.session.has_room().await?;
        let rows: Vec<&Map<String, Value>> = good.iter().map(|(_, row)| row).collect();
        match self.write(json!(rows).to_string()).await {
            Ok(()) => {
                self.so_far.written += good.len() as u64;
                return Ok(());
            }
            Err(error) if is_of_a_row(&error) => {}
            Err(error) => return Err(error),
        }
        // One of them is not taken: each by itself says which.
        for (line, row) in good {
            match self.write(json!([row]).to_string()).await {
                Ok(()) => self.so_far.written += 1,
                Err(error) if is_of_a_row(&error) => {
                    let (path, message) = (String::new(), error.to_string());
                    self.bad(line, vec![Fault { path, message }]);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Keeps what was written, or nothing.
    pub async fn finish(self) -> Result<Imported, Error> {
        let Self { session, mode, mut so_far, .. } = self;
        if so_far.bad > 0 && mode == Bad::Refuse {
            so_far.written = 0;
            return Ok(so_far);
        }
        session.commit().await?;
        Ok(so_far)
    }

    fn bad(&mut self, line: u64, faults: Vec<Fault>) {
        self.so_far.bad += 1;
        for Fault { path, message } in faults {
            if self.so_far.bad_lines.len() < TOLD {
                self.so_far.bad_lines.push(BadLine { line, path, message });
            }
        }
    }

    /// What is refused leaves what was written before as it is.
    async fn write(&mut self, rows: String) -> Result<(), Error> {
        let doing = "writing rows of a file";
        let mut part = self.session.rows().begin().await.map_err(while_doing(doing))?;
        let written = sqlx::query_scalar!(
            "select data_import($1, $2, $3, $4)",
            self.table.name.as_str(),
            &self.table.definition.names(),
            rows,
            self.on as _,
        )
        .fetch_all(&mut *part)
        .await;
        match written {
            Ok(_) => part.commit().await.map_err(while_doing(doing)),
            Err(error) => {
                part.rollback().await.map_err(while_doing(doing))?;
                Err(while_doing(doing)(error))
            }
        }
    }
}

fn is_of_a_row(error: &Error) -> bool {
    matches!(error, Error::Constraint(_) | Error::Statement(_))
}
