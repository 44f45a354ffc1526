//! What the process counts and measures about itself.
//!
//! Invariant: labels come from the code, never from what somebody sent, so their number is bounded.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// All figures; share it in an `Arc`.
pub struct Metrics {
    registry: Registry,
    events: Family<EventLabels, Counter>,
    acknowledgement: Histogram,
    unparsable: Family<KindLabel, Counter>,
    outbox_depth: Gauge,
    outbox_age: Gauge<f64, std::sync::atomic::AtomicU64>,
    deliveries: Family<ResultLabel, Counter>,
    timer_lateness: Histogram,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EventLabels {
    kind: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResultLabel {
    result: &'static str,
}

impl Metrics {
    /// Figures that all stand at nothing.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("goodturn"),
            events: Family::default(),
            acknowledgement: Histogram::new(ACKNOWLEDGEMENT),
            unparsable: Family::default(),
            outbox_depth: Gauge::default(),
            outbox_age: Gauge::default(),
            deliveries: Family::default(),
            timer_lateness: Histogram::new(LATENESS),
        };
        metrics.register();
        metrics
    }

    /// Something was said to us: what kind of thing, and what became of it (`done`, `repeated`, `refused`, `failed`).
    pub fn event(&self, kind: &'static str, result: &'static str) {
        self.events.get_or_create(&EventLabels { kind, result }).inc();
    }

    /// From an event's arrival until its acknowledgement was handed to the platform.
    pub fn acknowledged_after(&self, duration: Duration) {
        self.acknowledgement.observe(duration.as_secs_f64());
    }

    /// A payload that could not be read, by the kind of envelope it came in.
    pub fn unparsable(&self, kind: &'static str) {
        self.unparsable.get_or_create(&KindLabel { kind }).inc();
    }

    /// What waits to be said, and for how long the oldest of it has waited.
    pub fn outbox(&self, waiting: u64, oldest: Duration) {
        self.outbox_depth.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.outbox_age.set(oldest.as_secs_f64());
    }

    /// Something was said, or not: `posted`, `later`, `unsure`, `gone`, `failed`.
    pub fn delivery(&self, result: &'static str) {
        self.deliveries.get_or_create(&ResultLabel { result }).inc();
    }

    /// How long after its due time a timer was looked at.
    pub fn timer_late_by(&self, duration: Duration) {
        self.timer_lateness.observe(duration.as_secs_f64());
    }

    /// Everything in the text format that Prometheus reads.
    pub fn encode(&self) -> Result<String, fmt::Error> {
        let mut out = String::new();
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let version: Family<VersionLabel, Gauge> = Family::default();
        version.get_or_create(&VersionLabel { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("build", "The version that is running", version);
        registry.register("events", "Events by kind and by what became of them", self.events.clone());
        registry.register_with_unit(
            "acknowledgement",
            "From an event's arrival to its acknowledgement",
            Unit::Seconds,
            self.acknowledgement.clone(),
        );
        registry.register(
            "unparsable_payloads",
            "Payloads that could not be read, by kind of envelope",
            self.unparsable.clone(),
        );
        registry.register("outbox_depth", "Messages waiting to be said", self.outbox_depth.clone());
        registry.register_with_unit(
            "outbox_oldest_age",
            "How long the oldest waiting message has waited",
            Unit::Seconds,
            self.outbox_age.clone(),
        );
        registry.register("deliveries", "Messages handed to a platform, by result", self.deliveries.clone());
        registry.register_with_unit(
            "timer_lateness",
            "How long after its due time a timer was looked at",
            Unit::Seconds,
            self.timer_lateness.clone(),
        );
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VersionLabel {
    version: &'static str,
}

/// Around the aims: a median within 3 ms, p99 within 20 ms; Slack gives up at 3 s.
const ACKNOWLEDGEMENT: [f64; 11] = [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 3.0];
const LATENESS: [f64; 10] = [0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 300.0, 3600.0];

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let metrics = Metrics::new();
        metrics.event("command", "done");
        metrics.event("command", "done");
        metrics.acknowledged_after(Duration::from_millis(2));
        metrics.unparsable("events_api");
        metrics.outbox(7, Duration::from_secs(3));
        metrics.delivery("posted");
        metrics.timer_late_by(Duration::from_millis(4));
        let text = metrics.encode().expect("a String takes everything");
        for line in [
            "goodturn_events_total{kind=\"command\",result=\"done\"} 2",
            "goodturn_acknowledgement_seconds_bucket{le=\"0.002\"} 1",
            "goodturn_unparsable_payloads_total{kind=\"events_api\"} 1",
            "goodturn_outbox_depth 7",
            "goodturn_outbox_oldest_age_seconds 3.0",
            "goodturn_deliveries_total{result=\"posted\"} 1",
            "goodturn_timer_lateness_seconds_count 1",
            "# EOF",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }
}
