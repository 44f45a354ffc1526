//! Private messages grow old: nobody edits them, so their buttons go once they were pressed, or once the
//! cards of their request moved on.
//!
//! Invariant: words stay as they were said; only what can be pressed goes, and links stay.

use std::collections::BTreeSet;

use crate::chat::card::{Action, Card};
use crate::chat::command::Command;
use crate::domain::ids::{ChannelKey, RequestId, UserKey};
use crate::playground::world::{Body, Message, World};

/// The requests that a card's buttons are about.
pub fn requests(card: &Card) -> BTreeSet<RequestId> {
    card.all_actions().into_iter().flat_map(commands).filter_map(Command::request).cloned().collect()
}

/// A button of a private message was pressed: the message has served.
pub fn pressed(world: &mut World, who: &UserKey, room: &ChannelKey, token: &str) {
    let Some(room) = world.room_mut(room) else { return };
    for (_, card) in room.messages.iter_mut().filter_map(|message| note(message, Some(who))) {
        let here = |action: &Action| {
            commands(action).into_iter().any(|command| command.encode().is_some_and(|known| known == token))
        };
        if card.all_actions().into_iter().any(here) {
            keep(card, &|action| matches!(action, Action::Link { .. }));
        }
    }
}

/// Cards of some requests moved on: private messages with a number of at most `until` lose the buttons
/// about them.
pub fn moved_on(world: &mut World, until: u64) {
    let moved = std::mem::take(&mut world.moved);
    if moved.is_empty() {
        return;
    }
    let stays = |action: &Action| {
        !commands(action).into_iter().filter_map(Command::request).any(|request| moved.contains(request))
    };
    let messages = world.rooms.iter_mut().flat_map(|room| room.messages.iter_mut());
    for (_, card) in messages.filter_map(|message| note(message, None)).filter(|(number, _)| *number <= until)
    {
        keep(card, &stays);
    }
}

/// The card of a private message, of one person or anybody, with the message's number.
fn note<'a>(message: &'a mut Message, who: Option<&UserKey>) -> Option<(u64, &'a mut Card)> {
    let only = message.only.as_ref()?;
    match &mut message.body {
        Body::Answer(card, _) if who.is_none_or(|who| who == only) => Some((message.number, &mut card.said)),
        _ => None,
    }
}

fn keep(card: &mut Card, stays: &dyn Fn(&Action) -> bool) {
    card.actions.retain(|action| stays(action));
    for part in &mut card.parts {
        keep(part, stays);
    }
}

fn commands(action: &Action) -> Vec<&Command> {
    match action {
        Action::Button { command, .. } => vec![command],
        Action::Menu { choices, .. } => choices.iter().map(|(_, command)| command).collect(),
        Action::Link { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::chat::card::Weight;
    use crate::chat::platform::Addressed;
    use crate::playground::world::NewMessage;

    fn answer(world: &mut World, command: Command) -> u64 {
        let said = Card::line("yours").button("Press", command, Weight::Main).link("Open", "/message/1");
        let card = Addressed { said, users: BTreeMap::new(), zone: jiff::tz::TimeZone::UTC };
        let body = Body::Answer(Box::new(card), "a test".to_owned());
        let new = NewMessage { thread: None, by: None, only: Some("cy".into()), body };
        world.add(&"dm-cy".into(), new, jiff::Timestamp::UNIX_EPOCH).expect("it is said");
        world.last
    }

    fn buttons(world: &World) -> Vec<usize> {
        let room = world.room(&"dm-cy".into()).expect("it is there");
        let count = |message: &Message| match &message.body {
            Body::Answer(card, _) => card.said.actions.len(),
            _ => 0,
        };
        room.messages.iter().map(count).collect()
    }

    #[test]
    fn buttons_go_once_pressed_and_once_the_request_moved_on() {
        let mut world = World::empty();
        let first = answer(&mut world, Command::DoneForm("one".into()));
        answer(&mut world, Command::DoneForm("two".into()));
        answer(&mut world, Command::DoneForm("one".into()));
        world.moved.insert("one".into());
        moved_on(&mut world, first);
        assert_eq!(buttons(&world), [1, 2, 2], "links stay, younger ones stay, other requests stay");
        pressed(&mut world, &"bo".into(), &"dm-cy".into(), "done:two");
        assert_eq!(buttons(&world), [1, 2, 2], "what somebody else presses is not this");
        pressed(&mut world, &"cy".into(), &"dm-cy".into(), "done:two");
        assert_eq!(buttons(&world), [1, 1, 2]);
    }
}
