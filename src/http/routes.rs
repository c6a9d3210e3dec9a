//! The whole API as one table, a line an endpoint: method, path, who may use it, its handler.

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Route};

use super::problem::{Code, Problem};
use super::{
    activity, catalog, events, health, inbound, openapi, projections, runs, storage, tasks,
    testing, usage, workflows,
};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Who sends `Authorization: Bearer <key>`.
    Bearer,
    /// Who sends a key, or the workflow's secret as `?secret=`.
    BearerOrSecret,
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
    ($($method:ident $path:literal $access:ident $handler:path;)*) => {
        /// Every endpoint. Paths with fixed segments come before those with a parameter there.
        pub const TABLE: &[Endpoint] = &[$(Endpoint {
            method: Method::$method,
            path: $path,
            access: Access::$access,
            route: || web::route().method(Method::$method).to($handler),
        }),*];
    };
}

table! {
    GET    "/healthz"                                Public          health::healthz;
    GET    "/readyz"                                 Public          health::readyz;
    GET    "/metrics"                                Public          health::metrics;
    GET    "/openapi.json"                           Public          openapi::document;
    GET    "/v1/workflows"                           Bearer          workflows::list;
    POST   "/v1/workflows"                           Bearer          workflows::create;
    POST   "/v1/workflows/validate"                  Bearer          workflows::validate;
    GET    "/v1/workflows/{id}"                      Bearer          workflows::get;
    PUT    "/v1/workflows/{id}"                      Bearer          workflows::save_draft;
    DELETE "/v1/workflows/{id}"                      Bearer          workflows::archive;
    POST   "/v1/workflows/{id}/validate"             Bearer          workflows::validate_draft;
    POST   "/v1/workflows/{id}/publish"              Bearer          workflows::publish;
    POST   "/v1/workflows/{id}/pause"                Bearer          workflows::pause;
    POST   "/v1/workflows/{id}/resume"               Bearer          workflows::resume;
    POST   "/v1/workflows/{id}/rollback"             Bearer          workflows::rollback;
    POST   "/v1/workflows/{id}/discard-draft"        Bearer          workflows::discard_draft;
    POST   "/v1/workflows/{id}/run"                  Bearer          workflows::run;
    GET    "/v1/workflows/{id}/versions"             Bearer          workflows::versions;
    GET    "/v1/workflows/{id}/versions/{versionNumber}" Bearer      workflows::version;
    PUT    "/v1/workflows/{id}/pinned-outputs"       Bearer          workflows::pin_outputs;
    GET    "/v1/workflows/{id}/diff"                 Bearer          workflows::diff;
    POST   "/v1/workflows/{id}/what-if"              Bearer          workflows::what_if;
    POST   "/v1/workflows/{id}/simulate"             Bearer          workflows::simulate;
    GET    "/v1/runs"                                Bearer          runs::list;
    POST   "/v1/runs/sync"                           Bearer          runs::sync;
    GET    "/v1/runs/{id}"                           Bearer          runs::get;
    GET    "/v1/runs/{id}/events"                    Bearer          runs::events;
    GET    "/v1/runs/{id}/lineage"                   Bearer          runs::lineage;
    GET    "/v1/runs/{id}/stream"                    Bearer          runs::stream;
    POST   "/v1/runs/{id}/cancel"                    Bearer          runs::cancel;
    POST   "/v1/runs/{id}/pause"                     Bearer          runs::pause;
    POST   "/v1/runs/{id}/resume"                    Bearer          runs::resume;
    POST   "/v1/runs/{id}/signal"                    Bearer          runs::signal;
    POST   "/v1/runs/{id}/retry"                     Bearer          runs::retry;
    POST   "/v1/runs/{id}/rerun"                     Bearer          runs::rerun;
    POST   "/v1/runs/{id}/nodes/{nodeId}/resume"     BearerOrSecret  runs::resume_wait;
    GET    "/v1/tasks"                               Bearer          tasks::list;
    GET    "/v1/tasks/{id}"                          Bearer          tasks::get;
    POST   "/v1/tasks/{id}/claim"                    Bearer          tasks::claim;
    POST   "/v1/tasks/{id}/release"                  Bearer          tasks::release;
    POST   "/v1/tasks/{id}/assign"                   Bearer          tasks::assign;
    POST   "/v1/tasks/{id}/complete"                 Bearer          tasks::complete;
    POST   "/v1/tasks/{id}/reject"                   Bearer          tasks::reject;
    POST   "/v1/tasks/{id}/cancel"                   Bearer          tasks::cancel;
    POST   "/v1/events"                              Bearer          events::publish;
    GET    "/v1/events/{id}"                         Bearer          events::get;
    GET    "/v1/activity"                            Bearer          activity::list;
    GET    "/v1/activity/stream"                     Bearer          activity::stream;
    GET    "/v1/organization/storage/{store}"        Bearer          storage::list;
    GET    "/v1/organization/storage/{store}/{key}"  Bearer          storage::get;
    PUT    "/v1/organization/storage/{store}/{key}"  Bearer          storage::set;
    DELETE "/v1/organization/storage/{store}/{key}"  Bearer          storage::remove;
    GET    "/v1/actions"                             Bearer          catalog::actions;
    GET    "/v1/actions/{type}"                      Bearer          catalog::action;
    POST   "/v1/actions/{type}/run"                  Bearer          catalog::run_action;
    GET    "/v1/triggers"                            Bearer          catalog::triggers;
    GET    "/v1/triggers/{type}"                     Bearer          catalog::trigger;
    GET    "/v1/testing/test-definitions"            Bearer          testing::list;
    POST   "/v1/testing/test-definitions"            Bearer          testing::create;
    GET    "/v1/testing/test-definitions/{id}"       Bearer          testing::get;
    PUT    "/v1/testing/test-definitions/{id}"       Bearer          testing::update;
    DELETE "/v1/testing/test-definitions/{id}"       Bearer          testing::delete;
    GET    "/v1/testing/test-executions"             Bearer          testing::executions;
    POST   "/v1/testing/test-executions"             Bearer          testing::execute;
    GET    "/v1/testing/test-executions/{id}"        Bearer          testing::execution;
    GET    "/v1/testing/test-results/{id}"           Bearer          testing::results;
    GET    "/v1/usage"                               Bearer          usage::get;
    GET    "/v1/usage/daily"                         Bearer          usage::daily;
    GET    "/v1/usage/balance"                       Bearer          usage::balance;
    GET    "/v1/usage/prices"                        Bearer          usage::prices;
    PUT    "/v1/usage/plan"                          Bearer          usage::plan;
    POST   "/v1/usage/grants"                        Bearer          usage::grant;
    POST   "/v1/usage/top-ups"                       Bearer          usage::top_up;
    GET    "/v1/projections"                         Bearer          projections::list;
    POST   "/v1/webhooks/{secret}"                   Public          inbound::webhook;
}

