//! REST about messages, and what posting means.
//!
//! Invariant: a message is kept in the form of the API; whom it mentions follows from what it says and
//! from its `allowed_mentions`, as it does for the people who would be pinged.

use serde_json::{Value, json};

use super::channels::may;
use super::permissions::{self, MANAGE_MESSAGES, MENTION_EVERYONE, READ_MESSAGE_HISTORY, VIEW_CHANNEL};
use super::routes::{Answer, ApiError, Req};
use super::state::{State, id_of, text};

/// A message before it has an id.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Given for the first message of a forum post.
    pub id: Option<String>,
    pub author: String,
    /// Content, embeds, components, flags, `allowed_mentions`, `message_reference`, nonce.
    pub body: Value,
    /// More keys, for answers to interactions.
    pub more: Value,
    pub files: Vec<(String, usize)>,
}

impl Draft {
    pub fn of(author: &str, body: &Value) -> Self {
        Self { author: author.to_owned(), body: body.clone(), ..Self::default() }
    }
}

pub fn create(state: &mut State, req: &Req) -> Answer {
    let channel = &req.params[0];
    may(state, channel, 0)?;
    may(state, channel, permissions::to_send(&state.channels[channel]))?;
    let known = &state.channels[channel];
    if known["type"] == 1 && !state.takes_messages(id_of(&known["recipients"][0])) {
        return Err(ApiError::new(403, 50007, "Cannot send messages to this user"));
    }
    if known["type"] == 15 {
        return Err(ApiError::new(400, 40058, "Cannot send a message in a forum channel"));
    }
    if known["type"] == 4 {
        return Err(ApiError::new(400, 50008, "Cannot send messages in a non-text channel"));
    }
    if known["thread_metadata"]["locked"] == true
        && permissions::of(state, &state.bot, channel) & permissions::MANAGE_THREADS == 0
    {
        return Err(ApiError::new(403, 50013, "Missing Permissions"));
    }
    not_empty(&req.body, req.files.len())?;
    if let Some(reference) = req.body["message_reference"]["message_id"].as_str()
        && state.message(channel, reference).is_none()
        && req.body["message_reference"]["fail_if_not_exists"] != false
    {
        return Err(ApiError::form(&["message_reference: Unknown message".to_owned()]));
    }
    let nonce = req.body["nonce"]
        .as_str()
        .map(str::to_owned)
        .or_else(|| req.body["nonce"].as_u64().map(|n| n.to_string()));
    let key = (channel.clone(), nonce.clone().unwrap_or_default());
    if nonce.is_some() && req.body["enforce_nonce"] == true {
        let now = state.now();
        if let Some((id, at)) = state.nonces.get(&key)
            && now.duration_since(*at).unsigned_abs() < state.tuning.nonce_window
            && let Some(known) = state.message(channel, id)
        {
            let mut known = known.clone();
            known["nonce"] = req.body["nonce"].clone();
            return Ok(known);
        }
    }
    let bot = state.bot.clone();
    let message = state.post(channel, Draft { files: req.files.clone(), ..Draft::of(&bot, &req.body) });
    if nonce.is_some() {
        let now = state.now();
        state.nonces.insert(key, (id_of(&message).to_owned(), now));
    }
    Ok(message)
}

/// That there is something to say.
pub fn not_empty(body: &Value, files: usize) -> Result<(), ApiError> {
    let some = |key: &str| body[key].as_array().is_some_and(|all| !all.is_empty());
    let said = body["content"].as_str().is_some_and(|content| !content.trim().is_empty());
    if said
        || some("embeds")
        || some("components")
        || some("sticker_ids")
        || files > 0
        || !body["poll"].is_null()
    {
        return Ok(());
    }
    Err(ApiError::new(400, 50006, "Cannot send an empty message"))
}

pub fn history(state: &mut State, req: &Req) -> Answer {
    let channel = &req.params[0];
    may(state, channel, 0)?;
    if permissions::of(state, &state.bot, channel) & READ_MESSAGE_HISTORY == 0 {
        return Ok(json!([]));
    }
    let limit = req.number("limit").unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(ApiError::form(&["limit: int value should be between 1 and 100".to_owned()]));
    }
    let all = &state.messages[channel];
    let number = |id: &str| id.parse::<u64>().unwrap_or(0);
    let at = |key: &str| req.query.get(key).map(|id| number(id));
    let of = |message: &Value| number(id_of(message));
    let mut found: Vec<&Value> = if let Some(after) = at("after") {
        all.iter().filter(|m| of(m) > after).take(limit).collect()
    } else if let Some(before) = at("before") {
        all.iter().rev().filter(|m| of(m) < before).take(limit).collect()
    } else if let Some(around) = at("around") {
        let older = all.iter().rev().filter(|m| of(m) < around).take(limit / 2);
        older.chain(all.iter().filter(|m| of(m) >= around).take(limit - limit / 2)).collect()
    } else {
        all.iter().rev().take(limit).collect()
    };
    // Always the newest first.
    found.sort_by_key(|message| std::cmp::Reverse(of(message)));
    Ok(found.into_iter().map(|message| state.readable(message)).collect())
}

