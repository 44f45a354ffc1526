//! `conversations.*`: channels, their members and what was said in them.
//!
//! Invariant: a private channel that the bot is not in does not exist for it.

use serde_json::{Value, json};

use super::events;
use super::methods::{Answer, ApiError, Args, need, page};
use super::state::{BOT_USER, Message, State};
use super::workspace::{Channel, ChannelKind};

pub fn open(state: &mut State, args: &Args) -> Answer {
    if let Some(id) = args.text("channel") {
        return match state.channels.get(&id) {
            Some(channel) if channel.is_direct() => Ok(json!({"channel": {"id": id}})),
            _ => Err("channel_not_found".into()),
        };
    }
    let mut users = args.list("users", "users_list_not_supplied")?;
    users.retain(|user| user != BOT_USER);
    need(state, if users.len() > 1 { "mpim:write" } else { "im:write" })?;
    if users.is_empty() || users.len() > 8 {
        return Err(if users.is_empty() { "cannot_dm_bot" } else { "too_many_users" }.into());
    }
    for user in &users {
        match state.people.get(user) {
            None => return Err("user_not_found".into()),
            Some(person) if person.deleted => return Err("user_disabled".into()),
            Some(_) => {}
        }
    }
    let known = state.channels.len();
    let id = state.direct(&users);
    let new = state.channels.len() > known;
    let channel =
        if args.flag("return_im") { channel_json(state, &state.channels[&id]) } else { json!({"id": id}) };
    Ok(json!({"no_op": !new, "already_open": !new, "channel": channel}))
}

pub fn info(state: &mut State, args: &Args) -> Answer {
    let channel = visible(state, args)?;
    need(state, &format!("{}:read", channel.scope_family()))?;
    let mut shown = channel_json(state, &channel);
    if args.flag("include_num_members") {
        shown["num_members"] = json!(channel.members.len());
    }
    Ok(json!({"channel": shown}))
}

/// All channels that the bot can see, or only those with this member.
pub fn list(state: &mut State, args: &Args, member: Option<&str>) -> Answer {
    let types = args.text("types").unwrap_or_else(|| "public_channel".to_owned());
    let mut kinds = Vec::new();
    for name in types.split(',').map(str::trim) {
        let (kind, scope) = match name {
            "public_channel" => (ChannelKind::Public, "channels:read"),
            "private_channel" => (ChannelKind::Private, "groups:read"),
            "im" => (ChannelKind::Direct, "im:read"),
            "mpim" => (ChannelKind::Group, "mpim:read"),
            _ => return Err("invalid_types".into()),
        };
        need(state, scope)?;
        kinds.push(kind);
    }
    let member = args.text("user").or_else(|| member.map(str::to_owned));
    let found: Vec<Value> = state
        .channels
        .values()
        .filter(|c| kinds.contains(&c.kind))
        .filter(|c| c.kind == ChannelKind::Public || c.members.contains(BOT_USER))
        .filter(|c| member.as_ref().is_none_or(|user| c.members.contains(user)))
        .filter(|c| !(args.flag("exclude_archived") && c.archived))
        .map(|c| channel_json(state, c))
        .collect();
    let (channels, next) = page(&found, args, 100)?;
    Ok(json!({"channels": channels, "response_metadata": {"next_cursor": next}}))
}

/// Newest first, replies in threads left out.
pub fn history(state: &mut State, args: &Args) -> Answer {
    let channel = readable(state, args)?;
    let mut found: Vec<Message> = within(state, &channel.id, args);
    found.retain(|m| m.thread_ts.as_ref().is_none_or(|thread| *thread == m.ts));
    found.reverse();
    let (messages, next) = page(&found, args, 100)?;
    Ok(json!({
        "messages": messages.iter().map(|m| listed(state, m, args)).collect::<Vec<_>>(),
        "has_more": !next.is_empty(), "pin_count": 0, "channel_actions_ts": null, "channel_actions_count": 0,
        "response_metadata": {"next_cursor": next},
    }))
}

/// The parent first, then the replies as they came.
pub fn replies(state: &mut State, args: &Args) -> Answer {
    let channel = readable(state, args)?;
    let ts = args.required("ts", "thread_not_found")?;
    if state.message(&channel.id, &ts).is_none() {
        return Err("thread_not_found".into());
    }
    let found: Vec<Message> = within(state, &channel.id, args)
        .into_iter()
        .filter(|m| m.ts == ts || m.thread_ts.as_ref() == Some(&ts))
        .collect();
    let (messages, next) = page(&found, args, 1000)?;
    Ok(json!({
        "messages": messages.iter().map(|m| listed(state, m, args)).collect::<Vec<_>>(),
        "has_more": !next.is_empty(), "response_metadata": {"next_cursor": next},
    }))
}

pub fn members(state: &mut State, args: &Args) -> Answer {
    let channel = visible(state, args)?;
    need(state, &format!("{}:read", channel.scope_family()))?;
    let all: Vec<String> = channel.members.iter().cloned().collect();
    let (members, next) = page(&all, args, 100)?;
    Ok(json!({"members": members, "response_metadata": {"next_cursor": next}}))
}