/// Who may use the route with this method and pattern. Everything below `/v1` wants a key unless
/// the table says otherwise.
pub fn access(method: &Method, pattern: &str) -> Access {
    let listed =
        TABLE.iter().find(|endpoint| endpoint.path == pattern && endpoint.method == *method);
    match listed {
        Some(endpoint) => endpoint.access,
        // Another method of a public route: that it has none is no secret.
        None if TABLE.iter().any(|e| e.path == pattern && e.access == Access::Public) => {
            Access::Public
        }
        None if pattern.starts_with("/v1") => Access::Bearer,
        None => Access::Public,
    }
}

/// Adds every endpoint to a server.
pub fn configure(config: &mut ServiceConfig) {
    let mut paths: Vec<&str> = TABLE.iter().map(|endpoint| endpoint.path).collect();
    paths.dedup();
    for path in paths {
        let mut resource = web::resource(path);
        for endpoint in TABLE.iter().filter(|endpoint| endpoint.path == path) {
            resource = resource.route((endpoint.route)());
        }
        config.service(resource.default_service(web::to(no_such_method)));
    }
}

/// What answers where no endpoint does.
pub async fn nothing_here() -> Result<HttpResponse, Problem> {
    Err(Problem::new(Code::NotFound))
}

async fn no_such_method(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let pattern = request.match_pattern().unwrap_or_default();
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
        assert_eq!(access(&Method::GET, "/v1/secrets"), Access::Bearer);
        assert_eq!(access(&Method::DELETE, "/v1/runs"), Access::Bearer);
        assert_eq!(access(&Method::GET, "/v1/webhooks/{secret}"), Access::Public);
        assert_eq!(
            access(&Method::POST, "/v1/runs/{id}/nodes/{nodeId}/resume"),
            Access::BearerOrSecret
        );
    }
}
