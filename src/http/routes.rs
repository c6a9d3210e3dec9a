//! The whole API as one table, a line an endpoint: method, path, who may use it, its handler.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route};

use super::problem::{Code, Problem};
use super::{
    activity, api_keys, assistant, audit, auth, blocks, catalog, chains, connectors, deliveries,
    events, exports, health, hooks, inbound, invitations, knowledge, members, openapi,
    organizations, projections, public, reviews, roles, runs, search, service_accounts, storage,
    tables, tasks, templates, testing, token_keys, ui_components, usage, users, validation,
    wallets, workflows,
};
use crate::access::Permission;

/// Who may use a route. The decision itself is made in [`authorize`](super::middleware::authorize).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever is logged in, in whatever organization, or in none.
    Person,
    /// Whoever is known, whatever may be done.
    Known,
    /// Who is known and has this permission.
    May(Permission),
    /// Who is known and has this permission, or sends the workflow's secret as `?secret=`.
    MayOrSecret(Permission),
}

/// One endpoint.
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, with the names of its parameters.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    route: fn() -> Route,
}

macro_rules! table {
    ($($method:ident $path:literal $access:ident $(($permission:ident))? $handler:path;)*) => {
        /// Every endpoint. Paths with fixed segments come before those with a parameter there.
        pub const TABLE: &[Endpoint] = &[$(Endpoint {
            method: Method::$method,
            path: $path,
            access: Access::$access $((Permission::$permission))?,
            route: || web::route().method(Method::$method).to($handler),
        }),*];
    };
}

