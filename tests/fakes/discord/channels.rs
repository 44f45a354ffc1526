//! REST about channels and direct conversations.
//!
//! Invariant: a channel that the bot does not see answers 50001, one that is gone 10003.

use serde_json::{Value, json};

use super::guilds;
use super::permissions::{self, Bits};
use super::routes::{Answer, ApiError, Req};
use super::state::{State, id_of, text};

/// That the bot may see this channel, and has these permissions there.
pub fn may(state: &State, channel: &str, needed: Bits) -> Result<(), ApiError> {
    let Some(known) = state.channels.get(channel) else { return Err(ApiError::unknown(10003, "Channel")) };
    if let Some(guild) = known["guild_id"].as_str() {
        guilds::known(state, guild).map_err(|_| ApiError::missing_access())?;
    }
    if !permissions::sees(state, &state.bot, channel) {
        return Err(ApiError::missing_access());
    }
    if permissions::of(state, &state.bot, channel) & needed != needed {
        return Err(ApiError::missing_permissions());
    }
    Ok(())
}

pub fn get(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], 0)?;
    Ok(state.thread_for_bot(&req.params[0]))
}

pub fn of_guild(state: &mut State, req: &Req) -> Answer {
    let guild = &guilds::known(state, &req.params[0])?.id;
    let all = state.channels.values().filter(|c| c["guild_id"] == *guild && c["thread_metadata"].is_null());
    Ok(all.cloned().collect())
}

pub fn edit(state: &mut State, req: &Req) -> Answer {
    let id = &req.params[0];
    may(state, id, 0)?;
    let is_thread = !state.channels[id]["thread_metadata"].is_null();
    let granted = permissions::of(state, &state.bot, id);
    if !is_thread && granted & permissions::MANAGE_CHANNELS == 0 {
        return Err(ApiError::missing_permissions());
    }
    if is_thread && granted & permissions::MANAGE_THREADS == 0 {
        let locks = !req.body["locked"].is_null() || state.channels[id]["thread_metadata"]["locked"] == true;
        if state.channels[id]["owner_id"] != state.bot || locks {
            return Err(ApiError::missing_permissions());
        }
    }
    if is_thread && state.channels[id]["thread_metadata"]["archived"] == true && req.body["archived"] != false
    {
        return Err(ApiError::new(400, 50083, "Thread is archived"));
    }
    for key in
        ["name", "topic", "nsfw", "rate_limit_per_user", "parent_id", "position", "applied_tags", "flags"]
    {
        if let Some(value) = req.body.get(key) {
            state.channels.get_mut(id).expect("it is there")[key] = value.clone();
        }
    }
    state.edit_thread(id, &req.body);
    Ok(state.thread_for_bot(id))
}

pub fn delete(state: &mut State, req: &Req) -> Answer {
    let id = &req.params[0];
    may(state, id, 0)?;
    let channel = state.thread_for_bot(id);
    if channel["type"] == 1 {
        return Ok(channel);
    }
    let needed = if channel["thread_metadata"].is_null() {
        permissions::MANAGE_CHANNELS
    } else {
        permissions::MANAGE_THREADS
    };
    may(state, id, needed)?;
    state.remove_channel(id);
    Ok(channel)
}

pub fn typing(state: &mut State, req: &Req) -> Answer {
    may(
        state,
        &req.params[0],
        permissions::to_send(&state.channels.get(&req.params[0]).cloned().unwrap_or_default()),
    )?;
    Ok(Value::Null)
}

pub fn open_direct(state: &mut State, req: &Req) -> Answer {
    let user = text(&req.body, "recipient_id");
    if !state.people.contains_key(&user) {
        return Err(ApiError::form(&["recipient_id: unknown user".to_owned()]));
    }
    if state.people[&user].is_bot {
        return Err(ApiError::new(400, 50007, "Cannot send messages to this user"));
    }
    let id = state.open_direct(&user);
    Ok(state.channels[&id].clone())
}

impl State {
    /// Changes what a PATCH says about a thread, and tells.
    pub fn edit_thread(&mut self, id: &str, change: &Value) {
        let at = json!(self.stamp());
        let channel = self.channels.get_mut(id).expect("it is there");
        let is_thread = !channel["thread_metadata"].is_null();
        if is_thread {
            for key in ["archived", "locked", "auto_archive_duration", "invitable"] {
                if let Some(value) = change.get(key) {
                    channel["thread_metadata"][key] = value.clone();
                }
            }
            if change.get("archived").is_some() {
                channel["thread_metadata"]["archive_timestamp"] = at;
            }
        }
        let shape = self.thread_for_bot(id);
        self.emit_in(if is_thread { "THREAD_UPDATE" } else { "CHANNEL_UPDATE" }, id, &shape);
    }

    /// A channel or thread is gone, with all that is in it.
    pub fn remove_channel(&mut self, id: &str) {
        let channel = self.channels[id].clone();
        let inside: Vec<String> =
            self.channels.values().filter(|c| c["parent_id"] == id).map(|c| id_of(c).to_owned()).collect();
        if channel["thread_metadata"].is_null() {
            self.emit_in("CHANNEL_DELETE", id, &channel);
            for thread in inside.iter().filter(|_| channel["type"] != 4) {
                self.channels.remove(thread);
                self.messages.remove(thread);
            }
        } else {
            let event = json!({
                "id": id, "guild_id": channel["guild_id"], "parent_id": channel["parent_id"],
                "type": channel["type"],
            });
            self.emit_in("THREAD_DELETE", id, &event);
        }
        self.channels.remove(id);
        self.messages.remove(id);
        self.thread_members.remove(id);
    }
}
