//! REST about reactions.
//!
//! Invariant: a reaction that nobody has any more is gone; who has one is kept beside the message and
//! never sent with it.

use serde_json::{Value, json};

use super::channels::may;
use super::permissions::{ADD_REACTIONS, READ_MESSAGE_HISTORY};
use super::routes::{Answer, ApiError, Req};
use super::state::State;

pub fn react(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], READ_MESSAGE_HISTORY)?;
    let known = state.message(&req.params[0], &req.params[1]);
    let Some(known) = known else { return Err(ApiError::unknown(10008, "Message")) };
    let there = known["reactions"]
        .as_array()
        .is_some_and(|all| all.iter().any(|r| r["emoji"]["name"] == req.params[2]));
    if !there {
        may(state, &req.params[0], ADD_REACTIONS)?;
    }
    if req.params[2].is_ascii() {
        return Err(ApiError::new(400, 10014, "Unknown Emoji"));
    }
    let bot = state.bot.clone();
    state.add_reaction(&req.params[0], &req.params[1], &bot, &req.params[2]);
    Ok(Value::Null)
}

pub fn unreact(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], 0)?;
    if state.message(&req.params[0], &req.params[1]).is_none() {
        return Err(ApiError::unknown(10008, "Message"));
    }
    let bot = state.bot.clone();
    state.remove_reaction(&req.params[0], &req.params[1], &bot, &req.params[2]);
    Ok(Value::Null)
}

pub fn reactions(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], READ_MESSAGE_HISTORY)?;
    let Some(known) = state.message(&req.params[0], &req.params[1]) else {
        return Err(ApiError::unknown(10008, "Message"));
    };
    let all = known["reactions"].as_array().into_iter().flatten();
    let users =
        all.filter(|r| r["emoji"]["name"] == req.params[2]).filter_map(|r| r["users"].as_array().cloned());
    Ok(users.flatten().map(|user| state.user(user.as_str().expect("an id"))).collect())
}

impl State {
    pub fn add_reaction(&mut self, channel: &str, id: &str, user: &str, emoji: &str) {
        let bot = self.bot.clone();
        let message = self.message_mut(channel, id).expect("the caller looked");
        if message["reactions"].is_null() {
            message["reactions"] = json!([]);
        }
        let all = message["reactions"].as_array_mut().expect("a list");
        if !all.iter().any(|r| r["emoji"]["name"] == emoji) {
            all.push(json!({
                "emoji": {"id": null, "name": emoji}, "count": 0, "count_details": {"burst": 0, "normal": 0},
                "me": false, "me_burst": false, "burst_colors": [], "users": [],
            }));
        }
        let known = all.iter_mut().find(|r| r["emoji"]["name"] == emoji).expect("it was put in");
        let users = known["users"].as_array_mut().expect("a list");
        if users.iter().any(|known| known == user) {
            return;
        }
        users.push(json!(user));
        let count = users.len();
        known["count"] = json!(count);
        known["count_details"]["normal"] = json!(count);
        known["me"] = json!(known["me"] == true || user == bot);
        let author = message["author"]["id"].clone();
        let mut event = reaction(self, channel, id, user, emoji);
        event["message_author_id"] = author;
        if let Some(member) = self.guild_of(channel).and_then(|guild| self.member(guild, user)) {
            event["member"] = member;
        }
        self.emit_in("MESSAGE_REACTION_ADD", channel, &event);
    }

    pub fn remove_reaction(&mut self, channel: &str, id: &str, user: &str, emoji: &str) {
        let message = self.message_mut(channel, id).expect("the caller looked");
        let Some(all) = message.get_mut("reactions").and_then(Value::as_array_mut) else { return };
        for known in all.iter_mut().filter(|r| r["emoji"]["name"] == emoji) {
            let users = known["users"].as_array_mut().expect("a list");
            users.retain(|known| known != user);
            let count = users.len();
            known["count"] = json!(count);
        }
        all.retain(|r| r["count"] != 0);
        let event = reaction(self, channel, id, user, emoji);
        self.emit_in("MESSAGE_REACTION_REMOVE", channel, &event);
    }
}

fn reaction(state: &State, channel: &str, id: &str, user: &str, emoji: &str) -> Value {
    let mut event = json!({
        "user_id": user, "channel_id": channel, "message_id": id, "emoji": {"id": null, "name": emoji},
        "burst": false, "type": 0,
    });
    if let Some(guild) = state.guild_of(channel) {
        event["guild_id"] = json!(guild);
    }
    event
}
