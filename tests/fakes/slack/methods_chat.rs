//! `chat.*` and `reactions.*`: saying, changing and taking back.
//!
//! Invariant: what breaks a limit is refused as Slack refuses it, and noted as a violation.

use serde_json::{Value, json};

use super::blocks::{Surface, check};
use super::events;
use super::methods::{Answer, ApiError, Args};
use super::state::{BOT_USER, State};
use super::workspace::ChannelKind;

/// Text and blocks of a message, checked.
struct Content {
    text: Option<String>,
    blocks: Option<Vec<Value>>,
    metadata: Option<Value>,
}

pub fn post_message(state: &mut State, args: &Args) -> Answer {
    let channel = destination(state, &args.required("channel", "channel_not_found")?)?;
    let content = content(state, args)?;
    if content.text.is_none() && content.blocks.as_ref().is_none_or(Vec::is_empty) {
        state.violation("chat.postMessage without text and blocks");
        return Err("no_text".into());
    }
    if content.text.is_none() {
        state.violation("chat.postMessage with blocks but without text for notifications");
    }
    let thread_ts = args.text("thread_ts");
    if let Some(thread) = &thread_ts
        && state.message(&channel, thread).is_none()
    {
        state.violation(format!("chat.postMessage in a thread that does not exist: {thread}"));
        return Err("thread_not_found".into());
    }
    let mut draft = State::draft(&channel, BOT_USER, &content.text.unwrap_or_default());
    draft.thread_ts = thread_ts;
    draft.blocks = state.with_ids(content.blocks.unwrap_or_default());
    draft.metadata = content.metadata;
    let message = state.post(draft);
    let shown = events::message_json(state, &message);
    Ok(json!({"channel": channel, "ts": message.ts, "message": shown}))
}

pub fn post_ephemeral(state: &mut State, args: &Args) -> Answer {
    let channel = destination(state, &args.required("channel", "channel_not_found")?)?;
    let user = args.required("user", "user_not_in_channel")?;
    if !state.channels[&channel].members.contains(&user) {
        return Err("user_not_in_channel".into());
    }
    let content = content(state, args)?;
    if content.text.is_none() && content.blocks.is_none() {
        return Err("no_text".into());
    }
    let body = json!({"text": content.text, "blocks": content.blocks});
    let ts = state.show(&channel, &user, args.text("thread_ts"), &body);
    Ok(json!({"message_ts": ts}))
}

pub fn update(state: &mut State, args: &Args) -> Answer {
    let channel = destination(state, &args.required("channel", "channel_not_found")?)?;
    let ts = args.required("ts", "message_not_found")?;
    let content = content(state, args)?;
    let blocks = content.blocks.map(|blocks| state.with_ids(blocks));
    let Some(message) = state.message_mut(&channel, &ts) else {
        return Err("message_not_found".into());
    };
    if message.user != BOT_USER {
        state.violation("chat.update of somebody else's message");
        return Err("cant_update_message".into());
    }
    let before = message.clone();
    // Blocks that are not sent stay; an empty list takes them away.
    if let Some(blocks) = blocks {
        message.blocks = blocks;
    }
    if let Some(text) = content.text {
        message.text = text;
    }
    if content.metadata.is_some() {
        message.metadata = content.metadata;
    }
    message.edited = true;
    let after = message.clone();
    events::message_changed(state, &before, &after);
    let shown = events::message_json(state, &after);
    Ok(json!({"channel": channel, "ts": ts, "text": after.text, "message": shown}))
}

pub fn delete(state: &mut State, args: &Args) -> Answer {
    let channel = destination(state, &args.required("channel", "channel_not_found")?)?;
    let ts = args.required("ts", "message_not_found")?;
    let Some(message) = state.message(&channel, &ts).cloned() else {
        return Err("message_not_found".into());
    };
    if message.user != BOT_USER {
        state.violation("chat.delete of somebody else's message");
        return Err("cant_delete_message".into());
    }
    state.messages.get_mut(&channel).expect("the message was found in it").retain(|m| m.ts != ts);
    events::message_deleted(state, &message);
    Ok(json!({"channel": channel, "ts": ts}))
}

