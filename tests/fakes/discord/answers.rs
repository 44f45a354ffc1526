//! What the app answers to interactions: the callback, `@original`, and what follows.
//!
//! Invariant: an interaction has one first answer, within its three seconds; what comes later goes
//! through its token, which lives for fifteen minutes.

use serde_json::{Value, json};

use super::messages::{Draft, not_empty};
use super::routes::{Answer, ApiError, Req};
use super::state::{Deferred, OpenModal, State, id_of, text};

const EPHEMERAL: u64 = 1 << 6;

pub fn callback(state: &mut State, req: &Req) -> Answer {
    let (id, token) = (&req.params[0], &req.params[1]);
    let now = state.now();
    let (limit, name) = (state.tuning.answer_within, &req.route);
    let Some(known) = state.interactions.get_mut(token).filter(|known| known.id == *id) else {
        return Err(ApiError::unknown(10062, "interaction"));
    };
    if known.callback.is_some() {
        let what = format!("{name}: a second answer to {}", known.name);
        state.violation(what);
        return Err(ApiError::new(400, 40060, "Interaction has already been acknowledged."));
    }
    let latency = known.sent.elapsed();
    if now.duration_since(known.made).unsigned_abs() > limit {
        let what = format!("{name}: the answer to {} came after {latency:?}", known.name);
        state.violation(what);
        return Err(ApiError::unknown(10062, "interaction"));
    }
    let kind = req.body["type"].as_u64().unwrap_or(0);
    let from_message = known.source.is_some();
    let legal: &[u64] = match (known.kind, from_message) {
        (2, _) => &[4, 5, 9],
        (3, _) => &[4, 5, 6, 7, 9],
        (4, _) => &[8],
        (_, true) => &[4, 5, 6, 7],
        (_, false) => &[4, 5],
    };
    if !legal.contains(&kind) {
        let what = format!("{name}: {} was answered with type {kind}", known.name);
        state.violation(what.clone());
        return Err(ApiError::form(&[what]));
    }
    let data = req.body["data"].clone();
    if kind == 4 {
        not_empty(&data, req.files.len())?;
    }
    known.callback = Some((req.body.clone(), latency));
    let (user, channel, source) = (known.user.clone(), known.channel.clone(), known.source.clone());
    let private = data["flags"].as_u64().is_some_and(|flags| flags & EPHEMERAL != 0);
    match kind {
        4 => {
            let message = say(state, token, &data, &req.files, private);
            remember(state, token, &message);
        }
        5 => {
            let known = state.interactions.get_mut(token).expect("it was there");
            known.deferred = Some(if private { Deferred::Private } else { Deferred::Public });
        }
        6 | 7 => {
            let source = source.expect("only answers to messages have these types");
            state.interactions.get_mut(token).expect("it was there").original = Some(source.clone());
            if kind == 7 {
                change(state, &source, &data)?;
            }
        }
        9 => {
            state.modals.retain(|open| open.user != user);
            state.modals.push(OpenModal { user, channel, source, data });
        }
        _ => {}
    }
    if req.query.get("with_response").is_none_or(|with| with != "true") {
        return Ok(Value::Null);
    }
    let known = &state.interactions[token];
    let mut answer = json!({"interaction": {
        "id": id, "type": known.kind, "response_message_ephemeral": private,
        "response_message_loading": kind == 5,
    }});
    if let Some(message) = known.original.as_ref().and_then(|original| find(state, original)) {
        answer["interaction"]["response_message_id"] = message["id"].clone();
        answer["resource"] = json!({"type": kind, "message": message});
    }
    Ok(answer)
}

pub fn follow_up(state: &mut State, req: &Req) -> Answer {
    let token = &req.params[1];
    alive(state, req)?;
    not_empty(&req.body, req.files.len())?;
    let private = req.body["flags"].as_u64().is_some_and(|flags| flags & EPHEMERAL != 0);
    let deferred = state.interactions[token].deferred;
    // The first one after a deferral is the promised answer.
    let private = deferred.map_or(private, |deferred| deferred == Deferred::Private);
    let message = say(state, token, &req.body, &req.files, private);
    if deferred.is_some() {
        state.interactions.get_mut(token).expect("it is alive").deferred = None;
        remember(state, token, &message);
    }
    Ok(message)
}

pub fn get(state: &mut State, req: &Req) -> Answer {
    alive(state, req)?;
    let id = target(state, req)?;
    find(state, &id).cloned().ok_or_else(|| ApiError::unknown(10008, "Message"))
}

