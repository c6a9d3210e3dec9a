//! Every kind of problem: its status, what it means, and what the caller can do about it.

/// The kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is explained by its entry in the table below")]
pub enum Code {
    InvalidJson,
    InvalidBody,
    InvalidQuery,
    InvalidPath,
    InvalidHeader,
    InvalidRequest,
    InvalidDefinition,
    InvalidInput,
    InvalidAnswer,
    InvalidTest,
    BodyTooLarge,
    BodyTimeout,
    UnsupportedMediaType,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    WorkflowNotFound,
    VersionNotFound,
    RunNotFound,
    TestNotFound,
    EntryNotFound,
    NodeNotFound,
    TaskNotFound,
    EventNotFound,
    NodeTypeNotFound,
    WebhookNotFound,
    VersionConflict,
    WorkflowRefuses,
    RunRefuses,
    TaskRefuses,
    CuExhausted,
    RunsUsedUp,
    CoolingDown,
    InvalidTable,
    InvalidRow,
    TableNotFound,
    RowNotFound,
    TableRefuses,
    RowRefused,
    StatementRefused,
    StatementTooCostly,
    DocumentNotFound,
    KnowledgeFull,
    InvalidSchema,
    ValidationTooCostly,
    SchemaNotFound,
    SchemaRefuses,
    IncompatibleSchema,
    OrganizationNotFound,
    MemberNotFound,
    RoleNotFound,
    InvitationNotFound,
    ServiceAccountNotFound,
    ApiKeyNotFound,
    OrganizationRefuses,
    IdempotencyInFlight,
    IdempotencyMismatch,
    Contended,
    Busy,
    RateLimited,
    PositionNotReached,
    Unanswered,
    Unavailable,
    Internal,
}

/// One kind of problem.
#[derive(Debug)]
pub struct Entry {
    /// The name that programs compare, and the last segment of its page.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A few words.
    pub title: &'static str,
    /// What is sent when nothing more is known.
    pub message: &'static str,
    /// When it happens, and what the caller can do.
    pub cure: &'static str,
}

/// All kinds, in the order of the documentation.
pub const ALL: &[Code] = &[
    Code::InvalidJson,
    Code::InvalidBody,
    Code::InvalidQuery,
    Code::InvalidPath,
    Code::InvalidHeader,
    Code::InvalidRequest,
    Code::InvalidDefinition,
    Code::InvalidInput,
    Code::InvalidAnswer,
    Code::InvalidTest,
    Code::BodyTooLarge,
    Code::BodyTimeout,
    Code::UnsupportedMediaType,
    Code::Unauthenticated,
    Code::Forbidden,
    Code::NotFound,
    Code::MethodNotAllowed,
    Code::WorkflowNotFound,
    Code::VersionNotFound,
    Code::RunNotFound,
    Code::TestNotFound,
    Code::EntryNotFound,
    Code::NodeNotFound,
    Code::TaskNotFound,
    Code::EventNotFound,
    Code::NodeTypeNotFound,
    Code::WebhookNotFound,
    Code::VersionConflict,
    Code::WorkflowRefuses,
    Code::RunRefuses,
    Code::TaskRefuses,
    Code::CuExhausted,
    Code::RunsUsedUp,
    Code::CoolingDown,
    Code::InvalidTable,
    Code::InvalidRow,
    Code::TableNotFound,
    Code::RowNotFound,
    Code::TableRefuses,
    Code::RowRefused,
    Code::StatementRefused,
    Code::StatementTooCostly,
    Code::DocumentNotFound,
    Code::KnowledgeFull,
    Code::InvalidSchema,
    Code::ValidationTooCostly,
    Code::SchemaNotFound,
    Code::SchemaRefuses,
    Code::IncompatibleSchema,
    Code::OrganizationNotFound,
    Code::MemberNotFound,
    Code::RoleNotFound,
    Code::InvitationNotFound,
    Code::ServiceAccountNotFound,
    Code::ApiKeyNotFound,
    Code::OrganizationRefuses,
    Code::IdempotencyInFlight,
    Code::IdempotencyMismatch,
    Code::Contended,
    Code::Busy,
    Code::RateLimited,
    Code::PositionNotReached,
    Code::Unanswered,
    Code::Unavailable,
    Code::Internal,
];

macro_rules! entry {
    ($code:literal, $status:literal, $title:literal, $message:literal, $cure:literal $(,)?) => {
        &Entry { code: $code, status: $status, title: $title, message: $message, cure: $cure }
    };
}

