//! Decoding, by hand-made payloads and by Slack's published ones.

use serde_json::json;

use super::*;
use crate::chat::command::Command;
use crate::chat::command::{HandedMessage, RequestsCommand};
use crate::chat::form::{Answer, FormKind};
use crate::chat::inbound::{Said, Speech};
use crate::domain::ids::MessageRef;
use crate::domain::person::Standing;
use crate::slack::tests::{home, spec};

fn decode(kind: &str, payload: &Value) -> Decoded {
    let home = home();
    let context = Context { home: &home, now: Timestamp::from_second(1_000).unwrap() };
    envelope(&json!({ "type": kind, "envelope_id": "E1", "payload": payload }), &context)
}

fn heard(kind: &str, payload: &Value) -> Heard {
    match decode(kind, payload) {
        Decoded::Heard(heard) => *heard,
        other => panic!("not heard: {other:?}"),
    }
}

fn event(event: &Value) -> Decoded {
    decode(
        "events_api",
        &json!({ "type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event }),
    )
}

fn said(message: &Value) -> (Inbound, Said) {
    let Decoded::Heard(heard) = event(message) else { panic!("not heard") };
    let Event::Said(said) = heard.inbound.event.clone() else { panic!("not said") };
    assert_eq!(heard.way, Way::Said);
    (heard.inbound, said)
}

fn command(heard: &Heard) -> &Command {
    match &heard.inbound.event {
        Event::Command(command) => command,
        other => panic!("no command: {other:?}"),
    }
}

#[test]
fn a_slash_command() {
    let heard = heard(
        "slash_commands",
        &json!({"command": "/handoff", "text": "billing ask <@U2|bo> &amp; co", "user_id": "U1", "team_id": "T1",
            "channel_id": "C1", "channel_name": "sales", "trigger_id": "1.2", "response_url": "https://x"}),
    );
    assert_eq!(command(&heard), &Command::Handoff("billing ask @bo & co".to_owned()));
    assert_eq!(heard.inbound.delivery, "command:E1");
    assert_eq!(heard.inbound.mentions[0].user.as_str(), "U2");
    assert_eq!(heard.inbound.place.as_ref().unwrap().kind, PlaceKind::Channel);
    assert_eq!(heard.way, Way::Command { trigger: Some("1.2".to_owned()) });
}

#[test]
fn a_press_and_a_choice() {
    let press = |action: Value| {
        heard(
            "interactive",
            &json!({"type": "block_actions", "user": {"id": "U1"}, "team": null, "trigger_id": "1.2",
                "channel": {"id": "D1", "name": "directmessage"}, "response_url": "https://x",
                "container": {"type": "message", "message_ts": "1.1", "channel_id": "D1"},
                "message": {"ts": "1.1"}, "actions": [action]}),
        )
    };
    let button = press(json!({"type": "button", "action_id": "press:1", "value": "accept:r1:2"}));
    assert_eq!(command(&button), &Command::Accept("r1".into(), Some(2)));
    assert_eq!(button.inbound.place.as_ref().unwrap().kind, PlaceKind::Direct);
    let menu = press(json!({"type": "static_select", "selected_option": {"value": "requests:mine"}}));
    assert_eq!(command(&menu), &Command::Requests(RequestsCommand::Mine));
    let Way::Press { address: Some(_), surface: Surface::Open, .. } = menu.way else {
        panic!("{:?}", menu.way)
    };
}

#[test]
fn a_link_passes_and_a_strange_token_does_not() {
    let press = |action: Value| {
        decode("interactive", &json!({"type": "block_actions", "user": {"id": "U1"}, "actions": [action]}))
    };
    assert_eq!(
        press(json!({"type": "button", "action_id": "link:3", "url": "https://x"})),
        Decoded::Passed("a link was opened")
    );
    let Decoded::Unreadable { what: "press", .. } = press(json!({"type": "button", "value": "dance:1"}))
    else {
        panic!("unreadable")
    };
    // One that we made once is answered, however old.
    let old = press(json!({"type": "button", "action_id": "press:1", "value": "dance:1"}));
    let Decoded::Heard(_) = old else { panic!("{old:?}") };
}

#[test]
fn a_form() {
    let heard = heard(
        "interactive",
        &json!({"type": "view_submission", "user": {"id": "U1"}, "team": null, "enterprise": {"id": "E1"},
        "trigger_id": "1.2", "view": {"callback_id": "form:handoff", "private_metadata": "about",
        "state": {"values": {
            "what": {"answer": {"type": "plain_text_input", "value": "Refund <b>"}},
            "topic": {"answer": {"type": "static_select", "selected_option": {"value": "t1"}}},
            "ticks": {"answer": {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}},
            "who": {"answer": {"type": "users_select", "selected_user": "U2"}},
            "empty": {"answer": {"type": "plain_text_input", "value": null}}
        }}}}),
    );
    let Command::Submit(form) = command(&heard) else { panic!("a form") };
    assert_eq!((form.kind, form.about.as_str()), (FormKind::Handoff, "about"));
    assert_eq!(form.words("what"), "Refund <b>");
    assert_eq!((form.words("topic"), form.words("empty")), ("t1", ""));
    assert!(form.ticked("ticks", "b"));
    assert_eq!(form.answers["who"], Answer::Person("U2".into()));
    assert_eq!(heard.way, Way::Form);
}

#[test]
fn a_message_handed_off() {
    let heard = heard(
        "interactive",
        &json!({"type": "message_action", "callback_id": "handoff_message", "user": {"id": "U1"},
            "channel": {"id": "C1", "name": "general"}, "trigger_id": "1.2", "response_url": "https://x",
            "message": {"ts": "17.000200", "thread_ts": "16.000100", "user": "U3", "text": "it &lt;fails&gt;"}}),
    );
    let expected = HandedMessage {
        message: MessageRef { channel: "C1".into(), message: "17.000200".into() },
        thread: Some("16.000100".into()),
        author: Some("U3".into()),
        words: "it <fails>".to_owned(),
        link: Some("https://globex.slack.com/archives/C1/p17000200?thread_ts=16.000100&cid=C1".to_owned()),
    };
    assert_eq!(command(&heard), &Command::HandoffMessage(expected));
}

#[test]
fn one_message_has_one_delivery_id_however_it_is_told() {
    let message = json!({"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1",
        "ts": "1700000000.000100", "text": "<@UBOT> done", "thread_ts": "1600000000.000100"});
    let mut mention = message.clone();
    mention["type"] = json!("app_mention");
    let (one, words) = said(&message);
    let (two, _) = said(&mention);
    assert_eq!(one, two);
    assert_eq!((words.words.as_str(), words.to_bot), ("done", Speech::ToBot));
    assert_eq!(words.at, Timestamp::from_microsecond(1_700_000_000_000_100).unwrap());
    assert_eq!(one.delivery, "said:C1:1700000000.000100");
    let home = home();
    let context = Context { home: &home, now: Timestamp::UNIX_EPOCH };
    let Decoded::Heard(three) = from_history(&message, ("C1", PlaceKind::Channel), &context) else {
        panic!("heard")
    };
    assert_eq!(three.inbound, one);
}

#[test]
fn who_words_are_meant_for() {
    let (_, direct) = said(&json!({"type": "message", "channel": "D1", "channel_type": "im", "user": "U1",
        "ts": "1.0", "text": "help"}));
    assert_eq!(direct.to_bot, Speech::ToBot);
    let (group, overheard) =
        said(&json!({"type": "message", "channel": "G1", "channel_type": "mpim", "user": "U1",
        "ts": "1.0", "text": "hello", "thread_ts": "1.0"}));
    assert_eq!((overheard.to_bot, group.place.unwrap().thread), (Speech::Overheard, None));
}

#[test]
fn what_bots_say_and_what_was_edited_passes() {
    let message = |more: Value| {
        let mut message = json!({"type": "message", "channel": "C1", "user": "U1", "ts": "1.0", "text": "x"});
        for (key, value) in more.as_object().unwrap() {
            message[key] = value.clone();
        }
        event(&message)
    };
    for more in [
        json!({"bot_id": "B1"}),
        json!({"user": "UBOT"}),
        json!({"user": "USLACKBOT"}),
        json!({"subtype": "bot_message"}),
        json!({"subtype": "message_changed", "message": {}}),
        json!({"subtype": "message_deleted"}),
        json!({"subtype": "channel_join"}),
    ] {
        assert!(matches!(message(more.clone()), Decoded::Passed(_)), "{more}");
    }
    assert!(matches!(message(json!({"subtype": "file_share", "text": ""})), Decoded::Heard(_)));
    assert!(matches!(message(json!({"user": null})), Decoded::Unreadable { .. }));
    assert!(matches!(message(json!({"ts": "soon"})), Decoded::Unreadable { .. }));
}

#[test]
fn people_and_the_install() {
    let met = |payload: Value| {
        let Decoded::Heard(heard) = event(&payload) else { panic!("heard") };
        let Event::Met(mut facts) = heard.inbound.event else { panic!("met") };
        facts.remove(0)
    };
    let left = met(json!({"type": "user_change", "user": {"id": "U1", "deleted": true}}));
    assert_eq!(left.standing, Some(Standing::Left));
    let quiet = met(json!({"type": "dnd_updated_user", "user": "U1", "dnd_status": {"dnd_enabled": true,
        "next_dnd_start_ts": 900, "next_dnd_end_ts": 2000}}));
    assert_eq!(quiet.away_until, Some(Timestamp::from_second(2000).ok()));
    assert_eq!(quiet.name, None);
    let removed = |payload| match event(&payload) {
        Decoded::Heard(heard) => heard.inbound.event == Event::Removed,
        _ => false,
    };
    assert!(removed(json!({"type": "app_uninstalled"})));
    assert!(removed(json!({"type": "tokens_revoked", "tokens": {"bot": ["U1"]}})));
    assert!(!removed(json!({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}})));
    assert!(matches!(
        event(&json!({"type": "app_home_opened", "user": "U1", "tab": "home"})),
        Decoded::Heard(_)
    ));
    assert!(matches!(event(&json!({"type": "reaction_added"})), Decoded::Passed(_)));
}

/// Slack's published payloads, each as an envelope; `None`, said on stderr, where the folder is absent.
fn published() -> Option<Vec<(String, Value)>> {
    let mut found = Vec::new();
    for name in ["bolt-python", "java-slack-sdk-mock"] {
        let text = spec(&format!("slack/{name}/test_payloads.jsonl"))?;
        for line in text.lines().filter(|line| !line.is_empty()) {
            let entry: Value = serde_json::from_str(line).unwrap();
            let body = entry["json"].clone();
            let kind = entry["kind"].as_str().unwrap_or_default();
            let envelope = match kind {
                "envelope" => body,
                "event_callback" => json!({"type": "events_api", "envelope_id": "e", "payload": body}),
                "slash_command" => json!({"type": "slash_commands", "envelope_id": "e", "payload": body}),
                _ => json!({"type": "interactive", "envelope_id": "e", "payload": body}),
            };
            found.push((format!("{kind} {}", entry["source"]), envelope));
        }
    }
    assert!(found.len() > 150);
    Some(found)
}

#[test]
fn no_published_payload_that_matters_is_lost() {
    let Some(published) = published() else { return };
    let home = home();
    let context = Context { home: &home, now: Timestamp::UNIX_EPOCH };
    let (mut heard, mut passed) = (0, 0);
    for (source, mut envelope) in published {
        let matters = make_ours(&mut envelope);
        match super::envelope(&envelope, &context) {
            Decoded::Heard(_) => heard += 1,
            Decoded::Passed(_) => {
                assert!(!matters, "passed: {source} {envelope}");
                passed += 1;
            }
            Decoded::Unreadable { what, kind } => assert!(!matters, "{what}/{kind}: {source} {envelope}"),
        }
    }
    assert!(heard > 60, "{heard} heard, {passed} passed");
}

/// Some fixtures have every value blanked.
fn filled(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// Turns a payload meant for some other app into one for ours, and says whether it must be understood.
fn make_ours(envelope: &mut Value) -> bool {
    let payload = &mut envelope["payload"];
    match payload["type"].as_str().unwrap_or_default() {
        "block_actions" => {
            let Some(action) = payload["actions"].get_mut(0) else { return false };
            match action["type"].as_str() {
                Some("static_select" | "overflow") => {
                    action["selected_option"]["value"] = json!("accept:r1:0");
                }
                _ => action["value"] = json!("accept:r1:0"),
            }
            filled(&payload["user"]["id"])
        }
        "view_submission" => {
            payload["view"]["callback_id"] = json!("form:handoff");
            filled(&payload["user"]["id"])
        }
        "message_action" => {
            payload["callback_id"] = json!("handoff_message");
            filled(&payload["channel"]["id"])
        }
        "shortcut" => {
            payload["callback_id"] = json!("handoff");
            filled(&payload["user"]["id"])
        }
        _ if filled(&payload["command"]) => filled(&payload["user_id"]),
        _ => match payload["event"]["type"].as_str().unwrap_or_default() {
            "app_mention" | "message" => {
                let event = &payload["event"];
                let words = ["user", "channel", "ts"].iter().all(|field| filled(&event[*field]));
                words
                    && event["bot_id"].is_null()
                    && event["subtype"].is_null()
                    && event["bot_profile"].is_null()
            }
            "app_home_opened" => payload["event"]["tab"] != "messages",
            "user_change" | "team_join" | "app_uninstalled" => true,
            _ => false,
        },
    }
}

#[test]
fn no_published_payload_with_a_hole_panics() {
    let Some(published) = published() else { return };
    let home = home();
    let context = Context { home: &home, now: Timestamp::UNIX_EPOCH };
    for (_, envelope) in published {
        for path in ["", "/payload", "/payload/event", "/payload/view", "/payload/user", "/payload/actions/0"]
        {
            let Some(Value::Object(object)) = envelope.pointer(path) else { continue };
            for key in object.keys() {
                for hole in [Value::Null, json!(7), json!([]), json!({}), json!("")] {
                    let mut holed = envelope.clone();
                    holed.pointer_mut(path).unwrap()[key] = hole;
                    let _ = super::envelope(&holed, &context);
                }
            }
        }
    }
}
