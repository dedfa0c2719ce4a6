//! Trace ids across services: W3C Trace Context (`traceparent`), accepted, kept for the request and passed on.

use std::cell::Cell;
use std::fmt;

use rand::RngExt;

tokio::task_local! {
    static CURRENT: TraceContext;
}

/// Name of the header.
pub const TRACEPARENT: &str = "traceparent";

/// A position in a distributed trace.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: [u8; 16],
    span: [u8; 8],
    sampled: bool,
}

impl TraceContext {
    /// A new trace.
    pub fn start() -> Self {
        let mut rng = rand::rng();
        // All-zero ids are invalid by the standard; a set bit keeps them from occurring.
        let (mut trace, mut span): ([u8; 16], [u8; 8]) = (rng.random(), rng.random());
        trace[15] |= 1;
        span[7] |= 1;
        Self { trace, span, sampled: true }
    }

    /// The same trace, one step further.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { span: Self::start().span, ..*self }
    }

    /// Reads a `traceparent` header; anything malformed is no context at all.
    pub fn parse(header: &str) -> Option<Self> {
        let mut parts = header.trim().split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let lower = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if version.len() != 2 || version == "ff" || ![version, trace, span, flags].into_iter().all(lower) {
            return None;
        }
        if version == "00" && parts.next().is_some() {
            return None;
        }
        let mut context = Self { trace: [0; 16], span: [0; 8], sampled: false };
        hex::decode_to_slice(trace, &mut context.trace).ok()?;
        hex::decode_to_slice(span, &mut context.span).ok()?;
        let mut bits = [0u8; 1];
        hex::decode_to_slice(flags, &mut bits).ok()?;
        context.sampled = bits[0] & 1 == 1;
        (context.trace != [0; 16] && context.span != [0; 8]).then_some(context)
    }

    /// The id that all of a trace's log entries share, 32 hex digits.
    pub fn trace_id(&self) -> String {
        hex::encode(self.trace)
    }

    /// The same position for OpenTelemetry.
    pub(crate) fn to_opentelemetry(self) -> opentelemetry::trace::SpanContext {
        use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
        let flags = if self.sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
        SpanContext::new(
            TraceId::from_bytes(self.trace),
            SpanId::from_bytes(self.span),
            flags,
            true,
            TraceState::default(),
        )
    }

    /// Runs a future as part of this trace.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", hex::encode(self.trace), hex::encode(self.span), u8::from(self.sampled))
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

thread_local! {
    /// The trace of the task on whose behalf a blocking thread works.
    static LENT: Cell<Option<TraceContext>> = const { Cell::new(None) };
}

/// Runs blocking work on behalf of a task that belongs to this trace.
pub(crate) fn lend<T>(context: Option<TraceContext>, work: impl FnOnce() -> T) -> T {
    LENT.set(context);
    let result = work();
    LENT.set(None);
    result
}

/// As [`current`], also inside database work.
pub(crate) fn current_or_lent() -> Option<TraceContext> {
    current().or_else(|| LENT.get())
}

/// The trace that the current task belongs to.
pub fn current() -> Option<TraceContext> {
    CURRENT.try_with(|context| *context).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_survives_the_round_trip_and_malformed_ones_do_not() {
        let context = TraceContext::start();
        assert_eq!(TraceContext::parse(&context.to_string()), Some(context));
        assert_eq!(context.child().trace_id(), context.trace_id());
        let zeros = format!("00-{}-{}-01", "0".repeat(32), "1".repeat(16));
        for bad in ["", "00", "00-1-2-3", &zeros, &format!("{context}-x"), "ff-a-b-c", "00-é-é-é"] {
            assert_eq!(TraceContext::parse(bad), None, "{bad}");
        }
        // Upper case is not allowed by the standard.
        assert_eq!(TraceContext::parse("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01"), None);
    }
}
