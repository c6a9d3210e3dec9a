//! Every route, walked by somebody of another organization who knows the ids of the first one.

use std::collections::BTreeSet;

use chainkeel::access::{InvitationToken, KeyHash};
use chainkeel::http::routes::TABLE;
use chainkeel::primitives::{
    ApiKeyId, BlockId, ConnectorId, DocumentId, EventDefinitionId, EventId, EventSubscriptionId,
    ExecutionHookId, HookDeliveryId, IntentId, InvitationId, OrganizationId, PaidEndpointId,
    PaymentId, RoleId, RunId, SaleId, SchemaId, SequenceInstanceId, ServiceAccountId, TaskId,
    TemplateId, TestExecutionId, TestId, UiComponentId, UserId, WalletId, WorkflowId,
};
use serde_json::{Value, json};

use crate::support::client::{Client, Response};
use crate::support::lanes::{to_be_signed, wanted};
use crate::support::x402::known;
use crate::support::{TestApp, app, definitions};

/// Stands in everything that the first organization has, and nowhere else.
const MARK: &str = "amaranth-7f3a";

/// What the walker must find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// Nothing of that name: the same answer as for an id that nobody ever had.
    Nothing,
    /// A list without rows.
    Empty,
    /// A success that is the walker's own, or everybody's.
    Own,
    /// Walked by a test of its own.
    Apart,
}
use Expect::{Apart, Empty, Nothing, Own};