pub fn get_permalink(state: &mut State, args: &Args) -> Answer {
    let channel = args.required("channel", "channel_not_found")?;
    let ts = args.required("message_ts", "message_not_found")?;
    if !state.channels.contains_key(&channel) {
        return Err("channel_not_found".into());
    }
    let Some(message) = state.message(&channel, &ts) else {
        return Err("message_not_found".into());
    };
    let thread =
        message.thread_ts.as_ref().map_or_else(String::new, |t| format!("?thread_ts={t}&cid={channel}"));
    let link = format!(
        "https://{}.slack.com/archives/{channel}/p{}{thread}",
        state.team.domain,
        ts.replace('.', "")
    );
    Ok(json!({"channel": channel, "permalink": link}))
}

pub fn add_reaction(state: &mut State, args: &Args) -> Answer {
    let channel = destination(state, &args.required("channel", "channel_not_found")?)?;
    let name = args.required("name", "invalid_name")?;
    let ts = args.required("timestamp", "no_item_specified")?;
    if name.contains(':') {
        state.violation(format!("reactions.add with colons: {name}"));
        return Err("invalid_name".into());
    }
    let reaction = (name.clone(), BOT_USER.to_owned());
    let Some(message) = state.message_mut(&channel, &ts) else {
        return Err("message_not_found".into());
    };
    if message.reactions.contains(&reaction) {
        return Err("already_reacted".into());
    }
    message.reactions.push(reaction);
    let message = message.clone();
    events::reaction_added(state, &message, BOT_USER, &name);
    Ok(json!({}))
}

/// The channel that is meant by an id, a user's id or a name, if the bot may speak there.
fn destination(state: &mut State, named: &str) -> Result<String, ApiError> {
    if state.people.contains_key(named) {
        if state.people[named].deleted {
            return Err("channel_not_found".into());
        }
        return Ok(state.direct(&[named.to_owned()]));
    }
    let Some(channel) = state.find_channel(named).cloned() else {
        return Err("channel_not_found".into());
    };
    if !channel.members.contains(BOT_USER) {
        return match channel.kind {
            ChannelKind::Public if state.scopes.contains("chat:write.public") => Ok(channel.id),
            ChannelKind::Public => Err("not_in_channel".into()),
            _ => Err("channel_not_found".into()),
        };
    }
    if channel.archived {
        return Err("is_archived".into());
    }
    Ok(channel.id)
}

fn content(state: &mut State, args: &Args) -> Result<Content, ApiError> {
    let text = args.text("text");
    if text.as_ref().is_some_and(|text| text.chars().count() > 40_000) {
        state.violation("text of more than 40000 characters");
        return Err("msg_too_long".into());
    }
    let blocks = args.json("blocks").map_err(|_| ApiError::from("invalid_blocks_format"))?;
    if let Some(blocks) = &blocks {
        refuse_blocks(state, check(blocks, Surface::Message))?;
    }
    let metadata = args.json("metadata")?;
    if let Some(metadata) = &metadata
        && !(metadata["event_type"].is_string() && metadata["event_payload"].is_object())
    {
        state.violation("metadata without event_type and event_payload");
        return Err("invalid_metadata_format".into());
    }
    Ok(Content { text, blocks: blocks.and_then(|b| b.as_array().cloned()), metadata })
}

fn refuse_blocks(state: &mut State, wrong: Vec<String>) -> Result<(), ApiError> {
    if wrong.is_empty() {
        return Ok(());
    }
    let messages: Vec<String> = wrong.iter().map(|what| format!("[ERROR] {what}")).collect();
    let error = ApiError::from("invalid_blocks")
        .with("errors", json!(wrong))
        .with("response_metadata", json!({"messages": messages}));
    state.violations.extend(wrong);
    Err(error)
}

/// Checks what an acknowledgement or a `response_url` says, where no error can be answered.
pub fn check_body(state: &mut State, body: &Value, whose: &str) {
    if !body["blocks"].is_null() {
        for wrong in check(&body["blocks"], Surface::Message) {
            state.violation(format!("{whose}: {wrong}"));
        }
    }
    if body["text"].as_str().is_some_and(|text| text.chars().count() > 40_000) {
        state.violation(format!("{whose}: text of more than 40000 characters"));
    }
}
