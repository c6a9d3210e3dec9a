//! The ids of traces and spans, which follow from those of runs and of what is in them.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::primitives::{RunId, hex, unhex};

/// A trace: everything about one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId([u8; 16]);

/// A span within a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId([u8; 8]);

/// A span of somebody, as headers name it (W3C Trace Context): `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceParent {
    /// Its trace.
    pub trace: TraceId,
    /// The span.
    pub span: SpanId,
    /// Whether whoever made it keeps it.
    pub is_sampled: bool,
}

impl TraceId {
    /// The trace of a run: the UUID inside of the run's id.
    pub const fn of(run: RunId) -> Self {
        Self(*run.as_uuid().as_bytes())
    }

    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl SpanId {
    /// The span of the trigger, which is the root of a run's trace.
    pub fn of_trigger(trace: TraceId) -> Self {
        Self::derived(trace, "trigger")
    }

    /// The span of the run itself.
    pub fn of_run(trace: TraceId) -> Self {
        Self::derived(trace, "run")
    }

    /// The span of an attempt to execute a node, by its place in the run. What has no attempts has the first.
    pub fn of_attempt(trace: TraceId, place: &str, attempt: u32) -> Self {
        Self::derived(trace, &format!("node {attempt} {place}"))
    }

    /// What these words lead to in a trace, always.
    pub fn derived(trace: TraceId, words: &str) -> Self {
        let digest = Sha256::new().chain_update(trace.0).chain_update(words).finalize();
        Self::nonzero(digest.first_chunk().copied().unwrap_or_default())
    }

    /// A new one.
    pub fn fresh() -> Self {
        Self::nonzero(rand::random())
    }

    /// Zeros stand for no span at all.
    const fn nonzero(bytes: [u8; 8]) -> Self {
        if u64::from_be_bytes(bytes) == 0 { Self([1; 8]) } else { Self(bytes) }
    }
}

impl TraceParent {
    /// Reads the header; nothing where it is none of any version that may be read.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let [version] = small::<1>(parts.next()?)?;
        let (trace, span) = (small::<16>(parts.next()?)?, small::<8>(parts.next()?)?);
        let [flags] = small::<1>(parts.next()?)?;
        let has_more = parts.next().is_some();
        let is_void = trace == [0; 16] || span == [0; 8];
        if version == 0xff || (version == 0 && has_more) || is_void {
            return None;
        }
        Some(Self { trace: TraceId(trace), span: SpanId(span), is_sampled: flags & 1 == 1 })
    }
}

/// Bytes in hexadecimal digits, which must be small ones.
fn small<const N: usize>(text: &str) -> Option<[u8; N]> {
    unhex(text).filter(|bytes| hex(bytes) == text)
}

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex(&self.0))
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.is_sampled))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn ids_follow_from_the_run_and_differ_by_what_they_are_of() {
        let run: RunId = "run_01h455vb4pex5vsknk084sn02q".parse().expect("an id");
        let trace = TraceId::of(run);
        assert_eq!(trace, TraceId::of(run));
        assert_eq!(trace.to_string(), run.as_uuid().simple().to_string());
        let mut all = vec![SpanId::of_trigger(trace), SpanId::of_run(trace)];
        all.extend(
            [("pay", 1), ("pay", 2), ("pay.1", 1)].map(|it| SpanId::of_attempt(trace, it.0, it.1)),
        );
        assert_eq!(all[2], SpanId::of_attempt(trace, "pay", 1));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 5);
        assert_ne!(SpanId::fresh(), SpanId::fresh());
    }

    #[test]
    fn a_header_is_read_as_the_standard_has_it() {
        let read = TraceParent::read(EXAMPLE).expect("the standard's example");
        assert!(read.is_sampled);
        assert_eq!(read.to_string(), EXAMPLE);
        let later = format!("cc-{}-what-comes", &EXAMPLE[3..]);
        assert!(TraceParent::read(&later).is_some_and(|it| it.is_sampled));
        for wrong in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceParent::read(wrong), None, "{wrong}");
        }
    }
}