pub fn join(state: &mut State, args: &Args) -> Answer {
    let channel = visible(state, args)?;
    if channel.kind != ChannelKind::Public {
        return Err("method_not_supported_for_channel_type".into());
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    let new = state.channels.get_mut(&channel.id).expect("it was found").members.insert(BOT_USER.to_owned());
    if new {
        events::member_joined(state, &channel.id, BOT_USER, None);
    }
    let shown = channel_json(state, &state.channels[&channel.id]);
    Ok(if new {
        json!({"channel": shown})
    } else {
        json!({"channel": shown, "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]}})
    })
}

pub fn invite(state: &mut State, args: &Args) -> Answer {
    let channel = visible(state, args)?;
    let scope = if channel.kind == ChannelKind::Private { "groups:write" } else { "channels:manage" };
    need(state, scope)?;
    if !channel.members.contains(BOT_USER) {
        return Err("not_in_channel".into());
    }
    for user in args.list("users", "no_user")? {
        if !state.people.contains_key(&user) {
            return Err("user_not_found".into());
        }
        if !state.channels.get_mut(&channel.id).expect("it was found").members.insert(user.clone()) {
            return Err("already_in_channel".into());
        }
        events::member_joined(state, &channel.id, &user, Some(BOT_USER));
    }
    Ok(json!({"channel": channel_json(state, &state.channels[&channel.id])}))
}

fn visible(state: &State, args: &Args) -> Result<Channel, ApiError> {
    let id = args.required("channel", "channel_not_found")?;
    let found =
        state.channels.get(&id).filter(|c| c.kind == ChannelKind::Public || c.members.contains(BOT_USER));
    found.cloned().ok_or_else(|| "channel_not_found".into())
}

fn readable(state: &State, args: &Args) -> Result<Channel, ApiError> {
    let channel = visible(state, args)?;
    need(state, &format!("{}:history", channel.scope_family()))?;
    if !channel.members.contains(BOT_USER) {
        return Err("not_in_channel".into());
    }
    Ok(channel)
}

/// The messages between `oldest` and `latest`, the bounds themselves only when `inclusive`.
fn within(state: &State, channel: &str, args: &Args) -> Vec<Message> {
    let bound = |name: &str| args.text(name).and_then(|ts| micros(&ts));
    let (oldest, latest, inclusive) = (bound("oldest"), bound("latest"), args.flag("inclusive"));
    let inside = |m: &&Message| {
        let at = micros(&m.ts).expect("the fake writes its own timestamps");
        oldest.is_none_or(|o| at > o || inclusive && at == o)
            && latest.is_none_or(|l| at < l || inclusive && at == l)
    };
    state.messages[channel].iter().filter(inside).cloned().collect()
}

/// Epoch microseconds of a message timestamp, however many digits it was written with.
fn micros(ts: &str) -> Option<i64> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, ""));
    let fraction: String = format!("{fraction:0<6}").chars().take(6).collect();
    Some(seconds.parse::<i64>().ok()? * 1_000_000 + fraction.parse::<i64>().ok()?)
}

/// A message in a listing: with what became of its thread, and metadata only when asked for.
fn listed(state: &State, message: &Message, args: &Args) -> Value {
    let mut shown = events::message_json(state, message);
    if !args.flag("include_all_metadata")
        && let Some(object) = shown.as_object_mut()
    {
        object.remove("metadata");
    }
    let replies: Vec<&Message> = state.messages[&message.channel]
        .iter()
        .filter(|m| m.thread_ts.as_ref() == Some(&message.ts) && m.ts != message.ts)
        .collect();
    if let Some(last) = replies.last() {
        let mut users: Vec<&str> = replies.iter().map(|m| m.user.as_str()).collect();
        users.sort_unstable();
        users.dedup();
        shown["thread_ts"] = json!(message.ts);
        shown["reply_count"] = json!(replies.len());
        shown["reply_users_count"] = json!(users.len());
        shown["reply_users"] = json!(users);
        shown["latest_reply"] = json!(last.ts);
        shown["is_locked"] = json!(false);
        shown["subscribed"] = json!(false);
    }
    let mut reactions: Vec<Value> = Vec::new();
    for (name, user) in &message.reactions {
        match reactions.iter_mut().find(|r| r["name"] == json!(name)) {
            None => reactions.push(json!({"name": name, "users": [user], "count": 1})),
            Some(known) => {
                let users = known["users"].as_array_mut().expect("written above");
                users.push(json!(user));
                known["count"] = json!(users.len());
            }
        }
    }
    if !reactions.is_empty() {
        shown["reactions"] = json!(reactions);
    }
    shown
}

fn channel_json(state: &State, channel: &Channel) -> Value {
    if channel.kind == ChannelKind::Direct {
        let user = channel.members.iter().find(|id| *id != BOT_USER);
        return json!({
            "id": channel.id, "created": 1_700_000_000, "is_im": true, "is_org_shared": false, "user": user,
            "is_user_deleted": user.is_some_and(|id| state.person(id).deleted), "priority": 0,
            "is_archived": false, "is_open": true, "context_team_id": state.team.id,
        });
    }
    json!({
        "id": channel.id, "name": channel.name, "name_normalized": channel.name, "created": 1_700_000_000,
        "creator": "U0000000DEE", "is_channel": channel.kind == ChannelKind::Public,
        "is_group": channel.kind == ChannelKind::Private, "is_im": false,
        "is_mpim": channel.kind == ChannelKind::Group, "is_private": channel.kind != ChannelKind::Public,
        "is_archived": channel.archived, "is_general": channel.name == "general", "unlinked": 0,
        "is_shared": channel.shared, "is_ext_shared": channel.shared, "is_org_shared": false,
        "is_pending_ext_shared": false, "pending_shared": [], "context_team_id": state.team.id,
        "is_member": channel.members.contains(BOT_USER), "num_members": channel.members.len(),
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0}, "previous_names": [], "updated": 1_700_000_000_000_i64,
        "parent_conversation": null,
    })
}
