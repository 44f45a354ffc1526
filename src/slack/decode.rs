//! From Slack's envelopes to what the app understands.
//! Invariants: pure; total on any JSON; what should have meant something and could not be read is
//! `Unreadable`, never silently passed; names of kinds are kept for the log, words never.
//! Every payload belongs to the one install this adapter serves (its token reaches no other), so the
//! workspace is the install's: org-wide payloads with `team: null` need no guess, and people from
//! connected workspaces do not become workspaces of their own.

mod events;
mod interactive;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::Value;

use super::api::Granted;
use super::words;
use crate::chat::inbound::{Event, Inbound, Mentioned};
use crate::chat::parse;
use crate::domain::ids::{Place, PlaceKind, PlatformKind};

/// What an envelope means.
#[derive(Debug, PartialEq)]
pub enum Decoded {
    /// Something for the app, and how its reply gets back.
    Heard(Box<Heard>),
    /// Nothing for us; to be acknowledged.
    Passed(&'static str),
    /// It should have meant something; not to be acknowledged.
    Unreadable {
        /// What it came as (`event`, `press`, `form`, …).
        what: &'static str,
        /// Slack's own word for its kind, for the log.
        kind: String,
    },
}

/// Something for the app.
#[derive(Debug, PartialEq)]
pub struct Heard {
    /// What the app gets.
    pub inbound: Inbound,
    /// How its reply gets back.
    pub way: Way,
}

/// The ways back that this envelope opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// Inside the acknowledgement of a slash command; forms by trigger.
    Command {
        /// Opens one form, within 3 s.
        trigger: Option<String>,
    },
    /// A press or shortcut: an answer by address or, without one, on top of what is open.
    Press {
        /// Opens one form, within 3 s.
        trigger: Option<String>,
        /// Takes answers for 30 minutes.
        address: Option<String>,
        /// Where it was.
        surface: Surface,
    },
    /// Inside the acknowledgement of a form.
    Form,
    /// Words in a place: an answer there.
    Said,
    /// Nobody waits for an answer.
    None,
}

/// Where a press was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// On a message, in the shortcut menu, on App Home.
    Open,
    /// In a modal, which a further one is laid upon.
    Modal,
}

/// What decoding needs to know.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The install.
    pub home: &'a Granted,
    /// For do-not-disturb times that hold now.
    pub now: Timestamp,
}

/// Reads one envelope of Socket Mode.
pub fn envelope(envelope: &Value, context: &Context<'_>) -> Decoded {
    let payload = &envelope["payload"];
    let id = envelope["envelope_id"].as_str();
    match envelope["type"].as_str() {
        Some("slash_commands") => slash(payload, id, context),
        Some("interactive") => interactive::read(payload, id, context),
        Some("events_api") => events::read(payload, id, context),
        other => unreadable("envelope", other),
    }
}

/// A message from a channel's history, as if it had just been said there.
pub fn from_history(message: &Value, place: (&str, PlaceKind), context: &Context<'_>) -> Decoded {
    events::message(message, Some(place), context)
}

fn slash(payload: &Value, id: Option<&str>, context: &Context<'_>) -> Decoded {
    let (Some(name), Some(user)) = (text(payload, "command"), text(payload, "user_id")) else {
        return unreadable("slash_command", None);
    };
    let words = words::read(payload["text"].as_str().unwrap_or_default(), &context.home.user);
    let command = parse::slash(name, &words.text);
    let place = text(payload, "channel_id").map(|channel| Place {
        channel: channel.into(),
        thread: None,
        kind: match payload["channel_name"].as_str() {
            Some("directmessage") => PlaceKind::Direct,
            Some(name) if name.starts_with("mpdm-") => PlaceKind::Group,
            _ => PlaceKind::Channel,
        },
    });
    let Some(delivery) = delivery("command", &[id, text(payload, "trigger_id")]) else {
        return unreadable("slash_command", None);
    };
    heard(
        Draft {
            delivery,
            actor: Some(user),
            place,
            mentions: words.mentions,
            event: Event::Command(command),
        },
        Way::Command { trigger: owned(payload, "trigger_id") },
        context,
    )
}

/// The parts of an `Inbound` that differ.
struct Draft<'a> {
    delivery: String,
    actor: Option<&'a str>,
    place: Option<Place>,
    mentions: Vec<Mentioned>,
    event: Event,
}

fn heard(draft: Draft<'_>, way: Way, context: &Context<'_>) -> Decoded {
    let inbound = Inbound {
        platform: PlatformKind::Slack,
        workspace: context.home.team.clone(),
        delivery: draft.delivery,
        actor: draft.actor.map(Into::into),
        place: draft.place,
        mentions: draft.mentions,
        people: Vec::new(),
        event: draft.event,
    };
    Decoded::Heard(Box::new(Heard { inbound, way }))
}

/// The first id there is, under what it names.
fn delivery(what: &str, ids: &[Option<&str>]) -> Option<String> {
    ids.iter().flatten().next().map(|id| format!("{what}:{id}"))
}

/// A string field that is there and not empty.
fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value[field].as_str().filter(|text| !text.is_empty())
}

fn owned(value: &Value, field: &str) -> Option<String> {
    text(value, field).map(str::to_owned)
}

fn unreadable(what: &'static str, kind: Option<&str>) -> Decoded {
    let kind: String = kind.unwrap_or("none").chars().filter(char::is_ascii_graphic).take(40).collect();
    Decoded::Unreadable { what, kind }
}

/// A place by its channel's id, where Slack does not say what sort it is.
fn kind_of(channel: &str, said: Option<&str>) -> PlaceKind {
    match said {
        Some("im" | "app_home") => PlaceKind::Direct,
        Some("mpim") => PlaceKind::Group,
        None if channel.starts_with('D') => PlaceKind::Direct,
        Some(_) | None => PlaceKind::Channel,
    }
}

/// Slack's documented form of a link to a message.
fn permalink(base: &str, channel: &str, ts: &str, thread: Option<&str>) -> String {
    let base = base.trim_end_matches('/');
    let place = format!("{base}/archives/{channel}/p{}", ts.replace('.', ""));
    thread.map_or_else(|| place.clone(), |thread| format!("{place}?thread_ts={thread}&cid={channel}"))
}
