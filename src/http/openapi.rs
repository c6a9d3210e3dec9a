//! The OpenAPI 3.1 document, made of the same types that requests and answers are made of.

use actix_web::HttpResponse;
use actix_web::http::Method;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::routes::{Access, TABLE};
use super::{
    activity, api_keys, assistant, audit, auth, blocks, catalog, chains, connectors, deliveries,
    events, exports, health, hooks, inbound, invitations, knowledge, members, organizations,
    projections, public, reviews, roles, runs, search, service_accounts, storage, tables, tasks,
    templates, testing, token_keys, ui_components, usage, users, validation, wallets, workflows,
};

/// Where the document is.
pub(super) const PATH: &str = "/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Chainkeel",
        description = "Workflow automation whose every run is a ledger. Successes are `{code, message, data, \
                       requestId}`; refusals are `application/problem+json`, each `code` explained in \
                       `docs/problems.md`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        health::healthz,
        health::readyz,
        health::metrics,
        document,
        workflows::list,
        workflows::create,
        workflows::validate,
        workflows::get,
        workflows::save_draft,
        workflows::archive,
        workflows::validate_draft,
        workflows::publish,
        workflows::pause,
        workflows::resume,
        workflows::rollback,
        workflows::discard_draft,
        workflows::run,
        workflows::limits,
        reviews::get,
        reviews::request,
        reviews::approve,
        reviews::reject,
        reviews::comment,
        reviews::get_policy,
        reviews::set_policy,
        workflows::tags,
        workflows::refill,
        workflows::versions,
        workflows::version,
        workflows::pin_outputs,
        workflows::readiness,
        workflows::schedule,
        workflows::diff,
        workflows::simulate,
        workflows::what_if,
        runs::list,
        runs::export,
        runs::sync,
        runs::get,
        audit::bundle,
        runs::events,
        runs::replay,
        runs::lineage,
        runs::stream,
        runs::cancel,
        runs::pause,
        runs::resume,
        runs::signal,
        runs::retry,
        runs::rerun,
        runs::resume_wait,
        tasks::list,
        tasks::get,
        tasks::claim,
        tasks::release,
        tasks::assign,
        tasks::complete,
        tasks::reject,
        tasks::cancel,
        events::list,
        events::publish,
        events::batch,
        events::queue,
        events::get,
        events::get_policy,
        events::set_policy,
        events::subscriptions::list,
        events::subscriptions::create,
        events::subscriptions::get,
        events::subscriptions::change,
        events::subscriptions::remove,
        events::subscriptions::rotate,
        events::subscriptions::status,
        hooks::list,
        hooks::create,
        hooks::deliveries::list,
        hooks::deliveries::get,
        hooks::deliveries::replay,
        hooks::get,
        hooks::change,
        hooks::remove,
        hooks::enable,
        hooks::disable,
        hooks::regenerate,
        hooks::replay,
        hooks::test,
        events::sequences::list,
        events::sequences::create,
        events::sequences::get,
        events::sequences::remove,
        events::sequences::instances,
        events::sequences::instance,
        events::sequences::retry,
        events::sequences::abandon,
        events::dead_letters::list,
        events::dead_letters::get,
        events::dead_letters::reprocess,
        events::dead_letters::discard,
        events::dead_letters::purge,
        events::definitions::list,
        events::definitions::create,
        events::definitions::get,
        events::definitions::status,
        activity::list,
        activity::stream,
        storage::list,
        storage::get,
        storage::set,
        storage::remove,
        catalog::actions,
        catalog::action,
        catalog::run_action,
        catalog::triggers,
        catalog::trigger,
        assistant::models,
        assistant::reply,
        connectors::kinds,
        connectors::kind,
        connectors::list,
        connectors::connect,
        connectors::get,
        connectors::update,
        connectors::disconnect,
        connectors::test,
        connectors::start,
        connectors::callback,
        testing::list,
        testing::create,
        testing::get,
        testing::update,
        testing::delete,
        testing::executions,
        testing::execute,
        testing::execution,
        testing::results,
        usage::get,
        usage::daily,
        usage::balance,
        usage::prices,
        usage::plan,
        usage::grant,
        usage::top_up,
        validation::list,
        validation::create,
        validation::get,
        validation::update,
        validation::compatibility,
        validation::deprecate,
        validation::validate,
        validation::batch,
        auth::whoami,
        organizations::list,
        organizations::found,
        organizations::get,
        organizations::rename,
        members::list,
        members::change,
        members::remove,
        members::leave,
        roles::list,
        roles::define,
        roles::change,
        roles::remove,
        invitations::list,
        invitations::create,
        invitations::revoke,
        audit::checkpoint,
        audit::key,
        audit::tile,
        audit::list,
        audit::export,
        exports::ledger,
        service_accounts::list,
        service_accounts::create,
        service_accounts::change,
        service_accounts::remove,
        api_keys::list,
        api_keys::create,
        api_keys::revoke,
        auth::login,
        auth::refresh,
        auth::register,
        auth::reset_password,
        auth::stream_ticket,
        auth::stream_token,
        auth::logout,
        auth::change_password,
        auth::enrol_totp,
        auth::confirm_totp,
        auth::remove_totp,
        auth::accept_invitation,
        auth::organizations,
        auth::sessions,
        auth::end_session,
        auth::jwks,
        users::list,
        users::create,
        users::get,
        users::suspend,
        users::restore,
        users::reset,
        token_keys::list,
        token_keys::rotate,
        search::find,
        templates::list,
        templates::create,
        templates::get,
        templates::update,
        templates::retire,
        templates::instantiate,
        ui_components::list,
        ui_components::create,
        ui_components::validate,
        ui_components::get,
        ui_components::update,
        ui_components::retire,
        blocks::list,
        blocks::create,
        blocks::get,
        blocks::update,
        blocks::retire,
        tables::list,
        tables::create,
        tables::get,
        tables::drop,
        tables::alter,
        tables::rows,
        tables::insert,
        tables::row,
        tables::update,
        tables::remove,
        tables::import,
        tables::export,
        tables::query,
        knowledge::list,
        knowledge::add,
        knowledge::get,
        knowledge::revise,
        knowledge::remove,
        knowledge::search,
        projections::list,
        projections::pause,
        projections::resume,
        projections::throttle,
        projections::rebuild,
        wallets::list,
        wallets::create,
        wallets::import,
        wallets::get,
        wallets::balances,
        wallets::rename,
        wallets::make_default,
        wallets::archive,
        wallets::restore,
        wallets::floors::list,
        wallets::floors::get,
        wallets::floors::set,
        wallets::floors::remove,
        wallets::transactions::list,
        wallets::transactions::export,
        wallets::transactions::get,
        wallets::transactions::approve,
        wallets::transactions::reject,
        wallets::transactions::cancel,
        wallets::signatures::list,
        wallets::signatures::get,
        wallets::signatures::approve,
        wallets::signatures::reject,
        wallets::x402::list,
        wallets::x402::create,
        wallets::x402::probe,
        wallets::x402::test,
        wallets::x402::execute,
        wallets::x402::get,
        wallets::x402::remove,
        wallets::x402::list_payments,
        wallets::x402::get_payment,
        wallets::x402::list_sales,
        wallets::x402::get_sale,
        inbound::sold::buy,
        inbound::sold::buy_by_get,
        chains::list,
        chains::endpoints::get,
        chains::endpoints::name,
        chains::endpoints::remove,
        chains::endpoints::resume,
        organizations::retention::get,
        organizations::retention::settle,
        organizations::retention::segments,
        organizations::retention::subjects,
        organizations::retention::shred,
        organizations::retention::hold,
        organizations::retention::lift,
        organizations::policies::list,
        organizations::policies::define,
        organizations::policies::simulate,
        organizations::policies::delay,
        organizations::policies::get,
        organizations::policies::remove,
        organizations::policies::apply,
        organizations::policies::withdraw,
        chains::watches,
        chains::resume,
        testing::trigger::test,
        inbound::webhook,
        inbound::webhook_get,
        inbound::webhook_put,
        inbound::webhook_patch,
        deliveries::source,
        deliveries::listen,
        deliveries::list,
        deliveries::get,
        deliveries::replay,
        public::view,
        public::execute,
        public::preflight,
        public::run,
    ),
    modifiers(&Bearer, &Refusals),
    security(("bearer" = [])),
    tags(
        (name = "workflows", description = "Drafts, versions and what is done with them"),
        (name = "runs", description = "What workflows did, step by step"),
        (name = "log", description = "What is signed of the ledger: hashes and signatures, for everybody"),
        (name = "tasks", description = "Work for people, which runs wait for"),
        (name = "events", description = "Events of the outside, which start runs and let them go on; what they look like"),
        (name = "activity", description = "What happens, as it happens"),
        (name = "storage", description = "What workflows keep between their runs"),
        (name = "public", description = "What everybody may see and execute, without a key"),
        (name = "webhooks", description = "Where the outside starts runs"),
        (name = "execution webhooks", description = "Endpoints of the outside that are told what happens in runs"),
        (name = "triggers", description = "What starts runs by itself, and how it is watched for"),
        (name = "x402", description = "Paying for HTTP requests, and selling runs by request"),
        (name = "wallets", description = "With what organizations sign; keys stay where they were made"),
        (name = "retention", description = "What is kept and for how long, what may not be deleted, what has left the database"),
        (name = "policies", description = "What keys may sign, and what would be decided"),
        (name = "catalog", description = "What nodes there are"),
        (name = "assistant", description = "What a language model says, asked of the organization's own provider"),
        (name = "connectors", description = "Credentials for providers, which nodes use and nobody sees"),
        (name = "testing", description = "Tests of workflows, and what became of them"),
        (name = "usage", description = "Compute units: prices, what was used, what is left"),
        (name = "validation", description = "Schemas of the organization, and values held against them"),
        (name = "organizations", description = "Who belongs to an organization, and what they may do"),
        (name = "keys", description = "The accounts of programs, and their API keys"),
        (name = "auth", description = "Logging in and out, passwords, second factors"),
        (name = "users", description = "People with an account, and the keys of their tokens"),
        (name = "reviews", description = "Somebody else looks at a draft before it goes live"),
        (name = "templates", description = "Workflows that drafts are made from"),
        (name = "blocks", description = "Parts of workflows, put in when a draft is published"),
        (name = "interfaces", description = "Forms for tasks and views of runs, written as data"),
        (name = "search", description = "Workflows, nodes, runs and errors by words"),
        (name = "tables", description = "Tables of the organization, their rows, and statements on them"),
        (name = "knowledge", description = "Documents of the organization, and where in them something is said"),
        (name = "projections", description = "The views and how current they are"),
        (name = "health", description = "For those who operate this server"),
    ),
)]
struct Chainkeel;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// What refusals are sent as.
const PROBLEM: &str = "application/problem+json";