/// A route, how it is walked (`{workflow}` and the like are ids of the first organization), what is
/// sent, and what is found. A route may be walked more than once; none may be left out.
const WALK: &[(&str, &str, &str, Expect)] = &[
    ("GET /healthz", "/healthz", "", Own),
    ("GET /readyz", "/readyz", "", Own),
    ("GET /metrics", "/metrics", "", Own),
    ("GET /openapi.json", "/openapi.json", "", Own),
    ("GET /v1/workflows", "/v1/workflows", "", Empty),
    ("GET /v1/workflows", "/v1/workflows?search={workflow}", "", Empty),
    ("POST /v1/workflows", "/v1/workflows", r#"{"name": "Mine", "definition": {pure}}"#, Own),
    ("POST /v1/workflows/validate", "/v1/workflows/validate", r#"{"definition": {pure}}"#, Own),
    ("GET /v1/workflows/{id}", "/v1/workflows/{workflow}", "", Nothing),
    ("PUT /v1/workflows/{id}", "/v1/workflows/{workflow}", r#"{"name": "Taken"}"#, Nothing),
    ("DELETE /v1/workflows/{id}", "/v1/workflows/{workflow}", "", Nothing),
    ("POST /v1/workflows/{id}/validate", "/v1/workflows/{workflow}/validate", "{}", Nothing),
    ("POST /v1/workflows/{id}/publish", "/v1/workflows/{workflow}/publish", "{}", Nothing),
    ("POST /v1/workflows/{id}/pause", "/v1/workflows/{workflow}/pause", "{}", Nothing),
    ("POST /v1/workflows/{id}/resume", "/v1/workflows/{workflow}/resume", "{}", Nothing),
    (
        "PUT /v1/workflows/{id}/limits",
        "/v1/workflows/{workflow}/limits",
        r#"{"maxRuns": 1}"#,
        Nothing,
    ),
    (
        "POST /v1/workflows/{id}/refill",
        "/v1/workflows/{workflow}/refill",
        r#"{"runs": 1}"#,
        Nothing,
    ),
    (
        "POST /v1/workflows/{id}/rollback",
        "/v1/workflows/{workflow}/rollback",
        r#"{"versionNumber": 1}"#,
        Nothing,
    ),
    (
        "POST /v1/workflows/{id}/discard-draft",
        "/v1/workflows/{workflow}/discard-draft",
        "{}",
        Nothing,
    ),
    ("POST /v1/workflows/{id}/run", "/v1/workflows/{workflow}/run", "{}", Nothing),
    ("GET /v1/workflows/{id}/review", "/v1/workflows/{workflow}/review", "", Nothing),
    ("POST /v1/workflows/{id}/review", "/v1/workflows/{workflow}/review", "{}", Nothing),
    (
        "POST /v1/workflows/{id}/review/approve",
        "/v1/workflows/{workflow}/review/approve",
        r#"{"draftHash": "x"}"#,
        Nothing,
    ),
    (
        "POST /v1/workflows/{id}/review/reject",
        "/v1/workflows/{workflow}/review/reject",
        r#"{"draftHash": "x", "reason": "no"}"#,
        Nothing,
    ),
    (
        "POST /v1/workflows/{id}/review/comments",
        "/v1/workflows/{workflow}/review/comments",
        r#"{"text": "why?"}"#,
        Nothing,
    ),
    ("GET /v1/organization/publication-policy", "/v1/organization/publication-policy", "", Own),
    (
        "PUT /v1/organization/publication-policy",
        "/v1/organization/publication-policy",
        r#"{"reviewRequired": false}"#,
        Own,
    ),
    ("GET /v1/templates", "/v1/templates", "", Empty),
    ("POST /v1/templates", "/v1/templates", "{own_template}", Own),
    ("GET /v1/templates/{id}", "/v1/templates/{template}", "", Nothing),
    ("PUT /v1/templates/{id}", "/v1/templates/{template}", "{own_template}", Nothing),
    ("DELETE /v1/templates/{id}", "/v1/templates/{template}", "", Nothing),
    ("GET /v1/blocks", "/v1/blocks", "", Empty),
    ("POST /v1/blocks", "/v1/blocks", "{own_block}", Own),
    ("GET /v1/blocks/{id}", "/v1/blocks/{block}", "", Nothing),
    ("PUT /v1/blocks/{id}", "/v1/blocks/{block}", "{own_block}", Nothing),
    ("DELETE /v1/blocks/{id}", "/v1/blocks/{block}", "", Nothing),
    ("POST /v1/templates/{id}/instantiate", "/v1/templates/{template}/instantiate", "{}", Nothing),
    ("GET /v1/ui-components", "/v1/ui-components", "", Empty),
    ("POST /v1/ui-components", "/v1/ui-components", "{own_interface}", Own),
    ("POST /v1/ui-components/validate", "/v1/ui-components/validate", "{own_interface}", Own),
    ("GET /v1/ui-components/{id}", "/v1/ui-components/{interface}", "", Nothing),
    ("PUT /v1/ui-components/{id}", "/v1/ui-components/{interface}", "{own_interface}", Nothing),
    ("DELETE /v1/ui-components/{id}", "/v1/ui-components/{interface}", "", Nothing),
    ("GET /v1/search", "/v1/search?q=amaranth", "", Empty),
    ("PUT /v1/workflows/{id}/tags", "/v1/workflows/{workflow}/tags", r#"{"tags": []}"#, Nothing),
    ("GET /v1/public/workflows/{id}", "/v1/public/workflows/{workflow}", "", Nothing),
    ("POST /v1/public/workflows/{id}/run", "/v1/public/workflows/{workflow}/run", "{}", Nothing),
    ("OPTIONS /v1/public/workflows/{id}/run", "/v1/public/workflows/{workflow}/run", "", Nothing),
    ("GET /v1/public/runs/{id}", "/v1/public/runs/{run}?token=prt_x", "", Nothing),
    ("GET /v1/workflows/{id}/versions", "/v1/workflows/{workflow}/versions", "", Nothing),
    (
        "GET /v1/workflows/{id}/versions/{versionNumber}",
        "/v1/workflows/{workflow}/versions/1",
        "",
        Nothing,
    ),
    (
        "PUT /v1/workflows/{id}/pinned-outputs",
        "/v1/workflows/{workflow}/pinned-outputs",
        r#"{"pinnedOutputs": {}}"#,
        Nothing,
    ),
    ("GET /v1/workflows/{id}/readiness", "/v1/workflows/{workflow}/readiness", "", Nothing),
    ("GET /v1/workflows/{id}/schedule", "/v1/workflows/{workflow}/schedule", "", Nothing),
    ("GET /v1/workflows/{id}/diff", "/v1/workflows/{workflow}/diff", "", Nothing),
    ("POST /v1/workflows/{id}/what-if", "/v1/workflows/{workflow}/what-if", "{}", Nothing),
    ("POST /v1/workflows/{id}/simulate", "/v1/workflows/{workflow}/simulate", "{}", Nothing),
    ("GET /v1/runs", "/v1/runs", "", Empty),
    ("GET /v1/runs", "/v1/runs?workflowId={workflow}", "", Empty),
    ("POST /v1/runs/sync", "/v1/runs/sync", r#"{"definition": {pure}}"#, Own),
    ("GET /v1/runs/export", "/v1/runs/export", "", Own),
    ("GET /v1/runs/export", "/v1/runs/export?search={run}", "", Own),
    ("GET /v1/runs/{id}", "/v1/runs/{run}", "", Nothing),
    ("GET /v1/runs/{id}", "/v1/runs/{run}?summary=true", "", Nothing),
    ("GET /v1/runs/{id}/bundle", "/v1/runs/{run}/bundle", "", Nothing),
    ("GET /v1/runs/{id}/replay", "/v1/runs/{run}/replay", "", Nothing),
    ("GET /v1/log/checkpoint", "", "", Apart),
    ("GET /v1/log/key", "", "", Apart),
    ("GET /v1/log/tile/{tile}", "", "", Apart),
    ("GET /v1/runs/{id}/events", "/v1/runs/{run}/events", "", Nothing),
    ("GET /v1/runs/{id}/lineage", "/v1/runs/{run}/lineage", "", Nothing),
    ("GET /v1/runs/{id}/stream", "/v1/runs/{run}/stream", "", Nothing),
    ("GET /v1/runs/{id}/stream", "/v1/runs/{over}/stream?lastEventId=1000000", "", Nothing),
    ("POST /v1/runs/{id}/cancel", "/v1/runs/{run}/cancel", "{}", Nothing),
    ("POST /v1/runs/{id}/pause", "/v1/runs/{run}/pause", "{}", Nothing),
    ("POST /v1/runs/{id}/resume", "/v1/runs/{run}/resume", "{}", Nothing),
    ("POST /v1/runs/{id}/signal", "/v1/runs/{run}/signal", r#"{"signal": "go"}"#, Nothing),
    ("POST /v1/runs/{id}/retry", "/v1/runs/{failed}/retry", "{}", Nothing),
    ("POST /v1/runs/{id}/rerun", "/v1/runs/{over}/rerun", r#"{"fromNode": "root"}"#, Nothing),
    (
        "POST /v1/runs/{id}/nodes/{nodeId}/resume",
        "/v1/runs/{run}/nodes/approval/resume",
        r#"{"data": {"by": "Mallory"}}"#,
        Nothing,
    ),
    ("GET /v1/tasks", "/v1/tasks", "", Empty),
    ("GET /v1/tasks", "/v1/tasks?workflowId={workflow}", "", Empty),
    ("GET /v1/tasks/{id}", "/v1/tasks/{task}", "", Nothing),
    ("POST /v1/tasks/{id}/claim", "/v1/tasks/{task}/claim", "{}", Nothing),
    ("POST /v1/tasks/{id}/release", "/v1/tasks/{task}/release", "{}", Nothing),
    (
        "POST /v1/tasks/{id}/assign",
        "/v1/tasks/{task}/assign",
        r#"{"assignee": "mallory"}"#,
        Nothing,
    ),
    ("POST /v1/tasks/{id}/complete", "/v1/tasks/{task}/complete", r#"{"data": {}}"#, Nothing),
    ("POST /v1/tasks/{id}/reject", "/v1/tasks/{task}/reject", r#"{"reason": "no"}"#, Nothing),
    ("POST /v1/tasks/{id}/cancel", "/v1/tasks/{task}/cancel", "{}", Nothing),
    ("POST /v1/events", "/v1/events", r#"{"event": "payment.seen", "payload": {}}"#, Own),
    ("GET /v1/events", "/v1/events", "", Empty),
    (
        "POST /v1/events/batch",
        "/v1/events/batch",
        r#"{"events": [{"event": "payment.seen", "payload": {}}]}"#,
        Own,
    ),
    ("GET /v1/events/queue", "/v1/events/queue", "", Own),
    ("GET /v1/events/{id}", "/v1/events/{event}", "", Nothing),
    ("GET /v1/event-definitions", "/v1/event-definitions", "", Empty),
    (
        "POST /v1/event-definitions",
        "/v1/event-definitions",
        r#"{"name": "payment.own", "payloadSchema": {"type": "object"}}"#,
        Own,
    ),
    ("GET /v1/event-definitions/{id}", "/v1/event-definitions/{definition}", "", Nothing),
    (
        "POST /v1/event-definitions/{id}/status",
        "/v1/event-definitions/{definition}/status",
        r#"{"version": "1.0.0", "status": "deprecated"}"#,
        Nothing,
    ),
    ("GET /v1/event-subscriptions", "/v1/event-subscriptions", "", Empty),
    (
        "POST /v1/event-subscriptions",
        "/v1/event-subscriptions",
        r#"{"pattern": "payment.own", "url": "https://example.com/own"}"#,
        Own,
    ),
    ("GET /v1/event-subscriptions/{id}", "/v1/event-subscriptions/{subscription}", "", Nothing),
    ("DELETE /v1/event-subscriptions/{id}", "/v1/event-subscriptions/{subscription}", "", Nothing),
    (
        "PATCH /v1/event-subscriptions/{id}",
        "/v1/event-subscriptions/{subscription}",
        r#"{"status": "suspended"}"#,
        Nothing,
    ),
    (
        "POST /v1/event-subscriptions/{id}/rotate-secret",
        "/v1/event-subscriptions/{subscription}/rotate-secret",
        "{}",
        Nothing,
    ),
    (
        "POST /v1/event-subscriptions/{id}/status",
        "/v1/event-subscriptions/{subscription}/status",
        r#"{"status": "suspended"}"#,
        Nothing,
    ),
    ("GET /v1/execution-webhooks", "/v1/execution-webhooks", "", Empty),
    (
        "POST /v1/execution-webhooks",
        "/v1/execution-webhooks",
        r#"{"name": "own", "url": "https://example.com/own", "subscribedEventTypes": ["run.*"]}"#,
        Own,
    ),
    ("GET /v1/execution-webhooks/deliveries", "/v1/execution-webhooks/deliveries", "", Empty),
    (
        "GET /v1/execution-webhooks/deliveries",
        "/v1/execution-webhooks/deliveries?endpointId={hook}",
        "",
        Empty,
    ),
    (
        "GET /v1/execution-webhooks/deliveries/{id}",
        "/v1/execution-webhooks/deliveries/{told}",
        "",
        Nothing,
    ),
    (
        "POST /v1/execution-webhooks/deliveries/{id}/replay",
        "/v1/execution-webhooks/deliveries/{told}/replay",
        "{}",
        Nothing,
    ),
    ("GET /v1/execution-webhooks/{id}", "/v1/execution-webhooks/{hook}", "", Nothing),
    (
        "PATCH /v1/execution-webhooks/{id}",
        "/v1/execution-webhooks/{hook}",
        r#"{"name": "taken"}"#,
        Nothing,
    ),
    ("DELETE /v1/execution-webhooks/{id}", "/v1/execution-webhooks/{hook}", "", Nothing),
    (
        "POST /v1/execution-webhooks/{id}/enable",
        "/v1/execution-webhooks/{hook}/enable",
        "{}",
        Nothing,
    ),
    (
        "POST /v1/execution-webhooks/{id}/disable",
        "/v1/execution-webhooks/{hook}/disable",
        "{}",
        Nothing,
    ),
    (
        "POST /v1/execution-webhooks/{id}/regenerate-secret",
        "/v1/execution-webhooks/{hook}/regenerate-secret",
        "{}",
        Nothing,
    ),
    (
        "POST /v1/execution-webhooks/{id}/replay",
        "/v1/execution-webhooks/{hook}/replay",
        r#"{"from": 1}"#,
        Nothing,
    ),
    ("POST /v1/execution-webhooks/{id}/test", "/v1/execution-webhooks/{hook}/test", "{}", Nothing),
    ("GET /v1/event-sequences", "/v1/event-sequences", "", Empty),
    (
        "POST /v1/event-sequences",
        "/v1/event-sequences",
        r#"{"name": "own", "events": [{"eventId": "payment.own", "order": 1}]}"#,
        Own,
    ),
    ("GET /v1/event-sequences/{name}", "/v1/event-sequences/{sequence}", "", Nothing),
    ("DELETE /v1/event-sequences/{name}", "/v1/event-sequences/{sequence}", "", Nothing),
    (
        "GET /v1/event-sequences/{name}/instances",
        "/v1/event-sequences/{sequence}/instances",
        "",
        Nothing,
    ),
    (
        "GET /v1/event-sequences/{name}/instances/{id}",
        "/v1/event-sequences/{sequence}/instances/{instance}",
        "",
        Nothing,
    ),
    (
        "POST /v1/event-sequences/{name}/instances/{id}/retry",
        "/v1/event-sequences/{sequence}/instances/{instance}/retry",
        "",
        Nothing,
    ),
    (
        "POST /v1/event-sequences/{name}/instances/{id}/abandon",
        "/v1/event-sequences/{sequence}/instances/{instance}/abandon",
        "",
        Nothing,
    ),
    ("GET /v1/dead-letters", "/v1/dead-letters", "", Empty),
    ("POST /v1/dead-letters/reprocess", "/v1/dead-letters/reprocess", "{}", Own),
    ("POST /v1/dead-letters/purge", "/v1/dead-letters/purge", "{}", Own),
    ("GET /v1/dead-letters/{id}", "/v1/dead-letters/events@1", "", Nothing),
    ("POST /v1/dead-letters/{id}/discard", "/v1/dead-letters/events@1/discard", "{}", Nothing),
    ("GET /v1/organization/event-policy", "/v1/organization/event-policy", "", Own),
    (
        "PUT /v1/organization/event-policy",
        "/v1/organization/event-policy",
        r#"{"definitionsRequired": false}"#,
        Own,
    ),
    ("GET /v1/activity", "/v1/activity", "", Empty),
    ("GET /v1/activity", "/v1/activity?workflowId={workflow}", "", Empty),
    ("GET /v1/activity", "/v1/activity?runId={run}", "", Empty),
    ("GET /v1/activity/stream", "", "", Apart),
    ("GET /v1/organization/storage/{store}", "/v1/organization/storage/vault", "", Empty),
    (
        "GET /v1/organization/storage/{store}/{key}",
        "/v1/organization/storage/vault/kept",
        "",
        Nothing,
    ),
    (
        "PUT /v1/organization/storage/{store}/{key}",
        "/v1/organization/storage/vault/kept",
        // Only in the walker's own store nothing was set before.
        r#"{"value": 1, "expectedVersion": 0}"#,
        Own,
    ),
    (
        "DELETE /v1/organization/storage/{store}/{key}",
        "/v1/organization/storage/vault/other",
        "",
        Nothing,
    ),
    ("GET /v1/actions", "/v1/actions", "", Own),
    ("GET /v1/actions/{type}", "/v1/actions/log", "", Own),
    ("POST /v1/actions/{type}/run", "/v1/actions/log/run", r#"{"inputs": {"message": "x"}}"#, Own),
    ("GET /v1/triggers", "/v1/triggers", "", Own),
    ("GET /v1/triggers/{type}", "/v1/triggers/webhook", "", Own),
    ("GET /v1/assistant/models", "/v1/assistant/models?connectorId={connector}", "", Nothing),
    (
        "POST /v1/assistant/replies",
        "/v1/assistant/replies",
        r#"{"messages": [{"role": "person", "text": "Hello"}], "connectorId": "{connector}"}"#,
        Nothing,
    ),
    ("GET /v1/connector-types", "/v1/connector-types", "", Own),
    ("GET /v1/connector-types/{type}", "/v1/connector-types/slack", "", Own),
    ("GET /v1/connectors", "/v1/connectors", "", Empty),
    ("GET /v1/connectors", "/v1/connectors?type=http-bearer", "", Empty),
    (
        "POST /v1/connectors",
        "/v1/connectors",
        r#"{"name": "Mine", "type": "notion", "data": {"token": "ntn_0123456789abcdef"}}"#,
        Own,
    ),
    ("GET /v1/connectors/{id}", "/v1/connectors/{connector}", "", Nothing),
    ("PUT /v1/connectors/{id}", "/v1/connectors/{connector}", r#"{"name": "Taken"}"#, Nothing),
    ("DELETE /v1/connectors/{id}", "/v1/connectors/{connector}?force=true", "", Nothing),
    ("POST /v1/connectors/{id}/test", "/v1/connectors/{connector}/test", "{}", Nothing),
    (
        "POST /v1/actions/{type}/run",
        "/v1/actions/http-request/run",
        r#"{"inputs": {"url": "https://a.example/"}, "connectorId": "{connector}"}"#,
        Nothing,
    ),
    (
        "POST /v1/connectors/oauth/start",
        "/v1/connectors/oauth/start",
        r#"{"connectorId": "{connector}"}"#,
        Nothing,
    ),
    ("GET /v1/oauth/callback", "", "", Apart),
    ("GET /v1/testing/test-definitions", "/v1/testing/test-definitions", "", Empty),
    (
        "GET /v1/testing/test-definitions",
        "/v1/testing/test-definitions?workflowId={workflow}",
        "",
        Empty,
    ),
    ("POST /v1/testing/test-definitions", "/v1/testing/test-definitions", "{own_test}", Own),
    ("GET /v1/testing/test-definitions/{id}", "/v1/testing/test-definitions/{test}", "", Nothing),
    (
        "PUT /v1/testing/test-definitions/{id}",
        "/v1/testing/test-definitions/{test}",
        "{own_test}",
        Nothing,
    ),
    (
        "DELETE /v1/testing/test-definitions/{id}",
        "/v1/testing/test-definitions/{test}",
        "",
        Nothing,
    ),
    ("GET /v1/testing/test-executions", "/v1/testing/test-executions", "", Empty),
    (
        "GET /v1/testing/test-executions",
        "/v1/testing/test-executions?workflowId={workflow}",
        "",
        Empty,
    ),
    (
        "POST /v1/testing/test-executions",
        "/v1/testing/test-executions",
        r#"{"testDefinitionId": "{test}"}"#,
        Nothing,
    ),
    (
        "GET /v1/testing/test-executions/{id}",
        "/v1/testing/test-executions/{execution}",
        "",
        Nothing,
    ),
    ("GET /v1/testing/test-results/{id}", "/v1/testing/test-results/{execution}", "", Nothing),
    // What follows wants a session, or is the installation's; `sessions.rs` and `users.rs` walk it.
    ("POST /v1/auth/login", "", "", Apart),
    ("POST /v1/auth/refresh", "", "", Apart),
    ("POST /v1/auth/reset", "", "", Apart),
    ("POST /v1/auth/register", "", "", Apart),
    ("POST /v1/auth/stream-tickets", "", "", Apart),
    ("POST /v1/auth/stream-tokens", "", "", Apart),
    ("POST /v1/auth/logout", "", "", Apart),
    ("POST /v1/auth/password", "", "", Apart),
    ("POST /v1/auth/totp", "", "", Apart),
    ("POST /v1/auth/totp/confirm", "", "", Apart),
    ("POST /v1/auth/totp/remove", "", "", Apart),
    ("POST /v1/auth/invitations/accept", "", "", Apart),
    ("GET /v1/auth/organizations", "", "", Apart),
    ("GET /v1/auth/sessions", "", "", Apart),
    ("DELETE /v1/auth/sessions/{id}", "", "", Apart),
    ("GET /.well-known/jwks.json", "/.well-known/jwks.json", "", Own),
    ("GET /v1/users", "/v1/users", "", Empty),
    ("POST /v1/users", "", "", Apart),
    ("GET /v1/users/{id}", "", "", Apart),
    ("POST /v1/users/{id}/suspend", "", "", Apart),
    ("POST /v1/users/{id}/restore", "", "", Apart),
    ("POST /v1/users/{id}/reset", "", "", Apart),
    ("GET /v1/token-keys", "/v1/token-keys", "", Own),
    ("POST /v1/token-keys/rotate", "", "", Apart),
    ("GET /v1/tables", "/v1/tables", "", Empty),
    (
        "POST /v1/tables",
        "/v1/tables",
        r#"{"name": "own", "schema": {"properties": {"a": {}}}}"#,
        Own,
    ),
    ("GET /v1/tables/{name}", "/v1/tables/{table}", "", Nothing),
    ("DELETE /v1/tables/{name}", "/v1/tables/{table}?force=true", "", Nothing),
    (
        "POST /v1/tables/{name}/changes",
        "/v1/tables/{table}/changes",
        r#"{"changes": [{"removeColumn": "note"}], "force": true}"#,
        Nothing,
    ),
    ("GET /v1/tables/{name}/rows", "/v1/tables/{table}/rows", "", Nothing),
    (
        "POST /v1/tables/{name}/rows",
        "/v1/tables/{table}/rows",
        r#"{"rows": [{"note": "taken"}]}"#,
        Nothing,
    ),
    ("GET /v1/tables/{name}/rows/{id}", "/v1/tables/{table}/rows/1", "", Nothing),
    (
        "PUT /v1/tables/{name}/rows/{id}",
        "/v1/tables/{table}/rows/1",
        r#"{"row": {"note": "taken"}}"#,
        Nothing,
    ),
    ("DELETE /v1/tables/{name}/rows/{id}", "/v1/tables/{table}/rows/1", "", Nothing),
    // What the walker sends is JSON: the table is looked for after the type of the body.
    ("POST /v1/tables/{name}/import", "", "", Apart),
    ("GET /v1/tables/{name}/export", "/v1/tables/{table}/export", "", Nothing),
    ("GET /v1/knowledge/documents", "/v1/knowledge/documents", "", Empty),
    (
        "POST /v1/knowledge/documents",
        "/v1/knowledge/documents",
        r#"{"title": "Mine", "text": "Mine"}"#,
        Own,
    ),
    ("GET /v1/knowledge/documents/{id}", "/v1/knowledge/documents/{document}", "", Nothing),
    (
        "PUT /v1/knowledge/documents/{id}",
        "/v1/knowledge/documents/{document}",
        r#"{"title": "Taken", "text": "Taken"}"#,
        Nothing,
    ),
    ("DELETE /v1/knowledge/documents/{id}", "/v1/knowledge/documents/{document}", "", Nothing),
    ("GET /v1/knowledge/search", "/v1/knowledge/search?q=amaranth", "", Empty),
    ("POST /v1/data/query", "/v1/data/query", r#"{"sql": "select 1", "params": []}"#, Own),
    ("GET /v1/projections", "/v1/projections", "", Own),
    ("POST /v1/projections/{name}/pause", "", "", Apart),
    ("POST /v1/projections/{name}/resume", "", "", Apart),
    ("PUT /v1/projections/{name}/throttle", "", "", Apart),
    ("POST /v1/projections/{name}/rebuild", "", "", Apart),
    ("GET /v1/wallets", "/v1/wallets", "", Empty),
    ("POST /v1/wallets", "/v1/wallets", r#"{"name": "Taken"}"#, Own),
    (
        "POST /v1/wallets/import",
        "/v1/wallets/import",
        r#"{"name": "Brought", "privateKey": "0x4646464646464646464646464646464646464646464646464646464646464646"}"#,
        Own,
    ),
    ("GET /v1/wallets/{id}", "/v1/wallets/{wallet}", "", Nothing),
    ("GET /v1/wallets/{id}/balances", "/v1/wallets/{wallet}/balances", "", Nothing),
    ("GET /v1/wallets/{id}/floors", "/v1/wallets/{wallet}/floors", "", Nothing),
    ("GET /v1/wallets/{id}/floors/{chain}", "/v1/wallets/{wallet}/floors/1", "", Nothing),
    (
        "PUT /v1/wallets/{id}/floors/{chain}",
        "/v1/wallets/{wallet}/floors/1",
        r#"{"floor": "1"}"#,
        Nothing,
    ),
    ("DELETE /v1/wallets/{id}/floors/{chain}", "/v1/wallets/{wallet}/floors/1", "", Nothing),
    ("PATCH /v1/wallets/{id}", "/v1/wallets/{wallet}", r#"{"name": "Taken"}"#, Nothing),
    ("POST /v1/wallets/{id}/default", "/v1/wallets/{wallet}/default", "", Nothing),
    ("POST /v1/wallets/{id}/archive", "/v1/wallets/{wallet}/archive", "", Nothing),
    ("POST /v1/wallets/{id}/restore", "/v1/wallets/{wallet}/restore", "", Nothing),
    ("GET /v1/x402-endpoints", "/v1/x402-endpoints", "", Empty),
    ("POST /v1/x402-endpoints", "", "", Apart),
    ("POST /v1/x402-endpoints/probe", "", "", Apart),
    ("POST /v1/x402-endpoints/test", "", "", Apart),
    (
        "POST /v1/x402-endpoints/execute",
        "/v1/x402-endpoints/execute",
        r#"{"endpointId": "{endpoint}"}"#,
        Nothing,
    ),
    ("GET /v1/x402-endpoints/{id}", "/v1/x402-endpoints/{endpoint}", "", Nothing),
    ("DELETE /v1/x402-endpoints/{id}", "/v1/x402-endpoints/{endpoint}", "", Nothing),
    ("GET /v1/payments", "/v1/payments", "", Empty),
    ("GET /v1/payments/{id}", "/v1/payments/{payment}", "", Nothing),
    ("GET /v1/sales", "/v1/sales", "", Empty),
    ("GET /v1/sales/{id}", "/v1/sales/{sale}", "", Nothing),
    ("POST /v1/x402/{id}", "/v1/x402/{workflow}", "{}", Nothing),
    ("GET /v1/x402/{id}", "/v1/x402/{workflow}", "", Nothing),
    ("GET /v1/transactions", "/v1/transactions", "", Empty),
    ("GET /v1/transactions/export", "/v1/transactions/export?format=ndjson", "", Own),
    ("GET /v1/transactions/{id}", "/v1/transactions/{transaction}", "", Nothing),
    (
        "POST /v1/transactions/{id}/approve",
        "/v1/transactions/{transaction}/approve",
        r#"{"digest": "0x1111111111111111111111111111111111111111111111111111111111111111"}"#,
        Nothing,
    ),
    (
        "POST /v1/transactions/{id}/reject",
        "/v1/transactions/{transaction}/reject",
        r#"{"digest": "0x1111111111111111111111111111111111111111111111111111111111111111"}"#,
        Nothing,
    ),
    ("GET /v1/signatures", "/v1/signatures", "", Empty),
    ("GET /v1/signatures/{id}", "/v1/signatures/{signature}", "", Nothing),
    (
        "POST /v1/signatures/{id}/approve",
        "/v1/signatures/{signature}/approve",
        r#"{"digest": "0x1111111111111111111111111111111111111111111111111111111111111111"}"#,
        Nothing,
    ),
    (
        "POST /v1/signatures/{id}/reject",
        "/v1/signatures/{signature}/reject",
        r#"{"digest": "0x1111111111111111111111111111111111111111111111111111111111111111"}"#,
        Nothing,
    ),
    ("POST /v1/transactions/{id}/cancel", "/v1/transactions/{transaction}/cancel", "", Nothing),
    ("GET /v1/chains", "/v1/chains", "", Own),
    // By the name of a chain, of which each organization has its own: here nobody has any.
    ("GET /v1/chains/{chain}/endpoints", "/v1/chains/base/endpoints", "", Apart),
    (
        "PUT /v1/chains/{chain}/endpoints",
        "/v1/chains/base/endpoints",
        r#"{"urls": ["https://node.example"]}"#,
        Apart,
    ),
    ("DELETE /v1/chains/{chain}/endpoints", "/v1/chains/base/endpoints", "", Apart),
    (
        "POST /v1/chains/{chain}/endpoints/resume",
        "/v1/chains/base/endpoints/resume",
        r#"{"from": 1}"#,
        Apart,
    ),
    ("GET /v1/retention", "/v1/retention", "", Own),
    ("PUT /v1/retention", "/v1/retention", r#"{"deleteAfterDays": null}"#, Own),
    ("GET /v1/retention/segments", "/v1/retention/segments", "", Empty),
    ("GET /v1/retention/subjects", "/v1/retention/subjects", "", Empty),
    (
        "POST /v1/retention/shredding",
        "/v1/retention/shredding",
        r#"{"subject": "customer-4711", "reason": "mine"}"#,
        Nothing,
    ),
    (
        "POST /v1/retention/holds",
        "/v1/retention/holds",
        r#"{"scope": {"kind": "run", "runId": "{run}"}, "reason": "mine"}"#,
        Nothing,
    ),
    (
        "POST /v1/retention/holds/{id}/lift",
        "/v1/retention/holds/hold_01h455vb4pex5vsknk084sn02q/lift",
        r#"{"reason": "mine"}"#,
        Nothing,
    ),
    ("GET /v1/policies", "/v1/policies", "", Empty),
    (
        "POST /v1/policies",
        "/v1/policies",
        r#"{"name": "own", "document": {"form": 1, "rules": [{"id": "stop", "effect": "deny"}]}}"#,
        Own,
    ),
    (
        "POST /v1/policies/simulate",
        "/v1/policies/simulate",
        r#"{"wallet": "w", "transaction": {"chainId": 1, "from": "0x1111111111111111111111111111111111111111"}}"#,
        Own,
    ),
    ("POST /v1/policies/delay", "/v1/policies/delay", r#"{"seconds": 0}"#, Own),
    // By a name that each organization gives: the test of policies looks at another's.
    ("GET /v1/policies/{name}", "/v1/policies/pay", "", Apart),
    ("DELETE /v1/policies/{name}", "/v1/policies/pay", "", Apart),
    ("POST /v1/policies/{name}/mode", "/v1/policies/pay/mode", r#"{"mode": "off"}"#, Apart),
    ("POST /v1/policies/{name}/withdraw", "/v1/policies/pay/withdraw", "{}", Apart),
    ("GET /v1/chain-watches", "/v1/chain-watches", "", Own),
    // Of the installation, as the watches are.
    (
        "POST /v1/chain-watches/{chainId}/resume",
        "/v1/chain-watches/1/resume",
        r#"{"from": 1}"#,
        Apart,
    ),
    ("GET /v1/usage", "/v1/usage", "", Own),
    ("GET /v1/usage/daily", "/v1/usage/daily?workflowId={workflow}", "", Own),
    ("GET /v1/usage/balance", "/v1/usage/balance", "", Own),
    ("GET /v1/usage/prices", "/v1/usage/prices", "", Own),
    ("PUT /v1/usage/plan", "/v1/usage/plan", r#"{"mode": "unlimited"}"#, Own),
    ("POST /v1/usage/grants", "/v1/usage/grants", r#"{"units": 1}"#, Own),
    ("POST /v1/usage/top-ups", "/v1/usage/top-ups", r#"{"units": 1}"#, Own),
    ("GET /v1/validation/schemas", "/v1/validation/schemas", "", Empty),
    (
        "POST /v1/validation/schemas",
        "/v1/validation/schemas",
        r#"{"namespace": "mine", "name": "mine", "schema": {"type": "object"}}"#,
        Own,
    ),
    ("GET /v1/validation/schemas/{id}", "/v1/validation/schemas/{schema}", "", Nothing),
    (
        "PUT /v1/validation/schemas/{id}",
        "/v1/validation/schemas/{schema}",
        r#"{"description": "taken"}"#,
        Nothing,
    ),
    (
        "POST /v1/validation/schemas/{id}/compatibility",
        "/v1/validation/schemas/{schema}/compatibility",
        r#"{"schema": {"type": "object"}}"#,
        Nothing,
    ),
    (
        "POST /v1/validation/schemas/{id}/deprecate",
        "/v1/validation/schemas/{schema}/deprecate",
        "{}",
        Nothing,
    ),
    (
        "POST /v1/validation/validate",
        "/v1/validation/validate",
        r#"{"schemaId": "{schema}", "data": {}}"#,
        Nothing,
    ),
    (
        "POST /v1/validation/validate/batch",
        "/v1/validation/validate/batch",
        r#"{"validations": [{"schemaId": "{schema}", "data": {}}]}"#,
        Own,
    ),
    ("GET /v1/whoami", "/v1/whoami", "", Own),
    // With the admin key, which the walker has, this is the operator's list.
    ("GET /v1/organizations", "/v1/organizations", "", Apart),
    ("POST /v1/organizations", "/v1/organizations", r#"{"name": "Mine"}"#, Own),
    ("GET /v1/organizations/{id}", "/v1/organizations/{organization}", "", Nothing),
    (
        "PUT /v1/organizations/{id}",
        "/v1/organizations/{organization}",
        r#"{"name": "Taken"}"#,
        Nothing,
    ),
    ("GET /v1/organization/members", "/v1/organization/members", "", Empty),
    (
        "PUT /v1/organization/members/{userId}",
        "/v1/organization/members/{user}",
        r#"{"role": "viewer"}"#,
        Nothing,
    ),
    ("DELETE /v1/organization/members/{userId}", "/v1/organization/members/{user}", "", Nothing),
    ("POST /v1/organization/leave", "/v1/organization/leave", "{}", Nothing),
    ("GET /v1/organization/roles", "/v1/organization/roles", "", Own),
    (
        "POST /v1/organization/roles",
        "/v1/organization/roles",
        r#"{"name": "Mine", "permissions": []}"#,
        Own,
    ),
    (
        "PUT /v1/organization/roles/{id}",
        "/v1/organization/roles/{role}",
        r#"{"permissions": []}"#,
        Nothing,
    ),
    ("DELETE /v1/organization/roles/{id}", "/v1/organization/roles/{role}", "", Nothing),
    ("GET /v1/organization/invitations", "/v1/organization/invitations", "", Empty),
    (
        "POST /v1/organization/invitations",
        "/v1/organization/invitations",
        r#"{"email": "mallory@example.org", "role": "viewer"}"#,
        Own,
    ),
    (
        "DELETE /v1/organization/invitations/{id}",
        "/v1/organization/invitations/{invitation}",
        "",
        Nothing,
    ),
    ("GET /v1/organization/audit-log", "/v1/organization/audit-log", "", Own),
    ("GET /v1/organization/audit-log/export", "/v1/organization/audit-log/export", "", Own),
    ("GET /v1/ledger/export", "/v1/ledger/export", "", Own),
    ("GET /v1/ledger/export", "/v1/ledger/export?workflowId={workflow}", "", Own),
    ("GET /v1/ledger/export", "/v1/ledger/export?runId={run}", "", Nothing),
    ("GET /v1/service-accounts", "/v1/service-accounts", "", Empty),
    (
        "POST /v1/service-accounts",
        "/v1/service-accounts",
        r#"{"name": "Mine", "permissions": []}"#,
        Own,
    ),
    (
        "PUT /v1/service-accounts/{id}",
        "/v1/service-accounts/{account}",
        r#"{"permissions": []}"#,
        Nothing,
    ),
    ("DELETE /v1/service-accounts/{id}", "/v1/service-accounts/{account}", "", Nothing),
    ("GET /v1/api-keys", "/v1/api-keys", "", Empty),
    ("GET /v1/api-keys", "/v1/api-keys?serviceAccountId={account}", "", Empty),
    (
        "POST /v1/api-keys",
        "/v1/api-keys",
        r#"{"name": "Mine", "serviceAccountId": "{account}"}"#,
        Nothing,
    ),
    ("DELETE /v1/api-keys/{id}", "/v1/api-keys/{key}", "", Nothing),
    ("POST /v1/webhooks/{secret}", "/v1/webhooks/{workflow}", "{}", Nothing),
    ("GET /v1/webhooks/{secret}", "/v1/webhooks/{workflow}", "", Nothing),
    ("PUT /v1/webhooks/{secret}", "/v1/webhooks/{workflow}", "{}", Nothing),
    ("PATCH /v1/webhooks/{secret}", "/v1/webhooks/{workflow}", "{}", Nothing),
    ("GET /v1/workflows/{id}/source", "/v1/workflows/{workflow}/source", "", Nothing),
    ("POST /v1/workflows/{id}/listen", "/v1/workflows/{workflow}/listen", "", Nothing),
    ("GET /v1/workflows/{id}/deliveries", "/v1/workflows/{workflow}/deliveries", "", Nothing),
    (
        "GET /v1/workflows/{id}/deliveries/{deliveryId}",
        "/v1/workflows/{workflow}/deliveries/dlv_01h455vb4pex5vsknk084sn02q",
        "",
        Nothing,
    ),
    (
        "POST /v1/workflows/{id}/trigger/test",
        "/v1/workflows/{workflow}/trigger/test",
        r#"{"with": {"payload": {}}}"#,
        Nothing,
    ),
    (
        "POST /v1/workflows/{id}/deliveries/{deliveryId}/replay",
        "/v1/workflows/{workflow}/deliveries/dlv_01h455vb4pex5vsknk084sn02q/replay",
        "{}",
        Nothing,
    ),
];

#[test]
fn every_route_is_walked() {
    let routes: BTreeSet<String> =
        TABLE.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let walked: BTreeSet<String> = WALK.iter().map(|(route, ..)| (*route).to_owned()).collect();
    let missing: Vec<_> = routes.difference(&walked).collect();
    assert!(missing.is_empty(), "give each a line in WALK, with a foreign id: {missing:#?}");
    let gone: Vec<_> = walked.difference(&routes).collect();
    assert!(gone.is_empty(), "these routes are no more: {gone:#?}");
}

/// What the first organization has: the names of the places, and the ids that stand there.
struct World(Vec<(&'static str, String)>);

impl World {
    #[expect(clippy::too_many_lines, reason = "a thing of each kind, one after the other")]
    async fn of(app: &TestApp) -> Self {
        let create = async |definition: Value| {
            let body = json!({"name": MARK, "description": MARK, "definition": definition});
            let made = app.client.post("/v1/workflows", &body).await.data();
            let id = made["id"].as_str().unwrap().to_owned();
            app.client.post(&format!("/v1/workflows/{id}/publish"), &json!({})).await.data();
            id
        };
        let started = async |workflow: &str| {
            let body = json!({"payload": {"amount": 250, "note": MARK}});
            let path = format!("/v1/workflows/{workflow}/run");
            let started = app.client.post(&path, &body).await.data();
            started["runId"].as_str().unwrap().to_owned()
        };
        let workflow = create(definitions::waiting()).await;
        let draft = app.client.request("PUT", &format!("/v1/workflows/{workflow}"));
        draft.json(&json!({"definition": definitions::pure()})).send().await.data();
        let run = started(&workflow).await;
        app.until_status(&run, "waiting").await;
        let pure = create(definitions::pure()).await;
        let over = started(&pure).await;
        app.until_status(&over, "success").await;
        let failed = started(&create(definitions::failing()).await).await;
        app.until_status(&failed, "failure").await;
        let errand = create(json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["ask"]},
            "ask": {"type": "manual-task", "payload": {"title": MARK}},
        }}))
        .await;
        let errand_run = started(&errand).await;
        let path = format!("/v1/tasks?runId={errand_run}");
        let there = |page: &Value| !page["items"].as_array().unwrap().is_empty();
        let tasks = app.eventually(|| app.client.data(&path), there).await;
        let task = tasks["items"][0]["id"].as_str().unwrap().to_owned();
        let body = json!({"event": "payment.seen", "payload": {"note": MARK}});
        let event = app.client.post("/v1/events", &body).await.data();
        let event = event["eventId"].as_str().unwrap().to_owned();
        let kept = app.client.request("PUT", "/v1/organization/storage/vault/kept");
        kept.json(&json!({"value": MARK})).send().await.data();
        let kept = app.client.request("PUT", "/v1/organization/storage/vault/other");
        kept.json(&json!({"value": MARK})).send().await.data();
        let test = app.client.post("/v1/testing/test-definitions", &test_of(&pure, MARK)).await;
        let test = test.data()["id"].as_str().unwrap().to_owned();
        let body = json!({"testDefinitionId": test});
        let execution = app.client.post("/v1/testing/test-executions", &body).await.data();
        let execution = execution["id"].as_str().unwrap().to_owned();
        let definition = json!({
            "name": "payment.walked", "description": MARK, "payloadSchema": {"type": "object"},
        });
        let definition = app.client.post("/v1/event-definitions", &definition).await.data();
        let definition = definition["id"].as_str().unwrap().to_owned();
        let subscription =
            json!({"pattern": "never.walked", "url": format!("https://example.com/{MARK}")});
        let subscription = app.client.post("/v1/event-subscriptions", &subscription).await.data();
        let subscription = subscription["subscription"]["id"].as_str().unwrap().to_owned();
        let hook = json!({
            "name": MARK, "url": format!("https://example.com/{MARK}"), "subscribedEventTypes": ["run.*"],
        });
        let hook = app.client.post("/v1/execution-webhooks", &hook).await.data();
        let hook = hook["id"].as_str().unwrap().to_owned();
        let tested =
            app.client.post(&format!("/v1/execution-webhooks/{hook}/test"), &json!({})).await;
        let told = tested.data()["deliveryId"].as_str().unwrap().to_owned();
        let steps =
            json!([{"eventId": "step.one", "order": 1}, {"eventId": "step.two", "order": 2}]);
        let sequence =
            json!({"name": "sequence-of-the-walk", "description": MARK, "events": steps});
        app.client.post("/v1/event-sequences", &sequence).await.data();
        let step = json!({"event": "step.one", "metadata": {"correlationId": "one"}});
        app.client.post("/v1/events", &step).await.data();
        let path = "/v1/event-sequences/sequence-of-the-walk/instances";
        let begun = app.eventually(|| app.client.data(path), there).await;
        let instance = begun["items"][0]["id"].as_str().unwrap().to_owned();
        let schema = json!({
            "namespace": "walked", "name": "kept", "description": MARK, "schema": {"type": "object"}
        });
        let schema = app.client.post("/v1/validation/schemas", &schema).await.data();
        let schema = schema["id"].as_str().unwrap().to_owned();
        let connector = json!({
            "name": MARK, "type": "http-bearer",
            "data": {"host": "api.example.com", "token": "0123456789abcdef"},
        });
        let connector = app.client.post("/v1/connectors", &connector).await.data();
        let connector = connector["id"].as_str().unwrap().to_owned();
        let wallet = app.client.post("/v1/wallets", &json!({"name": MARK})).await.data();
        let wallet = wallet["id"].as_str().unwrap().to_owned();
        let floor = format!("/v1/wallets/{wallet}/floors/1");
        app.client.request("PUT", &floor).json(&json!({"floor": "1"})).send().await.data();
        let transaction = wanted(&app.database, &wallet).await;
        let listed = || app.client.data("/v1/transactions");
        app.eventually(listed, there).await;
        let signature = to_be_signed(&app.database, &wallet).await;
        let listed = || app.client.data("/v1/signatures");
        app.eventually(listed, there).await;
        let (sale, payment, endpoint) = known(&app.database, MARK).await;
        for path in ["/v1/sales", "/v1/payments"] {
            app.eventually(|| app.client.data(path), there).await;
        }
        let role = json!({"name": MARK, "permissions": ["runs:read"]});
        let role = app.client.post("/v1/organization/roles", &role).await.data();
        let (account, key) = app.key_of(&app.client, MARK, &["runs:read"]).await;
        let key = KeyHash::of(&key).api_key().to_string();
        let invite = json!({"email": format!("{MARK}@example.org"), "role": "viewer"});
        let invited = app.client.post("/v1/organization/invitations", &invite).await.data();
        let template = app.client.post("/v1/templates", &template_of(MARK)).await.data();
        let template = template["id"].as_str().unwrap().to_owned();
        let interface = app.client.post("/v1/ui-components", &interface_of(MARK)).await.data();
        let interface = interface["id"].as_str().unwrap().to_owned();
        let block = app.client.post("/v1/blocks", &block_of(MARK)).await.data();
        let block = block["id"].as_str().unwrap().to_owned();
        let table =
            json!({"name": "walked", "schema": {"properties": {"note": {"type": "string"}}}});
        app.client.post("/v1/tables", &table).await.data();
        let rows = json!({"rows": [{"note": MARK}]});
        app.client.post("/v1/tables/walked/rows", &rows).await.data();
        let document = json!({"title": MARK, "text": MARK});
        let document = app.client.post("/v1/knowledge/documents", &document).await.data();
        let document = document["id"].as_str().unwrap().to_owned();
        Self(vec![
            ("{invitation}", invited["id"].as_str().unwrap().to_owned()),
            ("{token}", invited["token"].as_str().unwrap().to_owned()),
            ("{role}", role["id"].as_str().unwrap().to_owned()),
            ("{account}", account),
            ("{key}", key),
            ("{user}", UserId::generate().to_string()),
            ("{organization}", OrganizationId::DEFAULT.to_string()),
            ("{connector}", connector),
            ("{wallet}", wallet),
            ("{transaction}", transaction),
            ("{signature}", signature),
            ("{sale}", sale),
            ("{payment}", payment),
            ("{endpoint}", endpoint),
            ("{template}", template),
            ("{interface}", interface),
            ("{block}", block),
            ("{table}", "walked".to_owned()),
            ("{document}", document),
            ("{schema}", schema),
            ("{definition}", definition),
            ("{subscription}", subscription),
            ("{hook}", hook),
            ("{told}", told),
            ("{sequence}", "sequence-of-the-walk".to_owned()),
            ("{instance}", instance),
            ("{workflow}", workflow),
            ("{run}", run),
            ("{over}", over),
            ("{failed}", failed),
            ("{task}", task),
            ("{event}", event),
            ("{test}", test),
            ("{execution}", execution),
        ])
    }

    /// The same places with ids that nobody ever had.
    fn of_nobody() -> Self {
        Self(vec![
            ("{invitation}", InvitationId::generate().to_string()),
            ("{token}", InvitationToken::generate(OrganizationId::generate(), [1; 32]).0),
            ("{role}", RoleId::generate().to_string()),
            ("{account}", ServiceAccountId::generate().to_string()),
            ("{key}", ApiKeyId::generate().to_string()),
            ("{user}", UserId::generate().to_string()),
            ("{organization}", OrganizationId::generate().to_string()),
            ("{connector}", ConnectorId::generate().to_string()),
            ("{wallet}", WalletId::generate().to_string()),
            ("{transaction}", IntentId::generate().to_string()),
            ("{signature}", IntentId::generate().to_string()),
            ("{sale}", SaleId::generate().to_string()),
            ("{payment}", PaymentId::generate().to_string()),
            ("{endpoint}", PaidEndpointId::generate().to_string()),
            ("{template}", TemplateId::generate().to_string()),
            ("{interface}", UiComponentId::generate().to_string()),
            ("{block}", BlockId::generate().to_string()),
            ("{table}", "nobodys".to_owned()),
            ("{document}", DocumentId::generate().to_string()),
            ("{schema}", SchemaId::generate().to_string()),
            ("{definition}", EventDefinitionId::generate().to_string()),
            ("{subscription}", EventSubscriptionId::generate().to_string()),
            ("{hook}", ExecutionHookId::generate().to_string()),
            ("{told}", HookDeliveryId::generate().to_string()),
            ("{sequence}", "sequence-of-nobody".to_owned()),
            ("{instance}", SequenceInstanceId::generate().to_string()),
            ("{workflow}", WorkflowId::generate().to_string()),
            ("{run}", RunId::generate().to_string()),
            ("{over}", RunId::generate().to_string()),
            ("{failed}", RunId::generate().to_string()),
            ("{task}", TaskId::of(RunId::generate(), "nobody").to_string()),
            ("{event}", EventId::generate().to_string()),
            ("{test}", TestId::generate().to_string()),
            ("{execution}", TestExecutionId::generate().to_string()),
        ])
    }

    /// A text with the ids in their places.
    fn fill(&self, text: &str) -> String {
        let text = text.replace("{pure}", &definitions::pure().to_string());
        let own = test_of(&WorkflowId::generate().to_string(), "Mine").to_string();
        let text = text.replace("{own_test}", &own);
        let text = text.replace("{own_template}", &template_of("Mine").to_string());
        let text = text.replace("{own_interface}", &interface_of("Mine").to_string());
        let text = text.replace("{own_block}", &block_of("Mine").to_string());
        self.0.iter().fold(text, |text, (place, id)| text.replace(place, id))
    }

    /// A text with the places instead of the ids.
    fn mask(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (place, id)| text.replace(id, place))
    }

    /// What of the first organization stands in a text.
    fn found_in(&self, text: &str) -> Vec<&str> {
        let ids = self.0.iter().map(|(_, id)| id.as_str());
        ids.chain([MARK]).filter(|mark| text.contains(mark)).collect()
    }

    async fn walk(&self, walker: &Client, route: &str, path: &str, body: &str) -> Response {
        let method = route.split(' ').next().unwrap();
        let request = walker.request(method, &self.fill(path));
        let request = if body.is_empty() {
            request
        } else {
            request.header("Content-Type", "application/json").bytes(self.fill(body))
        };
        request.send().await
    }
}

fn template_of(name: &str) -> Value {
    json!({"name": name, "definition": definitions::pure()})
}

fn interface_of(name: &str) -> Value {
    let field = json!({"fieldKey": "note", "label": "Note", "type": "text"});
    json!({"name": name, "componentType": "Form", "fields": [field]})
}

fn block_of(name: &str) -> Value {
    let say = json!({"type": "log", "payload": {"message": "x"}});
    let definition = json!({"nodes": {"say": say}, "entry": ["say"], "result": "say"});
    json!({"name": name, "definition": definition})
}

fn test_of(workflow: &str, name: &str) -> Value {
    json!({
        "name": name, "targetId": workflow,
        "cases": [{"caseId": "large", "input": {"amount": 250},
                   "expectedOutput": {"large": {"message": "large: 250"}}}],
    })
}

/// What a refusal says, apart from the request's own id.
fn told(response: &Response) -> (u16, Value) {
    let mut document = response.json();
    document.as_object_mut().unwrap().remove("requestId");
    (response.status, document)
}

async fn walker(app: &TestApp) -> Client {
    app.client.within(&app.founded("Walker").await)
}

#[expect(clippy::disallowed_methods, reason = "tests ask SQL ad hoc")]
async fn events_of_the_first(app: &TestApp) -> i64 {
    app.head().await;
    let events = "select count(*) from events where organization_id = $1";
    sqlx::query_scalar(events)
        .bind(OrganizationId::DEFAULT.to_string())
        .fetch_one(&app.database.pool)
        .await
        .unwrap()
}

#[actix_web::test]
async fn nobody_of_another_organization_finds_or_changes_anything() {
    let app = app().await;
    let world = World::of(&app).await;
    let nobody = World::of_nobody();
    let walker = walker(&app).await;
    let before = events_of_the_first(&app).await;
    let mut wrong = Vec::new();

    // The lists first, while the walker has nothing; then all the rest; then the lists once more.
    let (lists, rest): (Vec<_>, Vec<_>) = WALK.iter().partition(|line| line.3 == Empty);
    for (route, path, body, _) in &lists {
        let answer = world.walk(&walker, route, path, body).await;
        let is_empty = answer.status == 200 && answer.json()["data"]["items"] == json!([]);
        let counts = answer.text().contains("\"total\"");
        if !is_empty || counts || !world.found_in(&answer.text()).is_empty() {
            wrong.push(format!("{route} by {path}: {} {}", answer.status, answer.text()));
        }
    }
    for (route, path, body, expect) in rest {
        let right = match expect {
            Apart | Empty => continue,
            Own => {
                let answer = world.walk(&walker, route, path, body).await;
                let found = world.found_in(&answer.text()).join(", ");
                let fine = (200..300).contains(&answer.status) && found.is_empty();
                fine.then_some(()).ok_or_else(|| {
                    format!("{} with {found:?}: {:.300}", answer.status, answer.text())
                })
            }
            Nothing => {
                let answer = world.walk(&walker, route, path, body).await;
                let control = nobody.walk(&walker, route, path, body).await;
                let masked = (control.status, nobody.mask(&told(&control).1.to_string()));
                let found = (answer.status, world.mask(&told(&answer).1.to_string()));
                let fine = answer.status == 404 && found == masked && !found.1.contains(MARK);
                fine.then_some(()).ok_or_else(|| format!("{found:?} instead of {masked:?}"))
            }
        };
        if let Err(found) = right {
            wrong.push(format!("{route} by {path}: {found}"));
        }
    }
    for (route, path, body, _) in &lists {
        let answer = world.walk(&walker, route, path, body).await;
        // The walker's own test names a workflow that nobody has.
        let found = world.found_in(&answer.text());
        if answer.status != 200 || !found.is_empty() {
            wrong.push(format!("{route} by {path}, at the end: {} {found:?}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(events_of_the_first(&app).await, before, "nothing was changed");
    // The owner still has all of it.
    for (route, path, _, expect) in WALK {
        // A stream of a run that waits has no end; what is not public is nobody's by that way.
        // The URL of a webhook is a secret that this table does not have, and nothing came in there.
        // Nothing was given up either, and this ledger is not signed.
        let never = [
            "/v1/public/",
            "/v1/webhooks/",
            "/v1/x402/",
            "/deliveries/{",
            "/dead-letters/{",
            "/bundle",
            // The connector is of a type that no model is asked by.
            "/assistant/",
        ];
        let asked = !route.ends_with("/stream") && !never.iter().any(|path| route.contains(path));
        if *expect == Nothing && route.starts_with("GET") && asked {
            let answer = world.walk(&app.client, route, path, "").await;
            assert!((200..300).contains(&answer.status), "{route}: {}", answer.text());
        }
    }
}

#[actix_web::test]
async fn an_idempotency_key_of_another_organization_is_another_key() {
    let app = app().await;
    let walker = walker(&app).await;
    let post = async |client: &Client, body: &Value| {
        let request = client.request("POST", "/v1/workflows").header("Idempotency-Key", "k-1");
        request.json(body).send().await
    };
    let body = json!({"name": MARK, "definition": definitions::pure()});
    let ours = post(&app.client, &body).await;
    let theirs = post(&walker, &body).await;
    assert_eq!((theirs.status, theirs.header("idempotency-replayed")), (ours.status, None));
    assert_ne!(theirs.data()["id"], ours.data()["id"]);
    assert_ne!(theirs.data()["organizationId"], ours.data()["organizationId"]);
    // Nor does it tell that the key was used with another body.
    let other = json!({"name": "Other", "definition": definitions::pure()});
    assert_eq!(post(&walker, &other).await.status, 422, "its own key, another body");
    let second = app.client.within(&app.founded("Second").await);
    assert_eq!(post(&second, &other).await.header("idempotency-replayed"), None);
}

#[actix_web::test]
async fn a_stream_of_activity_tells_only_of_its_own_organization() {
    let app = app().await;
    let walker = walker(&app).await;
    let workflow = app.published(&definitions::pure()).await;
    let from = app.head().await;
    let mut from_now = walker.stream("/v1/activity/stream", None).await;
    app.finished_run(&workflow).await;
    let body = json!({"name": "Mine", "definition": definitions::pure()});
    let own = walker.post("/v1/workflows", &body).await.data()["id"].clone();
    // What came first is nothing of the others; the past holds nothing of them either.
    let mut past = walker.stream("/v1/activity/stream?lastEventId=0", None).await;
    for stream in [&mut from_now, &mut past] {
        let first = stream.next().await.expect("what the walker did");
        assert_eq!((first.kind.as_str(), &first.data["workflowId"]), ("workflow.created", &own));
        assert!(first.id > from);
    }
}

#[actix_web::test]
async fn the_same_event_wakes_nobody_elsewhere() {
    let app = app().await;
    let walker = walker(&app).await;
    let waits = json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["seen"]},
        "seen": {"type": "wait", "payload": {
            "timeoutMs": 3_600_000, "triggerType": "event", "triggerConfig": {"pattern": "payment.*"},
        }},
    }});
    let run = app.started_run(&app.published(&waits).await).await;
    app.until_status(&run, "waiting").await;
    let event = json!({"event": "payment.seen", "payload": {}});
    let taken = walker.post("/v1/events", &event).await;
    assert_eq!(taken.status / 100, 2, "{}", taken.text());
    // The next event is handed out after that one.
    let own = app.started_run(&app.published(&waits).await).await;
    app.until_status(&own, "waiting").await;
    assert_eq!(app.client.data(&format!("/v1/runs/{run}?summary=true")).await["status"], "waiting");
    app.client.post("/v1/events", &event).await.data();
    app.until_status(&run, "success").await;
    app.until_status(&own, "success").await;
}
