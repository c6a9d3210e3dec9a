//! Problems of things that do not allow what is asked, or cannot be what was sent.

use super::Entry;

pub(super) const INVALID_DEFINITION: Entry = Entry {
    code: "invalid-definition",
    status: 422,
    title: "The definition has problems",
    message: "the definition has problems that keep it from being published or run",
    cure: "`details` lists every problem, each with the JSON pointer inside the definition, the node and the cure. Mend them all and try again.",
};

pub(super) const INVALID_INPUT: Entry = Entry {
    code: "invalid-input",
    status: 422,
    title: "The input is not what the workflow asks for",
    message: "the input lacks what the workflow declares, or has it in another type",
    cure: "`details` lists every problem with its JSON pointer. The workflow's `inputSchema` says what a run needs; nothing was started.",
};

pub(super) const INVALID_ANSWER: Entry = Entry {
    code: "invalid-answer",
    status: 422,
    title: "The answer is not what the form asks for",
    message: "the answer is not what the task's form asks for",
    cure: "`details` holds a JSON pointer for each fault; `form` of the task is the JSON Schema of its answer. Nothing was changed: mend the answer and send it again.",
};

pub(super) const INVALID_TEST: Entry = Entry {
    code: "invalid-test",
    status: 422,
    title: "The test has problems",
    message: "the test has problems",
    cure: "`details` lists them with their places in the test definition. `docs/testing-workflows.md` says what a test may hold.",
};

pub(super) const VERSION_CONFLICT: Entry = Entry {
    code: "version-conflict",
    status: 409,
    title: "Somebody else changed it",
    message: "it has changed since it was read",
    cure: "Read it again, repeat the change on what it says now, and send its present `version`.",
};

pub(super) const WORKFLOW_REFUSES: Entry = Entry {
    code: "workflow-refuses",
    status: 409,
    title: "The workflow does not allow this now",
    message: "the workflow does not allow this in its present status",
    cure: "The message says what stands in the way: it is archived, has no draft, is not live, or is paused already.",
};

pub(super) const RUN_REFUSES: Entry = Entry {
    code: "run-refuses",
    status: 409,
    title: "The run does not allow this now",
    message: "the run does not allow this in its present status",
    cure: "The message says what stands in the way: it has ended, did not fail, or the node is not waiting.",
};

pub(super) const TASK_REFUSES: Entry = Entry {
    code: "task-refuses",
    status: 409,
    title: "The task does not allow it now",
    message: "the task does not allow this now",
    cure: "It is somebody else's, or has come to its end; `message` says which. Read it again, release it or assign it anew.",
};

pub(super) const CU_EXHAUSTED: Entry = Entry {
    code: "cu-exhausted",
    status: 402,
    title: "The compute units are used up",
    message: "the organization's compute units are used up: nothing new starts",
    cure: "The balance is not above the threshold of the organization's plan. Runs that had begun go on; nothing new starts until units are added or the next month's grant is made. `GET /v1/usage/balance` shows the balance, `GET /v1/usage` what used it. Workflows that were paused for it stay paused until somebody resumes them.",
};

pub(super) const RUNS_USED_UP: Entry = Entry {
    code: "runs-used-up",
    status: 409,
    title: "The workflow's runs are used up",
    message: "this workflow has started as many runs as it may",
    cure: "`maxRuns` bounds how many runs a workflow starts, by whatever starts them; retries and re-runs count. `POST /v1/workflows/{id}/refill` adds runs, `PUT /v1/workflows/{id}/limits` changes the limit. `docs/lifecycle.md` has the rules.",
};

pub(super) const REVIEW_REQUIRED: Entry = Entry {
    code: "review-required",
    status: 409,
    title: "The draft has to be approved first",
    message: "this draft has to be approved by somebody else before it is published",
    cure: "The organization wants drafts approved. `POST /v1/workflows/{id}/review` asks for it; somebody who neither asked nor edited last approves with the `draftHash` that was looked at. An edit after that begins anew. `docs/lifecycle.md` has the rules.",
};

pub(super) const INVALID_BLUEPRINT: Entry = Entry {
    code: "invalid-blueprint",
    status: 422,
    title: "The template or block cannot be offered",
    message: "the template or block cannot be offered",
    cure: "`details` holds each fault with its place: placeholders without an input, ids of an organization, secrets. What was found is never quoted. `docs/lifecycle.md` has the rules.",
};

pub(super) const BLUEPRINT_REFUSES: Entry = Entry {
    code: "blueprint-refuses",
    status: 409,
    title: "The template or block does not allow this",
    message: "the template or block does not allow this now",
    cure: "It was retired; `message` says so. What was made from it stays.",
};

pub(super) const COOLING_DOWN: Entry = Entry {
    code: "cooling-down",
    status: 409,
    title: "The workflow is cooling down",
    message: "this workflow is cooling down: triggers start no run",
    cure: "A run began less than `cooldownMs` ago, so this trigger was passed over, and the ledger says so. A person can run the workflow all the same.",
};

pub(super) const INVALID_TABLE: Entry = Entry {
    code: "invalid-table",
    status: 422,
    title: "The schema describes no table",
    message: "the schema describes no table",
    cure: "`details` holds the place of each fault. A table is a JSON Schema of an object whose properties are its columns; `docs/data.md` says what a column may be.",
};

