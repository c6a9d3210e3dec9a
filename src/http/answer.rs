//! What succeeds is answered in one envelope: `{code, message, data, requestId}`, and where the
//! answer reflects or makes a place on the ledger, that place.

use actix_web::body::BoxBody;
use actix_web::http::header::{HeaderName, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use utoipa::ToSchema;

use super::middleware::request_id;

/// The position that a view had when it was read, or that a write was given.
pub const POSITION: HeaderName = HeaderName::from_static("chainkeel-position");
/// Says that the answer is the one that an earlier request with the same key was given.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A success as it is sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<T> {
    /// Always `ok`; a refusal is a problem document and has another code.
    #[schema(example = "ok")]
    pub code: &'static str,
    /// A word for people.
    #[schema(example = "OK")]
    pub message: &'static str,
    /// What was asked for.
    pub data: T,
    /// The id of this request, as the log has it.
    pub request_id: String,
    /// The place on the ledger that a read reflects, or that the last event of a write has.
    /// Absent when a write was not given its place within 250 ms: then `stream` and `sequence`
    /// name the event, and `?minPosition=` of a later read does the waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// The stream that a write went to, as `run/run_…` or `workflow/wf_…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// The sequence in that stream of the last event of a write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many were asked for at most.
    pub limit: i64,
    /// How many were passed over.
    pub offset: i64,
    /// Whether there are more behind them.
    pub has_more: bool,
    /// Hand it back as `?cursor=` to go on behind the last item; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Where the events of a write ended up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The stream, as `type/id`.
    pub stream: String,
    /// The sequence of the last event.
    pub sequence: i64,
    /// Its position, when it was given one in time.
    pub position: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Ok,
    Created,
    Accepted,
}

/// A success on its way to the caller.
#[derive(Debug)]
pub struct Answer<T> {
    kind: Kind,
    data: T,
    position: Option<i64>,
    written: Option<Written>,
    location: Option<String>,
    replayed: bool,
}

impl<T> Answer<T> {
    /// 200 with these data.
    pub const fn ok(data: T) -> Self {
        Self {
            kind: Kind::Ok,
            data,
            position: None,
            written: None,
            location: None,
            replayed: false,
        }
    }

    /// 201: something new is at this path.
    pub fn created(data: T, location: String) -> Self {
        Self { kind: Kind::Created, location: Some(location), ..Self::ok(data) }
    }

    /// 202: it stands on the ledger and goes on by itself.
    pub fn accepted(data: T) -> Self {
        Self { kind: Kind::Accepted, ..Self::ok(data) }
    }

    /// The same with other data.
    pub fn map<U>(self, other: impl FnOnce(T) -> U) -> Answer<U> {
        let Self { kind, data, position, written, location, replayed } = self;
        Answer { kind, data: other(data), position, written, location, replayed }
    }

    /// The position that the data reflect.
    #[must_use]
    pub const fn at(mut self, position: i64) -> Self {
        self.position = Some(position);
        self
    }

    /// Where the events of this write are.
    #[must_use]
    pub fn written(mut self, written: Written) -> Self {
        self.position = written.position;
        self.written = Some(written);
        self
    }

    /// Without the place on the ledger, which is no stranger's business.
    #[must_use]
    pub fn without_place(self) -> Self {
        Self { position: None, written: None, ..self }
    }

    /// Whether this is the answer to an earlier request with the same key.
    #[must_use]
    pub const fn replayed(mut self, replayed: bool) -> Self {
        self.replayed = replayed;
        self
    }
}

impl<T: Serialize> Responder for Answer<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = match self.kind {
            Kind::Ok => HttpResponse::Ok(),
            Kind::Created => HttpResponse::Created(),
            Kind::Accepted => HttpResponse::Accepted(),
        };
        if let Some(position) = self.position {
            response.insert_header((POSITION, position));
        }
        if self.replayed {
            response.insert_header((REPLAYED, HeaderValue::from_static("true")));
        }
        if let Some(location) = self.location {
            response.insert_header((LOCATION, location));
        }
        let (stream, sequence) =
            self.written.map(|written| (written.stream, written.sequence)).unzip();
        response.json(Envelope {
            code: "ok",
            message: match self.kind {
                Kind::Ok => "OK",
                Kind::Created => "Created",
                Kind::Accepted => "Accepted",
            },
            data: self.data,
            request_id: request_id::of(request),
            position: self.position,
            stream,
            sequence,
        })
    }
}
