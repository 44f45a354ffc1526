//! The log: to stderr, as the operator wants it.
//!
//! Invariant: parts that print what passes through them (web sockets, Slack's client) stay silent
//! whatever the filter says, for what people write and tickets of connections never reach a log.

use std::io;

use tracing::Subscriber;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{Log, LogFormat};

/// Logs to stderr from here on. A second call changes nothing.
pub fn start(log: &Log) {
    let _ = subscriber(log, io::stderr).try_init();
}

fn subscriber<W>(log: &Log, writer: W) -> impl Subscriber + Send + Sync + 'static
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let lines = match log.format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let discreet = filter_fn(|event| {
        let root = event.target().split("::").next().unwrap_or_default();
        !INDISCREET.contains(&root)
    });
    tracing_subscriber::registry().with(lines.with_filter(filter(&log.filter).and(discreet)))
}

/// The operator's filter, with the chatty parts turned down unless it names them.
fn filter(wanted: &str) -> EnvFilter {
    let mut filter = EnvFilter::new(wanted);
    for part in CHATTY.into_iter().filter(|part| !wanted.contains(part)) {
        filter = filter.add_directive(format!("{part}=warn").parse().expect("a part and a level"));
    }
    filter
}

const INDISCREET: [&str; 3] = ["slack_morphism", "tungstenite", "tokio_tungstenite"];
const CHATTY: [&str; 6] = ["hyper", "h2", "reqwest", "rustls", "sqlx", "tower"];

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, format: LogFormat, what: impl FnOnce()) -> String {
        let page = Page::default();
        let writer = page.clone();
        let log = Log { filter: filter.into(), format };
        tracing::subscriber::with_default(subscriber(&log, move || writer.clone()), what);
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_indiscreet_stay_silent_whatever_is_asked() {
        let text = logged("trace,slack_morphism=trace,tungstenite::protocol=trace", LogFormat::Text, || {
            tracing::error!(target: "slack_morphism::client", "ticket");
            tracing::trace!(target: "tungstenite::protocol", "message");
            tracing::debug!(target: "hyper::proto", "chatter");
            tracing::trace!(target: "goodturn::app", "kept");
        });
        assert!(text.contains("kept"), "{text}");
        assert!(!text.contains("ticket") && !text.contains("message") && !text.contains("chatter"), "{text}");
    }

    #[test]
    fn machines_get_one_object_a_line() {
        let text = logged("info", LogFormat::Json, || tracing::info!(request = "r1", "passed on"));
        let line: serde_json::Value = serde_json::from_str(text.trim()).expect("one JSON object");
        assert_eq!((line["message"].as_str(), line["request"].as_str()), (Some("passed on"), Some("r1")));
    }
}
