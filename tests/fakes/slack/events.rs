//! What the Events API tells the app: the inner events, in the shapes that Slack sends.
//!
//! Invariant: an event reaches `State::outgoing` only when the app is subscribed to it, holds the scope
//! and, for what happens in channels, the bot is a member. The bot's own messages come back too.

use serde_json::{Value, json};

use super::state::{APP_ID, BOT_ID, BOT_USER, Message, State};
use super::workspace::{Channel, Person, Role};

/// A message as the API and the events show it.
pub fn message_json(state: &State, message: &Message) -> Value {
    let mut shown = json!({
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": state.people.get(&message.user).map_or(state.team.id.as_str(), |p| p.team.as_str()),
    });
    if message.user == BOT_USER {
        shown["bot_id"] = json!(BOT_ID);
        shown["app_id"] = json!(APP_ID);
        shown["bot_profile"] = json!({
            "id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER, "name": "Goodturn", "deleted": false,
            "updated": 1_700_000_000, "team_id": state.team.id,
            "icons": {"image_36": "https://a.slack-edge.com/bot_36.png", "image_48": "", "image_72": ""},
        });
        if !message.blocks.is_empty() {
            shown["blocks"] = json!(message.blocks);
        }
    } else {
        shown["client_msg_id"] =
            json!(format!("cafe0000-0000-4000-8000-{:0>12}", message.ts.replace('.', "")));
        shown["blocks"] = json!([rich_text(&message.text)]);
    }
    if let Some(person) = state.people.get(&message.user).filter(|p| p.team != state.team.id) {
        shown["user_team"] = json!(person.team);
        shown["source_team"] = json!(person.team);
        shown["user_profile"] = json!({
            "real_name": person.real_name, "display_name": person.display_name, "team": person.team,
            "name": person.handle, "is_restricted": false, "is_ultra_restricted": false,
        });
    }
    if let Some(thread) = &message.thread_ts {
        shown["thread_ts"] = json!(thread);
        if let Some(parent) = state.message(&message.channel, thread) {
            shown["parent_user_id"] = json!(parent.user);
        }
    }
    if message.edited {
        shown["edited"] = json!({"user": message.user, "ts": message.ts});
    }
    if let Some(metadata) = &message.metadata {
        shown["metadata"] = metadata.clone();
    }
    shown
}

/// The rich text that Slack makes of what a person typed.
fn rich_text(text: &str) -> Value {
    let mut elements = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<@") {
        if !before.is_empty() {
            elements.push(json!({"type": "text", "text": before}));
        }
        let (id, tail) = after.split_once('>').unwrap_or((after, ""));
        elements.push(json!({"type": "user", "user_id": id.split('|').next()}));
        rest = tail;
    }
    if !rest.is_empty() {
        elements.push(json!({"type": "text", "text": rest}));
    }
    json!({"type": "rich_text", "block_id": "rT1", "elements": [{"type": "rich_text_section", "elements": elements}]})
}

/// Tells the bot about a new message, and about a mention of itself.
pub fn message_posted(state: &mut State, message: &Message) {
    let mut event = in_channel(state, &message.channel, message_json(state, message));
    event["event_ts"] = json!(message.ts);
    let mention = message.user != BOT_USER && message.text.contains(&format!("<@{BOT_USER}"));
    if mention && state.channels.get(&message.channel).is_some_and(|c| !c.is_direct()) {
        let mut mention = event.clone();
        mention["type"] = json!("app_mention");
        if let Some(object) = mention.as_object_mut() {
            object.remove("channel_type");
        }
        queue_in(state, &message.channel, "app_mention", "app_mentions:read", &mention);
    }
    queue_message(state, &message.channel, &event);
}

/// Tells the bot that a message reads differently now.
pub fn message_changed(state: &mut State, before: &Message, after: &Message) {
    let ts = state.next_ts();
    let event = json!({
        "type": "message", "subtype": "message_changed", "hidden": true, "ts": ts, "event_ts": ts,
        "message": message_json(state, after), "previous_message": message_json(state, before),
    });
    let event = in_channel(state, &after.channel, event);
    queue_message(state, &after.channel, &event);
}

