//! Signature Version 4: how AWS knows who asks.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::primitives::{Secret, hex};

/// Instants as AWS writes them.
const INSTANT: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day]T[hour][minute][second]Z");

/// Who asks.
#[derive(Clone)]
pub(super) struct Credentials {
    /// The id of the access key.
    pub(super) id: String,
    /// Its secret.
    pub(super) secret: Secret,
    /// What comes along with a key that somebody lent.
    pub(super) token: Option<Secret>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What is asked, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    /// The region.
    pub(super) region: &'a str,
    /// The service.
    pub(super) service: &'a str,
    /// The headers that are signed, in small letters and their order, `x-amz-date` among them.
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub(super) body: &'a [u8],
}

/// An instant as `x-amz-date` has it.
pub(super) fn instant(at: OffsetDateTime) -> String {
    at.format(INSTANT).expect("a year of four digits has such a text")
}

/// The header `authorization` of a request for the path `/` without a query, at this instant.
pub(super) fn authorization(credentials: &Credentials, asked: Asked<'_>, instant: &str) -> String {
    let day = instant.split('T').next().unwrap_or_default();
    let scope = format!("{day}/{}/{}/aws4_request", asked.region, asked.service);
    let (mut headers, mut names) = (String::new(), Vec::new());
    for &(name, value) in asked.headers {
        headers.extend([name, ":", value.trim(), "\n"]);
        names.push(name);
    }
    let names = names.join(";");
    let body = hex(&Sha256::digest(asked.body));
    let request = format!("{}\n/\n\n{headers}\n{names}\n{body}", asked.method);
    let request = hex(&Sha256::digest(request));
    let text = format!("AWS4-HMAC-SHA256\n{instant}\n{scope}\n{request}");
    let key = key(&credentials.secret, day, (asked.region, asked.service));
    let signature = hex(&sealed(&key, &text));
    let id = &credentials.id;
    format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
}

/// The key of a day, a region and a service.
fn key(secret: &Secret, day: &str, (region, service): (&str, &str)) -> Vec<u8> {
    let first = format!("AWS4{}", secret.expose()).into_bytes();
    [day, region, service, "aws4_request"].into_iter().fold(first, |key, text| sealed(&key, text))
}

fn sealed(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const AT: &str = "20150830T123600Z";
    const HOST: (&str, &str) = ("host", "example.amazonaws.com");
    const DATE: (&str, &str) = ("x-amz-date", AT);

    fn signed(method: &str, headers: &[(&str, &str)], body: &str) -> String {
        let credentials =
            Credentials { id: "AKIDEXAMPLE".to_owned(), secret: Secret::new(SECRET), token: None };
        let (region, service, body) = ("us-east-1", "service", body.as_bytes());
        authorization(&credentials, Asked { method, region, service, headers, body }, AT)
    }

    /// The vectors that AWS published: `get-vanilla`, `post-vanilla`,
    /// `post-x-www-form-urlencoded` and `post-sts-header-before`.
    #[test]
    fn requests_are_signed_as_the_published_vectors_say() {
        let credential = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/\
                          aws4_request, SignedHeaders=";
        assert_eq!(
            signed("GET", &[HOST, DATE], ""),
            format!(
                "{credential}host;x-amz-date, Signature=\
                 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
            )
        );
        assert_eq!(
            signed("POST", &[HOST, DATE], ""),
            format!(
                "{credential}host;x-amz-date, Signature=\
                 5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
            )
        );
        let form = ("content-type", "application/x-www-form-urlencoded");
        assert_eq!(
            signed("POST", &[form, HOST, DATE], "Param1=value1"),
            format!(
                "{credential}content-type;host;x-amz-date, Signature=\
                 ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
            )
        );
        let token = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwA\
                     eMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8p\
                     hUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT\
                     38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabI\
                     Qwj2ICCR/oLxBA==";
        assert_eq!(
            signed("POST", &[HOST, DATE, ("x-amz-security-token", token)], ""),
            format!(
                "{credential}host;x-amz-date;x-amz-security-token, Signature=\
                 85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
            )
        );
    }

    #[test]
    fn the_key_of_a_day_is_derived_as_the_documentation_says() {
        assert_eq!(
            hex(&key(&Secret::new(SECRET), "20150830", ("us-east-1", "iam"))),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }

    #[test]
    fn an_instant_has_no_separators() {
        assert_eq!(instant(time::macros::datetime!(2015-08-30 12:36:00.123 UTC)), AT);
    }
}