pub(super) const INVALID_ROW: Entry = Entry {
    code: "invalid-row",
    status: 422,
    title: "A row does not fit its table",
    message: "a row does not fit its table",
    cure: "`details` holds the row, the column and what it must be. Nothing was written: mend the rows and send all of them again.",
};

pub(super) const TABLE_REFUSES: Entry = Entry {
    code: "table-refuses",
    status: 409,
    title: "The table does not allow this",
    message: "the table does not allow this",
    cure: "The message says what stands in the way: a name that is taken, a change that loses data and was not forced, rows that are not unique, or a bound.",
};

pub(super) const ROW_REFUSED: Entry = Entry {
    code: "row-refused",
    status: 409,
    title: "Another row stands in the way",
    message: "another row stands in the way",
    cure: "A value must be unique and is there already, a row that is referred to does not exist, or rows refer to the one that goes. The message says which. Nothing was written.",
};

pub(super) const STATEMENT_REFUSED: Entry = Entry {
    code: "statement-refused",
    status: 422,
    title: "The statement may not be asked",
    message: "the statement may not be asked",
    cure: "One `select`, `insert`, `update` or `delete` on the tables of the organization is performed, with values as parameters. The message says what is not known here or wrong; `docs/data.md` says what there is.",
};

pub(super) const STATEMENT_TOO_COSTLY: Entry = Entry {
    code: "statement-too-costly",
    status: 422,
    title: "It asks for too much",
    message: "it takes longer, or gives more, than it may",
    cure: "Ask for less: fewer rows or columns, a narrower condition, or an index on the columns of the condition.",
};

pub(super) const KNOWLEDGE_FULL: Entry = Entry {
    code: "knowledge-full",
    status: 409,
    title: "There is as much as there may be",
    message: "the organization keeps as many documents as it may",
    cure: "An organization keeps 5,000 documents and 64 MiB of text. Remove what nobody looks for.",
};

pub(super) const INVALID_SCHEMA: Entry = Entry {
    code: "invalid-schema",
    status: 422,
    title: "The schema cannot be used",
    message: "the schema cannot be used",
    cure: "`details` holds the JSON pointer of the fault. Schemas are of draft 2020-12, at most 1 MiB, without `$id` and anchors; `$ref` leads to a place in the schema or to `schema:namespace/name@1.0.0`; nothing is ever fetched. `docs/schemas.md` has the rules.",
};

pub(super) const VALIDATION_TOO_COSTLY: Entry = Entry {
    code: "validation-too-costly",
    status: 422,
    title: "The validation takes too much",
    message: "this schema and this value take more time or memory than a validation may",
    cure: "A validation has 5 seconds and its share of memory. Schemas whose alternatives contain alternatives of themselves multiply: give each its own `properties`, with a `const` that tells them apart, or validate parts of the value.",
};

pub(super) const SCHEMA_REFUSES: Entry = Entry {
    code: "schema-refuses",
    status: 409,
    title: "The schema does not allow this",
    message: "the schema does not allow this",
    cure: "The message says what stands in the way: the name is taken, the version's number is lower than its changes ask for, or it is the last version again.",
};

pub(super) const USER_REFUSES: Entry = Entry {
    code: "user-refuses",
    status: 409,
    title: "The user does not allow it",
    message: "the user does not allow this now",
    cure: "The message says why: an address that is somebody else's, a user who is suspended already, an authenticator that is enrolled or is not.",
};

pub(super) const INCOMPATIBLE_SCHEMA: Entry = Entry {
    code: "incompatible-schema",
    status: 409,
    title: "The version breaks what the schema promises",
    message: "the version does not keep the schema's level of compatibility",
    cure: "`details` lists the changes that break it, each with its place. Keep what readers rely on, or begin another schema; `?checkCompatibility=false` adds the version all the same, with the number that it deserves.",
};

pub(super) const ORGANIZATION_REFUSES: Entry = Entry {
    code: "organization-refuses",
    status: 409,
    title: "The organization refuses",
    message: "the organization cannot do this in its present state",
    cure: "The message says why: a name is taken, a role is held, it is the last owner, or there are as many as there may be. Nothing was changed.",
};

pub(super) const CONNECTOR_IN_USE: Entry = Entry {
    code: "connector-in-use",
    status: 409,
    title: "Live workflows use the connector",
    message: "live workflows use this connector",
    cure: "`details` names them. Publish versions that use another connector, or disconnect it with `?force=true`: they will fail where they use it.",
};

pub(super) const CONNECTOR_REFUSES: Entry = Entry {
    code: "connector-refuses",
    status: 409,
    title: "The connector cannot do this now",
    message: "the connector cannot do this now",
    cure: "It waits for somebody to grant access, its access has ended, it names nothing by which it could be tested, or the order does not fit its type. The message says which.",
};

pub(super) const OAUTH_NOT_AWAITED: Entry = Entry {
    code: "oauth-not-awaited",
    status: 400,
    title: "Nobody awaits this authorization",
    message: "nobody awaits this authorization",
    cure: "Its `state` was not handed out here, was used before, or is older than ten minutes. Begin anew with `POST /v1/connectors/oauth/start`.",
};
