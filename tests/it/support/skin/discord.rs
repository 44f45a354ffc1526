//! A script on Discord: events of the gateway in, messages and modals out.
//!
//! Invariant: a snowflake spells the script's own name for it, so that each leads to the other.

use std::collections::BTreeMap;

use goodturn::chat::card::Card;
use goodturn::chat::catalog;
use goodturn::chat::command::Command;
use goodturn::chat::form::Form;
use goodturn::chat::inbound::{Inbound, PersonFacts};
use goodturn::chat::platform::Addressed;
use goodturn::discord::decode::{self, Context, Decoded, Known};
use goodturn::discord::guilds::Guilds;
use goodturn::discord::{render, token};
use goodturn::domain::ids::{ChannelKey, MessageKey, Place, PlaceKind, PlatformKind, UserKey, WorkspaceKey};
use goodturn::domain::person::{Role, Standing};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Deed, Doing, Mention, Screen, Shown, Skin};
use crate::support::people::{DISCORD, People, Somebody, find, key};

mod options;

mod read;

/// The server.
const GUILD: &str = "197038439483310086";

/// The bot.
const BOT: &str = "197038439483310087";

/// What follows a place here where a script plays on Slack, too.
const ASIDE: &str = " on discord";

/// What Discord has no way to do, and why; such lines of a script stay undone there.
pub const UNDONE: &[&str] = &[NO_HOME, NO_SUCH_PART];

const NO_HOME: &str = "Discord has no App Home; `/requests mine` is its counterpart";

const NO_SUCH_PART: &str = "Discord offers the parts of a command that there are, and sends no other";

/// The roles of a server that uses roles: its staff and its admins, with what they may.
const STAFF: (&str, &str) = ("197038439483310088", "8192");
const ADMINS: (&str, &str) = ("197038439483310089", "8");

/// Roles that allow nothing by themselves, by id and name.
const WORN: &[(&str, &str)] = &[("4710", "Team"), ("4711", "Bridge"), ("4712", "Leads"), ("4713", "Owners")];

/// Where scripts play; every channel has one thread.
const CHANNELS: &[&str] = &["#sales", "#billing", "#help", "#random", "#globex"];

/// The server as the adapter knows it.
pub struct Discord {
    guilds: Guilds,
    bot: UserKey,
    guild: WorkspaceKey,
    stands: Stands,
}

/// Whether a script plays on Discord alone or on Slack as well, where accounts here are called
/// `bo on discord`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    Alone,
    Beside,
}

impl Discord {
    /// A server that the gateway told of.
    pub fn new() -> Self {
        Self::standing(Stands::Alone)
    }

    /// The same beside an install on Slack.
    pub fn beside() -> Self {
        Self::standing(Stands::Beside)
    }

    fn standing(stands: Stands) -> Self {
        let guilds = Guilds::default();
        let bot = UserKey::from(BOT);
        let channel = |name: &&str| json!({ "id": spelled(name), "type": 0, "name": &name[1..] });
        let thread = |name: &&str| json!({ "id": spelled(&format!("{name} t")), "type": 11, "parent_id": spelled(name), "name": "t" });
        let known = [(GUILD, "@everyone", "0"), (STAFF.0, "staff", STAFF.1), (ADMINS.0, "admins", ADMINS.1)]
            .into_iter()
            .map(|(id, name, may)| json!({ "id": id, "name": name, "permissions": may }));
        let worn = |(id, name): &(&str, &str)| json!({ "id": id, "name": name, "permissions": "0" });
        let told = json!({
            "id": GUILD,
            "name": "Example",
            "owner_id": "1",
            "roles": known.chain(WORN.iter().map(worn)).collect::<Vec<_>>(),
            "channels": CHANNELS.iter().map(channel).collect::<Vec<_>>(),
            "threads": CHANNELS.iter().map(thread).collect::<Vec<_>>(),
            "members": [{ "user": { "id": BOT }, "roles": [ADMINS.0] }],
        });
        guilds.take("GUILD_CREATE", &told, &bot);
        Self { guilds, bot, guild: GUILD.into(), stands }
    }
}

impl Skin for Discord {
    fn kind(&self) -> PlatformKind {
        PlatformKind::Discord
    }

