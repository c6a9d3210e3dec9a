//! A provider that echoes whatever it is told, in every way that real ones do.

use std::fmt::Write as _;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

/// `/me` takes one token; `/echo` and `/refuse/<status>` tell all that came in many forms;
/// `/away` and `/near` redirect.
pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route("/me", web::to(me))
        .route("/echo", web::to(echo))
        .route("/binary", web::to(binary))
        .route("/refuse/{status}", web::to(refuse))
        .route("/away", web::to(away))
        .route("/near", web::to(near))
        .route("/plain", web::to(|| async { "plain" }));
}

/// The token that the provider takes.
pub(super) const GOOD: &str = "good-token-0123456789";

fn told(request: &HttpRequest) -> String {
    let header = request.headers().get("authorization").or(request.headers().get("x-shop-key"));
    let text = header.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    text.unwrap_or_default()
}

/// The credentials, without the word before them.
fn secret(request: &HttpRequest) -> String {
    let told = told(request);
    told.rsplit(' ').next().unwrap_or_default().to_owned()
}

async fn me(request: HttpRequest) -> HttpResponse {
    if secret(&request) == GOOD {
        HttpResponse::Ok().json(json!({ "ok": true }))
    } else {
        HttpResponse::Unauthorized().body(format!("no: {}", told(&request)))
    }
}

fn forms(secret: &str) -> Vec<String> {
    let hex = secret.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut forms = vec![
        secret.to_owned(),
        hex.to_uppercase(),
        hex,
        percent,
        json!(secret).to_string(),
        json!(json!(secret).to_string()).to_string(),
    ];
    for before in ["", "u", "uv"] {
        forms.push(STANDARD.encode(format!("{before}{secret}!")));
        forms.push(URL_SAFE.encode(format!("{before}{secret}!")));
    }
    if let Ok(Ok(inside)) = STANDARD.decode(secret).map(String::from_utf8) {
        // User name and password.
        let password = inside.split_once(':').map(|(_, password)| password.to_owned());
        forms.push(inside);
        forms.extend(password);
    }
    forms
}

async fn echo(request: HttpRequest) -> HttpResponse {
    let secret = secret(&request);
    let mut nested = json!({ "told": told(&request), "uri": request.uri().to_string() });
    for form in forms(&secret) {
        nested = json!({ (form.clone()): [{ "form": form, "in": nested }] });
    }
    HttpResponse::Ok()
        .insert_header(("X-Echo", told(&request)))
        .insert_header(("ETag", format!("\"{secret}\"")))
        .insert_header(("Link", format!("<https://a.example/?key={secret}>")))
        .json(nested)
}

async fn binary(request: HttpRequest) -> HttpResponse {
    let mut bytes = vec![0xff, 0, 1];
    for form in forms(&secret(&request)) {
        bytes.extend_from_slice(form.as_bytes());
        bytes.push(0);
    }
    HttpResponse::Ok().content_type("application/octet-stream").body(bytes)
}

async fn refuse(request: HttpRequest, status: web::Path<u16>) -> HttpResponse {
    let secret = secret(&request);
    // One form lies across the place where excerpts are cut.
    let mut body = forms(&secret).join(" ");
    let filler = 1_990_usize.saturating_sub(body.chars().count());
    body.push_str(&"x".repeat(filler));
    body.push_str(&secret);
    HttpResponse::build(status.into_inner().try_into().unwrap())
        .insert_header(("Retry-After", secret.clone()))
        .insert_header(("WWW-Authenticate", format!("Bearer error=\"{secret}\"")))
        .body(body)
}

/// To the same server by another name: another origin.
async fn away(request: HttpRequest) -> HttpResponse {
    let host = request.connection_info().host().replace("127.0.0.1", "localhost");
    let location = format!("http://{host}/echo?from={}", secret(&request));
    HttpResponse::Found().insert_header(("Location", location)).finish()
}

async fn near(request: HttpRequest) -> HttpResponse {
    let location = format!("/plain?from={}", secret(&request));
    HttpResponse::Found().insert_header(("Location", location)).finish()
}

/// Whether a value holds any text.
pub(super) fn holds(value: &Value, text: &str) -> bool {
    value.to_string().contains(text)
}
