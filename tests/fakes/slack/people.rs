//! People in front of Slack: they type, press, choose, fill in and go on holiday.
//!
//! Invariant: a person can do only what Slack's client would let them: press what they can see, speak
//! where they are a member. What the client would refuse panics with the reason.

use serde_json::{Value, json};

use super::blocks::elements;
use super::delivery::{Envelope, deliver};
use super::socket::Ack;
use super::state::{APP_ID, BOT_USER, Ephemeral, Message, State, View};
use super::workspace::{Channel, ChannelKind, Person};
use super::{FakeSlack, events, responses};

/// One person of the workspace.
#[derive(Clone)]
pub struct Actor {
    pub(super) slack: FakeSlack,
    pub(super) id: String,
}

/// Something with buttons, as the person sees it; perhaps no longer as it is.
pub enum Place {
    Message(Message),
    Ephemeral(Ephemeral),
    View(View),
}

impl From<&Message> for Place {
    fn from(message: &Message) -> Self {
        Self::Message(message.clone())
    }
}

impl From<&Ephemeral> for Place {
    fn from(shown: &Ephemeral) -> Self {
        Self::Ephemeral(shown.clone())
    }
}

impl From<&View> for Place {
    fn from(view: &View) -> Self {
        Self::View(view.clone())
    }
}

impl Place {
    fn blocks(&self) -> &[Value] {
        match self {
            Self::Message(message) => &message.blocks,
            Self::Ephemeral(shown) => &shown.blocks,
            Self::View(view) => view.blocks(),
        }
    }
}

impl FakeSlack {
    /// The person with this handle.
    pub fn as_user(&self, handle: &str) -> Actor {
        Actor { slack: self.clone(), id: self.user_id(handle) }
    }

    /// Somebody new joins the company.
    pub fn hire(&self, person: Person) -> Actor {
        let id = person.id.clone();
        self.shared.change(|state| {
            state.people.insert(id.clone(), person);
            events::team_joined(state, &id);
        });
        Actor { slack: self.clone(), id }
    }
}

impl Actor {
    /// Types a slash command in a channel (`dm` for the conversation with the bot) and returns what is
    /// answered at once; it is shown too.
    pub async fn slash(&self, command: &str, text: &str, channel: &str) -> Ack {
        let (payload, place) = self.slack.shared.change(|state| {
            let channel = self.here(state, channel);
            let escape = match &state.commands {
                None => true,
                Some(known) => {
                    *known.get(command).unwrap_or_else(|| panic!("{command} is not a valid command"))
                }
            };
            let text = if escape { typed(state, text, Pipe::Named) } else { text.to_owned() };
            let person = state.person(&self.id).clone();
            let trigger = state.issue_trigger(&self.id);
            let url = state.issue_response_url("commands", &self.id, &channel, None, None);
            let payload = json!({
                "token": "verification-token-of-old", "team_id": state.team.id,
                "team_domain": state.team.domain, "channel_id": channel,
                "channel_name": shown_name(&state.channels[&channel]), "user_id": self.id,
                "user_name": person.handle, "command": command, "text": text,
                "api_app_id": APP_ID, "is_enterprise_install": "false", "response_url": url,
                "trigger_id": trigger,
            });
            (payload, channel)
        });
        let ack =
            self.deliver(&Envelope::command(payload), &format!("{command} failed: operation_timeout")).await;
        if let Some(body) = &ack.payload {
            self.slack.shared.change(|state| responses::show_response(state, &place, &self.id, None, body));
        }
        ack
    }

    /// Presses the button with this label.
    pub async fn press(&self, place: impl Into<Place>, label: &str) -> Ack {
        let place = place.into();
        let action = place.blocks().iter().find_map(|block| {
            let wanted = |e: &&Value| e["type"] == "button" && e["text"]["text"] == label;
            elements(block).into_iter().find(wanted).map(|button| {
                let mut action = json!({
                    "type": "button", "block_id": block["block_id"], "action_id": button["action_id"],
                    "text": {"type": "plain_text", "text": label, "emoji": true},
                });
                for key in ["value", "style"] {
                    if !button[key].is_null() {
                        action[key] = button[key].clone();
                    }
                }
                action
            })
        });
        let seen = || super::blocks::visible_text(place.blocks());
        let action = action.unwrap_or_else(|| panic!("no button {label:?} in:\n{}", seen()));
        self.act(place, action).await
    }

    /// Chooses the option with this label in a select, an overflow menu, radio buttons or check boxes;
    /// `@handle` in a select of people.
    pub async fn choose(&self, place: impl Into<Place>, option: &str) -> Ack {
        let place = place.into();
        let state = |state: &State| super::forms::chosen(state, place.blocks(), option);
        let action = self.slack.shared.read(state);
        let seen = || super::blocks::visible_text(place.blocks());
        let action = action.unwrap_or_else(|| panic!("no option {option:?} in:\n{}", seen()));
        self.act(place, action).await
    }

