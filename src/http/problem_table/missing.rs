//! Problems of things that are not there.

use super::Entry;

pub(super) const WORKFLOW_NOT_FOUND: Entry = Entry {
    code: "workflow-not-found",
    status: 404,
    title: "There is no such workflow",
    message: "there is no workflow with this id",
    cure: "It never existed, or it belongs to another organization.",
};

pub(super) const VERSION_NOT_FOUND: Entry = Entry {
    code: "version-not-found",
    status: 404,
    title: "There is no such version",
    message: "the workflow has no version with this number",
    cure: "`GET /v1/workflows/{id}/versions` lists those there are.",
};

pub(super) const TEST_NOT_FOUND: Entry = Entry {
    code: "test-not-found",
    status: 404,
    title: "There is no such test",
    message: "there is no test, or no execution of one, with this id",
    cure: "It never existed, was deleted, or belongs to another organization. Executions of a deleted test stay.",
};

pub(super) const RUN_NOT_FOUND: Entry = Entry {
    code: "run-not-found",
    status: 404,
    title: "There is no such run",
    message: "there is no run with this id",
    cure: "It never existed, or it belongs to another organization. A run that was just started is found at once.",
};

pub(super) const ENTRY_NOT_FOUND: Entry = Entry {
    code: "entry-not-found",
    status: 404,
    title: "There is no value under this key",
    message: "there is no value under this key",
    cure: "It was never set, or it was removed. `GET /v1/organization/storage/{store}` lists the keys of a store.",
};

pub(super) const NODE_NOT_FOUND: Entry = Entry {
    code: "node-not-found",
    status: 404,
    title: "The run has no such node",
    message: "the run's definition has no node with this id",
    cure: "Node ids are the keys of `nodes` in the definition that the run was started with.",
};

pub(super) const TASK_NOT_FOUND: Entry = Entry {
    code: "task-not-found",
    status: 404,
    title: "No such task",
    message: "this task does not exist",
    cure: "It does not exist in this organization, or not yet: a run that has begun to wait has its task a few milliseconds later.",
};

pub(super) const EVENT_NOT_FOUND: Entry = Entry {
    code: "event-not-found",
    status: 404,
    title: "No such event",
    message: "this event does not exist",
    cure: "It was not published in this organization. What runs emit is no event of its own here: read it with the run's events.",
};

pub(super) const NODE_TYPE_NOT_FOUND: Entry = Entry {
    code: "node-type-not-found",
    status: 404,
    title: "There is no such node type",
    message: "there is no node type with this name here",
    cure: "`GET /v1/actions` and `GET /v1/triggers` list those there are.",
};

pub(super) const WEBHOOK_NOT_FOUND: Entry = Entry {
    code: "webhook-not-found",
    status: 404,
    title: "There is no such webhook",
    message: "no live workflow listens under this URL",
    cure: "The secret is wrong, or the workflow is not published, paused or archived. Which of these it is, only the workflow's owner may know.",
};

pub(super) const TEMPLATE_NOT_FOUND: Entry = Entry {
    code: "template-not-found",
    status: 404,
    title: "No such template",
    message: "there is no such template",
    cure: "It does not exist, was retired, or is another organization's.",
};

pub(super) const BLOCK_NOT_FOUND: Entry = Entry {
    code: "block-not-found",
    status: 404,
    title: "No such block",
    message: "there is no such block",
    cure: "It does not exist, was retired, or is another organization's.",
};

pub(super) const TABLE_NOT_FOUND: Entry = Entry {
    code: "table-not-found",
    status: 404,
    title: "There is no such table",
    message: "there is no table of this name",
    cure: "It never existed in this organization, or it was dropped. `GET /v1/tables` lists those there are.",
};

pub(super) const ROW_NOT_FOUND: Entry = Entry {
    code: "row-not-found",
    status: 404,
    title: "There is no such row",
    message: "the table has no row of this id",
    cure: "It never existed, or it was removed. `GET /v1/tables/{name}/rows` lists those there are.",
};

pub(super) const DOCUMENT_NOT_FOUND: Entry = Entry {
    code: "document-not-found",
    status: 404,
    title: "There is no such document",
    message: "there is no document with this id",
    cure: "It never existed in this organization, or it was removed. `GET /v1/knowledge/documents` lists those there are.",
};

pub(super) const SCHEMA_NOT_FOUND: Entry = Entry {
    code: "schema-not-found",
    status: 404,
    title: "There is no such schema",
    message: "there is no schema with this id",
    cure: "It never existed, or it belongs to another organization. `GET /v1/validation/schemas` lists those there are.",
};

pub(super) const USER_NOT_FOUND: Entry = Entry {
    code: "user-not-found",
    status: 404,
    title: "No such user",
    message: "there is no user with this id",
    cure: "`GET /v1/users` lists those there are.",
};

pub(super) const SESSION_NOT_FOUND: Entry = Entry {
    code: "session-not-found",
    status: 404,
    title: "No such session",
    message: "you have no session with this id",
    cure: "`GET /v1/auth/sessions` lists those that go on.",
};

pub(super) const ORGANIZATION_NOT_FOUND: Entry = Entry {
    code: "organization-not-found",
    status: 404,
    title: "There is no such organization",
    message: "there is no organization with this id",
    cure: "It was never founded, or the credential does not open it: both are answered alike. `GET /v1/organizations` lists those that it opens; `X-Org-ID` chooses among them.",
};

pub(super) const MEMBER_NOT_FOUND: Entry = Entry {
    code: "member-not-found",
    status: 404,
    title: "There is no such member",
    message: "the organization has no such member",
    cure: "`GET /v1/organization/members` lists those there are.",
};

pub(super) const ROLE_NOT_FOUND: Entry = Entry {
    code: "role-not-found",
    status: 404,
    title: "There is no such role",
    message: "the organization has no such role",
    cure: "`GET /v1/organization/roles` lists those there are.",
};

pub(super) const INVITATION_NOT_FOUND: Entry = Entry {
    code: "invitation-not-found",
    status: 404,
    title: "There is no such invitation",
    message: "there is no such invitation: it may have been used, revoked, or have expired",
    cure: "An invitation can be accepted once, within 7 days, by the person whose address it names. Ask for a new one.",
};

pub(super) const SERVICE_ACCOUNT_NOT_FOUND: Entry = Entry {
    code: "service-account-not-found",
    status: 404,
    title: "There is no such service account",
    message: "the organization has no such service account",
    cure: "`GET /v1/service-accounts` lists those there are.",
};

pub(super) const API_KEY_NOT_FOUND: Entry = Entry {
    code: "api-key-not-found",
    status: 404,
    title: "There is no such key",
    message: "there is no API key with this id",
    cure: "It never existed, or it belongs to another organization. `GET /v1/api-keys` lists those there are; the id of a key is not its text.",
};

pub(super) const CONNECTOR_NOT_FOUND: Entry = Entry {
    code: "connector-not-found",
    status: 404,
    title: "There is no such connector",
    message: "there is no connector with this id",
    cure: "It never existed, was disconnected, is private to somebody else, or belongs to another organization. `GET /v1/connectors` lists those there are.",
};

pub(super) const CONNECTOR_TYPE_NOT_FOUND: Entry = Entry {
    code: "connector-type-not-found",
    status: 404,
    title: "There is no such connector type",
    message: "this server knows no such connector type",
    cure: "`GET /v1/connector-types` lists those that it knows.",
};