    fn aside(&self) -> &'static str {
        match self.stands {
            Stands::Alone => "",
            Stands::Beside => ASIDE,
        }
    }

    fn workspace(&self) -> WorkspaceKey {
        self.guild.clone()
    }

    fn script_user(&self, user: &UserKey) -> UserKey {
        let handle = read_out(user.as_str());
        match self.stands {
            Stands::Alone => key(&handle),
            Stands::Beside => key(&(handle + DISCORD)),
        }
    }

    fn channel(&self, script: &str) -> ChannelKey {
        spelled(&script.to_lowercase()).into()
    }

    fn script_channel(&self, channel: &ChannelKey) -> String {
        if channel.as_str().starts_with('#') {
            return channel.to_string();
        }
        let mut name = read_out(channel.as_str());
        if !name.starts_with('#') {
            name[..1].make_ascii_uppercase();
        }
        name
    }

    fn message(&self, number: u32, now: Timestamp) -> MessageKey {
        snowflake(now, 1_000_000 + number).into()
    }

    fn facts(&self, somebody: &Somebody, _: Timestamp) -> PersonFacts {
        let mut facts = Known::facts(&self.guilds, &self.guild, &member(somebody));
        // Three things are told beside, so that the rest of a story goes on: Discord tells a bot nobody's
        // zone and e-mail address, and who left only to bots that watch the list of members.
        if self.stands == Stands::Alone {
            facts.zone = Some(somebody.zone.clone());
            facts.email = Some(format!("{}@example.org", somebody.handle));
        }
        if somebody.standing == Standing::Left {
            facts.standing = Some(Standing::Left);
        }
        facts
    }

    fn hear(&self, doing: &Doing<'_>) -> Result<Inbound, &'static str> {
        let (name, data) = event(doing)?;
        let home = decode::homeless(name, &data).map(|_| &self.guild);
        let context = Context { bot: &self.bot, home, known: &self.guilds };
        let heard = match decode::event(name, &data, &context) {
            Decoded::Heard(heard) => heard,
            other => panic!("the adapter hears nothing in it: {other:?}"),
        };
        let mut inbound = heard.inbound;
        // The listener looks strangers up, as it does here.
        for stranger in heard.strangers {
            let known = stranger.user.and_then(|user| doing.people.get(&self.script_user(&user)));
            inbound.people.extend(known.map(|known| self.facts(known, doing.now)));
        }
        Ok(inbound)
    }

    fn show(&self, card: &Addressed<Card>, _: Screen) -> Shown {
        let message = render::message(card, &self.guild);
        read::valid(&message);
        read::message(&message, card)
    }

    fn open(&self, form: &Form) -> Value {
        let modal = render::form(form, &self.guild);
        read::valid_form(&modal);
        modal
    }

    fn token(&self, command: &Command) -> Option<String> {
        token::encode(command, &self.guild)
    }
}

/// What every interaction has.
fn interaction(doing: &Doing<'_>, kind: u8, data: &Value) -> Value {
    let mut payload = json!({
        "id": snowflake(doing.now, doing.serial),
        "type": kind,
        "token": "not-told",
        "data": data,
    });
    let member = member(doing.who);
    let direct = doing.place.is_some_and(|place| place.kind == PlaceKind::Direct);
    if direct {
        payload["user"] = member["user"].clone();
    } else {
        payload["guild_id"] = json!(GUILD);
        payload["member"] = member;
    }
    if let Some(place) = doing.place {
        let (id, kind, parent) = place_of(place);
        payload["channel_id"] = json!(id);
        payload["channel"] = json!({ "id": id, "type": kind, "parent_id": parent });
    }
    payload
}

fn said(doing: &Doing<'_>, text: &str, mention: Mention) -> Value {
    let place = doing.place.expect("words are said somewhere");
    let (content, mentioned) = markup(text, doing.people);
    let direct = place.kind == PlaceKind::Direct;
    let author = member(doing.who);
    let content = match mention {
        Mention::Bot if !direct => format!("<@{BOT}> {content}"),
        _ => content,
    };
    let mut message = json!({
        "id": snowflake(doing.now, doing.serial),
        "type": 0,
        "channel_id": place_of(place).0,
        "author": author["user"],
        "content": content,
        "mentions": mentioned.iter().map(|person| {
            let mut whole = member(person)["user"].clone();
            whole["member"] = json!({ "roles": roles(person) });
            whole
        }).collect::<Vec<_>>(),
    });
    if !direct {
        message["guild_id"] = json!(GUILD);
        message["member"] = json!({ "roles": author["roles"] });
    }
    message
}

