//! How a delivery looks on the wire, and what of the answer is kept.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use crate::access::Delivery;
use crate::egress::{HeaderMap, HeaderName, HeaderValue, Response, header};
use crate::hooks::Answered;

/// The signature of the body alone, as B3OS has it.
const BODY_SIGNATURE: HeaderName = HeaderName::from_static("x-b3os-signature");
const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// What stands for a signature where it is shown.
const COVERED: &str = "***";
/// How much of an answer's body is kept, in bytes.
const KEPT_BODY: usize = 4 * 1024;
/// How many of its headers are kept, and how much of each.
const KEPT_HEADERS: usize = 32;
const KEPT_HEADER: usize = 512;
/// Headers of an answer that let somebody in.
const SECRET: [HeaderName; 3] =
    [header::SET_COOKIE, header::AUTHORIZATION, header::WWW_AUTHENTICATE];

/// The headers of a delivery, signed by these secrets, the latest first; none where one is no header.
pub(super) fn headers(
    signing: &[Delivery],
    id: &str,
    now: OffsetDateTime,
    body: &str,
) -> Option<HeaderMap> {
    let timestamp = now.unix_timestamp();
    let signatures: Vec<_> = signing.iter().map(|it| it.sign(id, timestamp, body)).collect();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ID, HeaderValue::from_str(id).ok()?);
    headers.insert(TIMESTAMP, HeaderValue::from(timestamp));
    headers.insert(SIGNATURE, HeaderValue::from_str(&signatures.join(" ")).ok()?);
    let latest = signing.first()?.sign_body(body);
    headers.insert(BODY_SIGNATURE, HeaderValue::from_str(&latest).ok()?);
    Some(headers)
}

/// The same as it is shown: without what would let somebody pass himself off as us.
pub(super) fn shown(headers: &HeaderMap) -> BTreeMap<String, String> {
    let shown = headers.iter().map(|(name, value)| {
        let is_signature = *name == SIGNATURE || *name == BODY_SIGNATURE;
        let value = if is_signature { COVERED.to_owned() } else { text(value.as_bytes()) };
        (name.to_string(), value)
    });
    shown.collect()
}

/// What is kept of an answer.
pub(super) fn kept(response: &Response) -> Answered {
    let headers = response.headers.iter().filter(|(name, _)| !SECRET.contains(name));
    let headers = headers.take(KEPT_HEADERS).map(|(name, value)| {
        let value = value.as_bytes();
        (name.to_string(), text(&value[..value.len().min(KEPT_HEADER)]))
    });
    let body = &response.body[..response.body.len().min(KEPT_BODY)];
    Answered { status: response.status.as_u16(), headers: headers.collect(), body: text(body) }
}

/// What can be kept as a text: PostgreSQL takes no NUL.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use time::macros::datetime;

    use super::*;
    use crate::egress::retry_after;
    use crate::hooks::LONGEST_ASKED;

    const NOW: OffsetDateTime = datetime!(2026-11-30 07:00 UTC);

    #[test]
    fn an_endpoint_asks_for_patience_in_seconds_or_by_a_date_and_for_a_day_at_most() {
        let asked = |text: &'static str| {
            let headers = [(header::RETRY_AFTER, HeaderValue::from_static(text))];
            retry_after(&HeaderMap::from_iter(headers), NOW, LONGEST_ASKED).map(|it| it.as_secs())
        };
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("Mon, 30 Nov 2026 07:00:30 GMT"), Some(30));
        assert_eq!(asked("Mon, 30 Nov 2026 06:00:30 GMT"), Some(0));
        assert_eq!(asked("999999"), Some(86_400));
        assert_eq!(asked("soon"), None);
    }

    #[test]
    fn what_is_shown_of_a_delivery_holds_no_signature_and_no_cookie() {
        let secret = Delivery::new(&[7; 32], BTreeMap::new());
        let sent = headers(&[secret], "hdl_1", NOW, "{}").expect("headers");
        let told = shown(&sent);
        assert_eq!((&*told["webhook-id"], &*told["webhook-signature"]), ("hdl_1", COVERED));
        assert_eq!(told["x-b3os-signature"], COVERED);
        assert!(sent[SIGNATURE].to_str().expect("a text").starts_with("v1,"));
        let mut came = HeaderMap::new();
        came.insert(header::SET_COOKIE, HeaderValue::from_static("session=1"));
        came.insert(header::SERVER, HeaderValue::from_static("nginx"));
        let body = Bytes::from(vec![0; KEPT_BODY + 1]);
        let status = "200".parse().expect("a status");
        let answered = kept(&Response { status, headers: came, body });
        assert_eq!(answered.headers.keys().collect::<Vec<_>>(), ["server"]);
        assert!(!answered.body.contains('\0') && answered.body.chars().count() == KEPT_BODY);
    }
}
