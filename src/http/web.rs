//! The web app: the files that `ui/` is built to, in the program itself, and its page for every address that is
//! one of the app's own.
//!
//! A release carries the files; a debug build reads them from `ui/dist` at each request, so that the app can be built
//! anew beside a server that runs. Without them a server answers as one that has no app.

use std::io::Write as _;

use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH, VARY,
};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::{Embed, EmbeddedFile};

use super::api::Api;
use super::middleware::headers::Framed;
use super::problem::{Code, Problem};
use super::public;
use crate::primitives::{WorkflowId, hex};

/// What `npm run build` makes.
#[derive(Embed)]
#[folder = "ui/dist"]
#[allow_missing = true]
struct Files;

/// The page that every address of the app is shown by.
const PAGE: &str = "index.html";
/// Files whose names hold a hash of what is in them.
const NAMED_BY_CONTENT: &str = "assets/";
/// Everything comes from here, and nothing that stands in a page is executed.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The page of a public workflow, and the form alone: they share a page, which knows nothing of the app.
const PUBLIC_PAGE: &str = "public.html";
/// Below these lie a public workflow's page, and its form for frames.
const SHOWN: &str = "p/";
const EMBEDDED: &str = "embed/";
/// Where the page holds what it starts runs with when it is embedded.
const TICKET_PLACE: &str = "name=\"chainkeel-ticket\" content=\"";
/// For a year: under this name there is never anything else.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, and asked for again before it is used.
const ASKED_AGAIN: &str = "no-cache";

/// Answers where no endpoint does: with a file of the app, with its page where a browser asks for one, and otherwise
/// that there is nothing.
pub(super) async fn app(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let nothing = || Problem::new(Code::NotFound);
    let name = request.path().trim_start_matches('/');
    // What is below /v1 is data, whoever asks.
    let is_data = name == "v1" || name.starts_with("v1/");
    if is_data || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(nothing());
    }
    if let Some(file) = Files::get(name) {
        return Ok(answer(&request, name, &file));
    }
    if !asks_for_a_page(&request, name) {
        return Err(nothing());
    }
    let page = |name: &str| {
        Files::get(name).ok_or_else(|| {
            nothing().because(
                "this program was built without its web app: run `make ui` and build it again",
            )
        })
    };
    let is_embedded = name.starts_with(EMBEDDED);
    let public = name.strip_prefix(SHOWN).or_else(|| name.strip_prefix(EMBEDDED));
    let Some(workflow) = public else { return Ok(answer(&request, PAGE, &page(PAGE)?)) };
    let (file, api) = (page(PUBLIC_PAGE)?, request.app_data::<Data<Api>>());
    let workflow: Option<WorkflowId> = workflow.parse().ok();
    let shown =
        api.zip(workflow).and_then(|(api, id)| Some((api, id, public::framed_by(api, id)?)));
    Ok(match shown {
        // It says the same of what is private as of what there is not.
        None => HttpResponse::NotFound()
            .insert_header((CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(file.data.to_vec()),
        Some((api, id, origins)) if is_embedded => embedded(&request, (api, id), &origins, &file),
        Some(_) => answer(&request, PUBLIC_PAGE, &file),
    })
}

/// The form of a workflow for frames on pages of these origins. It has no origin of its own, whoever shows it
/// and however: it reads nothing that the app keeps in the browser.
fn embedded(
    request: &HttpRequest,
    (api, workflow): (&Api, WorkflowId),
    origins: &[String],
    file: &EmbeddedFile,
) -> HttpResponse {
    let framed_by = if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") };
    // Each is an origin, as it was checked when the workflow was published: no space, no semicolon.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {framed_by}; \
         sandbox allow-scripts allow-forms"
    );
    let ticket = public::ticket(api, workflow, request).unwrap_or_default();
    let text = String::from_utf8_lossy(&file.data);
    let text = text.replacen(TICKET_PLACE, &format!("{TICKET_PLACE}{ticket}"), 1);
    if !origins.is_empty() {
        request.extensions_mut().insert(Framed);
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(text)
}

/// Whether somebody looks for a page, and not for a file that is gone.
fn asks_for_a_page(request: &HttpRequest, name: &str) -> bool {
    let accepts = text_of(request, &ACCEPT).is_some_and(|accepted| accepted.contains("text/html"));
    let is_file = name.rsplit('/').next().is_some_and(|last| last.contains('.'));
    accepts && !is_file
}

fn answer(request: &HttpRequest, name: &str, file: &EmbeddedFile) -> HttpResponse {
    // A weak one: the same file travels in two encodings.
    let tag = format!("W/\"{}\"", hex(&file.metadata.sha256_hash()));
    let kept = if name.starts_with(NAMED_BY_CONTENT) { FOR_EVER } else { ASKED_AGAIN };
    let is_known = text_of(request, &IF_NONE_MATCH)
        .is_some_and(|known| known.split(',').any(|it| it.trim() == tag));
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, kept))
        .insert_header((VARY, "accept-encoding"))
        .insert_header((ETAG, tag));
    if name.starts_with(NAMED_BY_CONTENT) {
        // The form in a frame has no origin, and is no secret.
        response.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    }
    if is_known {
        return response.finish();
    }
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    response.insert_header((CONTENT_TYPE, described(&kind)));
    let shrinks = kind.type_() == mime_guess::mime::TEXT
        || [mime_guess::mime::JAVASCRIPT, mime_guess::mime::JSON].contains(&kind.subtype())
        || kind.subtype() == mime_guess::mime::SVG;
    let takes_gzip = text_of(request, &ACCEPT_ENCODING).is_some_and(|it| it.contains("gzip"));
    match (shrinks && takes_gzip).then(|| gzipped(&file.data)).flatten() {
        Some(small) => response.insert_header((CONTENT_ENCODING, "gzip")).body(small),
        None => response.body(file.data.to_vec()),
    }
}

/// A type as a header says it; every text of the app is UTF-8.
fn described(kind: &mime_guess::Mime) -> String {
    if kind.type_() == mime_guess::mime::TEXT {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_string()
    }
}

fn gzipped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut into = GzEncoder::new(Vec::new(), Compression::default());
    into.write_all(bytes).ok()?;
    into.finish().ok()
}

fn text_of<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}