fn event(doing: &Doing<'_>) -> Result<(&'static str, Value), &'static str> {
    let data = match &doing.deed {
        Deed::Words { text, mention } => return Ok(("MESSAGE_CREATE", said(doing, text, *mention))),
        Deed::Home => return Err(NO_HOME),
        Deed::Slash(text) => (2, options::command(text, doing.people)?),
        Deed::Press(press) if press.choice.is_some() => {
            (3, json!({ "component_type": 3, "custom_id": press.id, "values": [press.token] }))
        }
        Deed::Press(press) => (3, json!({ "component_type": 2, "custom_id": press.token })),
        Deed::Fill(modal, answers) => (5, options::submitted(modal, answers)),
        Deed::HandOff { author, text } => {
            let id = snowflake(doing.now, doing.serial);
            let (content, _) = markup(text, doing.people);
            let message = json!({
                "id": id,
                "channel_id": doing.place.map(|place| place_of(place).0),
                "author": member(author)["user"],
                "content": content,
            });
            let name = catalog::HAND_OFF.label;
            let resolved = json!({ "messages": { id.as_str(): message } });
            (2, json!({ "type": 3, "name": name, "target_id": id, "resolved": resolved }))
        }
    };
    Ok(("INTERACTION_CREATE", interaction(doing, data.0, &data.1)))
}

/// A member object with its user.
fn member(somebody: &Somebody) -> Value {
    let handle = somebody.handle.trim_end_matches(DISCORD);
    let mut name = handle.to_owned();
    name[..1].make_ascii_uppercase();
    json!({
        "user": {
            "id": spelled(handle),
            "username": handle,
            "global_name": name,
            "bot": somebody.standing == Standing::Bot,
        },
        "roles": roles(somebody),
    })
}

fn roles(somebody: &Somebody) -> Vec<&'static str> {
    let allowed = match (somebody.standing, somebody.role) {
        (Standing::Staff, Role::Admin) => Some(ADMINS.0),
        (Standing::Staff, _) => Some(STAFF.0),
        _ => None,
    };
    let worn = somebody.marks.iter().flatten().map(|mark| {
        let role = WORN.iter().find(|(id, name)| id == mark || name.eq_ignore_ascii_case(mark));
        role.unwrap_or_else(|| panic!("the server has no role {mark}")).0
    });
    allowed.into_iter().chain(worn).collect()
}

/// Id, sort and parent of a place: brought-together people are in a private thread.
fn place_of(place: &Place) -> (String, u8, Option<String>) {
    let id = spelled(&place.channel.as_str().to_lowercase());
    match (place.kind, &place.thread) {
        (PlaceKind::Direct, _) => (id, 1, None),
        (PlaceKind::Group, _) => (id, 12, Some(spelled("#billing"))),
        (PlaceKind::Channel, Some(_)) => (spelled(&format!("{} t", place.channel)), 11, Some(id)),
        (PlaceKind::Channel, None) => (id, 0, None),
    }
}

/// As people type, sent by Discord: known people mentioned.
fn markup<'a>(text: &str, people: &'a People) -> (String, Vec<&'a Somebody>) {
    let mut mentioned = Vec::new();
    let words =
        text.split(' ').map(|word| match word.strip_prefix('@').and_then(|name| find(people, name)) {
            Some(person) => {
                mentioned.push(person);
                format!("<@{}>", spelled(&person.handle))
            }
            None => word.to_owned(),
        });
    (words.collect::<Vec<_>>().join(" "), mentioned)
}

/// Who is behind the keys of a card.
fn names(card: &Addressed<Card>) -> BTreeMap<String, String> {
    let persons = card.said.persons();
    let known =
        persons.iter().filter_map(|who| Some((card.users.get(&who.id)?.to_string(), who.name.clone())));
    known.collect()
}

fn snowflake(now: Timestamp, serial: u32) -> String {
    let since = u64::try_from(now.as_millisecond() - 1_420_070_400_000).expect("after 2015");
    ((since << 22) | u64::from(serial)).to_string()
}

const LETTERS: &[u8; 30] = b"_abcdefghijklmnopqrstuvwxyz-# ";

/// Above this all ids are of one length, and sort as names do.
const FIRST: u64 = 1_000_000_000_000_000_000;

/// Letters of a name at most.
const LONGEST: usize = 11;

/// A name as a number: five bits a letter, the first one weighing most. Where it stands is left out.
fn spelled(name: &str) -> String {
    let name = name.replace(DISCORD, "").replace(ASIDE, "");
    assert!((1..=LONGEST).contains(&name.len()), "{name} is too long to be spelled");
    let number = name.bytes().enumerate().fold(0, |number, (n, letter)| {
        let place = LETTERS.iter().position(|known| *known == letter);
        let place = place.unwrap_or_else(|| panic!("{name} cannot be spelled")) as u64;
        number | (place << (5 * (LONGEST - 1 - n)))
    });
    (FIRST + number).to_string()
}

/// The inverse of [`spelled`].
fn read_out(id: &str) -> String {
    let number = id.parse::<u64>().expect("a snowflake") - FIRST;
    let letters = (0..LONGEST).map(|n| (number >> (5 * (LONGEST - 1 - n))) & 31).take_while(|n| *n > 0);
    letters.map(|n| char::from(LETTERS[usize::try_from(n).expect("small")])).collect()
}
