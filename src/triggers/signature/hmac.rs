//! A plain HMAC over the body, in a header that the author chooses.

use super::mac::{Algorithm, Encoding, fits};
use super::{Received, Refusal};

/// Where the signature is, and how it is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) header: &'a str,
    pub(super) algorithm: Algorithm,
    pub(super) encoding: Encoding,
    pub(super) prefix: &'a str,
}

pub(super) fn verify(
    secrets: &[&str],
    received: &Received<'_>,
    form: Form<'_>,
) -> Result<(), Refusal> {
    let header = received.must_have(form.header)?;
    let code = header.strip_prefix(form.prefix).and_then(|code| form.encoding.read(code));
    let code = code.ok_or_else(|| Refusal::Malformed(form.header.to_owned()))?;
    let keys: Vec<&[u8]> = secrets.iter().map(|secret| secret.as_bytes()).collect();
    fits(form.algorithm, &keys, &[received.body], &[code])
}
