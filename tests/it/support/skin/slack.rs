//! A script on Slack: Socket Mode envelopes in, Block Kit out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use goodturn::chat::card::Card;
use goodturn::chat::command::Command;
use goodturn::chat::form::Form;
use goodturn::chat::inbound::{Event, Inbound, PersonFacts, Speech};
use goodturn::chat::platform::Addressed;
use goodturn::domain::ids::{ChannelKey, MessageKey, Place, PlaceKind, PlatformKind, UserKey, WorkspaceKey};
use goodturn::domain::person::{Role, Standing};
use goodturn::slack::api::Granted;
use goodturn::slack::decode::{self, Context, Decoded};
use goodturn::slack::{people as members, render};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Deed, Doing, Mention, Pressable, Screen, Shown, Skin, form};
use crate::support::people::{People, Somebody, find, key};

/// The bot.
const BOT: &str = "UGOODTURN";

/// The one thread of each channel.
const THREAD: &str = "1700000000.000001";

/// The install.
pub struct Slack {
    home: Granted,
    looked_up: Mutex<BTreeSet<UserKey>>,
}

impl Slack {
    /// An install that nobody spoke to yet.
    pub fn new() -> Self {
        Self {
            looked_up: Mutex::default(),
            home: Granted {
                team: "T1".into(),
                team_name: "Example".to_owned(),
                user: BOT.into(),
                bot: Some("BGOODTURN".to_owned()),
                enterprise: None,
                url: Some("https://example.slack.com/".to_owned()),
                scopes: Vec::new(),
            },
        }
    }

    fn payload(&self, doing: &Doing<'_>) -> Value {
        let user = key(&doing.who.handle);
        let place = doing.place.map(|place| (self.channel(place.channel.as_str()), place));
        let mut payload = json!({
            "user": { "id": user },
            "trigger_id": format!("trigger-{}", doing.serial),
            "response_url": "https://hooks.slack.test/1",
        });
        if let Some((channel, place)) = place {
            payload["channel"] = json!({ "id": channel, "name": channel_name(place) });
        }
        payload
    }

    fn said(&self, doing: &Doing<'_>, text: &str, mention: Mention) -> Value {
        let place = doing.place.expect("words are said somewhere");
        let direct = place.kind == PlaceKind::Direct;
        let to_bot = mention == Mention::Bot && !direct;
        let text = markup(text, doing.people);
        let mut event = json!({
            "type": if to_bot { "app_mention" } else { "message" },
            "user": key(&doing.who.handle),
            "channel": self.channel(place.channel.as_str()),
            "ts": ts(doing.now, doing.serial),
            "text": if to_bot { format!("<@{BOT}> {text}") } else { text },
        });
        if !to_bot {
            event["channel_type"] = json!(match place.kind {
                PlaceKind::Direct => "im",
                PlaceKind::Group => "mpim",
                PlaceKind::Channel => "channel",
            });
        }
        if place.thread.is_some() {
            event["thread_ts"] = json!(THREAD);
        }
        event
    }

    /// The listener looks up whom it meets for the first time; here without the way to Slack and back.
    fn look_up(&self, inbound: &Inbound, doing: &Doing<'_>) -> Vec<PersonFacts> {
        let named: Vec<UserKey> = match &inbound.event {
            Event::Said(said) if said.to_bot == Speech::Overheard => return Vec::new(),
            Event::Command(Command::HandoffMessage(message)) => message.author.iter().cloned().collect(),
            Event::Command(Command::Submit(form)) => form.persons().cloned().collect(),
            _ => Vec::new(),
        };
        let mentioned = inbound.mentions.iter().map(|mention| mention.user.clone());
        let all: BTreeSet<UserKey> =
            named.into_iter().chain(mentioned).chain(inbound.actor.clone()).collect();
        let mut looked_up = self.looked_up.lock().expect("nothing panics while it is locked");
        let strangers = all.into_iter().filter(|user| looked_up.insert(user.clone()));
        strangers.filter_map(|user| Some(self.facts(doing.people.get(&user)?, doing.now))).collect()
    }

