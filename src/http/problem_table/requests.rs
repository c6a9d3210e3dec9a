//! Problems of any request: what was sent, who sent it, and how busy the house is.

use super::Entry;

pub(super) const INVALID_JSON: Entry = Entry {
    code: "invalid-json",
    status: 400,
    title: "The body is not JSON",
    message: "the body is not valid JSON",
    cure: "The body could not be read as JSON, or is JSON that cannot be kept faithfully: nested over 64 levels, an integer beyond 64 bits (send it as a string), a NUL character, or a field that occurs twice. `details` names the place.",
};

pub(super) const INVALID_BODY: Entry = Entry {
    code: "invalid-body",
    status: 422,
    title: "The body has the wrong shape",
    message: "the body does not have the shape that this endpoint takes",
    cure: "A field is missing, unknown or of the wrong type. `details` holds the JSON pointer of the fault; `/openapi.json` has the shape.",
};

pub(super) const INVALID_QUERY: Entry = Entry {
    code: "invalid-query",
    status: 400,
    title: "A query parameter is wrong",
    message: "the query has a parameter that is unknown, repeated or malformed",
    cure: "`details` names the parameter and what it must be.",
};

pub(super) const INVALID_PATH: Entry = Entry {
    code: "invalid-path",
    status: 400,
    title: "A segment of the path is wrong",
    message: "the path holds an id that is malformed",
    cure: "Ids are TypeIDs such as `run_01h455vb4pex5vsknk084sn02q`; version numbers count from 1.",
};

pub(super) const INVALID_HEADER: Entry = Entry {
    code: "invalid-header",
    status: 400,
    title: "A header is wrong",
    message: "a header is repeated or malformed",
    cure: "`details` names the header. An `Idempotency-Key` has 1 to 255 visible ASCII characters; a `Last-Event-ID` is a position.",
};

pub(super) const INVALID_REQUEST: Entry = Entry {
    code: "invalid-request",
    status: 400,
    title: "The request cannot be read",
    message: "the request cannot be read",
    cure: "The request breaks the rules of HTTP before any endpoint sees it.",
};

pub(super) const BODY_TOO_LARGE: Entry = Entry {
    code: "body-too-large",
    status: 413,
    title: "The body is too large",
    message: "the body is larger than this endpoint takes",
    cure: "No body may exceed 1 MiB, or 10 MiB where schemas and values come in to be validated. Keep large data elsewhere and send a reference.",
};

pub(super) const BODY_TIMEOUT: Entry = Entry {
    code: "body-timeout",
    status: 408,
    title: "The body came too slowly",
    message: "the body did not arrive within 10 seconds",
    cure: "The whole body must arrive within 10 seconds of its head. Send it again.",
};

pub(super) const UNSUPPORTED_MEDIA_TYPE: Entry = Entry {
    code: "unsupported-media-type",
    status: 415,
    title: "The body has the wrong type",
    message: "the body must be application/json, not compressed",
    cure: "Send `Content-Type: application/json` and no `Content-Encoding`. Webhooks also take forms and text.",
};

pub(super) const UNAUTHENTICATED: Entry = Entry {
    code: "unauthenticated",
    status: 401,
    title: "Not authenticated",
    message: "a valid key is needed: send `Authorization: Bearer <key>`",
    cure: "The key is missing, malformed or not known here. `make dev` prints the admin key once.",
};

pub(super) const INVALID_CREDENTIALS: Entry = Entry {
    code: "invalid-credentials",
    status: 401,
    title: "Not let in",
    message: "the email address, the password or the code is wrong, or the user is suspended",
    cure: "Which of them it is is not told, so that nobody learns who has an account. After five failures in a row nobody is let in for a while. An operator gives a reset token with `chainkeel user reset`.",
};

pub(super) const SECOND_FACTOR_REQUIRED: Entry = Entry {
    code: "second-factor-required",
    status: 401,
    title: "A second factor is wanted",
    message: "a code of the authenticator, or a recovery code, is wanted as well",
    cure: "The password is right. Send the request again with `code`.",
};

