//! The Events API: what was said, who people are, what became of the install.
//! Invariant: one message has one delivery id, however often and by whichever way it is told (as a
//! message, as a mention, from the history).

use serde_json::Value;

use super::{Context, Decoded, Draft, Way, heard, kind_of, permalink, text, unreadable};
use crate::chat::inbound::{Event, PersonFacts, Said, Speech};
use crate::domain::ids::{Place, PlaceKind};
use crate::slack::{people, words};

/// Reads the payload of an `events_api` envelope.
pub(super) fn read(payload: &Value, envelope: Option<&str>, context: &Context<'_>) -> Decoded {
    let event = &payload["event"];
    let Some(kind) = text(event, "type") else { return unreadable("event", payload["type"].as_str()) };
    let delivery = super::delivery("event", &[text(payload, "event_id"), envelope]);
    let tell = |actor: Option<&str>, what: Event| match delivery.clone() {
        None => unreadable("event", Some(kind)),
        Some(delivery) => heard(
            Draft { delivery, actor, place: None, mentions: Vec::new(), event: what },
            Way::None,
            context,
        ),
    };
    match kind {
        "message" | "app_mention" => message(event, None, context),
        "app_home_opened" => match text(event, "user") {
            None => unreadable("event", Some(kind)),
            Some(_) if event["tab"] == "messages" => Decoded::Passed("messages tab opened"),
            Some(user) => tell(Some(user), Event::HomeOpened),
        },
        "user_change" | "team_join" => match people::facts(&event["user"], context.home, context.now) {
            Some(facts) => tell(None, Event::Met(vec![facts])),
            None => unreadable("event", Some(kind)),
        },
        "dnd_updated_user" => match text(event, "user") {
            Some(user) => {
                let until = people::do_not_disturb(&event["dnd_status"], context.now);
                let facts = PersonFacts {
                    user: Some(user.into()),
                    away_until: Some(until),
                    ..PersonFacts::default()
                };
                tell(None, Event::Met(vec![facts]))
            }
            None => unreadable("event", Some(kind)),
        },
        "app_uninstalled" => tell(None, Event::Removed),
        "tokens_revoked" => match event["tokens"]["bot"].as_array() {
            Some(bots) if !bots.is_empty() => tell(None, Event::Removed),
            _ => Decoded::Passed("tokens of users revoked"),
        },
        _ => Decoded::Passed("an event not asked for"),
    }
}

/// Reads a message event or an entry of a history; for the latter its place is given.
pub(super) fn message(event: &Value, place: Option<(&str, PlaceKind)>, context: &Context<'_>) -> Decoded {
    match event["subtype"].as_str() {
        None | Some("thread_broadcast" | "file_share" | "me_message") => {}
        Some("message_changed" | "message_deleted") => return Decoded::Passed("message edited or deleted"),
        Some("bot_message") => return Decoded::Passed("message of a bot"),
        Some(_) => return Decoded::Passed("message about the channel"),
    }
    let home = context.home;
    let ours = event["user"].as_str() == Some(home.user.as_str());
    if ours || !event["bot_id"].is_null() || !event["bot_profile"].is_null() || event["user"] == "USLACKBOT" {
        return Decoded::Passed("message of a bot");
    }
    let channel = place.map(|(channel, _)| channel).or_else(|| text(event, "channel"));
    let (Some(user), Some(channel), Some(ts)) = (text(event, "user"), channel, text(event, "ts")) else {
        return unreadable("message", event["type"].as_str());
    };
    let Some(at) = instant(ts) else { return unreadable("message", Some("ts")) };
    let kind = place.map_or_else(|| kind_of(channel, event["channel_type"].as_str()), |(_, kind)| kind);
    let words = words::read(event["text"].as_str().unwrap_or_default(), &home.user);
    let to_bot = match kind {
        PlaceKind::Direct => Speech::ToBot,
        PlaceKind::Channel | PlaceKind::Group if words.bot || event["type"] == "app_mention" => Speech::ToBot,
        PlaceKind::Channel | PlaceKind::Group => Speech::Overheard,
    };
    let thread = text(event, "thread_ts").filter(|thread| *thread != ts);
    let link = home.url.as_deref().map(|base| permalink(base, channel, ts, thread));
    let draft = Draft {
        delivery: format!("said:{channel}:{ts}"),
        actor: Some(user),
        place: Some(Place { channel: channel.into(), thread: thread.map(Into::into), kind }),
        mentions: words.mentions,
        event: Event::Said(Said { message: ts.into(), at, link, words: words.text, to_bot }),
    };
    heard(draft, Way::Said, context)
}

/// A message's timestamp is the instant at which Slack took it, in seconds.
fn instant(ts: &str) -> Option<jiff::Timestamp> {
    let (seconds, micros) = ts.split_once('.').unwrap_or((ts, "0"));
    let micros: i64 = format!("{micros:0<6}").get(..6)?.parse().ok()?;
    jiff::Timestamp::from_microsecond(
        seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)?,
    )
    .ok()
}
