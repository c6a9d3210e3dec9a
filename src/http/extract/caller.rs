//! Of which trace a request is.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::http::problem::Problem;
use crate::spans::TraceParent;

/// By which whoever sends a request says so (W3C Trace Context).
const HEADER: &str = "traceparent";

/// The trace of whoever sent the request, where they say which. What cannot be read is as if it were not there, as
/// the standard wants it.
#[derive(Debug, Clone, Copy)]
pub struct Caller(Option<TraceParent>);

impl Caller {
    /// Of this request.
    pub fn of(request: &HttpRequest) -> Self {
        let text = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
        Self(text.and_then(TraceParent::read))
    }

    /// What the trigger of a run keeps of it, as it does of a delivery's headers: the run's trace leads to theirs.
    pub fn kept(self) -> BTreeMap<String, String> {
        self.0.map(|parent| (HEADER.to_owned(), parent.to_string())).into_iter().collect()
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
