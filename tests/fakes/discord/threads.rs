//! REST about threads and forum posts.
//!
//! Invariant: a thread made from a message has the message's id, and a message has one thread at most.

use serde_json::{Value, json};

use super::channels::may;
use super::guilds;
use super::messages::Draft;
use super::permissions::{
    self, CREATE_PRIVATE_THREADS, CREATE_PUBLIC_THREADS, SEND_MESSAGES, SEND_MESSAGES_IN_THREADS,
};
use super::routes::{Answer, ApiError, Req};
use super::state::{State, id_of, text};

pub const PUBLIC: u64 = 11;
pub const PRIVATE: u64 = 12;

pub fn from_message(state: &mut State, req: &Req) -> Answer {
    let (channel, message) = (&req.params[0], &req.params[1]);
    may(state, channel, CREATE_PUBLIC_THREADS)?;
    if state.message(channel, message).is_none() {
        return Err(ApiError::unknown(10008, "Message"));
    }
    if state.channels.contains_key(message) {
        return Err(ApiError::new(400, 160_004, "A thread has already been created for this message"));
    }
    let bot = state.bot.clone();
    let id = state.open_thread(channel, &text(&req.body, "name"), PUBLIC, &bot, Some(message));
    Ok(state.thread_for_bot(&id))
}

pub fn create(state: &mut State, req: &Req) -> Answer {
    let channel = &req.params[0];
    may(state, channel, 0)?;
    let (kind, name, bot) =
        (state.channels[channel]["type"].as_u64(), text(&req.body, "name"), state.bot.clone());
    if kind == Some(15) {
        may(state, channel, SEND_MESSAGES)?;
        if req.body["message"].is_null() {
            return Err(ApiError::form(&["message: This field is required".to_owned()]));
        }
        let id = state.open_thread(channel, &name, PUBLIC, &bot, None);
        let draft = Draft { id: Some(id.clone()), ..Draft::of(&bot, &req.body["message"]) };
        let message = state.post(&id, draft);
        let mut shape = state.thread_for_bot(&id);
        shape["message"] = message;
        return Ok(shape);
    }
    let private = req.body["type"].as_u64().unwrap_or(PRIVATE) == PRIVATE;
    may(state, channel, if private { CREATE_PRIVATE_THREADS } else { CREATE_PUBLIC_THREADS })?;
    let id = state.open_thread(channel, &name, if private { PRIVATE } else { PUBLIC }, &bot, None);
    if let Some(invitable) = req.body["invitable"].as_bool() {
        state.channels.get_mut(&id).expect("it was made")["thread_metadata"]["invitable"] = json!(invitable);
    }
    Ok(state.thread_for_bot(&id))
}

pub fn active(state: &mut State, req: &Req) -> Answer {
    let guild = guilds::known(state, &req.params[0])?.id.clone();
    let all = |c: &&Value| c["guild_id"] == guild && c["thread_metadata"]["archived"] == false;
    Ok(listed(state, all, usize::MAX))
}

pub fn archived(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], permissions::READ_MESSAGE_HISTORY)?;
    let all = |c: &&Value| {
        c["parent_id"] == req.params[0] && c["thread_metadata"]["archived"] == true && c["type"] == PUBLIC
    };
    Ok(listed(state, all, req.number("limit").unwrap_or(50)))
}

pub fn archived_private(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], permissions::READ_MESSAGE_HISTORY | permissions::MANAGE_THREADS)?;
    let all = |c: &&Value| {
        c["parent_id"] == req.params[0] && c["thread_metadata"]["archived"] == true && c["type"] == PRIVATE
    };
    Ok(listed(state, all, req.number("limit").unwrap_or(50)))
}

fn listed(state: &State, wanted: impl Fn(&&Value) -> bool, most: usize) -> Value {
    let found: Vec<&Value> = state
        .channels
        .values()
        .filter(wanted)
        .filter(|c| permissions::sees(state, &state.bot, id_of(c)))
        .collect();
    let threads: Vec<Value> = found.iter().rev().take(most).map(|c| state.thread_for_bot(id_of(c))).collect();
    let members: Vec<Value> =
        threads.iter().filter(|t| !t["member"].is_null()).map(|t| t["member"].clone()).collect();
    json!({"has_more": found.len() > threads.len(), "threads": threads, "members": members})
}

pub fn members(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], 0)?;
    let all = state.thread_members.get(&req.params[0]).into_iter().flatten();
    Ok(all.map(|user| member_shape(state, &req.params[0], user)).collect())
}

pub fn member(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], 0)?;
    let inside = state.thread_members.get(&req.params[0]).is_some_and(|all| all.contains(&req.params[1]));
    if !inside {
        return Err(ApiError::unknown(10007, "Member"));
    }
    Ok(member_shape(state, &req.params[0], &req.params[1]))
}

pub fn join(state: &mut State, req: &Req) -> Answer {
    let bot = state.bot.clone();
    change(state, &req.params[0], &bot, Change::In)
}