pub fn edit(state: &mut State, req: &Req) -> Answer {
    alive(state, req)?;
    let token = &req.params[1];
    if req.params.len() == 2
        && let Some(deferred) = state.interactions[token].deferred
    {
        not_empty(&req.body, req.files.len())?;
        let message = say(state, token, &req.body, &req.files, deferred == Deferred::Private);
        state.interactions.get_mut(token).expect("it is alive").deferred = None;
        remember(state, token, &message);
        return Ok(message);
    }
    let id = target(state, req)?;
    change(state, &id, &req.body)
}

pub fn delete(state: &mut State, req: &Req) -> Answer {
    alive(state, req)?;
    let token = &req.params[1];
    if req.params.len() == 2 && state.interactions[token].deferred.is_some() {
        state.interactions.get_mut(token).expect("it is alive").deferred = None;
        return Ok(Value::Null);
    }
    let id = target(state, req)?;
    if let Some(at) = state.ephemeral.iter().position(|(_, message)| message["id"] == *id) {
        state.ephemeral.remove(at);
        return Ok(Value::Null);
    }
    let message = find(state, &id).ok_or_else(|| ApiError::unknown(10008, "Message"))?;
    let channel = text(message, "channel_id");
    state.remove_message(&channel, &id);
    Ok(Value::Null)
}

/// That the token still works, and that the first answer was given.
fn alive(state: &State, req: &Req) -> Result<(), ApiError> {
    let known = state.interactions.get(&req.params[1]).filter(|_| req.params[0] == state.application);
    let Some(known) = known.filter(|known| known.callback.is_some()) else {
        return Err(ApiError::unknown(10015, "Webhook"));
    };
    if state.now().duration_since(known.made).unsigned_abs() > state.tuning.token_life {
        return Err(ApiError::new(401, 50027, "Invalid Webhook Token"));
    }
    Ok(())
}

/// The message of the path: the original one, or the one with the id.
fn target(state: &State, req: &Req) -> Result<String, ApiError> {
    let original = state.interactions[&req.params[1]].original.as_ref();
    match req.params.get(2) {
        Some(id) => Some(id),
        None => original,
    }
    .cloned()
    .ok_or_else(|| ApiError::unknown(10008, "Message"))
}

fn find<'s>(state: &'s State, id: &str) -> Option<&'s Value> {
    let private = state.ephemeral.iter().map(|(_, message)| message).find(|message| message["id"] == id);
    private.or_else(|| state.messages.values().flatten().find(|message| message["id"] == id))
}

/// Rewrites a message that only one person sees, or one that all see.
fn change(state: &mut State, id: &str, body: &Value) -> Answer {
    let mut after = find(state, id).ok_or_else(|| ApiError::unknown(10008, "Message"))?.clone();
    let flags = after["flags"].clone();
    state.rewrite(&mut after, body);
    after["flags"] = flags;
    not_empty(&after, after["attachments"].as_array().map_or(0, Vec::len))?;
    if let Some((_, shown)) = state.ephemeral.iter_mut().find(|(_, message)| message["id"] == id) {
        *shown = after.clone();
        return Ok(after);
    }
    let channel = text(&after, "channel_id");
    *state.message_mut(&channel, id).expect("it was found") = after.clone();
    state.emit_message("MESSAGE_UPDATE", &after);
    Ok(after)
}

fn say(state: &mut State, token: &str, body: &Value, files: &[(String, usize)], private: bool) -> Value {
    let known = &state.interactions[token];
    let (user, channel) = (known.user.clone(), known.channel.clone());
    let kind = if known.kind == 2 { 20 } else { 0 };
    let mut more = json!({
        "type": kind, "webhook_id": state.application, "application_id": state.application,
        "interaction_metadata": {
            "id": known.id, "type": known.kind, "user": state.user(&user),
            "authorizing_integration_owners": {"0": state.guild_of(&channel).unwrap_or("0")},
        },
    });
    if known.kind == 2 {
        more["interaction"] =
            json!({"id": known.id, "type": 2, "name": known.name, "user": state.user(&user)});
    }
    let bot = state.bot.clone();
    let draft = Draft { files: files.to_vec(), more, ..Draft::of(&bot, body) };
    if !private {
        return state.post(&channel, draft);
    }
    let mut message = state.shape(&channel, &draft);
    message["flags"] = json!(message["flags"].as_u64().unwrap_or(0) | EPHEMERAL);
    state.ephemeral.push((user, message.clone()));
    message
}

fn remember(state: &mut State, token: &str, message: &Value) {
    let id = id_of(message).to_owned();
    state.interactions.get_mut(token).expect("it was there").original = Some(id);
}