    fn envelope(&self, doing: &Doing<'_>) -> Value {
        let event = |event: Value| json!({ "type": "event_callback", "event_id": format!("Ev{}", doing.serial), "event": event });
        let (kind, payload) = match &doing.deed {
            Deed::Slash(text) => {
                let text = text.trim_start_matches('/');
                let (name, words) = text.split_once(' ').unwrap_or((text, ""));
                let place = doing.place.expect("commands are sent somewhere");
                let payload = json!({
                    "command": format!("/{name}"),
                    "text": markup(words, doing.people),
                    "user_id": key(&doing.who.handle),
                    "channel_id": self.channel(place.channel.as_str()),
                    "channel_name": channel_name(place),
                    "trigger_id": format!("trigger-{}", doing.serial),
                    "response_url": "https://hooks.slack.test/1",
                });
                ("slash_commands", payload)
            }
            Deed::Words { text, mention } => ("events_api", event(self.said(doing, text, *mention))),
            Deed::Press(press) => {
                let mut payload = self.payload(doing);
                payload["type"] = json!("block_actions");
                payload["actions"] = match press.choice {
                    None => json!([{ "type": "button", "action_id": press.id, "value": press.token }]),
                    Some(_) => json!([{
                        "type": "static_select",
                        "action_id": press.id,
                        "selected_option": { "value": press.token },
                    }]),
                };
                ("interactive", payload)
            }
            Deed::Fill(view, answers) => {
                let mut payload = self.payload(doing);
                payload["type"] = json!("view_submission");
                payload["view"] = filled(view, answers);
                ("interactive", payload)
            }
            Deed::HandOff { author, text } => {
                let mut payload = self.payload(doing);
                payload["type"] = json!("message_action");
                payload["callback_id"] = json!(goodturn::chat::catalog::HAND_OFF.callback);
                payload["message"] = json!({
                    "type": "message",
                    "user": key(&author.handle),
                    "text": markup(text, doing.people),
                    "ts": ts(doing.now, doing.serial),
                });
                ("interactive", payload)
            }
            Deed::Home => {
                let opened =
                    json!({ "type": "app_home_opened", "tab": "home", "user": key(&doing.who.handle) });
                ("events_api", event(opened))
            }
        };
        json!({ "type": kind, "envelope_id": format!("envelope-{}", doing.serial), "payload": payload })
    }
}

impl Skin for Slack {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Slack
    }

    fn aside(&self) -> &'static str {
        ""
    }

    fn workspace(&self) -> WorkspaceKey {
        self.home.team.clone()
    }

    fn script_user(&self, user: &UserKey) -> UserKey {
        user.clone()
    }

    fn channel(&self, script: &str) -> ChannelKey {
        ChannelKey::from(match script.strip_prefix('#') {
            Some(name) => format!("C{}", name.to_uppercase()),
            None => script.to_uppercase().replacen('-', "", 1).replace('-', "0"),
        })
    }

    fn script_channel(&self, channel: &ChannelKey) -> String {
        let channel = channel.as_str();
        let rest = || channel[1..].to_lowercase().replace('0', "-");
        match channel.chars().next() {
            Some('C') => format!("#{}", rest()),
            Some('D') => format!("D-{}", rest()),
            Some('G') => format!("G-{}", rest()),
            _ => channel.to_owned(),
        }
    }

    fn message(&self, number: u32, now: Timestamp) -> MessageKey {
        ts(now, 500_000 + number).into()
    }

    fn facts(&self, somebody: &Somebody, now: Timestamp) -> PersonFacts {
        let facts = members::facts(&user(somebody, &self.home), &self.home, now);
        facts.expect("a user object with an id")
    }

    fn hear(&self, doing: &Doing<'_>) -> Result<Inbound, &'static str> {
        let context = Context { home: &self.home, now: doing.now };
        match decode::envelope(&self.envelope(doing), &context) {
            Decoded::Heard(heard) => {
                let mut inbound = heard.inbound;
                inbound.people = self.look_up(&inbound, doing);
                Ok(inbound)
            }
            other => panic!("the adapter hears nothing in it: {other:?}"),
        }
    }

    fn show(&self, card: &Addressed<Card>, kind: Screen) -> Shown {
        let json = match kind {
            Screen::Message => render::message(card),
            Screen::Home => render::home(card),
        };
        let names = names(card);
        let mut shown = Shown::default();
        for block in json["blocks"].as_array().expect("blocks") {
            read(block, &names, &mut shown);
        }
        shown
    }

    fn open(&self, form: &Form) -> Value {
        render::form::view(form)
    }

    fn token(&self, command: &Command) -> Option<String> {
        command.encode()
    }
}

/// As people type, sent by Slack: three characters escaped, known people mentioned.
fn markup(text: &str, people: &People) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mention = |word: &str| match word.strip_prefix('@').and_then(|name| find(people, name)) {
        Some(person) => format!("<@{}|{}>", key(&person.handle), person.handle),
        None => word.to_owned(),
    };
    text.split(' ').map(mention).collect::<Vec<_>>().join(" ")
}

fn channel_name(place: &Place) -> String {
    match place.kind {
        PlaceKind::Direct => "directmessage".to_owned(),
        PlaceKind::Group => "mpdm-some-1".to_owned(),
        PlaceKind::Channel => place.channel.as_str().trim_start_matches('#').to_owned(),
    }
}

