//! Rows as `COPY … TO STDOUT (FORMAT binary)` sends them: the fastest way out of PostgreSQL.

use bytes::{Buf as _, Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream::BoxStream;
use sqlx::PgConnection;

use super::Error;
use super::ledger::asked;

/// What every such stream begins with: the signature, flags, no extension.
const HEAD: usize = 19;
/// The number of fields that stands for the end.
const END: i16 = -1;

/// A stream of rows of `N` fields.
pub(super) struct Rows<'c, const N: usize> {
    parts: BoxStream<'c, sqlx::Result<Bytes>>,
    held: BytesMut,
    part: Bytes,
    is_begun: bool,
    doing: &'static str,
}

impl<'c, const N: usize> Rows<'c, N> {
    /// The rows that a statement copies.
    pub(super) async fn of(
        connection: &'c mut PgConnection,
        statement: &str,
        doing: &'static str,
    ) -> Result<Self, Error> {
        let parts = connection.copy_out_raw(statement).await.map_err(asked(doing))?;
        Ok(Self { parts, held: BytesMut::new(), part: Bytes::new(), is_begun: false, doing })
    }

    /// The next row; its fields, of which none is null where this asks for it.
    pub(super) async fn next(&mut self) -> Result<Option<[Option<Bytes>; N]>, Error> {
        loop {
            if !self.is_begun && self.part.len() >= HEAD {
                self.part.advance(HEAD);
                self.is_begun = true;
            }
            if self.is_begun
                && let Some((row, length)) = read(&self.part)
            {
                self.part.advance(length);
                if row.is_none() {
                    // What ends the copy is read, too, or the connection would be of no more use.
                    while let Some(more) = self.parts.next().await {
                        more.map_err(asked(self.doing))?;
                    }
                }
                return Ok(row);
            }
            let Some(more) = self.parts.next().await else { return Ok(None) };
            let more = more.map_err(asked(self.doing))?;
            if self.part.is_empty() {
                self.part = more;
            } else {
                // A part ended within a row, which PostgreSQL does not do, and may.
                self.held.extend_from_slice(&self.part);
                self.held.extend_from_slice(&more);
                self.part = self.held.split().freeze();
            }
        }
    }
}

type Row<const N: usize> = Option<[Option<Bytes>; N]>;

/// The first row of these bytes and its length; nothing where it is not whole.
fn read<const N: usize>(bytes: &Bytes) -> Option<(Row<N>, usize)> {
    let count = i16::from_be_bytes(bytes.get(..2)?.try_into().ok()?);
    if count == END {
        return Some((None, bytes.len()));
    }
    let mut at = 2;
    let mut row = [const { None }; N];
    for field in &mut row {
        let length = i32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?);
        at += 4;
        if let Ok(length) = usize::try_from(length) {
            bytes.get(at..at + length)?;
            *field = Some(bytes.slice(at..at + length));
            at += length;
        }
    }
    Some((Some(row), at))
}

/// The number in a field.
pub(super) fn number(field: Option<&Bytes>) -> Option<i64> {
    Some(i64::from_be_bytes(field?.as_ref().try_into().ok()?))
}

/// The text in a field.
pub(super) fn text(field: Option<&Bytes>) -> Option<&str> {
    std::str::from_utf8(field?).ok()
}
