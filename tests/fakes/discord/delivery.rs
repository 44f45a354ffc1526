//! Who is told of what: shards, intents, and what may be read of a message.
//!
//! Invariant: every event goes through `emit`, which numbers and keeps it for each session that should
//! have it, whether that is connected or not.

use serde_json::{Value, json};

use super::permissions::{
    self, Bits, INTENT_DIRECT_MESSAGES, INTENT_DIRECT_REACTIONS, INTENT_GUILD_MESSAGES,
    INTENT_GUILD_REACTIONS, INTENT_GUILDS, INTENT_MESSAGE_CONTENT,
};
use super::state::{State, id_of, text};

impl State {
    /// Tells every session that asked for one of these intents (0: always) and has the server's shard.
    pub fn emit(&mut self, name: &str, intents: Bits, guild: Option<&str>, data: &Value) {
        if let Some(guild) = guild
            && name != "GUILD_DELETE"
            && self.guilds.get(guild).is_none_or(|g| g.unavailable || !g.members.contains_key(&self.bot))
        {
            return;
        }
        let number = guild.map_or(0, |guild| guild.parse::<u64>().expect("ids are numbers"));
        let ids: Vec<String> = self.sessions.for_guild(number, intents);
        for id in ids {
            let readable = self.sessions.intents(&id) & INTENT_MESSAGE_CONTENT != 0;
            let data =
                if name.starts_with("MESSAGE_") && !readable { blanked(self, data) } else { data.clone() };
            self.sessions.dispatch(&id, name, data);
        }
    }

    /// An event about a channel or thread, if the bot sees it.
    pub fn emit_in(&mut self, name: &str, channel: &str, data: &Value) {
        if !permissions::sees(self, &self.bot, channel) {
            return;
        }
        let guild = self.guild_of(channel).map(str::to_owned);
        let intents = match (name, guild.is_some()) {
            (name, true) if name.starts_with("MESSAGE_REACTION") => INTENT_GUILD_REACTIONS,
            (name, false) if name.starts_with("MESSAGE_REACTION") => INTENT_DIRECT_REACTIONS,
            (name, true) if name.starts_with("MESSAGE_") => INTENT_GUILD_MESSAGES,
            (name, false) if name.starts_with("MESSAGE_") => INTENT_DIRECT_MESSAGES,
            _ => INTENT_GUILDS,
        };
        self.emit(name, intents, guild.as_deref(), data);
    }

    /// `MESSAGE_CREATE` or `MESSAGE_UPDATE`.
    pub fn emit_message(&mut self, name: &str, message: &Value) {
        let channel = text(message, "channel_id");
        let mut event = message.clone();
        if let Some(guild) = self.guild_of(&channel).map(str::to_owned) {
            event["guild_id"] = json!(guild);
            let author = id_of(&message["author"]);
            if let Some(member) = self.guilds[&guild].members.get(author) {
                event["member"] = member.clone();
            }
        }
        self.emit_in(name, &channel, &event);
    }

    /// A thread as the bot sees it: with its own membership, if it is in.
    pub fn thread_for_bot(&self, id: &str) -> Value {
        let mut shape = self.channels[id].clone();
        if self.thread_members.get(id).is_some_and(|all| all.contains(&self.bot)) {
            shape["member"] = json!({
                "id": id, "user_id": self.bot, "join_timestamp": shape["thread_metadata"]["create_timestamp"],
                "flags": 0, "muted": false, "mute_config": null,
            });
        }
        shape
    }
}

/// A message as an app without the intent for content sees it.
fn blanked(state: &State, message: &Value) -> Value {
    let mut message = message.clone();
    let own = message["author"]["id"] == state.bot;
    let direct = message["guild_id"].is_null();
    let addressed =
        message["mentions"].as_array().is_some_and(|all| all.iter().any(|u| u["id"] == state.bot));
    if message["content"].is_null() || own || direct || addressed {
        return message;
    }
    message["content"] = json!("");
    for key in ["embeds", "attachments", "components"] {
        message[key] = json!([]);
    }
    message
}