pub fn get(state: &mut State, req: &Req) -> Answer {
    may(state, &req.params[0], 0)?;
    may(state, &req.params[0], VIEW_CHANNEL | READ_MESSAGE_HISTORY)?;
    let found = state.message(&req.params[0], &req.params[1]);
    found.map(|message| state.readable(message)).ok_or_else(|| ApiError::unknown(10008, "Message"))
}

pub fn edit(state: &mut State, req: &Req) -> Answer {
    let (channel, id) = (&req.params[0], &req.params[1]);
    may(state, channel, 0)?;
    let Some(known) = state.message(channel, id) else { return Err(ApiError::unknown(10008, "Message")) };
    if known["author"]["id"] != state.bot {
        return Err(ApiError::new(403, 50005, "Cannot edit a message authored by another user"));
    }
    if state.channels[channel]["thread_metadata"]["archived"] == true {
        return Err(ApiError::new(400, 50083, "Thread is archived"));
    }
    let mut after = known.clone();
    state.rewrite(&mut after, &req.body);
    not_empty(&after, after["attachments"].as_array().map_or(0, Vec::len))?;
    *state.message_mut(channel, id).expect("it was there") = after.clone();
    state.emit_message("MESSAGE_UPDATE", &after);
    Ok(after)
}

pub fn delete(state: &mut State, req: &Req) -> Answer {
    let (channel, id) = (&req.params[0], &req.params[1]);
    may(state, channel, 0)?;
    let Some(known) = state.message(channel, id) else { return Err(ApiError::unknown(10008, "Message")) };
    if known["author"]["id"] != state.bot {
        may(state, channel, MANAGE_MESSAGES)?;
    }
    state.remove_message(channel, id);
    Ok(Value::Null)
}

impl State {
    /// Whether this person can be written to: they want it, and share a server with the bot.
    fn takes_messages(&self, user: &str) -> bool {
        let mut shared = self.guilds.values().filter(|guild| guild.members.contains_key(&self.bot));
        !self.people[user].closed_to_messages && shared.any(|guild| guild.members.contains_key(user))
    }

    /// Says something in a channel: the message is kept, and told.
    pub fn post(&mut self, channel: &str, draft: Draft) -> Value {
        let message = self.shape(channel, &draft);
        let all = self.messages.get_mut(channel).expect("channels have messages");
        all.push(message.clone());
        let archived = {
            let known = self.channels.get_mut(channel).expect("it is there");
            known["last_message_id"] = message["id"].clone();
            let is_thread = !known["thread_metadata"].is_null();
            if is_thread {
                for key in ["message_count", "total_message_sent"] {
                    known[key] = json!(known[key].as_u64().unwrap_or(0) + 1);
                }
            }
            known["thread_metadata"]["archived"] == true
        };
        if archived {
            self.edit_thread(channel, &json!({"archived": false}));
        }
        // Who writes in a thread is in it.
        if self.thread_members.get(channel).is_some_and(|all| !all.contains(&draft.author))
            && self
                .guild_of(channel)
                .is_some_and(|guild| self.guilds[guild].members.contains_key(&draft.author))
        {
            self.thread_members.entry(channel.to_owned()).or_default().insert(draft.author.clone());
            self.thread_members_changed(channel, &draft.author, true);
        }
        let mut event = message.clone();
        if !draft.body["nonce"].is_null() {
            event["nonce"] = draft.body["nonce"].clone();
        }
        self.emit_message("MESSAGE_CREATE", &event);
        event
    }

    /// The message that a draft becomes.
    pub fn shape(&mut self, channel: &str, draft: &Draft) -> Value {
        let id = draft.id.clone().unwrap_or_else(|| self.snowflake());
        let attachments: Vec<Value> = draft
            .files
            .iter()
            .map(|(name, size)| {
                let (file, url) = (self.snowflake(), format!("http://{}/files/{name}", self.address));
                json!({"id": file, "filename": name, "size": size, "url": url, "proxy_url": url})
            })
            .collect();
        let mut message = json!({
            "id": id, "channel_id": channel, "type": 0, "content": "", "author": self.user(&draft.author),
            "timestamp": self.stamp(), "edited_timestamp": null, "tts": false, "mention_everyone": false,
            "mentions": [], "mention_roles": [], "attachments": attachments, "embeds": [], "components": [],
            "flags": 0, "pinned": false,
        });
        if let Some(reply) = draft.body["message_reference"]["message_id"].as_str() {
            let known = self.message(channel, reply).cloned();
            message["type"] = json!(19);
            message["message_reference"] = json!({"type": 0, "channel_id": channel, "message_id": reply});
            if let Some(guild) = self.guild_of(channel) {
                message["message_reference"]["guild_id"] = json!(guild);
            }
            message["referenced_message"] = known.unwrap_or_default();
        }
        self.rewrite(&mut message, &draft.body);
        message["edited_timestamp"] = Value::Null;
        for (key, value) in draft.more.as_object().into_iter().flatten() {
            message[key] = value.clone();
        }
        message
    }