pub fn quit(state: &mut State, req: &Req) -> Answer {
    let bot = state.bot.clone();
    change(state, &req.params[0], &bot, Change::Out)
}

pub fn add(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], SEND_MESSAGES_IN_THREADS)?;
    change(state, &req.params[0], &req.params[1], Change::In)
}

pub fn remove(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], 0)?;
    let own = state.channels[&req.params[0]]["owner_id"] == state.bot;
    if !(own && state.channels[&req.params[0]]["type"] == PRIVATE) {
        may(state, &req.params[0], permissions::MANAGE_THREADS)?;
    }
    change(state, &req.params[0], &req.params[1], Change::Out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    In,
    Out,
}

fn change(state: &mut State, thread: &str, user: &str, change: Change) -> Answer {
    may(state, thread, 0)?;
    if state.channels[thread]["thread_metadata"].is_null() {
        return Err(ApiError::new(400, 50024, "Cannot execute action on this channel type"));
    }
    if state.channels[thread]["thread_metadata"]["archived"] == true {
        return Err(ApiError::new(400, 50083, "Thread is archived"));
    }
    let guild = text(&state.channels[thread], "guild_id");
    if !state.guilds[&guild].members.contains_key(user) {
        return Err(ApiError::unknown(10013, "User"));
    }
    let parent = text(&state.channels[thread], "parent_id");
    if !permissions::sees(state, user, &parent) {
        return Err(ApiError::missing_access());
    }
    let members = state.thread_members.entry(thread.to_owned()).or_default();
    let changed = match change {
        Change::In => members.insert(user.to_owned()),
        Change::Out => members.remove(user),
    };
    if !changed {
        return Ok(Value::Null);
    }
    state.thread_members_changed(thread, user, change == Change::In);
    Ok(Value::Null)
}

fn member_shape(state: &State, thread: &str, user: &str) -> Value {
    json!({
        "id": thread, "user_id": user, "flags": 0,
        "join_timestamp": state.channels[thread]["thread_metadata"]["create_timestamp"],
    })
}

impl State {
    /// Makes a thread; `on` is the message that it hangs on.
    pub fn open_thread(
        &mut self,
        parent: &str,
        name: &str,
        kind: u64,
        owner: &str,
        on: Option<&str>,
    ) -> String {
        let id = on.map_or_else(|| self.snowflake(), str::to_owned);
        let (guild, at) = (self.channels[parent]["guild_id"].clone(), self.stamp());
        let mut shape = json!({
            "id": id, "guild_id": guild, "parent_id": parent, "owner_id": owner, "type": kind, "name": name,
            "last_message_id": null, "message_count": 0, "member_count": 1, "total_message_sent": 0,
            "rate_limit_per_user": 0, "flags": 0,
            "thread_metadata": {
                "archived": false, "archive_timestamp": at, "auto_archive_duration": 1440, "locked": false,
                "create_timestamp": at,
            },
        });
        if kind == PRIVATE {
            shape["thread_metadata"]["invitable"] = json!(true);
        }
        if self.channels[parent]["type"] == 15 {
            shape["applied_tags"] = json!([]);
        }
        self.channels.insert(id.clone(), shape);
        self.messages.insert(id.clone(), Vec::new());
        self.thread_members.insert(id.clone(), [owner.to_owned()].into());
        let mut event = self.thread_for_bot(&id);
        event["newly_created"] = json!(true);
        self.emit_in("THREAD_CREATE", &id, &event);
        if let Some(message) = on {
            let thread = self.channels[&id].clone();
            let known = self.message_mut(parent, message).expect("the caller looked");
            known["thread"] = thread;
            known["flags"] = json!(known["flags"].as_u64().unwrap_or(0) | 1 << 5);
            let known = known.clone();
            self.emit_message("MESSAGE_UPDATE", &known);
        }
        id
    }

    /// Somebody came into a thread or went.
    pub fn thread_members_changed(&mut self, thread: &str, user: &str, joined: bool) {
        let count = self.thread_members[thread].len();
        let channel = self.channels.get_mut(thread).expect("it is there");
        channel["member_count"] = json!(count);
        let guild = channel["guild_id"].clone();
        let mut event = json!({"id": thread, "guild_id": guild, "member_count": count});
        if joined {
            event["added_members"] = json!([member_shape(self, thread, user)]);
        } else {
            event["removed_member_ids"] = json!([user]);
        }
        // Apps without the intent for members hear of themselves only.
        let intents =
            if user == self.bot { permissions::INTENT_GUILDS } else { permissions::INTENT_GUILD_MEMBERS };
        if joined && user == self.bot {
            let shape = self.thread_for_bot(thread);
            self.emit("THREAD_CREATE", permissions::INTENT_GUILDS, guild.as_str(), &shape);
        }
        self.emit("THREAD_MEMBERS_UPDATE", intents, guild.as_str(), &event);
    }
}