table! {
    GET    "/healthz"                                         Public                      health::healthz;
    GET    "/readyz"                                          Public                      health::readyz;
    GET    "/metrics"                                         Public                      health::metrics;
    GET    "/openapi.json"                                    Public                      openapi::document;
    GET    "/v1/workflows"                                    May(WorkflowsRead)          workflows::list;
    POST   "/v1/workflows"                                    May(WorkflowsWrite)         workflows::create;
    POST   "/v1/workflows/validate"                           May(WorkflowsRead)          workflows::validate;
    GET    "/v1/workflows/{id}"                               May(WorkflowsRead)          workflows::get;
    PUT    "/v1/workflows/{id}"                               May(WorkflowsWrite)         workflows::save_draft;
    DELETE "/v1/workflows/{id}"                               May(WorkflowsWrite)         workflows::archive;
    POST   "/v1/workflows/{id}/validate"                      May(WorkflowsRead)          workflows::validate_draft;
    POST   "/v1/workflows/{id}/publish"                       May(WorkflowsPublish)       workflows::publish;
    POST   "/v1/workflows/{id}/pause"                         May(WorkflowsPublish)       workflows::pause;
    POST   "/v1/workflows/{id}/resume"                        May(WorkflowsPublish)       workflows::resume;
    POST   "/v1/workflows/{id}/rollback"                      May(WorkflowsPublish)       workflows::rollback;
    POST   "/v1/workflows/{id}/discard-draft"                 May(WorkflowsWrite)         workflows::discard_draft;
    POST   "/v1/workflows/{id}/run"                           May(WorkflowsRun)           workflows::run;
    GET    "/v1/workflows/{id}/review"                        May(WorkflowsRead)          reviews::get;
    POST   "/v1/workflows/{id}/review"                        May(WorkflowsWrite)         reviews::request;
    POST   "/v1/workflows/{id}/review/approve"                May(WorkflowsApprove)       reviews::approve;
    POST   "/v1/workflows/{id}/review/reject"                 May(WorkflowsApprove)       reviews::reject;
    POST   "/v1/workflows/{id}/review/comments"               May(WorkflowsWrite)         reviews::comment;
    PUT    "/v1/workflows/{id}/tags"                          May(WorkflowsWrite)         workflows::tags;
    PUT    "/v1/workflows/{id}/limits"                        May(WorkflowsPublish)       workflows::limits;
    POST   "/v1/workflows/{id}/refill"                        May(WorkflowsPublish)       workflows::refill;
    GET    "/v1/workflows/{id}/versions"                      May(WorkflowsRead)          workflows::versions;
    GET    "/v1/workflows/{id}/versions/{versionNumber}"      May(WorkflowsRead)          workflows::version;
    PUT    "/v1/workflows/{id}/pinned-outputs"                May(WorkflowsWrite)         workflows::pin_outputs;
    GET    "/v1/workflows/{id}/readiness"                     May(WorkflowsRead)          workflows::readiness;
    GET    "/v1/workflows/{id}/schedule"                      May(WorkflowsRead)          workflows::schedule;
    GET    "/v1/workflows/{id}/diff"                          May(WorkflowsRead)          workflows::diff;
    POST   "/v1/workflows/{id}/what-if"                       May(RunsRead)               workflows::what_if;
    POST   "/v1/workflows/{id}/simulate"                      May(WorkflowsRead)          workflows::simulate;
    GET    "/v1/workflows/{id}/source"                        May(RunsRead)               deliveries::source;
    POST   "/v1/workflows/{id}/trigger/test"                  May(WorkflowsRun)           testing::trigger::test;
    POST   "/v1/workflows/{id}/listen"                        May(WorkflowsWrite)         deliveries::listen;
    GET    "/v1/workflows/{id}/deliveries"                    May(RunsRead)               deliveries::list;
    GET    "/v1/workflows/{id}/deliveries/{deliveryId}"       May(RunsRead)               deliveries::get;
    POST   "/v1/workflows/{id}/deliveries/{deliveryId}/replay" May(WorkflowsRun)          deliveries::replay;
    GET    "/v1/runs"                                         May(RunsRead)               runs::list;
    POST   "/v1/runs/sync"                                    May(ActionsRun)             runs::sync;
    GET    "/v1/runs/export"                                  May(RunsRead)               runs::export;
    GET    "/v1/runs/{id}"                                    May(RunsRead)               runs::get;
    GET    "/v1/runs/{id}/bundle"                             May(RunsRead)               audit::bundle;
    GET    "/v1/runs/{id}/events"                             May(RunsRead)               runs::events;
    GET    "/v1/runs/{id}/lineage"                            May(RunsRead)               runs::lineage;
    GET    "/v1/runs/{id}/replay"                             May(RunsRead)               runs::replay;
    GET    "/v1/runs/{id}/stream"                             May(RunsRead)               runs::stream;
    POST   "/v1/runs/{id}/cancel"                             May(RunsManage)             runs::cancel;
    POST   "/v1/runs/{id}/pause"                              May(RunsManage)             runs::pause;
    POST   "/v1/runs/{id}/resume"                             May(RunsManage)             runs::resume;
    POST   "/v1/runs/{id}/signal"                             May(RunsManage)             runs::signal;
    POST   "/v1/runs/{id}/retry"                              May(RunsManage)             runs::retry;
    POST   "/v1/runs/{id}/rerun"                              May(RunsManage)             runs::rerun;
    POST   "/v1/runs/{id}/nodes/{nodeId}/resume"              MayOrSecret(RunsManage)     runs::resume_wait;
    GET    "/v1/tasks"                                        May(TasksRead)              tasks::list;
    GET    "/v1/tasks/{id}"                                   May(TasksRead)              tasks::get;
    POST   "/v1/tasks/{id}/claim"                             May(TasksWrite)             tasks::claim;
    POST   "/v1/tasks/{id}/release"                           May(TasksWrite)             tasks::release;
    POST   "/v1/tasks/{id}/assign"                            May(TasksManage)            tasks::assign;
    POST   "/v1/tasks/{id}/complete"                          May(TasksWrite)             tasks::complete;
    POST   "/v1/tasks/{id}/reject"                            May(TasksWrite)             tasks::reject;
    POST   "/v1/tasks/{id}/cancel"                            May(TasksManage)            tasks::cancel;
    GET    "/v1/events"                                       May(EventsRead)             events::list;
    POST   "/v1/events"                                       May(EventsPublish)          events::publish;
    POST   "/v1/events/batch"                                 May(EventsPublish)          events::batch;
    GET    "/v1/events/queue"                                 May(EventsRead)             events::queue;
    GET    "/v1/events/{id}"                                  May(EventsRead)             events::get;
    GET    "/v1/event-definitions"                            May(EventsRead)             events::definitions::list;
    POST   "/v1/event-definitions"                            May(EventsManage)           events::definitions::create;
    GET    "/v1/event-definitions/{id}"                       May(EventsRead)             events::definitions::get;
    POST   "/v1/event-definitions/{id}/status"                May(EventsManage)           events::definitions::status;
    GET    "/v1/event-subscriptions"                          May(EventsRead)             events::subscriptions::list;
    POST   "/v1/event-subscriptions"                          May(EventsManage)           events::subscriptions::create;
    GET    "/v1/event-subscriptions/{id}"                     May(EventsRead)             events::subscriptions::get;
    PATCH  "/v1/event-subscriptions/{id}"                     May(EventsManage)           events::subscriptions::change;
    DELETE "/v1/event-subscriptions/{id}"                     May(EventsManage)           events::subscriptions::remove;
    POST   "/v1/event-subscriptions/{id}/rotate-secret"       May(EventsManage)           events::subscriptions::rotate;
    POST   "/v1/event-subscriptions/{id}/status"              May(EventsManage)           events::subscriptions::status;
    GET    "/v1/execution-webhooks"                           May(EventsRead)             hooks::list;
    POST   "/v1/execution-webhooks"                           May(EventsManage)           hooks::create;
    GET    "/v1/execution-webhooks/deliveries"                May(RunsRead)               hooks::deliveries::list;
    GET    "/v1/execution-webhooks/deliveries/{id}"           May(RunsRead)               hooks::deliveries::get;
    POST   "/v1/execution-webhooks/deliveries/{id}/replay"    May(EventsManage)           hooks::deliveries::replay;
    GET    "/v1/execution-webhooks/{id}"                      May(EventsRead)             hooks::get;
    PATCH  "/v1/execution-webhooks/{id}"                      May(EventsManage)           hooks::change;
    DELETE "/v1/execution-webhooks/{id}"                      May(EventsManage)           hooks::remove;
    POST   "/v1/execution-webhooks/{id}/enable"               May(EventsManage)           hooks::enable;
    POST   "/v1/execution-webhooks/{id}/disable"              May(EventsManage)           hooks::disable;
    POST   "/v1/execution-webhooks/{id}/regenerate-secret"    May(EventsManage)           hooks::regenerate;
    POST   "/v1/execution-webhooks/{id}/replay"               May(EventsManage)           hooks::replay;
    POST   "/v1/execution-webhooks/{id}/test"                 May(EventsManage)           hooks::test;
    GET    "/v1/event-sequences"                              May(EventsRead)             events::sequences::list;
    POST   "/v1/event-sequences"                              May(EventsManage)           events::sequences::create;
    GET    "/v1/event-sequences/{name}"                       May(EventsRead)             events::sequences::get;
    DELETE "/v1/event-sequences/{name}"                       May(EventsManage)           events::sequences::remove;
    GET    "/v1/event-sequences/{name}/instances"             May(EventsRead)             events::sequences::instances;
    GET    "/v1/event-sequences/{name}/instances/{id}"        May(EventsRead)             events::sequences::instance;
    POST   "/v1/event-sequences/{name}/instances/{id}/retry"  May(EventsManage)           events::sequences::retry;
    POST   "/v1/event-sequences/{name}/instances/{id}/abandon" May(EventsManage)          events::sequences::abandon;
    GET    "/v1/dead-letters"                                 May(EventsRead)             events::dead_letters::list;
    POST   "/v1/dead-letters/reprocess"                       May(EventsManage)           events::dead_letters::reprocess;
    POST   "/v1/dead-letters/purge"                           May(EventsManage)           events::dead_letters::purge;
    GET    "/v1/dead-letters/{id}"                            May(EventsRead)             events::dead_letters::get;
    POST   "/v1/dead-letters/{id}/discard"                    May(EventsManage)           events::dead_letters::discard;
    GET    "/v1/organization/event-policy"                    May(EventsRead)             events::get_policy;
    PUT    "/v1/organization/event-policy"                    May(EventsManage)           events::set_policy;
    GET    "/v1/activity"                                     May(RunsRead)               activity::list;
    GET    "/v1/activity/stream"                              May(RunsRead)               activity::stream;
    GET    "/v1/organization/publication-policy"              May(WorkflowsRead)          reviews::get_policy;
    PUT    "/v1/organization/publication-policy"              May(OrganizationManage)     reviews::set_policy;
    GET    "/v1/organization/storage/{store}"                 May(StorageRead)            storage::list;
    GET    "/v1/organization/storage/{store}/{key}"           May(StorageRead)            storage::get;
    PUT    "/v1/organization/storage/{store}/{key}"           May(StorageWrite)           storage::set;
    DELETE "/v1/organization/storage/{store}/{key}"           May(StorageWrite)           storage::remove;
    GET    "/v1/actions"                                      Known                       catalog::actions;
    GET    "/v1/actions/{type}"                               Known                       catalog::action;
    POST   "/v1/actions/{type}/run"                           May(ActionsRun)             catalog::run_action;
    GET    "/v1/triggers"                                     Known                       catalog::triggers;
    GET    "/v1/triggers/{type}"                              Known                       catalog::trigger;
    GET    "/v1/assistant/models"                             May(AssistantRun)           assistant::models;
    POST   "/v1/assistant/replies"                            May(AssistantRun)           assistant::reply;
    GET    "/v1/connector-types"                              Known                       connectors::kinds;
    GET    "/v1/connector-types/{type}"                       Known                       connectors::kind;
    GET    "/v1/connectors"                                   May(ConnectorsRead)         connectors::list;
    POST   "/v1/connectors"                                   May(ConnectorsWrite)        connectors::connect;
    POST   "/v1/connectors/oauth/start"                       May(ConnectorsWrite)        connectors::start;
    GET    "/v1/oauth/callback"                               Public                      connectors::callback;
    GET    "/v1/connectors/{id}"                              May(ConnectorsRead)         connectors::get;
    PUT    "/v1/connectors/{id}"                              May(ConnectorsWrite)        connectors::update;
    DELETE "/v1/connectors/{id}"                              May(ConnectorsWrite)        connectors::disconnect;
    POST   "/v1/connectors/{id}/test"                         May(ConnectorsWrite)        connectors::test;
    GET    "/v1/testing/test-definitions"                     May(TestsRead)              testing::list;
    POST   "/v1/testing/test-definitions"                     May(TestsWrite)             testing::create;
    GET    "/v1/testing/test-definitions/{id}"                May(TestsRead)              testing::get;
    PUT    "/v1/testing/test-definitions/{id}"                May(TestsWrite)             testing::update;
    DELETE "/v1/testing/test-definitions/{id}"                May(TestsWrite)             testing::delete;
    GET    "/v1/testing/test-executions"                      May(TestsRead)              testing::executions;
    POST   "/v1/testing/test-executions"                      May(TestsRun)               testing::execute;
    GET    "/v1/testing/test-executions/{id}"                 May(TestsRead)              testing::execution;
    GET    "/v1/testing/test-results/{id}"                    May(TestsRead)              testing::results;
    GET    "/v1/usage"                                        May(UsageRead)              usage::get;
    GET    "/v1/usage/daily"                                  May(UsageRead)              usage::daily;
    GET    "/v1/usage/balance"                                May(UsageRead)              usage::balance;
    GET    "/v1/usage/prices"                                 Known                       usage::prices;
    PUT    "/v1/usage/plan"                                   May(InstallationManage)     usage::plan;
    POST   "/v1/usage/grants"                                 May(InstallationManage)     usage::grant;
    POST   "/v1/usage/top-ups"                                May(InstallationManage)     usage::top_up;
    GET    "/v1/validation/schemas"                           May(SchemasRead)            validation::list;
    POST   "/v1/validation/schemas"                           May(SchemasWrite)           validation::create;
    GET    "/v1/validation/schemas/{id}"                      May(SchemasRead)            validation::get;
    PUT    "/v1/validation/schemas/{id}"                      May(SchemasWrite)           validation::update;
    POST   "/v1/validation/schemas/{id}/compatibility"        May(SchemasRead)            validation::compatibility;
    POST   "/v1/validation/schemas/{id}/deprecate"            May(SchemasWrite)           validation::deprecate;
    POST   "/v1/validation/validate"                          May(SchemasRead)            validation::validate;
    POST   "/v1/validation/validate/batch"                    May(SchemasRead)            validation::batch;
    GET    "/v1/whoami"                                       Known                       auth::whoami;
    GET    "/v1/organizations"                                Known                       organizations::list;
    POST   "/v1/organizations"                                May(InstallationManage)     organizations::found;
    GET    "/v1/organizations/{id}"                           May(OrganizationRead)       organizations::get;
    PUT    "/v1/organizations/{id}"                           May(OrganizationManage)     organizations::rename;
    GET    "/v1/organization/members"                         May(OrganizationRead)       members::list;
    PUT    "/v1/organization/members/{userId}"                May(MembersManage)          members::change;
    DELETE "/v1/organization/members/{userId}"                May(MembersManage)          members::remove;
    POST   "/v1/organization/leave"                           Known                       members::leave;
    GET    "/v1/organization/roles"                           May(OrganizationRead)       roles::list;
    POST   "/v1/organization/roles"                           May(MembersManage)          roles::define;
    PUT    "/v1/organization/roles/{id}"                      May(MembersManage)          roles::change;
    DELETE "/v1/organization/roles/{id}"                      May(MembersManage)          roles::remove;
    GET    "/v1/organization/invitations"                     May(OrganizationRead)       invitations::list;
    POST   "/v1/organization/invitations"                     May(MembersManage)          invitations::create;
    DELETE "/v1/organization/invitations/{id}"                May(MembersManage)          invitations::revoke;
    GET    "/v1/log/checkpoint"                               Public                      audit::checkpoint;
    GET    "/v1/log/key"                                      Public                      audit::key;
    GET    "/v1/log/tile/{tile}"                              Public                      audit::tile;
    GET    "/v1/organization/audit-log"                       May(AuditRead)              audit::list;
    GET    "/v1/organization/audit-log/export"                May(AuditRead)              audit::export;
    GET    "/v1/ledger/export"                                May(AuditRead)              exports::ledger;
    GET    "/v1/service-accounts"                             May(KeysRead)               service_accounts::list;
    POST   "/v1/service-accounts"                             May(KeysManage)             service_accounts::create;
    PUT    "/v1/service-accounts/{id}"                        May(KeysManage)             service_accounts::change;
    DELETE "/v1/service-accounts/{id}"                        May(KeysManage)             service_accounts::remove;
    GET    "/v1/api-keys"                                     May(KeysRead)               api_keys::list;
    POST   "/v1/api-keys"                                     May(KeysManage)             api_keys::create;
    DELETE "/v1/api-keys/{id}"                                May(KeysManage)             api_keys::revoke;
    POST   "/v1/auth/login"                                   Public                      auth::login;
    POST   "/v1/auth/refresh"                                 Public                      auth::refresh;
    POST   "/v1/auth/reset"                                   Public                      auth::reset_password;
    POST   "/v1/auth/register"                                Public                      auth::register;
    POST   "/v1/auth/stream-tickets"                          Known                       auth::stream_ticket;
    POST   "/v1/auth/stream-tokens"                           May(RunsRead)               auth::stream_token;
    POST   "/v1/auth/logout"                                  Person                      auth::logout;
    POST   "/v1/auth/password"                                Person                      auth::change_password;
    POST   "/v1/auth/totp"                                    Person                      auth::enrol_totp;
    POST   "/v1/auth/totp/confirm"                            Person                      auth::confirm_totp;
    POST   "/v1/auth/totp/remove"                             Person                      auth::remove_totp;
    POST   "/v1/auth/invitations/accept"                      Person                      auth::accept_invitation;
    GET    "/v1/auth/organizations"                           Person                      auth::organizations;
    GET    "/v1/auth/sessions"                                Person                      auth::sessions;
    DELETE "/v1/auth/sessions/{id}"                           Person                      auth::end_session;
    GET    "/.well-known/jwks.json"                           Public                      auth::jwks;
    GET    "/v1/users"                                        May(InstallationManage)     users::list;
    POST   "/v1/users"                                        May(InstallationManage)     users::create;
    GET    "/v1/users/{id}"                                   May(InstallationManage)     users::get;
    POST   "/v1/users/{id}/suspend"                           May(InstallationManage)     users::suspend;
    POST   "/v1/users/{id}/restore"                           May(InstallationManage)     users::restore;
    POST   "/v1/users/{id}/reset"                             May(InstallationManage)     users::reset;
    GET    "/v1/token-keys"                                   May(InstallationManage)     token_keys::list;
    POST   "/v1/token-keys/rotate"                            May(InstallationManage)     token_keys::rotate;
    GET    "/v1/templates"                                    May(TemplatesRead)          templates::list;
    POST   "/v1/templates"                                    May(TemplatesWrite)         templates::create;
    GET    "/v1/templates/{id}"                               May(TemplatesRead)          templates::get;
    PUT    "/v1/templates/{id}"                               May(TemplatesWrite)         templates::update;
    DELETE "/v1/templates/{id}"                               May(TemplatesWrite)         templates::retire;
    POST   "/v1/templates/{id}/instantiate"                   May(WorkflowsWrite)         templates::instantiate;
    GET    "/v1/blocks"                                       May(TemplatesRead)          blocks::list;
    POST   "/v1/blocks"                                       May(TemplatesWrite)         blocks::create;
    GET    "/v1/blocks/{id}"                                  May(TemplatesRead)          blocks::get;
    PUT    "/v1/blocks/{id}"                                  May(TemplatesWrite)         blocks::update;
    DELETE "/v1/blocks/{id}"                                  May(TemplatesWrite)         blocks::retire;
    GET    "/v1/ui-components"                                May(InterfacesRead)         ui_components::list;
    POST   "/v1/ui-components"                                May(InterfacesWrite)        ui_components::create;
    POST   "/v1/ui-components/validate"                       May(InterfacesRead)         ui_components::validate;
    GET    "/v1/ui-components/{id}"                           May(InterfacesRead)         ui_components::get;
    PUT    "/v1/ui-components/{id}"                           May(InterfacesWrite)        ui_components::update;
    DELETE "/v1/ui-components/{id}"                           May(InterfacesWrite)        ui_components::retire;
    GET    "/v1/search"                                       May(WorkflowsRead)          search::find;
    GET    "/v1/tables"                                       May(DataRead)               tables::list;
    POST   "/v1/tables"                                       May(DataManage)             tables::create;
    GET    "/v1/tables/{name}"                                May(DataRead)               tables::get;
    DELETE "/v1/tables/{name}"                                May(DataManage)             tables::drop;
    POST   "/v1/tables/{name}/changes"                        May(DataManage)             tables::alter;
    GET    "/v1/tables/{name}/rows"                           May(DataRead)               tables::rows;
    POST   "/v1/tables/{name}/rows"                           May(DataWrite)              tables::insert;
    GET    "/v1/tables/{name}/rows/{id}"                      May(DataRead)               tables::row;
    PUT    "/v1/tables/{name}/rows/{id}"                      May(DataWrite)              tables::update;
    DELETE "/v1/tables/{name}/rows/{id}"                      May(DataWrite)              tables::remove;
    POST   "/v1/tables/{name}/import"                         May(DataWrite)              tables::import;
    GET    "/v1/tables/{name}/export"                         May(DataRead)               tables::export;
    GET    "/v1/knowledge/documents"                          May(DataRead)               knowledge::list;
    POST   "/v1/knowledge/documents"                          May(DataWrite)              knowledge::add;
    GET    "/v1/knowledge/documents/{id}"                     May(DataRead)               knowledge::get;
    PUT    "/v1/knowledge/documents/{id}"                     May(DataWrite)              knowledge::revise;
    DELETE "/v1/knowledge/documents/{id}"                     May(DataWrite)              knowledge::remove;
    GET    "/v1/knowledge/search"                             May(DataRead)               knowledge::search;
    POST   "/v1/data/query"                                   May(DataRead)               tables::query;
    GET    "/v1/projections"                                  May(InstallationManage)     projections::list;
    POST   "/v1/projections/{name}/pause"                     May(InstallationManage)     projections::pause;
    POST   "/v1/projections/{name}/resume"                    May(InstallationManage)     projections::resume;
    PUT    "/v1/projections/{name}/throttle"                  May(InstallationManage)     projections::throttle;
    POST   "/v1/projections/{name}/rebuild"                   May(InstallationManage)     projections::rebuild;
    GET    "/v1/wallets"                                      May(WalletsRead)            wallets::list;
    POST   "/v1/wallets"                                      May(WalletsManage)          wallets::create;
    POST   "/v1/wallets/import"                               May(WalletsManage)          wallets::import;
    GET    "/v1/wallets/{id}"                                 May(WalletsRead)            wallets::get;
    PATCH  "/v1/wallets/{id}"                                 May(WalletsManage)          wallets::rename;
    GET    "/v1/wallets/{id}/balances"                        May(WalletsRead)            wallets::balances;
    POST   "/v1/wallets/{id}/default"                         May(WalletsManage)          wallets::make_default;
    POST   "/v1/wallets/{id}/archive"                         May(WalletsManage)          wallets::archive;
    POST   "/v1/wallets/{id}/restore"                         May(WalletsManage)          wallets::restore;
    GET    "/v1/wallets/{id}/floors"                          May(WalletsRead)            wallets::floors::list;
    GET    "/v1/wallets/{id}/floors/{chain}"                  May(WalletsRead)            wallets::floors::get;
    PUT    "/v1/wallets/{id}/floors/{chain}"                  May(WalletsManage)          wallets::floors::set;
    DELETE "/v1/wallets/{id}/floors/{chain}"                  May(WalletsManage)          wallets::floors::remove;
    GET    "/v1/transactions"                                 May(WalletsRead)            wallets::transactions::list;
    GET    "/v1/transactions/export"                          May(WalletsRead)            wallets::transactions::export;
    GET    "/v1/transactions/{id}"                            May(WalletsRead)            wallets::transactions::get;
    POST   "/v1/transactions/{id}/approve"                    May(WalletsApprove)         wallets::transactions::approve;
    POST   "/v1/transactions/{id}/reject"                     May(WalletsApprove)         wallets::transactions::reject;
    POST   "/v1/transactions/{id}/cancel"                     May(WalletsManage)          wallets::transactions::cancel;
    GET    "/v1/signatures"                                   May(WalletsRead)            wallets::signatures::list;
    GET    "/v1/signatures/{id}"                              May(WalletsRead)            wallets::signatures::get;
    POST   "/v1/signatures/{id}/approve"                      May(WalletsApprove)         wallets::signatures::approve;
    POST   "/v1/signatures/{id}/reject"                       May(WalletsApprove)         wallets::signatures::reject;
    GET    "/v1/x402-endpoints"                               May(WalletsRead)            wallets::x402::list;
    POST   "/v1/x402-endpoints"                               May(WalletsManage)          wallets::x402::create;
    POST   "/v1/x402-endpoints/probe"                         May(WalletsManage)          wallets::x402::probe;
    POST   "/v1/x402-endpoints/test"                          May(WalletsManage)          wallets::x402::test;
    POST   "/v1/x402-endpoints/execute"                       May(WalletsManage)          wallets::x402::execute;
    GET    "/v1/x402-endpoints/{id}"                          May(WalletsRead)            wallets::x402::get;
    DELETE "/v1/x402-endpoints/{id}"                          May(WalletsManage)          wallets::x402::remove;
    GET    "/v1/payments"                                     May(WalletsRead)            wallets::x402::list_payments;
    GET    "/v1/payments/{id}"                                May(WalletsRead)            wallets::x402::get_payment;
    GET    "/v1/sales"                                        May(WalletsRead)            wallets::x402::list_sales;
    GET    "/v1/sales/{id}"                                   May(WalletsRead)            wallets::x402::get_sale;
    POST   "/v1/x402/{id}"                                    Public                      inbound::sold::buy;
    GET    "/v1/x402/{id}"                                    Public                      inbound::sold::buy_by_get;
    GET    "/v1/chains"                                       Known                       chains::list;
    GET    "/v1/chains/{chain}/endpoints"                     May(ConnectorsRead)         chains::endpoints::get;
    PUT    "/v1/chains/{chain}/endpoints"                     May(ConnectorsWrite)        chains::endpoints::name;
    DELETE "/v1/chains/{chain}/endpoints"                     May(ConnectorsWrite)        chains::endpoints::remove;
    POST   "/v1/chains/{chain}/endpoints/resume"              May(ConnectorsWrite)        chains::endpoints::resume;
    GET    "/v1/retention"                                    May(AuditRead)              organizations::retention::get;
    PUT    "/v1/retention"                                    May(RetentionManage)        organizations::retention::settle;
    GET    "/v1/retention/segments"                           May(AuditRead)              organizations::retention::segments;
    GET    "/v1/retention/subjects"                           May(AuditRead)              organizations::retention::subjects;
    POST   "/v1/retention/shredding"                          May(RetentionManage)        organizations::retention::shred;
    POST   "/v1/retention/holds"                              May(HoldsManage)          organizations::retention::hold;
    POST   "/v1/retention/holds/{id}/lift"                    May(HoldsManage)          organizations::retention::lift;
    GET    "/v1/policies"                                     May(PoliciesRead)           organizations::policies::list;
    POST   "/v1/policies"                                     May(PoliciesManage)         organizations::policies::define;
    POST   "/v1/policies/simulate"                            May(PoliciesRead)           organizations::policies::simulate;
    POST   "/v1/policies/delay"                               May(PoliciesManage)         organizations::policies::delay;
    GET    "/v1/policies/{name}"                              May(PoliciesRead)           organizations::policies::get;
    DELETE "/v1/policies/{name}"                              May(PoliciesManage)         organizations::policies::remove;
    POST   "/v1/policies/{name}/mode"                         May(PoliciesManage)         organizations::policies::apply;
    POST   "/v1/policies/{name}/withdraw"                     May(PoliciesManage)         organizations::policies::withdraw;
    GET    "/v1/chain-watches"                                May(InstallationManage)     chains::watches;
    POST   "/v1/chain-watches/{chainId}/resume"               May(InstallationManage)     chains::resume;
    GET    "/v1/public/workflows/{id}"                        Public                      public::view;
    POST   "/v1/public/workflows/{id}/run"                    Public                      public::execute;
    OPTIONS "/v1/public/workflows/{id}/run"                   Public                      public::preflight;
    GET    "/v1/public/runs/{id}"                             Public                      public::run;
    POST   "/v1/webhooks/{secret}"                            Public                      inbound::webhook;
    GET    "/v1/webhooks/{secret}"                            Public                      inbound::webhook_get;
    PUT    "/v1/webhooks/{secret}"                            Public                      inbound::webhook_put;
    PATCH  "/v1/webhooks/{secret}"                            Public                      inbound::webhook_patch;
}

