//! What lies between people and the app: one of the two platforms, as its adapter reads and draws it.
//!
//! Invariant: whatever a script's people do becomes a payload of the platform and goes through the
//! adapter's decoding; whatever appears goes through its rendering, and is read back from that.

use goodturn::chat::card::{Action, Card};
use goodturn::chat::form::{Form, Input};
use goodturn::chat::inbound::{Inbound, PersonFacts};
use goodturn::chat::platform::Addressed;
use goodturn::domain::ids::{ChannelKey, MessageKey, Place, PlatformKind, UserKey, WorkspaceKey};
use jiff::Timestamp;
use serde_json::Value;

use crate::support::people::{People, Somebody};

pub mod discord;

pub mod form;

pub mod slack;

/// Something somebody does, before it is a payload.
pub struct Doing<'a> {
    /// Who.
    pub who: &'a Somebody,
    /// Where, in the script's words, where it has a place.
    pub place: Option<&'a Place>,
    /// When.
    pub now: Timestamp,
    /// The number of the delivery: the same one twice is one delivery made twice.
    pub serial: u32,
    /// Everybody, for mentions.
    pub people: &'a People,
    /// What.
    pub deed: Deed<'a>,
}

/// What somebody does.
pub enum Deed<'a> {
    /// A slash command, without its slash.
    Slash(&'a str),
    /// Words; they mention the bot first or not.
    Words { text: &'a str, mention: Mention },
    /// A button or a choice.
    Press(&'a Pressable),
    /// A form as it was rendered, and the answers by name.
    Fill(&'a Value, &'a [(String, String)]),
    /// The shortcut on a message.
    HandOff { author: &'a Somebody, text: &'a str },
    /// App Home is opened.
    Home,
}

/// Whether words begin with a mention of the bot.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// They do.
    Bot,
    /// They do not.
    Nobody,
}

/// What stands on a screen, read back from what was rendered.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// All the words, without markup.
    pub words: String,
    /// Everything that can be pressed, in reading order.
    pub presses: Vec<Pressable>,
    /// Every address that can be opened.
    pub links: Vec<String>,
}

/// A button, or a choice of a menu, as rendered.
#[derive(Clone, Debug)]
pub struct Pressable {
    /// What stands on the button or menu.
    pub label: String,
    /// What stands on the choice.
    pub choice: Option<String>,
    /// What comes back.
    pub token: String,
    /// The name of the button or menu on the wire.
    pub id: String,
}

/// One platform. Keys of scripts are `UBO`, `#sales`, `D-bo`, `G-ana-bo`.
pub trait Skin: Send + Sync {
    /// Which.
    fn kind(&self) -> PlatformKind;

    /// What follows a place of this platform where a script plays on both.
    fn aside(&self) -> &'static str;

    /// The one workspace of the script.
    fn workspace(&self) -> WorkspaceKey;

    /// The script's key of a person of the platform.
    fn script_user(&self, user: &UserKey) -> UserKey;

    /// The platform's key of a place of the script.
    fn channel(&self, script: &str) -> ChannelKey;

    /// The script's name of a place of the platform; of `#name` itself.
    fn script_channel(&self, channel: &ChannelKey) -> String;

    /// The key of the message with this number, posted now.
    fn message(&self, number: u32, now: Timestamp) -> MessageKey;

    /// What the platform tells when it is asked who somebody is.
    fn facts(&self, somebody: &Somebody, now: Timestamp) -> PersonFacts;

    /// What the app hears; the reason where the platform has no way to do this.
    fn hear(&self, doing: &Doing<'_>) -> Result<Inbound, &'static str>;

    /// A card as rendered and read back.
    fn show(&self, card: &Addressed<Card>, kind: Screen) -> Shown;

    /// A form as rendered.
    fn open(&self, form: &Form) -> Value;

    /// The token of a command's button.
    fn token(&self, command: &goodturn::chat::command::Command) -> Option<String>;
}

/// What a card is shown on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// A message.
    Message,
    /// App Home.
    Home,
}

/// Shows a card and holds what is read against what it says: the same words, presses and links.
pub fn show(skin: &dyn Skin, card: &Addressed<Card>, kind: Screen) -> Shown {
    let shown = skin.show(card, kind);
    let whole = bare(&shown.words);
    for piece in pieces(&card.said, &card.zone) {
        let piece = bare(&piece);
        // What is longer than a platform takes is cut; then its beginning stands there.
        let begins: String = piece.chars().take(400).collect();
        assert!(whole.contains(&begins), "{piece:?} is not read in {:?}", shown.words);
    }
    let mut wanted: Vec<String> = Vec::new();
    let mut links: Vec<&str> = Vec::new();
    for action in card.said.all_actions() {
        match action {
            Action::Button { command, .. } => wanted.extend(skin.token(command)),
            Action::Menu { choices, .. } => {
                wanted.extend(choices.iter().filter_map(|(_, command)| skin.token(command)));
            }
            Action::Link { url, .. } => links.push(url),
        }
    }
    let mut there: Vec<String> = shown.presses.iter().map(|press| press.token.clone()).collect();
    for tokens in [&mut wanted, &mut there] {
        tokens.sort();
        tokens.dedup();
    }
    assert_eq!(there, wanted, "what can be pressed is not what the card offers: {:?}", card.said);
    for link in links {
        assert!(shown.links.iter().any(|there| there == link), "{link} cannot be opened: {:?}", shown.links);
    }
    shown
}

/// Opens a form and sees that all it asks and offers stands in what was rendered.
pub fn open(skin: &dyn Skin, form: &Form) -> Value {
    let rendered = skin.open(form);
    let mut words = Vec::new();
    strings(&rendered, &mut words);
    let mut asked = vec![&form.title];
    for field in &form.fields {
        asked.push(&field.label);
        asked.extend(&field.hint);
        if let Input::Choice { options, .. } | Input::Checks { options, .. } = &field.input {
            asked.extend(options.iter().map(|option| &option.label));
        }
    }
    for asked in asked {
        assert!(words.contains(&asked.as_str()), "{asked:?} is not asked in {rendered}");
    }
    rendered
}

fn strings<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(words) => into.push(words),
        Value::Array(values) => values.iter().for_each(|value| strings(value, into)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, into)),
        _ => {}
    }
}

/// Every piece of a card that is to be read.
fn pieces(card: &Card, zone: &jiff::tz::TimeZone) -> Vec<String> {
    let mut pieces: Vec<String> =
        card.title.iter().chain(&card.lines).chain(&card.small).map(|text| text.words(zone)).collect();
    pieces.extend(card.quote.clone());
    for (label, value) in &card.facts {
        pieces.push(label.clone());
        pieces.push(value.words(zone));
    }
    pieces.extend(card.parts.iter().flat_map(|part| self::pieces(part, zone)));
    pieces
}

/// Words without blanks, which platforms break as they like.
fn bare(words: &str) -> String {
    words.chars().filter(|c| !c.is_whitespace()).collect()
}