    /// Uses a global shortcut.
    pub async fn shortcut(&self, callback_id: &str) -> Ack {
        let payload = self.slack.shared.change(|state| {
            known_shortcut(state, "global", callback_id);
            let trigger = state.issue_trigger(&self.id);
            let mut payload = self.interaction(state, "shortcut");
            payload["callback_id"] = json!(callback_id);
            payload["trigger_id"] = json!(trigger);
            payload["action_ts"] = json!(state.next_ts());
            payload
        });
        self.deliver(&Envelope::interactive(payload), "the shortcut did not answer").await
    }

    /// Uses a shortcut on a message.
    pub async fn shortcut_on(&self, callback_id: &str, message: &Message) -> Ack {
        let payload = self.slack.shared.change(|state| {
            known_shortcut(state, "message", callback_id);
            let channel = self.here(state, &message.channel);
            let trigger = state.issue_trigger(&self.id);
            let mut payload = self.interaction(state, "message_action");
            payload["callback_id"] = json!(callback_id);
            payload["trigger_id"] = json!(trigger);
            payload["action_ts"] = json!(state.next_ts());
            payload["message_ts"] = json!(message.ts);
            payload["message"] = events::message_json(state, message);
            payload["channel"] = json!({"id": channel, "name": shown_name(&state.channels[&channel])});
            payload["response_url"] =
                json!(state.issue_response_url("app", &self.id, &channel, message.thread_ts.clone(), None));
            payload
        });
        self.deliver(&Envelope::interactive(payload), "the shortcut did not answer").await
    }

    /// A trigger of this person, as a press would have given; for calls that a test makes itself.
    pub fn trigger(&self) -> String {
        self.slack.shared.change(|state| state.issue_trigger(&self.id))
    }

    /// Looks at the App Home.
    pub fn open_home(&self) {
        self.slack.shared.change(|state| events::home_opened(state, &self.id, "home"));
    }

    /// Says something in a channel; `@handle` becomes a mention.
    pub fn say(&self, channel: &str, text: &str) -> Message {
        self.post(channel, text, None)
    }

    /// Answers in the thread of a message.
    pub fn say_in_thread(&self, message: &Message, text: &str) -> Message {
        let thread = message.thread_ts.clone().unwrap_or_else(|| message.ts.clone());
        self.post(&message.channel, text, Some(thread))
    }

    /// Writes to the bot.
    pub fn dm(&self, text: &str) -> Message {
        self.post("dm", text, None)
    }

    /// Addresses the bot in the thread of a message.
    pub fn mention_in_thread(&self, message: &Message, text: &str) -> Message {
        self.say_in_thread(message, &format!("@goodturn {text}"))
    }

    /// Rewrites an own message.
    pub fn edit(&self, message: &Message, text: &str) {
        self.slack.shared.change(|state| {
            let text = typed(state, text, Pipe::Bare);
            let known = state.message_mut(&message.channel, &message.ts).expect("the message is still there");
            assert_eq!(known.user, self.id, "people edit their own messages");
            let before = known.clone();
            (known.text, known.edited) = (text, true);
            let after = known.clone();
            events::message_changed(state, &before, &after);
        });
    }

    /// Deletes an own message.
    pub fn delete(&self, message: &Message) {
        self.slack.shared.change(|state| {
            assert_eq!(message.user, self.id, "people delete their own messages");
            let all = state.messages.get_mut(&message.channel).expect("the channel has messages");
            all.retain(|known| known.ts != message.ts);
            events::message_deleted(state, message);
        });
    }

    /// Reacts to a message.
    pub fn react(&self, message: &Message, name: &str) {
        self.slack.shared.change(|state| {
            let reaction = (name.to_owned(), self.id.clone());
            let known = state.message_mut(&message.channel, &message.ts).expect("the message is still there");
            known.reactions.push(reaction);
            events::reaction_added(state, message, &self.id, name);
        });
    }

    /// Sets a status that ends at `expiration` (epoch seconds, 0 for never).
    pub fn set_status(&self, text: &str, emoji: &str, expiration: i64) {
        self.change(|person| {
            (person.status_text, person.status_emoji) = (text.to_owned(), emoji.to_owned());
            person.status_expiration = expiration;
        });
    }

    /// Sets do-not-disturb from `start` to `end` (epoch seconds).
    pub fn set_dnd(&self, start: i64, end: i64) {
        self.slack.shared.change(|state| {
            state.people.get_mut(&self.id).expect("actors are people").dnd = Some((start, end));
            events::dnd_updated(state, &self.id);
        });
    }

    /// The account is closed: the person left the company.
    pub fn deactivate(&self) {
        self.change(|person| person.deleted = true);
    }

    fn change(&self, change: impl FnOnce(&mut Person)) {
        self.slack.shared.change(|state| {
            change(state.people.get_mut(&self.id).expect("actors are people"));
            events::user_changed(state, &self.id);
        });
    }