/// How the server is told that a parameter goes on over slashes.
const DEEP: &str = "{tile:.*}";

/// Who may use the route with this method and pattern. Everything below `/v1` wants somebody known
/// unless the table says otherwise.
pub fn access(method: &Method, pattern: &str) -> Access {
    let pattern = &pattern.replace(DEEP, "{tile}");
    let listed =
        TABLE.iter().find(|endpoint| endpoint.path == pattern && endpoint.method == *method);
    match listed {
        Some(endpoint) => endpoint.access,
        // Another method of a public route: that it has none is no secret.
        None if TABLE.iter().any(|e| e.path == pattern && e.access == Access::Public) => {
            Access::Public
        }
        None if pattern.starts_with("/v1") => Access::Known,
        None => Access::Public,
    }
}

/// Adds every endpoint to a server.
pub fn configure(config: &mut ServiceConfig) {
    let mut paths: Vec<&str> = TABLE.iter().map(|endpoint| endpoint.path).collect();
    paths.dedup();
    for path in paths {
        let mut resource = web::resource(path.replace("{tile}", DEEP));
        for endpoint in TABLE.iter().filter(|endpoint| endpoint.path == path) {
            resource = resource.route((endpoint.route)());
        }
        config.service(resource.default_service(web::to(no_such_method)));
    }
}

