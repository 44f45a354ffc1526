//! The workspace in memory: who and what is there, and what has happened.
//!
//! Invariant: plain data and its own small rules; no network, no async. Message timestamps are unique
//! and increase. The fake's clock is the wall clock plus whatever a test has advanced it by.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};

use super::faults::Faults;
use super::socket::{Connections, Waiting};
use super::workspace::{Channel, ChannelKind, Person, Team, Tuning, UserGroup, Workspace};

/// The id of the app that the bot under test belongs to.
pub const APP_ID: &str = "A0GOODTURN";
/// The bot's own id in `bot_id` fields.
pub const BOT_ID: &str = "B0GOODTURN";
/// The bot's user id.
pub const BOT_USER: &str = "U0GOODTURN";

/// One message that people can see.
#[derive(Clone, Debug)]
pub struct Message {
    pub channel: String,
    pub ts: String,
    pub thread_ts: Option<String>,
    /// Handle of the author, `goodturn` for the bot.
    pub author: String,
    pub user: String,
    pub text: String,
    pub blocks: Vec<Value>,
    pub metadata: Option<Value>,
    pub edited: bool,
    /// `(emoji name, user id)` in the order in which they were added.
    pub reactions: Vec<(String, String)>,
}

/// A message that one person alone can see.
#[derive(Clone, Debug)]
pub struct Ephemeral {
    pub channel: String,
    pub ts: String,
    pub thread_ts: Option<String>,
    pub user: String,
    pub text: String,
    pub blocks: Vec<Value>,
}

/// A view as Slack keeps it: the published JSON with Slack's own fields filled in.
#[derive(Clone, Debug)]
pub struct View {
    pub id: String,
    pub user: String,
    pub json: Value,
}

