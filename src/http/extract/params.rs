//! Query parameters: each once, known, and of its type, or refused by name.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::value::{Error as ValueError, MapDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::AsOf;
use crate::http::problem::{Code, Problem};
use crate::primitives::expectation;

/// How serde refuses `asOf` where nobody takes it.
const AS_OF_UNKNOWN: &str = "unknown field `asOf`";
/// What to ask instead.
const NO_HISTORY: &str = "this answer is kept only as it is now: a run as it was is at /v1/runs/{id}?asOf=, and \
                          /v1/activity, /v1/events and /v1/organization/audit-log are kept as they were";

/// The parameters of a request as a type that refuses unknown fields.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let mut parameters = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let (name, value) = (name.into_owned(), value.into_owned());
        let refuse = |why: &str| Err(Problem::new(Code::InvalidQuery).at(printable(&name), why));
        if name.contains('\0') || value.contains('\0') {
            return refuse("must not hold a NUL character");
        }
        if parameters.insert(name.clone(), value).is_some() {
            return refuse("is given twice");
        }
    }
    let parameters = parameters.into_iter().map(|(name, value)| (name, Parameter(value)));
    serde_path_to_error::deserialize(MapDeserializer::new(parameters)).map_err(|error| {
        if error.inner().to_string().starts_with(AS_OF_UNKNOWN) {
            return Problem::new(Code::InvalidQuery).at(AsOf::NAME, NO_HISTORY);
        }
        let path = error.path().to_string();
        let path = if path == "." { "query".to_owned() } else { path };
        Problem::new(Code::InvalidQuery)
            .at(path, expectation::in_words(&error.into_inner().to_string()))
    })
}

fn printable(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(64).collect()
}

/// A parameter's text, read as whatever type is asked for.
struct Parameter(String);

impl IntoDeserializer<'_, ValueError> for Parameter {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident $expected:literal),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            match self.0.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(ValueError::custom(concat!("must be ", $expected))),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Parameter {
    type Error = ValueError;

    parsed! {
        deserialize_bool visit_bool "`true` or `false`",
        deserialize_i64 visit_i64 "a whole number",
        deserialize_i32 visit_i32 "a whole number",
        deserialize_u64 visit_u64 "a whole number that is not negative",
        deserialize_u32 visit_u32 "a whole number that is not negative",
        deserialize_f64 visit_f64 "a number",
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u128 f32 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::primitives::RunId;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Status {
        Running,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Wanted {
        limit: Option<i64>,
        status: Option<Status>,
        run_id: Option<RunId>,
        summary: Option<bool>,
    }

    fn fault(query: &str) -> String {
        read::<Wanted>(query).expect_err("a problem").document("r").message
    }

    #[test]
    fn parameters_are_read_by_their_type() {
        let id = RunId::generate();
        let wanted: Result<Wanted, _> =
            read(&format!("limit=5&status=running&runId={id}&summary=true"));
        assert_eq!(
            wanted.expect("parameters"),
            Wanted {
                limit: Some(5),
                status: Some(Status::Running),
                run_id: Some(id),
                summary: Some(true)
            }
        );
    }

    #[test]
    fn a_fault_names_its_parameter() {
        assert_eq!(fault("limit=many"), "limit: must be a whole number");
        assert!(fault("status=ran").starts_with("status: unknown variant `ran`"));
        assert!(fault("runId=run_1").starts_with("runId: "));
        assert!(fault("limits=1").contains("unknown field `limits`"));
        assert_eq!(fault("limit=1&limit=2"), "limit: is given twice");
        assert_eq!(fault("limit=%00"), "limit: must not hold a NUL character");
    }
}