async fn no_such_method(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let pattern = request.match_pattern().unwrap_or_default().replace(DEEP, "{tile}");
    let allowed: Vec<&str> = TABLE
        .iter()
        .filter(|endpoint| endpoint.path == pattern)
        .map(|endpoint| endpoint.method.as_str())
        .collect();
    Err(Problem::new(Code::MethodNotAllowed).allowing(&allowed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_path_stand_together() {
        let mut seen: Vec<&str> = Vec::new();
        for endpoint in TABLE {
            if seen.last() != Some(&endpoint.path) {
                assert!(!seen.contains(&endpoint.path), "{}", endpoint.path);
                seen.push(endpoint.path);
            }
        }
    }

    #[test]
    fn what_is_not_listed_wants_a_key() {
        assert_eq!(access(&Method::GET, "/v1/secrets"), Access::Known);
        assert_eq!(access(&Method::DELETE, "/v1/runs"), Access::Known);
        assert_eq!(access(&Method::GET, "/v1/webhooks/{secret}"), Access::Public);
        assert_eq!(
            access(&Method::POST, "/v1/runs/{id}/nodes/{nodeId}/resume"),
            Access::MayOrSecret(Permission::RunsManage)
        );
    }

    #[test]
    fn what_changes_something_wants_more_than_reading() {
        for endpoint in TABLE.iter().filter(|endpoint| endpoint.method != Method::GET) {
            let (Access::May(wanted) | Access::MayOrSecret(wanted)) = endpoint.access else {
                continue;
            };
            // These calculate and write nothing.
            let calculates = [
                "validate",
                "what-if",
                "simulate",
                "compatibility",
                "validate/batch",
                "query",
                "stream-tokens",
            ];
            let calculates = calculates.iter().any(|deed| endpoint.path.ends_with(deed));
            let reads = wanted.name().ends_with(":read");
            assert_eq!(reads, calculates, "{} {}: {wanted}", endpoint.method, endpoint.path);
        }
    }
}