impl View {
    /// The blocks of the view.
    pub fn blocks(&self) -> &[Value] {
        self.json["blocks"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// One call of the Web API, as recorded.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    pub args: Value,
    /// `ok`, an error code, or the name of the fault that answered instead.
    pub outcome: String,
    /// Epoch microseconds on the fake's clock.
    pub at: i64,
}

/// One acknowledgement on a socket, as recorded.
#[derive(Clone, Debug)]
pub struct AckRecord {
    pub envelope_id: String,
    pub kind: String,
    pub payload: Option<Value>,
    /// From sending the envelope to reading its acknowledgement.
    pub latency: Duration,
    /// Whether the envelope was the first of its event (0) or a redelivery.
    pub attempt: u32,
}

pub struct Trigger {
    pub user: String,
    pub issued: i64,
    pub used: bool,
}

/// What a `response_url` may change, and how often it was used.
pub struct ResponseUrl {
    pub channel: String,
    pub user: String,
    pub thread_ts: Option<String>,
    /// Timestamp of the message or ephemeral that it belongs to.
    pub original: Option<String>,
    pub issued: i64,
    pub uses: u32,
}

/// Everything the fake knows.
pub struct State {
    pub team: Team,
    pub people: BTreeMap<String, Person>,
    pub channels: BTreeMap<String, Channel>,
    pub groups: Vec<UserGroup>,
    pub scopes: BTreeSet<String>,
    pub bot_events: Option<BTreeSet<String>>,
    pub commands: Option<BTreeMap<String, bool>>,
    pub shortcuts: Option<BTreeSet<(String, String)>>,
    pub tuning: Tuning,
    pub messages: BTreeMap<String, Vec<Message>>,
    pub ephemerals: Vec<Ephemeral>,
    pub homes: BTreeMap<String, View>,
    pub modals: BTreeMap<String, Vec<View>>,
    pub triggers: BTreeMap<String, Trigger>,
    pub response_urls: BTreeMap<String, ResponseUrl>,
    pub calls: Vec<Call>,
    pub acks: Vec<AckRecord>,
    pub violations: Vec<String>,
    /// Messages that the bot posted, per channel id, deleted ones included.
    pub posts: BTreeMap<String, usize>,
    pub faults: Faults,
    /// Whether events are lost on the way.
    pub losing: bool,
    /// Events that wait to be delivered; taken by `Shared::change`.
    pub outgoing: VecDeque<Value>,
    /// Events that are neither acknowledged nor given up.
    pub in_flight: usize,
    /// Events that were never acknowledged, after every redelivery.
    pub given_up: Vec<String>,
    /// Whether the app is still installed.
    pub tokens_valid: bool,
    pub bot_token: String,
    pub app_token: String,
    pub tickets: BTreeSet<String>,
    pub connections: Connections,
    pub waiting: BTreeMap<String, Waiting>,
    /// Tokens left per channel, and when they were counted, while posting is limited.
    pub allowance: BTreeMap<String, (f64, i64)>,
    pub api_base: String,
    pub socket_base: String,
    skew: i64,
    last_ts: i64,
    last_id: u64,
}

impl State {
    pub fn new(workspace: Workspace) -> Self {
        let channels: BTreeMap<_, _> = workspace.channels.into_iter().map(|c| (c.id.clone(), c)).collect();
        Self {
            team: workspace.team,
            people: workspace.people.into_iter().map(|p| (p.id.clone(), p)).collect(),
            messages: channels.keys().map(|id| (id.clone(), Vec::new())).collect(),
            channels,
            groups: workspace.groups,
            scopes: workspace.scopes,
            bot_events: workspace.bot_events,
            commands: workspace.commands,
            shortcuts: workspace.shortcuts,
            losing: false,
            tuning: workspace.tuning,
            ephemerals: Vec::new(),
            homes: BTreeMap::new(),
            modals: BTreeMap::new(),
            triggers: BTreeMap::new(),
            response_urls: BTreeMap::new(),
            calls: Vec::new(),
            acks: Vec::new(),
            violations: Vec::new(),
            posts: BTreeMap::new(),
            faults: Faults::default(),
            outgoing: VecDeque::new(),
            in_flight: 0,
            given_up: Vec::new(),
            tokens_valid: true,
            bot_token: "xoxb-fake-goodturn".to_owned(),
            app_token: "xapp-1-fake-goodturn".to_owned(),
            tickets: BTreeSet::new(),
            connections: Connections::default(),
            waiting: BTreeMap::new(),
            allowance: BTreeMap::new(),
            api_base: String::new(),
            socket_base: String::new(),
            skew: 0,
            last_ts: 0,
            last_id: 0,
        }
    }

    /// Epoch microseconds on the fake's clock.
    pub fn now(&self) -> i64 {
        jiff::Timestamp::now().as_microsecond() + self.skew
    }

    /// Moves the fake's clock ahead: triggers and response addresses age, nothing else happens.
    pub fn advance(&mut self, by: Duration) {
        self.skew += i64::try_from(by.as_micros()).expect("a test advances by less than centuries");
    }

    /// The next message timestamp: unique, increasing.
    pub fn next_ts(&mut self) -> String {
        self.last_ts = self.now().max(self.last_ts + 1);
        format!("{}.{:06}", self.last_ts / 1_000_000, self.last_ts % 1_000_000)
    }

    /// A fresh id that starts with `prefix`, the way Slack's do.
    pub fn next_id(&mut self, prefix: &str) -> String {
        self.last_id += 1;
        format!("{prefix}{:09X}", self.last_id)
    }

    pub fn violation(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }

    /// A trigger that opens one modal within the next seconds.
    pub fn issue_trigger(&mut self, user: &str) -> String {
        let id = format!("{}.{}.{}", self.next_id("13"), self.now() % 1_000_000_000, "f00dfacef00dface");
        self.triggers.insert(id.clone(), Trigger { user: user.to_owned(), issued: self.now(), used: false });
        id
    }

    /// An address where the app may answer an interaction later.
    pub fn issue_response_url(
        &mut self,
        kind: &str,
        user: &str,
        channel: &str,
        thread_ts: Option<String>,
        original: Option<String>,
    ) -> String {
        let id = self.next_id("R");
        let issued = self.now();
        self.response_urls.insert(
            id.clone(),
            ResponseUrl {
                channel: channel.to_owned(),
                user: user.to_owned(),
                thread_ts,
                original,
                issued,
                uses: 0,
            },
        );
        format!("{}/hooks/{kind}/{}/{id}", self.api_base, self.team.id)
    }

    /// The person with this handle or id.
    pub fn person(&self, handle_or_id: &str) -> &Person {
        self.people
            .get(handle_or_id)
            .or_else(|| self.people.values().find(|p| p.handle == handle_or_id))
            .unwrap_or_else(|| panic!("nobody is called {handle_or_id} in this workspace"))
    }

    /// The channel with this name (with or without `#`) or id.
    pub fn find_channel(&self, name_or_id: &str) -> Option<&Channel> {
        let name = name_or_id.trim_start_matches('#');
        self.channels.get(name).or_else(|| self.channels.values().find(|c| !c.is_direct() && c.name == name))
    }

    /// The direct conversation of the bot with these people, made when there is none.
    pub fn direct(&mut self, users: &[String]) -> String {
        let mut members: BTreeSet<String> = users.iter().cloned().collect();
        members.insert(BOT_USER.to_owned());
        let found = self.channels.values().find(|c| c.is_direct() && c.members == members);
        if let Some(channel) = found {
            return channel.id.clone();
        }
        let (kind, id) = if members.len() > 2 {
            (ChannelKind::Group, self.next_id("G0"))
        } else {
            (ChannelKind::Direct, self.next_id("D0"))
        };
        let name =
            if kind == ChannelKind::Group { format!("mpdm-{}", id.to_lowercase()) } else { String::new() };
        let channel = Channel { id: id.clone(), name, kind, members, archived: false, shared: false };
        self.channels.insert(id.clone(), channel);
        self.messages.insert(id.clone(), Vec::new());
        id
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.messages.get(channel)?.iter().find(|m| m.ts == ts)
    }

    pub fn message_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        self.messages.get_mut(channel)?.iter_mut().find(|m| m.ts == ts)
    }

    /// Writes a message into a channel and tells the bot about it, its own messages included.
    pub fn post(&mut self, mut message: Message) -> Message {
        message.ts = self.next_ts();
        message.author = self.people.get(&message.user).map_or_else(String::new, |p| p.handle.clone());
        self.messages.entry(message.channel.clone()).or_default().push(message.clone());
        if message.user == BOT_USER {
            *self.posts.entry(message.channel.clone()).or_default() += 1;
        }
        super::events::message_posted(self, &message);
        message
    }

    /// A draft of a message, to be filled and given to [`State::post`].
    pub fn draft(channel: &str, user: &str, text: &str) -> Message {
        Message {
            channel: channel.to_owned(),
            ts: String::new(),
            thread_ts: None,
            author: String::new(),
            user: user.to_owned(),
            text: text.to_owned(),
            blocks: Vec::new(),
            metadata: None,
            edited: false,
            reactions: Vec::new(),
        }
    }

    /// Shows something to one person only.
    pub fn show(&mut self, channel: &str, user: &str, thread_ts: Option<String>, body: &Value) -> String {
        let ts = self.next_ts();
        let blocks = self.with_ids(body["blocks"].as_array().cloned().unwrap_or_default());
        self.ephemerals.push(Ephemeral {
            channel: channel.to_owned(),
            ts: ts.clone(),
            thread_ts,
            user: user.to_owned(),
            text: body["text"].as_str().unwrap_or_default().to_owned(),
            blocks,
        });
        ts
    }

    /// Gives every block a `block_id` and every element an `action_id`, as Slack does.
    pub fn with_ids(&mut self, mut blocks: Vec<Value>) -> Vec<Value> {
        for block in &mut blocks {
            if !block.is_object() {
                continue;
            }
            if block["block_id"].is_null() {
                block["block_id"] = json!(self.next_id("b"));
            }
            for key in ["accessory", "element"] {
                if block[key].is_object()
                    && block[key]["action_id"].is_null()
                    && block[key]["type"] != "image"
                {
                    block[key]["action_id"] = json!(self.next_id("a"));
                }
            }
            if block["type"] == "actions"
                && let Some(elements) = block["elements"].as_array_mut()
            {
                for element in elements {
                    if element.is_object() && element["action_id"].is_null() {
                        element["action_id"] = json!(self.next_id("a"));
                    }
                }
            }
            for key in ["accessory", "element"] {
                if block[key].is_null()
                    && let Some(object) = block.as_object_mut()
                {
                    object.remove(key);
                }
            }
        }
        blocks
    }
}
