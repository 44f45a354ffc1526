//! People in front of Discord: they speak, edit, react, open threads.
//!
//! Invariant: a person can do only what Discord's client would let them: speak where they may, change
//! what is theirs. What the client would refuse panics with the reason.

use std::time::Duration;

use serde_json::{Value, json};

use super::messages::Draft;
use super::permissions::{self, SEND_MESSAGES};
use super::seen::{Message, readable};
use super::state::{State, id_of, text};
use super::{FakeDiscord, threads};

/// One person.
#[derive(Clone)]
pub struct Actor {
    pub(super) discord: FakeDiscord,
    pub(super) id: String,
}

/// What the app answered first to something that a person did.
#[derive(Clone, Debug)]
pub struct Answer {
    pub token: String,
    /// The callback: `type` and `data`.
    pub body: Value,
    pub latency: Duration,
}

impl Answer {
    /// 4 a message, 5 one later, 6 nothing, 7 a changed message, 8 choices, 9 a form.
    pub fn kind(&self) -> u64 {
        self.body["type"].as_u64().unwrap_or(0)
    }

    /// What can be read at once.
    pub fn text(&self) -> String {
        readable(&self.body["data"])
    }

    /// Whether only the person sees it.
    pub fn private(&self) -> bool {
        self.body["data"]["flags"].as_u64().is_some_and(|flags| flags & 64 != 0)
    }
}

impl FakeDiscord {
    /// The person with this handle.
    pub fn as_user(&self, handle: &str) -> Actor {
        Actor { discord: self.clone(), id: self.shared.read(|state| state.user_id(handle)) }
    }
}

impl Actor {
    /// The user id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Says something; `@handle`, `@role` and `#channel` become mentions.
    pub fn say(&self, place: &str, text: &str) -> Message {
        self.post(place, text, None)
    }

    /// Answers a message.
    pub fn reply(&self, message: &Message, text: &str) -> Message {
        self.post(&message.channel(), text, Some(message))
    }

    /// Rewrites an own message.
    pub fn edit(&self, message: &Message, words: &str) -> Message {
        self.discord.shared.change(|state| {
            let known = state.message(&message.channel(), message.id()).expect("the message is still there");
            assert_eq!(known["author"]["id"], self.id, "people edit their own messages");
            let mut after = known.clone();
            let content = typed(state, state.guild_of(&message.channel()), words);
            state.rewrite(&mut after, &json!({"content": content}));
            *state.message_mut(&message.channel(), message.id()).expect("it was there") = after.clone();
            state.emit_message("MESSAGE_UPDATE", &after);
            Message { raw: after }
        })
    }

    /// Deletes an own message.
    pub fn delete(&self, message: &Message) {
        self.discord.shared.change(|state| {
            assert_eq!(message.raw["author"]["id"], self.id, "people delete their own messages");
            state.remove_message(&message.channel(), message.id());
        });
    }

    /// Reacts to a message with an emoji.
    pub fn react(&self, message: &Message, emoji: &str) {
        self.discord.shared.change(|state| {
            self.here(state, &message.channel());
            state.add_reaction(&message.channel(), message.id(), &self.id, emoji);
        });
    }

    /// Takes the reaction back.
    pub fn unreact(&self, message: &Message, emoji: &str) {
        let step = |state: &mut State| {
            state.remove_reaction(&message.channel(), message.id(), &self.id, emoji);
        };
        self.discord.shared.change(step);
    }

    /// Opens a thread on a message; its id.
    pub fn thread_on(&self, message: &Message, name: &str) -> String {
        self.discord.shared.change(|state| {
            let channel = self.here(state, &message.channel());
            state.open_thread(&channel, name, threads::PUBLIC, &self.id, Some(message.id()))
        })
    }

    /// Opens a thread that hangs on no message; its id.
    pub fn thread(&self, place: &str, name: &str) -> String {
        self.discord.shared.change(|state| {
            let channel = self.here(state, place);
            state.open_thread(&channel, name, threads::PUBLIC, &self.id, None)
        })
    }

    /// Opens a private thread with these people (and the bot, when it is among them); its id.
    pub fn private_thread(&self, place: &str, name: &str, with: &[&str]) -> String {
        self.discord.shared.change(|state| {
            let channel = self.here(state, place);
            let id = state.open_thread(&channel, name, threads::PRIVATE, &self.id, None);
            for handle in with {
                let user = state.user_id(handle);
                state.thread_members.entry(id.clone()).or_default().insert(user.clone());
                state.thread_members_changed(&id, &user, true);
            }
            id
        })
    }

    /// Posts in a forum; the thread's id and its first message.
    pub fn post_in_forum(&self, forum: &str, title: &str, words: &str) -> (String, Message) {
        self.discord.shared.change(|state| {
            let channel = self.here(state, forum);
            assert_eq!(state.channels[&channel]["type"], 15, "{forum} is no forum");
            let id = state.open_thread(&channel, title, threads::PUBLIC, &self.id, None);
            let content = typed(state, state.guild_of(&channel), words);
            let draft = Draft { id: Some(id.clone()), ..Draft::of(&self.id, &json!({"content": content})) };
            let raw = state.post(&id, draft);
            (id, Message { raw })
        })
    }

    /// Refuses direct messages of apps from now on, or takes them again.
    pub fn close_messages(&self, closed: bool) {
        let step = |state: &mut State| {
            state.people.get_mut(&self.id).expect("actors are people").closed_to_messages = closed;
        };
        self.discord.shared.change(step);
    }

    fn post(&self, place: &str, words: &str, to: Option<&Message>) -> Message {
        self.discord.shared.change(|state| {
            let channel = self.here(state, place);
            let shape = &state.channels[&channel];
            assert!(!matches!(shape["type"].as_u64(), Some(4 | 15)), "nobody can write in {place}");
            let needed = permissions::to_send(shape);
            assert!(
                permissions::of(state, &self.id, &channel) & needed != 0,
                "{} may not write in {place} ({})",
                state.handle(&self.id),
                if needed == SEND_MESSAGES { "channel" } else { "thread" },
            );
            let mut body = json!({"content": typed(state, state.guild_of(&channel), words)});
            if let Some(message) = to {
                body["message_reference"] = json!({"message_id": message.id()});
            }
            let raw = state.post(&channel, Draft::of(&self.id, &body));
            Message { raw }
        })
    }

    /// The channel, if the person sees it; `dm` is the conversation with the bot.
    pub(super) fn here(&self, state: &mut State, place: &str) -> String {
        if place == "dm" {
            return state.open_direct(&self.id);
        }
        let id = state.place(place);
        assert!(permissions::sees(state, &self.id, &id), "{} does not see {place}", state.handle(&self.id));
        id
    }
}

/// What Discord's client makes of typed text.
pub fn typed(state: &State, guild: Option<&str>, words: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let tail = &word[bare.len()..];
        if let Some(name) = bare.strip_prefix('@') {
            if let Some((id, _)) = state.people.iter().find(|(_, person)| person.handle == name) {
                return format!("<@{id}>{tail}");
            }
            let roles = guild.map_or(&[][..], |guild| &state.guilds[guild].roles);
            if let Some(role) = roles.iter().find(|role| role["name"] == name) {
                return format!("<@&{}>{tail}", id_of(role));
            }
        }
        if let Some(name) = bare.strip_prefix('#')
            && let Some(channel) =
                state.channels.values().find(|c| c["name"] == name && c["guild_id"].as_str() == guild)
        {
            return format!("<#{}>{tail}", text(channel, "id"));
        }
        word.to_owned()
    };
    words.split_inclusive(char::is_whitespace).map(word).collect()
}