fn ts(now: Timestamp, serial: u32) -> String {
    format!("{}.{serial:06}", now.as_second())
}

/// Slack's user object.
fn user(somebody: &Somebody, home: &Granted) -> Value {
    let mut name = somebody.handle.clone();
    name[..1].make_ascii_uppercase();
    json!({
        "id": key(&somebody.handle),
        "team_id": home.team,
        "name": somebody.handle,
        "deleted": somebody.standing == Standing::Left,
        "is_bot": somebody.standing == Standing::Bot,
        "is_restricted": somebody.standing == Standing::Outside,
        "is_admin": somebody.role == Role::Admin,
        "tz": somebody.zone,
        "profile": { "display_name": name, "email": format!("{}@example.org", somebody.handle) },
    })
}

/// Who is behind the keys of a card.
fn names(card: &Addressed<Card>) -> BTreeMap<String, String> {
    let persons = card.said.persons();
    let known =
        persons.iter().filter_map(|who| Some((card.users.get(&who.id)?.to_string(), who.name.clone())));
    known.collect()
}

fn read(value: &Value, names: &BTreeMap<String, String>, shown: &mut Shown) {
    let text = |field: &Value| field.as_str().unwrap_or_default().to_owned();
    match value["type"].as_str() {
        Some("text" | "plain_text" | "link") => shown.words += &text(&value["text"]),
        Some("user") => shown.words += names.get(&text(&value["user_id"])).map_or("?", String::as_str),
        Some("channel") => shown.words += &text(&value["channel_id"]),
        Some("date") => shown.words += &text(&value["fallback"]),
        Some("mrkdwn") => shown.words += &unmarked(&text(&value["text"]), names),
        Some("button") => {
            let label = text(&value["text"]["text"]);
            match value["url"].as_str() {
                Some(url) => shown.links.push(url.to_owned()),
                None => shown.presses.push(Pressable {
                    label,
                    choice: None,
                    token: text(&value["value"]),
                    id: text(&value["action_id"]),
                }),
            }
        }
        Some("static_select") => {
            for option in value["options"].as_array().into_iter().flatten() {
                shown.presses.push(Pressable {
                    label: text(&value["placeholder"]["text"]),
                    choice: Some(text(&option["text"]["text"])),
                    token: text(&option["value"]),
                    id: text(&value["action_id"]),
                });
            }
        }
        _ => {
            for inner in value["elements"].as_array().into_iter().flatten() {
                read(inner, names, shown);
            }
            shown.words.push('\n');
        }
    }
}

/// Slack's markup as it is read.
fn unmarked(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut words = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        words += before;
        let (inside, after) = after.split_once('>').expect("markup that ends");
        let label = inside.split_once('|').map(|(_, label)| label);
        match (label, inside.strip_prefix('@')) {
            (Some(label), _) => words += label,
            (None, Some(user)) => words += names.get(user).map_or("?", String::as_str),
            (None, None) => words += inside,
        }
        rest = after;
    }
    words += rest;
    words.replace('\u{2060}', "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The view as Slack sends it back.
fn filled(view: &Value, answers: &[(String, String)]) -> Value {
    let blocks = view["blocks"].as_array().expect("a form has fields");
    form::known(answers, blocks.iter().filter_map(|block| block["block_id"].as_str()));
    let mut view = view.clone();
    for block in blocks {
        let (field, element) = (block["block_id"].as_str().expect("a name"), &block["element"]);
        let said = form::given(answers, field);
        let options = element["options"].as_array().map(Vec::as_slice).unwrap_or_default();
        let chosen = |said: &str| form::chosen(options, said, |option| option["text"]["text"].as_str());
        let mut value = json!({ "type": element["type"] });
        match element["type"].as_str() {
            Some("plain_text_input") => {
                value["value"] = said.map_or_else(|| element["initial_value"].clone(), |said| json!(said));
            }
            Some("static_select") => {
                value["selected_option"] =
                    said.map_or_else(|| element["initial_option"].clone(), |said| chosen(said)[0].clone());
            }
            Some("checkboxes") => {
                let initial = element["initial_options"].as_array().cloned().unwrap_or_default();
                value["selected_options"] = said.map_or_else(|| json!(initial), |said| json!(chosen(said)));
            }
            Some("users_select") => value["selected_user"] = json!(said.map(key)),
            other => panic!("nobody can fill {other:?}"),
        }
        let id = element["action_id"].as_str().expect("an action id");
        view["state"]["values"][field][id] = value;
    }
    view
}