    fn post(&self, channel: &str, text: &str, thread: Option<String>) -> Message {
        self.slack.shared.change(|state| {
            let channel = self.here(state, channel);
            let mut draft = State::draft(&channel, &self.id, &typed(state, text, Pipe::Bare));
            draft.thread_ts = thread;
            state.post(draft)
        })
    }

    /// The channel, if the person is in it.
    fn here(&self, state: &mut State, channel: &str) -> String {
        if channel == "dm" {
            return state.direct(std::slice::from_ref(&self.id));
        }
        let found = state.find_channel(channel).unwrap_or_else(|| panic!("there is no channel {channel}"));
        assert!(found.members.contains(&self.id), "{} is not in {channel}", self.id);
        found.id.clone()
    }

    async fn act(&self, place: Place, mut action: Value) -> Ack {
        let payload = self.slack.shared.change(|state| {
            let trigger = state.issue_trigger(&self.id);
            let mut payload = self.interaction(state, "block_actions");
            action["action_ts"] = json!(state.next_ts());
            payload["actions"] = json!([action]);
            payload["trigger_id"] = json!(trigger);
            self.place(state, &place, &mut payload);
            payload
        });
        self.deliver(&Envelope::interactive(payload), "a warning sign beside the button").await
    }

    /// Writes into the payload where the press happened.
    fn place(&self, state: &mut State, place: &Place, payload: &mut Value) {
        let (channel, ts, thread) = match place {
            Place::View(view) => {
                payload["container"] = json!({"type": "view", "view_id": view.id});
                payload["view"] = super::forms::with_values(view, None);
                return;
            }
            Place::Message(message) => (&message.channel, &message.ts, &message.thread_ts),
            Place::Ephemeral(shown) => (&shown.channel, &shown.ts, &shown.thread_ts),
        };
        let id = self.here(state, channel);
        let ephemeral = matches!(place, Place::Ephemeral(_));
        payload["container"] =
            json!({"type": "message", "message_ts": ts, "channel_id": id, "is_ephemeral": ephemeral});
        if let Some(thread) = thread {
            payload["container"]["thread_ts"] = json!(thread);
        }
        payload["channel"] = json!({"id": id, "name": shown_name(&state.channels[&id])});
        if let Some(message) = state.message(channel, ts) {
            payload["message"] = events::message_json(state, message);
        }
        payload["state"] = json!({"values": {}});
        payload["response_url"] =
            json!(state.issue_response_url("actions", &self.id, &id, thread.clone(), Some(ts.clone())));
    }

    /// What every interaction carries.
    pub(super) fn interaction(&self, state: &State, kind: &str) -> Value {
        let person = state.person(&self.id);
        json!({
            "type": kind, "token": "verification-token-of-old", "api_app_id": APP_ID,
            "team": {"id": state.team.id, "domain": state.team.domain},
            "user": {"id": person.id, "username": person.handle, "name": person.handle, "team_id": person.team},
            "enterprise": null, "is_enterprise_install": false,
        })
    }

    /// Sends it and waits for the acknowledgement; without one the person reads `failure`.
    pub(super) async fn deliver(&self, envelope: &Envelope, failure: &str) -> Ack {
        let patience = self.slack.shared.read(|state| state.tuning.patience);
        deliver(&self.slack.shared, envelope, patience).await.unwrap_or_else(|| panic!("{failure}"))
    }
}

fn known_shortcut(state: &State, kind: &str, callback_id: &str) {
    let wanted = (kind.to_owned(), callback_id.to_owned());
    let known = state.shortcuts.as_ref().is_none_or(|known| known.contains(&wanted));
    assert!(known, "the manifest has no {kind} shortcut {callback_id}");
}

/// The name of a channel in payloads of commands and interactions.
fn shown_name(channel: &Channel) -> &str {
    match channel.kind {
        ChannelKind::Public => &channel.name,
        ChannelKind::Private => "privategroup",
        ChannelKind::Direct => "directmessage",
        ChannelKind::Group => "mpdm",
    }
}

/// Whether a mention carries the name: in commands it does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pipe {
    Named,
    Bare,
}

/// What Slack makes of typed text: escaped, with mentions of known people and channels resolved.
fn typed(state: &State, text: &str, pipe: Pipe) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let word = |word: &str| {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let tail = &word[bare.len()..];
        if let Some(handle) = bare.strip_prefix('@')
            && let Some(person) = state.people.values().find(|p| p.handle == handle)
        {
            let name = if pipe == Pipe::Named { format!("|{handle}") } else { String::new() };
            let id = if handle == "goodturn" { BOT_USER } else { &person.id };
            return format!("<@{id}{name}>{tail}");
        }
        if let Some(name) = bare.strip_prefix('#')
            && let Some(channel) = state.channels.values().find(|c| !c.is_direct() && c.name == name)
        {
            return format!("<#{}|{name}>{tail}", channel.id);
        }
        word.to_owned()
    };
    escaped.split_inclusive(char::is_whitespace).map(word).collect()
}