/// Every operation may be refused; those that want a key or a permission say so.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        for endpoint in TABLE {
            let (Access::May(wanted) | Access::MayOrSecret(wanted)) = endpoint.access else {
                continue;
            };
            let item = document.paths.paths.get_mut(endpoint.path);
            if let Some(operation) = item.and_then(|item| operation(item, &endpoint.method)) {
                let refusal = refusal(&format!("Without the permission `{wanted}`"));
                operation.responses.responses.entry("403".to_owned()).or_insert(refusal);
            }
        }
        for operation in document.paths.paths.values_mut().flat_map(operations) {
            let public = operation.security.as_ref().is_some_and(|wanted| !wanted.is_empty());
            if !public {
                let refusal = refusal("Without a valid key");
                operation.responses.responses.entry("401".to_owned()).or_insert(refusal);
            }
            for (status, response) in &mut operation.responses.responses {
                if let (true, RefOr::T(response)) = (status.starts_with(['4', '5']), response)
                    && let Some(content) = response.content.shift_remove("application/json")
                {
                    response.content.insert(PROBLEM.to_owned(), content);
                }
            }
            let refusal = refusal("Any other refusal: `code` says which");
            operation.responses.responses.entry("default".to_owned()).or_insert(refusal);
        }
    }
}

fn operation<'a>(path: &'a mut PathItem, method: &Method) -> Option<&'a mut Operation> {
    let operation = match method.as_str() {
        "GET" => &mut path.get,
        "PUT" => &mut path.put,
        "POST" => &mut path.post,
        "DELETE" => &mut path.delete,
        "PATCH" => &mut path.patch,
        "OPTIONS" => &mut path.options,
        _ => return None,
    };
    operation.as_mut()
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, options, .. } = path;
    [get, put, post, delete, patch, options].into_iter().flatten()
}

fn refusal(description: &str) -> RefOr<Response> {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content(PROBLEM, content).build().into()
}

/// The document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Chainkeel::openapi()
}

/// This API in the words of OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "health",
    security(()),
    responses((status = 200, description = "The document", content_type = "application/json", body = Object)),
)]
pub async fn document() -> HttpResponse {
    HttpResponse::Ok().json(openapi())
}
