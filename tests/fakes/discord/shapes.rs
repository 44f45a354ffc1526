//! Objects as Discord sends them.
//!
//! Invariant: every key that the documentation's samples of an object have is there (held by a test).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::permissions::Bits;
use super::state::{Guild, State, id_of};
use super::town::Person;

/// `2017-07-11T17:27:07.299000+00:00`.
pub fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

pub fn user(id: &str, person: &Person) -> Value {
    let mut user = json!({
        "id": id, "username": person.handle, "global_name": person.name, "discriminator": "0",
        "avatar": null, "avatar_decoration_data": null, "collectibles": null, "primary_guild": null,
        "banner": null, "accent_color": null, "flags": 0, "public_flags": 0,
    });
    if person.is_bot {
        user["bot"] = json!(true);
        user["discriminator"] = json!("0001");
        user["global_name"] = Value::Null;
    }
    user
}

/// A member without user and roles.
pub fn member(joined_at: &str) -> Value {
    json!({
        "nick": null, "avatar": null, "banner": null, "roles": [], "joined_at": joined_at,
        "premium_since": null, "deaf": false, "mute": false, "pending": false, "flags": 0,
        "communication_disabled_until": null,
    })
}

pub fn role(id: &str, name: &str, permissions: Bits, position: usize, bot: Option<&str>) -> Value {
    let mut role = json!({
        "id": id, "name": name, "color": 0, "hoist": false, "icon": null, "unicode_emoji": null,
        "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
        "position": position, "permissions": permissions.to_string(), "managed": bot.is_some(),
        "mentionable": false, "flags": 0,
    });
    if let Some(bot) = bot {
        role["tags"] = json!({"bot_id": bot});
    }
    role
}

pub fn guild_channel(
    id: &str,
    guild: &str,
    kind: u64,
    name: &str,
    position: usize,
    overwrites: &[Value],
) -> Value {
    let mut channel = json!({
        "id": id, "guild_id": guild, "type": kind, "name": name, "position": position, "flags": 0,
        "permission_overwrites": overwrites, "parent_id": null, "nsfw": false,
    });
    if kind != 4 {
        channel["rate_limit_per_user"] = json!(0);
        channel["last_message_id"] = Value::Null;
    }
    match kind {
        2 => {
            channel["bitrate"] = json!(64_000);
            channel["user_limit"] = json!(0);
            channel["rtc_region"] = Value::Null;
        }
        15 => {
            channel["topic"] = Value::Null;
            channel["available_tags"] = json!([]);
            channel["default_reaction_emoji"] = Value::Null;
            channel["default_sort_order"] = Value::Null;
            channel["default_forum_layout"] = json!(0);
            channel["default_auto_archive_duration"] = json!(4320);
        }
        4 => {}
        _ => {
            channel["topic"] = Value::Null;
            channel["default_auto_archive_duration"] = json!(1440);
        }
    }
    channel
}

/// A server with everything, as `GUILD_CREATE` brings it.
pub fn guild_create(state: &State, guild: &Guild) -> Value {
    let all = state.channels.values().filter(|c| c["guild_id"] == guild.id);
    let visible = |c: &&Value| super::permissions::sees(state, &state.bot, id_of(c));
    let is_thread = |c: &Value| !c["thread_metadata"].is_null();
    let channels: Vec<Value> = all.clone().filter(|c| !is_thread(c)).cloned().collect();
    let threads: Vec<Value> = all
        .filter(|c| is_thread(c) && c["thread_metadata"]["archived"] == false)
        .filter(visible)
        .map(|c| state.thread_for_bot(id_of(c)))
        .collect();
    let known = [&state.bot, &guild.owner];
    let members: Vec<Value> = known.iter().filter_map(|user| state.member(&guild.id, user)).collect();
    let mut shape = guild_info(guild);
    let more = json!({
        "joined_at": guild.joined_at, "large": false, "unavailable": false,
        "member_count": guild.members.len(), "voice_states": [], "members": members,
        "channels": channels, "threads": threads, "presences": [], "stage_instances": [],
        "guild_scheduled_events": [], "soundboard_sounds": [],
    });
    for (key, value) in more.as_object().expect("an object") {
        shape[key] = value.clone();
    }
    shape
}

/// A server as REST brings it.
pub fn guild_info(guild: &Guild) -> Value {
    json!({
        "id": guild.id, "name": guild.name, "icon": null, "description": null, "splash": null,
        "discovery_splash": null, "features": [], "emojis": [], "stickers": [], "banner": null,
        "owner_id": guild.owner, "application_id": null, "region": null, "afk_channel_id": null,
        "afk_timeout": 300, "system_channel_id": null, "widget_enabled": false,
        "widget_channel_id": null, "verification_level": 0, "roles": guild.roles,
        "default_message_notifications": 0, "mfa_level": 0, "explicit_content_filter": 0,
        "max_presences": null, "max_members": 500_000, "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50, "vanity_url_code": null, "premium_tier": 0,
        "premium_subscription_count": 0, "premium_progress_bar_enabled": false,
        "system_channel_flags": 0, "preferred_locale": "en-US", "rules_channel_id": null,
        "public_updates_channel_id": null, "safety_alerts_channel_id": null, "nsfw_level": 0,
        "nsfw": false, "incidents_data": null,
    })
}

/// The application, as its owner sees it.
pub fn application(state: &State) -> Value {
    let owner = state.people.iter().find(|(_, p)| !p.is_bot).map(|(id, p)| user(id, p));
    let flags = application_flags(state);
    json!({
        "id": state.application, "name": "Goodturn", "icon": null, "description": "", "type": null,
        "summary": "", "bot_public": false, "bot_require_code_grant": false, "verify_key": "00".repeat(32),
        "flags": flags, "flags_new": flags.to_string(), "redirect_uris": [],
        "interactions_endpoint_url": null, "role_connections_verification_url": null,
        "event_webhooks_url": null, "event_webhooks_status": 1, "owner": owner, "team": null,
        "approximate_guild_count": state.guilds.len(), "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0, "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [], "bot": state.user(&state.bot),
        "integration_types_config": {"0": {}},
    })
}

/// Flags that show which privileged intents are switched on (of an app in few servers).
pub fn application_flags(state: &State) -> u64 {
    use super::permissions::{INTENT_GUILD_MEMBERS, INTENT_GUILD_PRESENCES, INTENT_MESSAGE_CONTENT};
    let on = |intent: u64, flag: u64| if state.privileged & intent != 0 { 1 << flag } else { 0 };
    on(INTENT_GUILD_PRESENCES, 13) | on(INTENT_GUILD_MEMBERS, 15) | on(INTENT_MESSAGE_CONTENT, 19)
}
