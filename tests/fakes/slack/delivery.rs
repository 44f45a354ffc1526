//! Envelopes on their way to the app, and again when nobody acknowledges them.
//!
//! Invariant: every redelivery of an event has the same `event_id`, a new `envelope_id` and the next
//! `retry_attempt`; commands and interactions are delivered once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::Shared;
use super::socket::{Ack, Waiting};
use super::state::State;

/// What is sent over a socket.
#[derive(Clone, Debug)]
pub struct Envelope {
    kind: &'static str,
    payload: Value,
    accepts_payload: bool,
    attempt: u32,
}

impl Envelope {
    pub fn event(payload: Value) -> Self {
        Self { kind: "events_api", payload, accepts_payload: false, attempt: 0 }
    }

    pub fn command(payload: Value) -> Self {
        Self { kind: "slash_commands", payload, accepts_payload: true, attempt: 0 }
    }

    pub fn interactive(payload: Value) -> Self {
        let accepts_payload = payload["type"] == "view_submission";
        Self { kind: "interactive", payload, accepts_payload, attempt: 0 }
    }
}

/// A sent envelope's acknowledgement, to be waited for.
pub type Pending = oneshot::Receiver<Ack>;

/// Sends the envelope over the socket whose turn it is; `None` when none is open.
pub fn dispatch(state: &mut State, envelope: &Envelope) -> Option<Pending> {
    let number = state.next_id("");
    let id = format!("e0e0e0e0-0000-4000-8000-{number:0>12}");
    let mut frame = json!({
        "envelope_id": id, "type": envelope.kind, "payload": envelope.payload,
        "accepts_response_payload": envelope.accepts_payload,
    });
    if envelope.kind == "events_api" {
        frame["retry_attempt"] = json!(envelope.attempt);
        frame["retry_reason"] = json!(if envelope.attempt == 0 { "" } else { "timeout" });
    }
    if !state.connections.send(frame.to_string()) {
        return None;
    }
    let (answer, pending) = oneshot::channel();
    state.waiting.insert(
        id,
        Waiting {
            kind: envelope.kind.to_owned(),
            accepts_payload: envelope.accepts_payload,
            sent: Instant::now(),
            attempt: envelope.attempt,
            answer: Some(answer),
            done: false,
        },
    );
    Some(pending)
}

/// Sends a command or an interaction once, and waits for its acknowledgement; `None` when it does not
/// come in `patience`. Waits in the same time for a socket, when none is open.
pub async fn deliver(shared: &Arc<Shared>, envelope: &Envelope, patience: Duration) -> Option<Ack> {
    let pending = shared.wait(patience, |state| dispatch(state, envelope)).await?;
    tokio::time::timeout(patience, pending).await.ok()?.ok()
}

/// Sees an event through: waits for its acknowledgement, delivers it again, or gives it up.
pub async fn see_through(shared: Arc<Shared>, mut envelope: Envelope, first: Option<Pending>) {
    let (interval, redeliveries) =
        shared.read(|state| (state.tuning.redeliver_after, state.tuning.redeliveries));
    let mut pending = first;
    loop {
        let acknowledged = async {
            let pending = match pending.take() {
                Some(pending) => pending,
                None => shared.wait(interval, |state| dispatch(state, &envelope)).await?,
            };
            tokio::time::timeout(interval, pending).await.ok()?.ok()
        };
        let Some(acknowledged) = shared.stop.run_until_cancelled(acknowledged).await else { return };
        if acknowledged.is_some() {
            return shared.change(|state| state.in_flight -= 1);
        }
        if envelope.attempt == redeliveries {
            return shared.change(|state| {
                state.in_flight -= 1;
                let id = envelope.payload["event_id"].as_str().unwrap_or_default().to_owned();
                state.given_up.push(id);
            });
        }
        envelope.attempt += 1;
    }
}
