//! Which part of a list is wanted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::http::answer::{Answer, Page};
use crate::http::problem::{Code, Problem};
use crate::projections;

/// How many items a list holds when nothing is said.
const DEFAULT_LIMIT: i64 = 20;
/// How many it holds at most.
const MAX_LIMIT: i64 = 100;
/// How far an offset reaches; PostgreSQL reads and drops every row before it, so what lies deeper
/// is reached by cursor.
const MAX_OFFSET: i64 = 10_000;

/// A place in a list, opaque to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl From<String> for Cursor {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Cursor {
    /// The text of a place.
    pub fn write(place: &impl Serialize) -> String {
        let json = serde_json::to_vec(place).expect("a cursor has only texts and numbers");
        URL_SAFE_NO_PAD.encode(json)
    }

    /// The place that a text stands for.
    pub fn read<P: DeserializeOwned>(&self) -> Result<P, Problem> {
        URL_SAFE_NO_PAD
            .decode(&self.0)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or_else(|| {
                Problem::new(Code::InvalidQuery)
                    .at("cursor", "is none that this list gave out: take it from the last answer")
            })
    }
}

/// Which part of a list is wanted, where nothing else is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Portion {
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
}

impl Portion {
    /// The same within the bounds of lists.
    pub fn paging(self) -> Result<Paging, Problem> {
        Paging::of(self.limit, self.offset, self.cursor)
    }
}

/// The part of a list that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// How many at most.
    pub limit: i64,
    /// How many to pass over; 0 with a cursor.
    pub offset: i64,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Paging {
    /// The three parameters, checked.
    pub fn of(
        limit: Option<i64>,
        offset: Option<i64>,
        cursor: Option<String>,
    ) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Problem::new(Code::InvalidQuery)
                .at("limit", format_args!("must be between 1 and {MAX_LIMIT}")));
        }
        if offset.is_some() && cursor.is_some() {
            return Err(Problem::new(Code::InvalidQuery)
                .at("offset", "does not go with `cursor`: give one of the two"));
        }
        let offset = offset.unwrap_or(0);
        if !(0..=MAX_OFFSET).contains(&offset) {
            return Err(Problem::new(Code::InvalidQuery).at(
                "offset",
                format_args!("must be between 0 and {MAX_OFFSET}; use `cursor` to go deeper"),
            ));
        }
        Ok(Self { limit, offset, cursor: cursor.map(Cursor::from) })
    }

    /// One more than was asked for: whether it is there says whether there is more.
    pub const fn look_ahead(&self) -> i64 {
        self.limit + 1
    }

    /// The same, as the views take it.
    pub fn of_view(&self) -> Result<projections::Paging, Problem> {
        let after = self.cursor.as_ref().map(|Cursor(text)| projections::Cursor::parse(text));
        Ok(projections::Paging {
            as_of: None,
            limit: self.limit,
            offset: self.offset,
            after: after.transpose()?,
        })
    }

    /// The page of a view, as it is answered.
    pub fn answer<R, T>(
        &self,
        page: projections::Page<R>,
        item: impl FnMut(R) -> Result<T, Problem>,
    ) -> Result<Answer<Page<T>>, Problem> {
        let cursor = page.cursor.as_ref().map(ToString::to_string);
        let items = page.items.into_iter().map(item).collect::<Result<_, _>>()?;
        let (limit, offset, has_more) = (self.limit, self.offset, page.has_more);
        Ok(Answer::ok(Page { items, limit, offset, has_more, cursor }).at(page.position))
    }

    /// The page out of all that there is, in the order of their places.
    pub fn of_all<T>(
        &self,
        items: impl IntoIterator<Item = T>,
        place: impl Fn(&T) -> String,
    ) -> Result<Page<T>, Problem> {
        let after: Option<String> = self.cursor.as_ref().map(Cursor::read).transpose()?;
        let is_behind = |item: &T| after.as_ref().is_none_or(|after| place(item) > *after);
        let (offset, fetched) = (self.offset, self.look_ahead());
        let [offset, fetched] = [offset, fetched].map(|it| usize::try_from(it).unwrap_or_default());
        let items = items.into_iter().filter(is_behind).skip(offset).take(fetched).collect();
        Ok(self.page(items, place))
    }

    /// The page out of what was found by looking ahead; `place` says where an item is.
    pub fn page<T, P: Serialize>(&self, mut items: Vec<T>, place: impl Fn(&T) -> P) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or_default();
        let has_more = items.len() > limit;
        items.truncate(limit);
        let cursor = items.last().filter(|_| has_more).map(|last| Cursor::write(&place(last)));
        Page { items, limit: self.limit, offset: self.offset, has_more, cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_as_the_same_place() {
        let text = Cursor::write(&(42_i64, "run_1"));
        let place: (i64, String) = Cursor(text).read().expect("a place");
        assert_eq!(place, (42, "run_1".to_owned()));
        assert!(Cursor("%%%".to_owned()).read::<(i64, String)>().is_err());
        assert!(Cursor(Cursor::write(&1)).read::<(i64, String)>().is_err());
    }

    #[test]
    fn limits_and_offsets_have_bounds() {
        assert_eq!(Paging::of(None, None, None).expect("defaults").limit, DEFAULT_LIMIT);
        for (limit, offset) in [(Some(0), None), (Some(101), None), (None, Some(-1))] {
            assert!(Paging::of(limit, offset, None).is_err());
        }
        assert!(Paging::of(None, Some(10_001), None).is_err());
        assert!(Paging::of(None, Some(1), Some("x".to_owned())).is_err());
    }
}
