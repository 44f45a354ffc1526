//! What one text frame of Socket Mode is, decided without looking at what people wrote.
//! Invariant: nothing in here keeps, prints or compares the contents of a payload.

use serde_json::{Value, json};

/// One frame, as far as the loop must understand it.
#[derive(Debug, PartialEq)]
pub(super) enum Frame {
    /// The server has accepted the connection.
    Hello,
    /// The server wants this connection to go.
    Disconnect(Goodbye),
    /// Something that must be handled and acknowledged under `id`.
    Envelope { id: String, payload: Payload, body: Value },
    /// JSON of a kind that needs no acknowledgement; safe to pass over.
    Passing { kind: String },
    /// Not JSON, or not an object.
    Malformed,
}

/// Whether the acknowledgement of an envelope may carry an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payload {
    Welcome,
    Refused,
}

/// Why the server says goodbye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goodbye {
    /// The usual rotation, or a reason nobody has told us about: a new connection replaces this one.
    Rotation,
    /// The operator has switched Socket Mode off.
    LinkDisabled,
    /// The app holds more connections than Slack allows.
    TooMany,
}

/// Reads one text frame.
pub(super) fn read(text: &str) -> Frame {
    let Ok(body @ Value::Object(_)) = serde_json::from_str::<Value>(text) else { return Frame::Malformed };
    let kind = body["type"].as_str().unwrap_or("none");
    if let Some(id) = body["envelope_id"].as_str() {
        let payload =
            if body["accepts_response_payload"] == false { Payload::Refused } else { Payload::Welcome };
        return Frame::Envelope { id: id.to_owned(), payload, body };
    }
    match kind {
        "hello" => Frame::Hello,
        "disconnect" => Frame::Disconnect(goodbye(body["reason"].as_str())),
        _ => Frame::Passing { kind: kind.chars().take(40).collect() },
    }
}

/// The frame that tells Slack that an envelope is safe with us.
pub(super) fn acknowledgement(id: &str, payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({ "envelope_id": id, "payload": payload }).to_string(),
        None => json!({ "envelope_id": id }).to_string(),
    }
}

fn goodbye(reason: Option<&str>) -> Goodbye {
    match reason {
        Some("link_disabled") => Goodbye::LinkDisabled,
        Some("too_many_websockets") => Goodbye::TooMany,
        _ => Goodbye::Rotation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_control_frames() {
        assert_eq!(read(r#"{"type":"hello","num_connections":1}"#), Frame::Hello);
        assert_eq!(read(r#"{"type":"disconnect","reason":"warning"}"#), Frame::Disconnect(Goodbye::Rotation));
        assert_eq!(read(r#"{"type":"disconnect"}"#), Frame::Disconnect(Goodbye::Rotation));
        assert_eq!(
            read(r#"{"type":"disconnect","reason":"link_disabled"}"#),
            Frame::Disconnect(Goodbye::LinkDisabled)
        );
        assert_eq!(
            read(r#"{"type":"disconnect","reason":"too_many_websockets"}"#),
            Frame::Disconnect(Goodbye::TooMany)
        );
    }

    #[test]
    fn an_envelope_of_any_kind_must_be_answered() {
        let Frame::Envelope { id, payload, .. } =
            read(r#"{"type":"new_kind","envelope_id":"e1","accepts_response_payload":false}"#)
        else {
            panic!("an envelope")
        };
        assert_eq!((id.as_str(), payload), ("e1", Payload::Refused));
    }

    #[test]
    fn the_rest_is_named_or_malformed() {
        assert_eq!(read(r#"{"type":"novelty"}"#), Frame::Passing { kind: "novelty".to_owned() });
        assert_eq!(read(r#"{"no":"type"}"#), Frame::Passing { kind: "none".to_owned() });
        assert_eq!(read("[1,2]"), Frame::Malformed);
        assert_eq!(read("{\"type\":"), Frame::Malformed);
    }

    #[test]
    fn an_acknowledgement_carries_a_payload_only_when_there_is_one() {
        assert_eq!(acknowledgement("e1", None), r#"{"envelope_id":"e1"}"#);
        assert_eq!(
            acknowledgement("e1", Some(json!({"text":"hi"}))),
            r#"{"envelope_id":"e1","payload":{"text":"hi"}}"#
        );
    }
}