pub(super) const LOGIN_LOCKED: Entry = Entry {
    code: "login-locked",
    status: 429,
    title: "Too many failures",
    message: "too many failures: nobody is let in by this address for a while",
    cure: "Try again after `Retry-After`. The first lock holds for 30 seconds, each further failure doubles it, up to an hour; a success ends it. An address that has no account is locked in the same way.",
};

pub(super) const FORBIDDEN: Entry = Entry {
    code: "forbidden",
    status: 403,
    title: "Not allowed",
    message: "a permission is needed for this that you do not have",
    cure: "The message names the permission that is missing. Ask for a role or a key that has it; `docs/access.md` lists who has which.",
};

pub(super) const NOT_FOUND: Entry = Entry {
    code: "not-found",
    status: 404,
    title: "There is nothing here",
    message: "no endpoint has this path",
    cure: "`/openapi.json` lists all endpoints.",
};

pub(super) const METHOD_NOT_ALLOWED: Entry = Entry {
    code: "method-not-allowed",
    status: 405,
    title: "The endpoint does not have this method",
    message: "the endpoint does not have this method",
    cure: "The `Allow` header lists the methods it has.",
};

pub(super) const IDEMPOTENCY_IN_FLIGHT: Entry = Entry {
    code: "idempotency-in-flight",
    status: 409,
    title: "The same request is being carried out",
    message: "a request with this Idempotency-Key is being carried out",
    cure: "Wait for its answer, or send the same request again after `Retry-After`.",
};

pub(super) const IDEMPOTENCY_MISMATCH: Entry = Entry {
    code: "idempotency-mismatch",
    status: 422,
    title: "The Idempotency-Key was used for another request",
    message: "this Idempotency-Key was used with another body",
    cure: "A key stands for one request for 24 hours. Use a fresh key for a new request.",
};

pub(super) const CONTENDED: Entry = Entry {
    code: "contended",
    status: 409,
    title: "Others changed it at the same time",
    message: "others changed it each time that this order was decided",
    cure: "Nothing was changed. Try again after `Retry-After`.",
};

pub(super) const BUSY: Entry = Entry {
    code: "busy",
    status: 429,
    title: "Too much at once",
    message: "the house has as much to do as it takes",
    cure: "Nothing was changed. Try again after `Retry-After`, and more slowly.",
};

pub(super) const RATE_LIMITED: Entry = Entry {
    code: "rate-limited",
    status: 429,
    title: "Too many requests",
    message: "more requests came than are taken from one sender",
    cure: "Nothing was changed. Try again after `Retry-After`. `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds) of each answer tell how many requests are left; the limits are counted by key and organization, and by address for requests that name nobody.",
};

pub(super) const POSITION_NOT_REACHED: Entry = Entry {
    code: "position-not-reached",
    status: 503,
    title: "The view is behind",
    message: "the view did not reach the position within 5 seconds",
    cure: "`minPosition` names a position that the view has not reached, or that does not exist yet. Try again after `Retry-After`.",
};

pub(super) const UNANSWERED: Entry = Entry {
    code: "unanswered",
    status: 503,
    title: "No answer in time",
    message: "the run's worker did not answer in time: the order may still be carried out",
    cure: "Send the same request with the same `Idempotency-Key` again: it is carried out once.",
};

pub(super) const UNAVAILABLE: Entry = Entry {
    code: "unavailable",
    status: 503,
    title: "Not available now",
    message: "something that this needs is away for the moment",
    cure: "The database cannot be reached, or the server is starting or stopping. Try again after `Retry-After`.",
};

pub(super) const INTERNAL: Entry = Entry {
    code: "internal",
    status: 500,
    title: "Something failed inside",
    message: "something failed inside; the log has it under this request id",
    cure: "This is a defect. Report it with the `requestId`.",
};