/// What is known of a kind.
#[expect(clippy::too_many_lines, reason = "a table, one entry a kind")]
pub const fn entry(code: Code) -> &'static Entry {
    match code {
        Code::InvalidJson => entry!(
            "invalid-json",
            400,
            "The body is not JSON",
            "the body is not valid JSON",
            "The body could not be read as JSON, or is JSON that cannot be kept faithfully: nested over 64 levels, an integer beyond 64 bits (send it as a string), a NUL character, or a field that occurs twice. `details` names the place.",
        ),
        Code::InvalidBody => entry!(
            "invalid-body",
            422,
            "The body has the wrong shape",
            "the body does not have the shape that this endpoint takes",
            "A field is missing, unknown or of the wrong type. `details` holds the JSON pointer of the fault; `/openapi.json` has the shape.",
        ),
        Code::InvalidQuery => entry!(
            "invalid-query",
            400,
            "A query parameter is wrong",
            "the query has a parameter that is unknown, repeated or malformed",
            "`details` names the parameter and what it must be.",
        ),
        Code::InvalidPath => entry!(
            "invalid-path",
            400,
            "A segment of the path is wrong",
            "the path holds an id that is malformed",
            "Ids are TypeIDs such as `run_01h455vb4pex5vsknk084sn02q`; version numbers count from 1.",
        ),
        Code::InvalidHeader => entry!(
            "invalid-header",
            400,
            "A header is wrong",
            "a header is repeated or malformed",
            "`details` names the header. An `Idempotency-Key` has 1 to 255 visible ASCII characters; a `Last-Event-ID` is a position.",
        ),
        Code::InvalidRequest => entry!(
            "invalid-request",
            400,
            "The request cannot be read",
            "the request cannot be read",
            "The request breaks the rules of HTTP before any endpoint sees it.",
        ),
        Code::InvalidDefinition => entry!(
            "invalid-definition",
            422,
            "The definition has problems",
            "the definition has problems that keep it from being published or run",
            "`details` lists every problem, each with the JSON pointer inside the definition, the node and the cure. Mend them all and try again.",
        ),
        Code::InvalidInput => entry!(
            "invalid-input",
            422,
            "The input is not what the workflow asks for",
            "the input lacks what the workflow declares, or has it in another type",
            "`details` lists every problem with its JSON pointer. The workflow's `inputSchema` says what a run needs; nothing was started.",
        ),
        Code::InvalidAnswer => entry!(
            "invalid-answer",
            422,
            "The answer is not what the form asks for",
            "the answer is not what the task's form asks for",
            "`details` holds a JSON pointer for each fault; `form` of the task is the JSON Schema of its answer. Nothing was changed: mend the answer and send it again.",
        ),
        Code::InvalidTest => entry!(
            "invalid-test",
            422,
            "The test has problems",
            "the test has problems",
            "`details` lists them with their places in the test definition. `docs/testing-workflows.md` says what a test may hold.",
        ),
        Code::BodyTooLarge => entry!(
            "body-too-large",
            413,
            "The body is too large",
            "the body is larger than this endpoint takes",
            "No body may exceed 1 MiB, or 10 MiB where schemas and values come in to be validated. Keep large data elsewhere and send a reference.",
        ),
        Code::BodyTimeout => entry!(
            "body-timeout",
            408,
            "The body came too slowly",
            "the body did not arrive within 10 seconds",
            "The whole body must arrive within 10 seconds of its head. Send it again.",
        ),
        Code::UnsupportedMediaType => entry!(
            "unsupported-media-type",
            415,
            "The body has the wrong type",
            "the body must be application/json, not compressed",
            "Send `Content-Type: application/json` and no `Content-Encoding`. Webhooks also take forms and text.",
        ),
        Code::Unauthenticated => entry!(
            "unauthenticated",
            401,
            "Not authenticated",
            "a valid key is needed: send `Authorization: Bearer <key>`",
            "The key is missing, malformed or not known here. `make dev` prints the admin key once.",
        ),
        Code::Forbidden => entry!(
            "forbidden",
            403,
            "Not allowed",
            "a permission is needed for this that you do not have",
            "The message names the permission that is missing. Ask for a role or a key that has it; `docs/access.md` lists who has which.",
        ),
        Code::NotFound => entry!(
            "not-found",
            404,
            "There is nothing here",
            "no endpoint has this path",
            "`/openapi.json` lists all endpoints.",
        ),
        Code::MethodNotAllowed => entry!(
            "method-not-allowed",
            405,
            "The endpoint does not have this method",
            "the endpoint does not have this method",
            "The `Allow` header lists the methods it has.",
        ),
        Code::WorkflowNotFound => entry!(
            "workflow-not-found",
            404,
            "There is no such workflow",
            "there is no workflow with this id",
            "It never existed, or it belongs to another organization.",
        ),
        Code::VersionNotFound => entry!(
            "version-not-found",
            404,
            "There is no such version",
            "the workflow has no version with this number",
            "`GET /v1/workflows/{id}/versions` lists those there are.",
        ),
        Code::TestNotFound => entry!(
            "test-not-found",
            404,
            "There is no such test",
            "there is no test, or no execution of one, with this id",
            "It never existed, was deleted, or belongs to another organization. Executions of a deleted test stay.",
        ),
        Code::RunNotFound => entry!(
            "run-not-found",
            404,
            "There is no such run",
            "there is no run with this id",
            "It never existed, or it belongs to another organization. A run that was just started is found at once.",
        ),
        Code::EntryNotFound => entry!(
            "entry-not-found",
            404,
            "There is no value under this key",
            "there is no value under this key",
            "It was never set, or it was removed. `GET /v1/organization/storage/{store}` lists the keys of a store.",
        ),
        Code::NodeNotFound => entry!(
            "node-not-found",
            404,
            "The run has no such node",
            "the run's definition has no node with this id",
            "Node ids are the keys of `nodes` in the definition that the run was started with.",
        ),
        Code::TaskNotFound => entry!(
            "task-not-found",
            404,
            "No such task",
            "this task does not exist",
            "It does not exist in this organization, or not yet: a run that has begun to wait has its task a few milliseconds later.",
        ),
        Code::EventNotFound => entry!(
            "event-not-found",
            404,
            "No such event",
            "this event does not exist",
            "It was not published in this organization. What runs emit is no event of its own here: read it with the run's events.",
        ),
        Code::NodeTypeNotFound => entry!(
            "node-type-not-found",
            404,
            "There is no such node type",
            "there is no node type with this name here",
            "`GET /v1/actions` and `GET /v1/triggers` list those there are.",
        ),
        Code::WebhookNotFound => entry!(
            "webhook-not-found",
            404,
            "There is no such webhook",
            "no live workflow listens under this URL",
            "The secret is wrong, or the workflow is not published, paused or archived. Which of these it is, only the workflow's owner may know.",
        ),
        Code::VersionConflict => entry!(
            "version-conflict",
            409,
            "Somebody else changed it",
            "it has changed since it was read",
            "Read it again, repeat the change on what it says now, and send its present `version`.",
        ),
        Code::WorkflowRefuses => entry!(
            "workflow-refuses",
            409,
            "The workflow does not allow this now",
            "the workflow does not allow this in its present status",
            "The message says what stands in the way: it is archived, has no draft, is not live, or is paused already.",
        ),
        Code::RunRefuses => entry!(
            "run-refuses",
            409,
            "The run does not allow this now",
            "the run does not allow this in its present status",
            "The message says what stands in the way: it has ended, did not fail, or the node is not waiting.",
        ),
        Code::TaskRefuses => entry!(
            "task-refuses",
            409,
            "The task does not allow it now",
            "the task does not allow this now",
            "It is somebody else's, or has come to its end; `message` says which. Read it again, release it or assign it anew.",
        ),
        Code::CuExhausted => entry!(
            "cu-exhausted",
            402,
            "The compute units are used up",
            "the organization's compute units are used up: nothing new starts",
            "The balance is not above the threshold of the organization's plan. Runs that had begun go on; nothing new starts until units are added or the next month's grant is made. `GET /v1/usage/balance` shows the balance, `GET /v1/usage` what used it. Workflows that were paused for it stay paused until somebody resumes them.",
        ),
        Code::RunsUsedUp => entry!(
            "runs-used-up",
            409,
            "The workflow's runs are used up",
            "this workflow has started as many runs as it may",
            "`maxRuns` bounds how many runs a workflow starts, by whatever starts them; retries and re-runs count. `POST /v1/workflows/{id}/refill` adds runs, `PUT /v1/workflows/{id}/limits` changes the limit. `docs/lifecycle.md` has the rules.",
        ),
        Code::CoolingDown => entry!(
            "cooling-down",
            409,
            "The workflow is cooling down",
            "this workflow is cooling down: triggers start no run",
            "A run began less than `cooldownMs` ago, so this trigger was passed over, and the ledger says so. A person can run the workflow all the same.",
        ),

        Code::InvalidTable => entry!(
            "invalid-table",
            422,
            "The schema describes no table",
            "the schema describes no table",
            "`details` holds the place of each fault. A table is a JSON Schema of an object whose properties are its columns; `docs/data.md` says what a column may be.",
        ),
        Code::InvalidRow => entry!(
            "invalid-row",
            422,
            "A row does not fit its table",
            "a row does not fit its table",
            "`details` holds the row, the column and what it must be. Nothing was written: mend the rows and send all of them again.",
        ),
        Code::TableNotFound => entry!(
            "table-not-found",
            404,
            "There is no such table",
            "there is no table of this name",
            "It never existed in this organization, or it was dropped. `GET /v1/tables` lists those there are.",
        ),
        Code::RowNotFound => entry!(
            "row-not-found",
            404,
            "There is no such row",
            "the table has no row of this id",
            "It never existed, or it was removed. `GET /v1/tables/{name}/rows` lists those there are.",
        ),
        Code::TableRefuses => entry!(
            "table-refuses",
            409,
            "The table does not allow this",
            "the table does not allow this",
            "The message says what stands in the way: a name that is taken, a change that loses data and was not forced, rows that are not unique, or a bound.",
        ),
        Code::RowRefused => entry!(
            "row-refused",
            409,
            "Another row stands in the way",
            "another row stands in the way",
            "A value must be unique and is there already, a row that is referred to does not exist, or rows refer to the one that goes. The message says which. Nothing was written.",
        ),
        Code::StatementRefused => entry!(
            "statement-refused",
            422,
            "The statement may not be asked",
            "the statement may not be asked",
            "One `select`, `insert`, `update` or `delete` on the tables of the organization is performed, with values as parameters. The message says what is not known here or wrong; `docs/data.md` says what there is.",
        ),
        Code::StatementTooCostly => entry!(
            "statement-too-costly",
            422,
            "It asks for too much",
            "it takes longer, or gives more, than it may",
            "Ask for less: fewer rows or columns, a narrower condition, or an index on the columns of the condition.",
        ),
        Code::DocumentNotFound => entry!(
            "document-not-found",
            404,
            "There is no such document",
            "there is no document with this id",
            "It never existed in this organization, or it was removed. `GET /v1/knowledge/documents` lists those there are.",
        ),
        Code::KnowledgeFull => entry!(
            "knowledge-full",
            409,
            "There is as much as there may be",
            "the organization keeps as many documents as it may",
            "An organization keeps 5,000 documents and 64 MiB of text. Remove what nobody looks for.",
        ),
        Code::InvalidSchema => entry!(
            "invalid-schema",
            422,
            "The schema cannot be used",
            "the schema cannot be used",
            "`details` holds the JSON pointer of the fault. Schemas are of draft 2020-12, at most 1 MiB, without `$id` and anchors; `$ref` leads to a place in the schema or to `schema:namespace/name@1.0.0`; nothing is ever fetched. `docs/schemas.md` has the rules.",
        ),
        Code::ValidationTooCostly => entry!(
            "validation-too-costly",
            422,
            "The validation takes too much",
            "this schema and this value take more time or memory than a validation may",
            "A validation has 5 seconds and its share of memory. Schemas whose alternatives contain alternatives of themselves multiply: give each its own `properties`, with a `const` that tells them apart, or validate parts of the value.",
        ),
        Code::SchemaNotFound => entry!(
            "schema-not-found",
            404,
            "There is no such schema",
            "there is no schema with this id",
            "It never existed, or it belongs to another organization. `GET /v1/validation/schemas` lists those there are.",
        ),
        Code::SchemaRefuses => entry!(
            "schema-refuses",
            409,
            "The schema does not allow this",
            "the schema does not allow this",
            "The message says what stands in the way: the name is taken, the version's number is lower than its changes ask for, or it is the last version again.",
        ),
        Code::IncompatibleSchema => entry!(
            "incompatible-schema",
            409,
            "The version breaks what the schema promises",
            "the version does not keep the schema's level of compatibility",
            "`details` lists the changes that break it, each with its place. Keep what readers rely on, or begin another schema; `?checkCompatibility=false` adds the version all the same, with the number that it deserves.",
        ),
        Code::OrganizationNotFound => entry!(
            "organization-not-found",
            404,
            "There is no such organization",
            "there is no organization with this id",
            "It was never founded, or the credential does not open it: both are answered alike. `GET /v1/organizations` lists those that it opens; `X-Org-ID` chooses among them.",
        ),
        Code::MemberNotFound => entry!(
            "member-not-found",
            404,
            "There is no such member",
            "the organization has no such member",
            "`GET /v1/organization/members` lists those there are.",
        ),
        Code::RoleNotFound => entry!(
            "role-not-found",
            404,
            "There is no such role",
            "the organization has no such role",
            "`GET /v1/organization/roles` lists those there are.",
        ),
        Code::InvitationNotFound => entry!(
            "invitation-not-found",
            404,
            "There is no such invitation",
            "there is no such invitation: it may have been used, revoked, or have expired",
            "An invitation can be accepted once, within 7 days, by the person whose address it names. Ask for a new one.",
        ),
        Code::ServiceAccountNotFound => entry!(
            "service-account-not-found",
            404,
            "There is no such service account",
            "the organization has no such service account",
            "`GET /v1/service-accounts` lists those there are.",
        ),
        Code::ApiKeyNotFound => entry!(
            "api-key-not-found",
            404,
            "There is no such key",
            "there is no API key with this id",
            "It never existed, or it belongs to another organization. `GET /v1/api-keys` lists those there are; the id of a key is not its text.",
        ),
        Code::OrganizationRefuses => entry!(
            "organization-refuses",
            409,
            "The organization refuses",
            "the organization cannot do this in its present state",
            "The message says why: a name is taken, a role is held, it is the last owner, or there are as many as there may be. Nothing was changed.",
        ),
        Code::IdempotencyInFlight => entry!(
            "idempotency-in-flight",
            409,
            "The same request is being carried out",
            "a request with this Idempotency-Key is being carried out",
            "Wait for its answer, or send the same request again after `Retry-After`.",
        ),
        Code::IdempotencyMismatch => entry!(
            "idempotency-mismatch",
            422,
            "The Idempotency-Key was used for another request",
            "this Idempotency-Key was used with another body",
            "A key stands for one request for 24 hours. Use a fresh key for a new request.",
        ),
        Code::Contended => entry!(
            "contended",
            409,
            "Others changed it at the same time",
            "others changed it each time that this order was decided",
            "Nothing was changed. Try again after `Retry-After`.",
        ),
        Code::Busy => entry!(
            "busy",
            429,
            "Too much at once",
            "the house has as much to do as it takes",
            "Nothing was changed. Try again after `Retry-After`, and more slowly.",
        ),
        Code::RateLimited => entry!(
            "rate-limited",
            429,
            "Too many requests",
            "more requests came than are taken from one sender",
            "Nothing was changed. Try again after `Retry-After`. `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds) of each answer tell how many requests are left; the limits are counted by key and organization, and by address for requests that name nobody.",
        ),
        Code::PositionNotReached => entry!(
            "position-not-reached",
            503,
            "The view is behind",
            "the view did not reach the position within 5 seconds",
            "`minPosition` names a position that the view has not reached, or that does not exist yet. Try again after `Retry-After`.",
        ),
        Code::Unanswered => entry!(
            "unanswered",
            503,
            "No answer in time",
            "the run's worker did not answer in time: the order may still be carried out",
            "Send the same request with the same `Idempotency-Key` again: it is carried out once.",
        ),
        Code::Unavailable => entry!(
            "unavailable",
            503,
            "Not available now",
            "something that this needs is away for the moment",
            "The database cannot be reached, or the server is starting or stopping. Try again after `Retry-After`.",
        ),
        Code::Internal => entry!(
            "internal",
            500,
            "Something failed inside",
            "something failed inside; the log has it under this request id",
            "This is a defect. Report it with the `requestId`.",
        ),
    }
}

/// The page that `docs/problems.md` holds.
pub fn documentation() -> String {
    use std::fmt::Write;
    let mut page = String::from(
        "# Problems\n\nGenerated from `src/http/problem_table.rs`; `UPDATE=1 cargo test contracts` rewrites it.\n\n\
         Every refusal is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail`, and also \
         `code`, `message`, `requestId` and `details: [{path, nodeId?, code?, message}]`. \
         `type` is `/problems/<code>`; each code has its heading here.\n",
    );
    for &code in ALL {
        let entry = entry(code);
        write!(
            page,
            "\n## {}\n\n**{}** · {}\n\n{}\n",
            entry.code, entry.status, entry.title, entry.cure
        )
        .expect("writing to a String does not fail");
    }
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_listed_once_and_is_kebab_case() {
        let names: BTreeSet<_> = ALL.iter().map(|code| entry(*code).code).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b == b'-' || b.is_ascii_lowercase())));
        assert_eq!(ALL.last().map(|code| *code as usize + 1), Some(ALL.len()));
    }

    #[test]
    fn every_status_is_an_error() {
        assert!(ALL.iter().all(|code| (400..600).contains(&entry(*code).status)));
    }
}