/// Tells the bot that a message is gone.
pub fn message_deleted(state: &mut State, before: &Message) {
    let ts = state.next_ts();
    let event = json!({
        "type": "message", "subtype": "message_deleted", "hidden": true, "ts": ts, "event_ts": ts,
        "deleted_ts": before.ts, "previous_message": message_json(state, before),
    });
    let event = in_channel(state, &before.channel, event);
    queue_message(state, &before.channel, &event);
}

/// Tells the bot about a reaction on a message.
pub fn reaction_added(state: &mut State, message: &Message, user: &str, name: &str) {
    let event = json!({
        "type": "reaction_added", "user": user, "reaction": name, "item_user": message.user,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": state.next_ts(),
    });
    queue_in(state, &message.channel, "reaction_added", "reactions:read", &event);
}

/// Tells the bot that somebody, or itself, is now in a channel.
pub fn member_joined(state: &mut State, channel: &str, user: &str, inviter: Option<&str>) {
    let mut event = json!({
        "type": "member_joined_channel", "user": user, "channel": channel, "channel_type": "C",
        "team": state.team.id, "event_ts": state.next_ts(),
    });
    if let Some(inviter) = inviter {
        event["inviter"] = json!(inviter);
    }
    queue_in(state, channel, "member_joined_channel", "channels:read", &event);
}

/// Tells the bot what became of a channel that it is in.
pub fn of_channel(state: &mut State, channel: &str, name: &str, event: &Value) {
    let Some(family) = state.channels.get(channel).map(Channel::scope_family) else { return };
    queue_in(state, channel, name, &format!("{family}:read"), event);
}

/// Tells the bot that someone looks at its home (`home`) or messages tab.
pub fn home_opened(state: &mut State, user: &str, tab: &str) {
    let channel = state.direct(&[user.to_owned()]);
    let mut event = json!({
        "type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": state.next_ts(),
    });
    if let Some(view) = state.homes.get(user) {
        event["view"] = view.json.clone();
    }
    queue(state, "app_home_opened", None, &event);
}

/// Tells the bot that a profile, a status or an account changed.
pub fn user_changed(state: &mut State, user: &str) {
    let event = json!({
        "type": "user_change", "user": user_json(state, state.person(user)), "cache_ts": state.now() / 1_000_000,
        "event_ts": state.next_ts(),
    });
    queue(state, "user_change", Some("users:read"), &event);
}

/// Tells the bot about someone's do-not-disturb.
pub fn dnd_updated(state: &mut State, user: &str) {
    let event = json!({
        "type": "dnd_updated_user", "user": user, "dnd_status": dnd_json(state.person(user)),
        "event_ts": state.next_ts(),
    });
    queue(state, "dnd_updated_user", Some("dnd:read"), &event);
}

/// Tells the bot about a new colleague.
pub fn team_joined(state: &mut State, user: &str) {
    let event = json!({
        "type": "team_join", "user": user_json(state, state.person(user)), "event_ts": state.next_ts(),
    });
    queue(state, "team_join", Some("users:read"), &event);
}

/// Tells the app that it was removed; its tokens are worth nothing from now on.
pub fn uninstalled(state: &mut State) {
    let tokens = json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}});
    queue(state, "tokens_revoked", None, &tokens);
    queue(state, "app_uninstalled", None, &json!({"type": "app_uninstalled"}));
    state.tokens_valid = false;
}

