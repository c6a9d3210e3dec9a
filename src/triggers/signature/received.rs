//! A delivery as it came, as far as its signature is concerned.

use super::Refusal;

/// A delivery as it came.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Its headers in their order, the names in lower case.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The bytes of its body.
    pub body: &'a [u8],
    /// When it came, in seconds since 1970.
    pub now: i64,
}

impl<'a> Received<'a> {
    /// The text of a header that may be there once.
    pub(super) fn header(&self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let mut found = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((_, value)) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(Refusal::Repeated(name.to_owned()));
        }
        let text = std::str::from_utf8(value).ok().map(str::trim);
        let text =
            text.filter(|text| !text.is_empty() && text.bytes().all(|b| (0x20..0x7f).contains(&b)));
        text.map(Some).ok_or_else(|| Refusal::Malformed(name.to_owned()))
    }

    /// The text of a header that must be there once.
    pub(super) fn must_have(&self, name: &str) -> Result<&'a str, Refusal> {
        self.header(name)?.ok_or_else(|| Refusal::Missing(name.to_owned()))
    }

    /// Whether a moment is within the window; the text is what was signed, digits and nothing else.
    pub(super) fn in_window(
        &self,
        header: &str,
        text: &str,
        tolerance: u32,
    ) -> Result<(), Refusal> {
        let digits = (1..=11).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let signed: i64 = text
            .parse()
            .ok()
            .filter(|_| digits)
            .ok_or_else(|| Refusal::Malformed(header.to_owned()))?;
        let age = self.now.saturating_sub(signed);
        if age > i64::from(tolerance) {
            return Err(Refusal::Old { seconds: age, tolerance });
        }
        if age < -i64::from(tolerance) {
            return Err(Refusal::Early { seconds: -age, tolerance });
        }
        Ok(())
    }
}
