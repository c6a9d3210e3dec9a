//! Looks at the signature of a request as AWS does, by its description and another library than the
//! one that signs.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use chainkeel::primitives::hex;
use ring::digest::{SHA256, digest};
use ring::hmac::{HMAC_SHA256, Key, sign};

/// What is signed at the least.
const NEEDED: [&str; 4] = ["content-type", "host", "x-amz-date", "x-amz-target"];

/// Whether this request is signed by this access key, for this region and this minute.
pub(super) fn is_signed(
    request: &HttpRequest,
    body: &[u8],
    (id, secret): (&str, &str),
    (region, minute): (&str, &str),
) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok());
    let Some(authorization) = header("authorization") else { return false };
    let Some(parts) = authorization.strip_prefix("AWS4-HMAC-SHA256 ") else { return false };
    let parts: BTreeMap<_, _> = parts.split(", ").filter_map(|part| part.split_once('=')).collect();
    let instant = header("x-amz-date").unwrap_or_default();
    let Some(day) = instant.get(..8).filter(|_| instant.starts_with(minute)) else { return false };
    let scope = format!("{day}/{region}/kms/aws4_request");
    let names: Vec<&str> = parts["SignedHeaders"].split(';').collect();
    if parts["Credential"] != format!("{id}/{scope}")
        || !names.is_sorted()
        || !NEEDED.iter().all(|needed| names.contains(needed))
    {
        return false;
    }
    let sha = |bytes: &[u8]| hex(digest(&SHA256, bytes).as_ref());
    let pairs = names.iter().map(|name| [*name, ":", header(name).unwrap_or_default(), "\n"]);
    let headers: String = pairs.flatten().collect();
    let (method, path) = (request.method(), request.path());
    let query = request.query_string();
    let canonical =
        format!("{method}\n{path}\n{query}\n{headers}\n{}\n{}", names.join(";"), sha(body));
    let text = format!("AWS4-HMAC-SHA256\n{instant}\n{scope}\n{}", sha(canonical.as_bytes()));
    let sealed = |key: &[u8], text: &str| {
        sign(&Key::new(HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
    };
    let day = sealed(format!("AWS4{secret}").as_bytes(), day);
    let key = sealed(&sealed(&sealed(&day, region), "kms"), "aws4_request");
    parts["Signature"] == hex(&sealed(&key, &text))
}
