//! Pages of lists: by number, or by a cursor that stays true while rows are added.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Error;
use crate::aggregates::entry::MAX_KEY_BYTES;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paging {
    /// How many rows at most.
    pub limit: i64,
    /// How many rows to pass over; after a cursor, those behind it.
    pub offset: i64,
    /// Where an earlier page ended.
    pub after: Option<Cursor>,
    /// The list as it was at this position of the ledger; of lists to which rows are only added.
    pub as_of: Option<i64>,
}

impl Paging {
    /// The first `limit` rows.
    pub const fn first(limit: i64) -> Self {
        Self { limit, offset: 0, after: None, as_of: None }
    }

    /// The same of the list as it was at a position of the ledger.
    #[must_use]
    pub fn as_of(self, as_of: Option<i64>) -> Self {
        Self { as_of, ..self }
    }

    /// Before which position of the ledger the page begins: where an earlier one ended, and where the list ended
    /// then. Of lists that are in the order of the ledger, the latest first.
    pub(super) fn before(&self) -> Result<Option<i64>, Error> {
        let position = |cursor: &Cursor| cursor.key().parse().map_err(|_| Error::Cursor);
        let behind = self.after.as_ref().map(position).transpose()?;
        let then = self.as_of.map(|last| last.saturating_add(1));
        Ok(behind.into_iter().chain(then).min())
    }

    /// One row more than wanted tells whether there are more.
    pub(super) const fn fetched(&self) -> i64 {
        self.limit.saturating_add(1)
    }
}

/// The key of the last row of a page: opaque to whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// Reads a cursor that a page gave out.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Cursor)?;
        let key = String::from_utf8(bytes).map_err(|_| Error::Cursor)?;
        // No key of ours is longer than that of an entry, and the database takes no NUL.
        if key.is_empty() || key.len() > MAX_KEY_BYTES || key.contains('\0') {
            return Err(Error::Cursor);
        }
        Ok(Self(key))
    }

    pub(super) fn at(key: impl Into<String>) -> Self {
        Self(key.into())
    }

    pub(super) fn key(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether rows follow.
    pub has_more: bool,
    /// Where the next page begins, if there is one.
    pub cursor: Option<Cursor>,
    /// The rows are at least as new as this position of the ledger.
    pub position: i64,
}

impl<T> Page<T> {
    /// Makes a page of rows of which one more was fetched than is wanted.
    pub(super) fn of(
        mut items: Vec<T>,
        paging: &Paging,
        position: i64,
        key: impl Fn(&T) -> String,
    ) -> Self {
        let limit = usize::try_from(paging.limit).unwrap_or_default();
        let has_more = items.len() > limit;
        items.truncate(limit);
        let cursor = items.last().filter(|_| has_more).map(|last| Cursor::at(key(last)));
        Self { items, has_more, cursor, position }
    }

    /// The same rows as others tell them.
    pub fn map<U>(self, tell: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, has_more, cursor, position } = self;
        Page { items: items.into_iter().map(tell).collect(), has_more, cursor, position }
    }
}

/// One answer of a view, with the position of the ledger which it reflects at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reflecting<T> {
    /// The answer.
    pub value: T,
    /// The position.
    pub position: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_the_key_it_was_made_of() {
        let cursor = Cursor::at("run_01h455vb4pex5vsknk084sn02q");
        assert_eq!(Cursor::parse(&cursor.to_string()).expect("a cursor"), cursor);
    }

    #[test]
    fn what_no_page_gave_out_is_refused() {
        for text in ["", "not base64!", "AA", &URL_SAFE_NO_PAD.encode([0xff, 0xfe])] {
            assert!(matches!(Cursor::parse(text), Err(Error::Cursor)), "{text}");
        }
    }

    #[test]
    fn the_row_too_many_becomes_the_promise_of_another_page() {
        let page = Page::of(vec![1, 2, 3], &Paging::first(2), 9, ToString::to_string);
        assert_eq!((page.items.as_slice(), page.has_more), (&[1, 2][..], true));
        assert_eq!(page.cursor, Some(Cursor::at("2")));
        let page = Page::of(vec![1, 2], &Paging::first(2), 9, ToString::to_string);
        assert_eq!((page.has_more, page.cursor), (false, None));
    }
}
