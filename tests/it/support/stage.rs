//! What stands on everybody's screen, so that a script can press what is there, and what was there.

use std::collections::BTreeMap;

use goodturn::chat::card::{Action, Card};
use goodturn::chat::command::Command;
use goodturn::chat::form::Form;
use goodturn::domain::ids::{ChannelKey, MessageRef, Place, PlaceKind, UserKey};
use jiff::tz::TimeZone;

use crate::support::chat::{How, Seen};
use crate::support::people;
use crate::support::script::Button;

/// Everybody's screens.
#[derive(Default)]
pub struct Stage {
    showing: Vec<Seen>,
    past: Vec<Seen>,
    forms: BTreeMap<UserKey, Form>,
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

    /// A form was opened for somebody.
    pub fn open(&mut self, who: &UserKey, form: Form) {
        self.forms.insert(who.clone(), form);
    }

    /// The form that was opened for somebody last.
    pub fn form(&self, who: &UserKey) -> Option<&Form> {
        self.forms.get(who)
    }

    /// What a button does that somebody sees, or saw, and where it stands. The newest is meant.
    pub fn press(&self, who: &UserKey, button: &Button) -> Option<(Command, Option<Place>)> {
        let screens = if button.old { &self.past } else { &self.showing };
        screens
            .iter()
            .rev()
            .filter(|seen| seen.readers.is_empty() || seen.readers.contains(who))
            .filter(|seen| button.request.is_none_or(|number| tells_of(&seen.card.said, number)))
            .find_map(|seen| {
                let command = command(&seen.card.said, button)?;
                Some((command, seen.at.as_ref().map(place)))
            })
    }

    /// Whether a message that stays offers somebody this button. What only they saw for a moment is left
    /// aside.
    pub fn offers(&self, who: &UserKey, button: &Button) -> bool {
        self.showing
            .iter()
            .filter(|seen| seen.at.is_some() || is_home(seen))
            .filter(|seen| seen.readers.is_empty() || seen.readers.contains(who))
            .filter(|seen| button.request.is_none_or(|number| tells_of(&seen.card.said, number)))
            .any(|seen| command(&seen.card.said, button).is_some())
    }

    /// Where the two of a request were brought together.
    pub fn talk_of(&self, number: i64) -> Option<Place> {
        self.showing
            .iter()
            .rev()
            .filter(|seen| seen.readers.len() != 1 && tells_of(&seen.card.said, number))
            .find_map(|seen| {
                let at = seen.at.as_ref()?;
                let met = seen.card.said.words(&TimeZone::UTC).contains(", meet ");
                met.then(|| place(at))
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

fn place(at: &MessageRef) -> Place {
    let kind = match at.channel.as_str() {
        channel if channel.starts_with("D-") => PlaceKind::Direct,
        channel if channel.starts_with("G-") => PlaceKind::Group,
        _ => PlaceKind::Channel,
    };
    Place { channel: at.channel.clone(), thread: None, kind }
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

fn command(card: &Card, wanted: &Button) -> Option<Command> {
    card.all_actions().into_iter().find_map(|action| match (action, &wanted.choice) {
        (Action::Button { label, command, .. }, None) if *label == wanted.label => Some(command.clone()),
        (Action::Menu { label, choices }, Some(choice)) if *label == wanted.label => {
            choices.iter().find(|(label, _)| label == choice).map(|(_, command)| command.clone())
        }
        _ => None,
    })
}
