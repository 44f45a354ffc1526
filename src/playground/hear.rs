//! From what somebody does on the page to what the app understands.
//!
//! Invariant: pure; what people typed stays as they typed it.

use jiff::Timestamp;

use crate::chat::command::{Command, HandedMessage};
use crate::chat::inbound::{Event, Inbound, Mentioned, Said, Speech};
use crate::chat::parse;
use crate::domain::ids::{MessageKey, MessageRef, Place, PlaceKind, PlatformKind, UserKey};
use crate::playground::company;
use crate::playground::home::Home;
use crate::playground::world::{Body, Message, Room};

/// The bot's handle.
pub const BOT: &str = "goodturn";

/// The longest message, in characters; the app says what to do about longer hand-offs.
pub const LONGEST: usize = 40_000;

/// Words as typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// Without a mention of the bot at the start.
    pub text: String,
    /// Whom they mention.
    pub mentions: Vec<Mentioned>,
    /// Whether the bot is mentioned.
    pub bot: bool,
}

/// Reads words said in a workspace: who is mentioned, and whether the bot is.
pub fn read(home: Home, typed: &str) -> Words {
    let typed = typed.trim();
    let mut words = Words { text: typed.to_owned(), mentions: Vec::new(), bot: false };
    for (start, handle) in handles(typed) {
        if handle.eq_ignore_ascii_case(BOT) {
            words.bot = true;
            if start == 0 {
                typed[1 + handle.len()..].trim_start().clone_into(&mut words.text);
            }
        } else if let Some(person) = company::person(&handle.to_lowercase())
            && person.homes.contains(&home)
        {
            let user = home.account(&UserKey::from(person.handle));
            if !words.mentions.iter().any(|known| known.user == user) {
                words.mentions.push(Mentioned { shown: handle.to_owned(), user });
            }
        }
    }
    words
}

/// Every `@word` with its position, the `@` not in it; an `@` inside a word (an e-mail address) is none.
pub fn handles(typed: &str) -> impl Iterator<Item = (usize, &str)> {
    typed.match_indices('@').filter_map(|(at, _)| {
        let before = typed[..at].chars().next_back();
        let rest = &typed[at + 1..];
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        (end > 0 && before.is_none_or(|c| !c.is_alphanumeric())).then(|| (at, &rest[..end]))
    })
}

/// The command behind typed words that begin with a slash.
pub fn slash(text: &str) -> Option<Command> {
    let (name, words) = text.strip_prefix('/')?.split_once(char::is_whitespace).unwrap_or((&text[1..], ""));
    (!name.is_empty()).then(|| parse::slash(name, words))
}

/// Words said in a room, as the app hears them.
pub fn said(room: &Room, message: &MessageKey, words: &Words, at: Timestamp) -> Event {
    let to_bot = words.bot || room.place_kind() == Some(PlaceKind::Direct);
    Event::Said(Said {
        message: message.clone(),
        at,
        link: Some(link(message)),
        words: words.text.clone(),
        to_bot: if to_bot { Speech::ToBot } else { Speech::Overheard },
    })
}

/// The shortcut on a message; `None` for what nobody typed.
pub fn hand_off(room: &Room, message: &Message) -> Option<(Command, Vec<Mentioned>)> {
    let Body::Words(typed) = &message.body else { return None };
    let words = read(room.home, typed);
    let command = Command::HandoffMessage(HandedMessage {
        message: MessageRef { channel: room.key.clone(), message: message.key.clone() },
        thread: message.thread.clone(),
        author: message.by.as_ref().map(|by| room.home.account(by)),
        words: words.text,
        link: Some(link(&message.key)),
    });
    Some((command, words.mentions))
}

/// A link to a message: an address on the page, the reader's name before it is added when it is shown.
pub fn link(message: &MessageKey) -> String {
    format!("/message/{message}")
}

/// Where something was done, for the app.
pub fn place(room: &Room, thread: Option<MessageKey>) -> Option<Place> {
    Some(Place { channel: room.key.clone(), thread, kind: room.place_kind()? })
}

/// One delivery from a workspace; the actor by their handle.
pub fn inbound(
    home: Home,
    delivery: String,
    actor: Option<&UserKey>,
    place: Option<Place>,
    mentions: Vec<Mentioned>,
    event: Event,
) -> Inbound {
    let (platform, workspace) = (PlatformKind::Playground, home.key());
    let (actor, people) = (actor.map(|actor| home.account(actor)), Vec::new());
    Inbound { platform, workspace, delivery, actor, place, mentions, people, event }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_are_read_and_the_bot_is_taken_off_the_start() {
        let words = read(Home::Company, "@goodturn done, thanks @Cy and @cy; not me@bo.example, not @nobody");
        assert!(words.bot);
        assert_eq!(words.text, "done, thanks @Cy and @cy; not me@bo.example, not @nobody");
        assert_eq!(words.mentions, [Mentioned { shown: "Cy".to_owned(), user: "cy".into() }]);
        let later = read(Home::Company, "hello @Goodturn");
        assert_eq!((later.text.as_str(), later.bot), ("hello @Goodturn", true));
        assert_eq!(read(Home::Company, "@ and @@bo").mentions.len(), 1);
        // Only who has an account there can be mentioned there, and by that account.
        let there = read(Home::Community, "@bo and @hugo");
        assert_eq!(there.mentions, [Mentioned { shown: "hugo".to_owned(), user: "community-hugo".into() }]);
    }

    #[test]
    fn a_slash_alone_is_no_command() {
        assert_eq!(slash("/"), None);
        assert_eq!(slash("hello"), None);
        assert_eq!(slash("/handoff  billing x "), Some(Command::Handoff("billing x".to_owned())));
        assert!(matches!(slash("/dance now"), Some(Command::Unknown { .. })));
    }
}