/// An account as `users.info` and the user events show it.
pub fn user_json(state: &State, person: &Person) -> Value {
    let offset = jiff::tz::TimeZone::get(&person.tz).map_or(0, |zone| {
        let now = jiff::Timestamp::from_microsecond(state.now()).expect("the fake's clock is near ours");
        zone.to_offset(now).seconds()
    });
    let mut profile = json!({
        "title": "", "phone": "", "skype": "", "real_name": person.real_name,
        "real_name_normalized": person.real_name, "display_name": person.display_name,
        "display_name_normalized": person.display_name, "fields": null,
        "status_text": person.status_text, "status_emoji": person.status_emoji,
        "status_expiration": person.status_expiration, "avatar_hash": "g0", "team": person.team,
        "first_name": person.real_name.split(' ').next(), "last_name": person.real_name.split(' ').nth(1),
        "image_24": "https://a.slack-edge.com/24.png", "image_48": "https://a.slack-edge.com/48.png",
        "image_72": "https://a.slack-edge.com/72.png",
    });
    if state.scopes.contains("users:read.email") && person.role != Role::Bot {
        profile["email"] = json!(person.email);
    }
    let mut user = json!({
        "id": person.id, "team_id": person.team, "name": person.handle, "deleted": person.deleted,
        "color": "9f69e7", "real_name": person.real_name, "tz": person.tz, "tz_label": person.tz,
        "tz_offset": offset, "profile": profile, "is_admin": person.role == Role::Admin, "is_owner": false,
        "is_primary_owner": false, "is_restricted": person.role == Role::Guest,
        "is_ultra_restricted": false, "is_bot": person.role == Role::Bot, "is_app_user": false,
        "updated": 1_700_000_000, "is_email_confirmed": true, "who_can_share_contact_card": "EVERYONE",
    });
    if person.team != state.team.id {
        user["is_stranger"] = json!(true);
    }
    user
}

/// The do-not-disturb of one person, as others see it.
pub fn dnd_json(person: &Person) -> Value {
    match person.dnd {
        Some((start, end)) => json!({
            "dnd_enabled": true, "next_dnd_start_ts": start, "next_dnd_end_ts": end,
        }),
        None => json!({"dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}),
    }
}

fn in_channel(state: &State, channel: &str, mut event: Value) -> Value {
    event["channel"] = json!(channel);
    if let Some(channel) = state.channels.get(channel) {
        event["channel_type"] = json!(channel.event_type());
    }
    event
}

fn queue_message(state: &mut State, channel: &str, event: &Value) {
    let Some(family) = state.channels.get(channel).map(Channel::scope_family) else { return };
    let scope = format!("{family}:history");
    queue_in(state, channel, &format!("message.{family}"), &scope, event);
}

/// Queues an event of a channel, if the bot is in it.
fn queue_in(state: &mut State, channel: &str, name: &str, scope: &str, event: &Value) {
    if state.channels.get(channel).is_some_and(|c| c.members.contains(BOT_USER)) {
        queue(state, name, Some(scope), event);
    }
}

fn queue(state: &mut State, name: &str, scope: Option<&str>, event: &Value) {
    let subscribed = state.bot_events.as_ref().is_none_or(|events| events.contains(name));
    let permitted = scope.is_none_or(|scope| state.scopes.contains(scope));
    if !subscribed || !permitted || !state.tokens_valid || state.losing {
        return;
    }
    let payload = wrap(state, event);
    state.in_flight += 1;
    state.outgoing.push_back(payload);
}

/// The outer event around an inner one.
pub fn wrap(state: &mut State, event: &Value) -> Value {
    let context = format!("4-{}-{}", event["type"].as_str().unwrap_or("event"), state.team.id);
    let shared =
        event["channel"].as_str().and_then(|id| state.channels.get(id)).is_some_and(|channel| channel.shared);
    json!({
        "token": "verification-token-of-old", "team_id": state.team.id, "context_team_id": state.team.id,
        "context_enterprise_id": null, "api_app_id": APP_ID, "event": event, "type": "event_callback",
        "event_id": state.next_id("Ev0"), "event_time": state.now() / 1_000_000,
        "authorizations": [{
            "enterprise_id": null, "team_id": state.team.id, "user_id": BOT_USER, "is_bot": true,
            "is_enterprise_install": false,
        }],
        "is_ext_shared_channel": shared, "event_context": context,
    })
}