    /// Puts what a body says into a message.
    pub fn rewrite(&self, message: &mut Value, body: &Value) {
        for key in ["content", "embeds", "components"] {
            if let Some(value) = body.get(key) {
                let nothing = if key == "content" { json!("") } else { json!([]) };
                message[key] = if value.is_null() { nothing } else { value.clone() };
            }
        }
        for embed in message["embeds"].as_array_mut().into_iter().flatten() {
            embed["type"] = json!("rich");
        }
        if let Some(flags) = body["flags"].as_u64() {
            message["flags"] = json!(message["flags"].as_u64().unwrap_or(0) & !4 | flags);
        }
        if let Some(kept) = body.get("attachments").and_then(Value::as_array)
            && let Some(all) = message["attachments"].as_array_mut()
        {
            all.retain(|file| {
                kept.is_empty()
                    || kept.iter().any(|k| k["id"] == file["id"] || k["filename"] == file["filename"])
            });
        }
        message["edited_timestamp"] = json!(self.stamp());
        let content = text(message, "content");
        let rules = &body["allowed_mentions"];
        let listed =
            |key: &str, id: &str| rules[key].as_array().is_some_and(|all| all.iter().any(|x| x == id));
        let parsed = |key: &str| {
            rules.is_null() || rules["parse"].as_array().is_some_and(|all| all.iter().any(|x| x == key))
        };
        let mut users: Vec<Value> = Vec::new();
        for id in mentioned(&content, "<@").chain(mentioned(&content, "<@!")) {
            let fresh = !users.iter().any(|user| user["id"] == *id);
            if fresh && self.people.contains_key(id) && (parsed("users") || listed("users", id)) {
                users.push(self.user(id));
            }
        }
        let replied = &message["referenced_message"]["author"];
        let pings = rules.is_null() || rules["replied_user"] == true;
        if pings && !replied.is_null() && !users.iter().any(|user| user["id"] == replied["id"]) {
            users.push(replied.clone());
        }
        let groups: Vec<&str> =
            mentioned(&content, "<@&").filter(|id| parsed("roles") || listed("roles", id)).collect();
        message["mention_roles"] = json!(groups);
        message["mentions"] = json!(users);
        let loud = content.contains("@everyone") || content.contains("@here");
        let channel = text(message, "channel_id");
        let granted = permissions::of(self, id_of(&message["author"]), &channel) & MENTION_EVERYONE != 0;
        message["mention_everyone"] = json!(loud && granted && parsed("everyone"));
    }

    pub fn remove_message(&mut self, channel: &str, id: &str) {
        self.messages.get_mut(channel).expect("channels have messages").retain(|m| m["id"] != id);
        let mut event = json!({"id": id, "channel_id": channel});
        if let Some(guild) = self.guild_of(channel) {
            event["guild_id"] = json!(guild);
        }
        self.emit_in("MESSAGE_DELETE", channel, &event);
    }

    /// The message as REST shows it to the app: without content where that is not granted.
    fn readable(&self, message: &Value) -> Value {
        let mut message = message.clone();
        let own = message["author"]["id"] == self.bot;
        let addressed =
            message["mentions"].as_array().is_some_and(|all| all.iter().any(|u| u["id"] == self.bot));
        let direct = self.guild_of(&text(&message, "channel_id")).is_none();
        for known in message.get_mut("reactions").and_then(Value::as_array_mut).into_iter().flatten() {
            known.as_object_mut().expect("an object").remove("users");
        }
        if self.privileged & permissions::INTENT_MESSAGE_CONTENT == 0 && !own && !addressed && !direct {
            message["content"] = json!("");
            for key in ["embeds", "attachments", "components"] {
                message[key] = json!([]);
            }
        }
        message
    }
}

/// Ids in mentions that open like this.
fn mentioned<'t>(content: &'t str, open: &'t str) -> impl Iterator<Item = &'t str> {
    content.split(open).skip(1).filter_map(|rest| {
        let id = rest.split('>').next()?;
        (rest.contains('>') && !id.is_empty() && id.chars().all(|c| c.is_ascii_digit())).then_some(id)
    })
}
