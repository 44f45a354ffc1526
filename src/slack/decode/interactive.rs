//! Presses, choices, shortcuts and forms.
//! Invariant: only tokens and names that we made are understood; whatever else comes is unreadable.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Context, Decoded, Draft, Surface, Way, heard, kind_of, owned, permalink, text, unreadable};
use crate::chat::catalog;
use crate::chat::command::{Command, HandedMessage};
use crate::chat::form::{Answer, FormKind, Submitted};
use crate::chat::inbound::Event;
use crate::domain::ids::{MessageRef, Place};
use crate::slack::{declare, words};

/// Reads the payload of an `interactive` envelope.
pub(super) fn read(payload: &Value, envelope: Option<&str>, context: &Context<'_>) -> Decoded {
    match payload["type"].as_str() {
        Some("block_actions") => press(payload, envelope, context),
        Some("view_submission") => form(payload, envelope, context),
        Some("view_closed") => Decoded::Passed("form closed"),
        Some("message_action") => message_shortcut(payload, envelope, context),
        Some("shortcut") => match payload["callback_id"].as_str() {
            Some(declare::HANDOFF_SHORTCUT) => {
                asked(payload, envelope, Command::Handoff(String::new()), Vec::new(), context)
            }
            other => unreadable("shortcut", other),
        },
        other => unreadable("interactive", other),
    }
}

fn press(payload: &Value, envelope: Option<&str>, context: &Context<'_>) -> Decoded {
    let actions = payload["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let command = actions.iter().find_map(|action| {
        let token = text(action, "value").or_else(|| text(&action["selected_option"], "value"))?;
        Command::decode(token)
    });
    match command {
        Some(command) => asked(payload, envelope, command, Vec::new(), context),
        None if actions.iter().any(is_link) => Decoded::Passed("a link was opened"),
        // Cards stay for years; a press on one that is not understood any more is answered as well.
        None if actions.iter().any(is_ours) => {
            asked(payload, envelope, Command::Outdated, Vec::new(), context)
        }
        None => unreadable("press", actions.first().and_then(|action| action["type"].as_str())),
    }
}

/// Slack tells of pressed links as well; they have done their work in the browser.
fn is_link(action: &Value) -> bool {
    text(action, "action_id").is_some_and(|id| id.starts_with(crate::slack::render::LINK_ACTION))
}

/// Whether the renderer made it.
fn is_ours(action: &Value) -> bool {
    let made = [crate::slack::render::BUTTON_ACTION, crate::slack::render::MENU_ACTION];
    text(action, "action_id").is_some_and(|id| made.iter().any(|prefix| id.starts_with(prefix)))
}

fn message_shortcut(payload: &Value, envelope: Option<&str>, context: &Context<'_>) -> Decoded {
    if payload["callback_id"] != catalog::HAND_OFF.callback {
        return unreadable("message_action", payload["callback_id"].as_str());
    }
    let message = &payload["message"];
    let ts = text(message, "ts").or_else(|| text(payload, "message_ts"));
    let (Some(channel), Some(ts)) = (text(&payload["channel"], "id"), ts) else {
        return unreadable("message_action", None);
    };
    let thread = text(message, "thread_ts").filter(|thread| *thread != ts);
    let author = text(message, "user").filter(|_| message["bot_id"].is_null());
    let words = words::read(message["text"].as_str().unwrap_or_default(), &context.home.user);
    let command = Command::HandoffMessage(HandedMessage {
        message: MessageRef { channel: channel.into(), message: ts.into() },
        thread: thread.map(Into::into),
        author: author.map(Into::into),
        words: words.text,
        link: context.home.url.as_deref().map(|base| permalink(base, channel, ts, thread)),
    });
    asked(payload, envelope, command, words.mentions, context)
}

fn asked(
    payload: &Value,
    envelope: Option<&str>,
    command: Command,
    mentions: Vec<crate::chat::inbound::Mentioned>,
    context: &Context<'_>,
) -> Decoded {
    let (Some(user), Some(delivery)) = (text(&payload["user"], "id"), delivery(payload, envelope)) else {
        return unreadable("interactive", payload["type"].as_str());
    };
    let surface = match payload["view"]["type"].as_str() {
        Some("modal") => Surface::Modal,
        _ => Surface::Open,
    };
    let way = Way::Press {
        trigger: owned(payload, "trigger_id"),
        address: owned(payload, "response_url"),
        surface,
    };
    let draft = Draft {
        delivery,
        actor: Some(user),
        place: place(payload),
        mentions,
        event: Event::Command(command),
    };
    heard(draft, way, context)
}

fn form(payload: &Value, envelope: Option<&str>, context: &Context<'_>) -> Decoded {
    let view = &payload["view"];
    let callback = view["callback_id"].as_str();
    let Some(kind) = callback.and_then(|id| id.strip_prefix("form:")).and_then(FormKind::parse) else {
        return unreadable("form", callback);
    };
    let (Some(user), Some(delivery)) = (text(&payload["user"], "id"), delivery(payload, envelope)) else {
        return unreadable("form", callback);
    };
    let mut answers = BTreeMap::new();
    for (field, elements) in view["state"]["values"].as_object().into_iter().flatten() {
        let element = elements.as_object().and_then(|elements| elements.values().next());
        if let Some(answer) = element.and_then(answer) {
            answers.insert(field.clone(), answer);
        }
    }
    let about = view["private_metadata"].as_str().unwrap_or_default().to_owned();
    let draft = Draft {
        delivery,
        actor: Some(user),
        place: None,
        mentions: Vec::new(),
        event: Event::Command(Command::Submit(Submitted { kind, about, answers })),
    };
    heard(draft, Way::Form, context)
}

fn answer(element: &Value) -> Option<Answer> {
    match element["type"].as_str() {
        Some("users_select") => text(element, "selected_user").map(|user| Answer::Person(user.into())),
        Some("static_select" | "radio_buttons") => {
            owned(&element["selected_option"], "value").map(Answer::Words)
        }
        Some("checkboxes") => {
            let ticked: Vec<&str> = element["selected_options"]
                .as_array()?
                .iter()
                .filter_map(|option| option["value"].as_str())
                .collect();
            Some(Answer::Words(ticked.join(",")))
        }
        _ => owned(element, "value").map(Answer::Words),
    }
}

fn place(payload: &Value) -> Option<Place> {
    let channel = text(&payload["channel"], "id").or_else(|| text(&payload["container"], "channel_id"))?;
    let said = match payload["channel"]["name"].as_str() {
        Some("directmessage") => Some("im"),
        Some(name) if name.starts_with("mpdm-") => Some("mpim"),
        _ => None,
    };
    let message = text(&payload["message"], "ts").or_else(|| text(&payload["container"], "message_ts"));
    let thread = text(&payload["message"], "thread_ts").or_else(|| text(&payload["container"], "thread_ts"));
    Some(Place {
        channel: channel.into(),
        thread: thread.filter(|thread| Some(*thread) != message).map(Into::into),
        kind: kind_of(channel, said),
    })
}

fn delivery(payload: &Value, envelope: Option<&str>) -> Option<String> {
    super::delivery("press", &[envelope, text(payload, "trigger_id")])
}
