//! Late responses: what an app posts to a `response_url`, and what an acknowledgement shows.
//!
//! Invariant: an address works five times within thirty minutes.

use serde_json::Value;

use super::events;
use super::methods_chat::check_body;
use super::state::{BOT_USER, State};

const USES: u32 = 5;
const LIFE_MICROS: i64 = 30 * 60 * 1_000_000;

/// Does what the body says, or names the reason why not.
pub fn respond(state: &mut State, id: &str, body: &Value) -> Result<(), &'static str> {
    let now = state.now();
    let Some(address) = state.response_urls.get_mut(id) else { return Err("invalid_url") };
    if now - address.issued > LIFE_MICROS {
        return Err("expired_url");
    }
    address.uses += 1;
    if address.uses > USES {
        state.violation("a response_url used more than five times");
        return Err("used_url");
    }
    let (channel, user) = (address.channel.clone(), address.user.clone());
    let (original, thread) = (address.original.clone(), address.thread_ts.clone());
    check_body(state, body, "response_url");
    if body["delete_original"] == true {
        return remove(state, &channel, original.as_deref());
    }
    if body["replace_original"] == true {
        return replace(state, &channel, original.as_deref(), body);
    }
    show_response(state, &channel, &user, thread, body);
    Ok(())
}

/// Shows a response to the one who asked, or to the channel when it says so.
pub fn show_response(state: &mut State, channel: &str, user: &str, thread: Option<String>, body: &Value) {
    if body["text"].is_null() && body["blocks"].is_null() {
        return;
    }
    if body["response_type"] == "in_channel" {
        let mut draft = State::draft(channel, BOT_USER, body["text"].as_str().unwrap_or_default());
        draft.blocks = state.with_ids(body["blocks"].as_array().cloned().unwrap_or_default());
        draft.thread_ts = body["thread_ts"].as_str().map(str::to_owned);
        state.post(draft);
    } else {
        state.show(channel, user, thread, body);
    }
}

fn remove(state: &mut State, channel: &str, original: Option<&str>) -> Result<(), &'static str> {
    let ts = original.ok_or("no_original")?;
    if let Some(at) = state.ephemerals.iter().position(|shown| shown.ts == ts) {
        state.ephemerals.remove(at);
        return Ok(());
    }
    let before = state.message(channel, ts).cloned().ok_or("message_not_found")?;
    state.messages.get_mut(channel).expect("the message was found in it").retain(|m| m.ts != ts);
    events::message_deleted(state, &before);
    Ok(())
}

fn replace(
    state: &mut State,
    channel: &str,
    original: Option<&str>,
    body: &Value,
) -> Result<(), &'static str> {
    let ts = original.ok_or("no_original")?;
    let blocks = state.with_ids(body["blocks"].as_array().cloned().unwrap_or_default());
    let text = body["text"].as_str().unwrap_or_default().to_owned();
    if let Some(shown) = state.ephemerals.iter_mut().find(|shown| shown.ts == ts) {
        (shown.text, shown.blocks) = (text, blocks);
        return Ok(());
    }
    let message = state.message_mut(channel, ts).ok_or("message_not_found")?;
    let before = message.clone();
    (message.text, message.blocks, message.edited) = (text, blocks, true);
    let after = message.clone();
    events::message_changed(state, &before, &after);
    Ok(())
}
