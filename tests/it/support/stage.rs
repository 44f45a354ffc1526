//! What stands on everybody's screen, so that a script can press what is there, and what was there.

use std::collections::BTreeMap;

use goodturn::chat::card::Card;
use goodturn::domain::ids::{ChannelKey, Place, PlaceKind, UserKey};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::support::chat::{How, Seen};
use crate::support::people;
use crate::support::script::Button;
use crate::support::skin::Pressable;

/// Everybody's screens.
#[derive(Default)]
pub struct Stage {
    showing: Vec<Seen>,
    past: Vec<Seen>,
    forms: BTreeMap<UserKey, Value>,
}

impl Stage {
    /// Something appeared, or reads differently now.
    pub fn show(&mut self, seen: &Seen) {
        let stood = self.showing.iter().position(|shown| match (&shown.at, &seen.at) {
            (Some(shown), Some(at)) => shown == at,
            (None, None) => seen.how == How::Edited || shown.place == seen.place && is_home(seen),
            _ => false,
        });
        if let Some(stood) = stood {
            let old = self.showing.remove(stood);
            self.past.push(old);
        }
        self.showing.push(seen.clone());
    }

    /// A form was opened for somebody, as rendered.
    pub fn open(&mut self, who: &UserKey, form: Value) {
        self.forms.insert(who.clone(), form);
    }

    /// The form that was opened for somebody last.
    pub fn form(&self, who: &UserKey) -> Option<&Value> {
        self.forms.get(who)
    }

    /// A button that somebody sees, or saw, and where it stands. The newest is meant.
    pub fn press(&self, who: &UserKey, button: &Button) -> Option<(Pressable, Option<Place>)> {
        let screens = if button.old { &self.past } else { &self.showing };
        screens
            .iter()
            .rev()
            .filter(|seen| seen.readers.is_empty() || seen.readers.contains(who))
            .filter(|seen| button.request.is_none_or(|number| tells_of(&seen.card.said, number)))
            .find_map(|seen| Some((pressable(seen, button)?.clone(), seen.spot.clone())))
    }

    /// Whether a message that stays offers somebody this button. What only they saw for a moment is left
    /// aside.
    pub fn offers(&self, who: &UserKey, button: &Button) -> bool {
        self.showing
            .iter()
            .filter(|seen| seen.at.is_some() || is_home(seen))
            .filter(|seen| seen.readers.is_empty() || seen.readers.contains(who))
            .filter(|seen| button.request.is_none_or(|number| tells_of(&seen.card.said, number)))
            .any(|seen| pressable(seen, button).is_some())
    }

    /// Where the two of a request were brought together.
    pub fn talk_of(&self, number: i64) -> Option<Place> {
        self.showing
            .iter()
            .rev()
            .filter(|seen| seen.readers.len() != 1 && tells_of(&seen.card.said, number))
            .find_map(|seen| {
                let spot = seen.spot.clone()?;
                let met = seen.card.said.words(&TimeZone::UTC).contains(", meet ");
                met.then_some(spot)
            })
    }
}

/// A place as a script says it: `#sales`, `#sales thread`.
pub fn place_named(name: &str) -> Place {
    let (channel, thread) = match name.split_once(' ') {
        Some((channel, "thread")) => (channel, Some("T1".into())),
        _ => (name, None),
    };
    Place { channel: ChannelKey::from(channel), thread, kind: PlaceKind::Channel }
}

/// The direct conversation of somebody and the bot.
pub fn directly(who: &str) -> Place {
    let who = people::handle(&people::key(who));
    Place { channel: ChannelKey::from(format!("D-{who}")), thread: None, kind: PlaceKind::Direct }
}

fn is_home(seen: &Seen) -> bool {
    seen.place.ends_with(" home")
}

/// Whether the small print of a card, or of one within, names this request.
fn tells_of(card: &Card, number: i64) -> bool {
    let name = format!("Request {number} ");
    card.small.iter().any(|small| format!("{} ", small.words(&TimeZone::UTC)).contains(&name))
        || card.parts.iter().any(|part| tells_of(part, number))
}

fn pressable<'a>(seen: &'a Seen, wanted: &Button) -> Option<&'a Pressable> {
    // A list may gather its buttons in a menu, where nothing further is to be chosen.
    let choice = |press: &Pressable| press.choice.clone().filter(|choice| !choice.is_empty());
    seen.shown.presses.iter().find(|press| press.label == wanted.label && choice(press) == wanted.choice)
}
