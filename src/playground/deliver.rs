//! Errands in the playground: posting, editing, App Home, finding people.
//!
//! Invariants: a post whose row stands there already is not made again; a card that is not there any
//! more (the chat was not saved, the database was) is said anew where it stood.

use jiff::Timestamp;

use crate::chat::card::Card;
use crate::chat::platform::{Address, Addressed, Delivery, Errand, Task};
use crate::domain::ids::{ChannelKey, MessageKey, MessageRef, UserKey};
use crate::playground::home::Home;
use crate::playground::world::{Body, NewMessage, WayDeed, WayStep, World};
use crate::playground::{company, notes};

/// Runs one errand in the workspace it is for.
pub fn run(world: &mut World, home: Home, errand: &Errand, now: Timestamp) -> Delivery {
    match &errand.task {
        Task::Post { to, card, .. } => {
            if errand.unsure > 0
                && let Some(at) = stands_there(world, &errand.id)
            {
                return Delivery::Posted(at);
            }
            let (room, thread) = match to {
                Address::Person(user) => (direct(home, user), None),
                Address::Group(users) => {
                    let handles: Vec<_> = users.iter().filter_map(|user| home.handle(user)).collect();
                    (world.group(home, &handles), None)
                }
                Address::Channel(channel) => (named(world, home, channel), None),
                Address::Thread(channel, thread) => (named(world, home, channel), Some(thread.clone())),
            };
            let body = told(world, card, errand);
            post(world, &room, thread, body, now)
        }
        Task::Edit { at, card } => {
            let body = told(world, card, errand);
            let words = card.said.words(&card.zone);
            let Some(message) = world.room_mut(&at.channel).and_then(|room| room.message_mut(&at.message))
            else {
                return post(world, &at.channel, None, body, now);
            };
            message.body = body;
            message.edited = Some(now);
            note(world, at, WayDeed::Changed, words, now);
            Delivery::Posted(at.clone())
        }
        Task::Home { user, card } => {
            // App Home is drawn anew when somebody looks; no request has moved on by that.
            let Some(handle) = home.handle(user) else {
                return Delivery::Gone("user_not_found".to_owned());
            };
            let body = Body::Told(Box::new(card.clone()), errand.id.clone());
            world.app_homes.insert(home.app_home(&handle), body);
            Delivery::Done
        }
        Task::LookUp { user } => {
            let handle = home.handle(user);
            let found = company::people_of(home)
                .find(|person| handle.as_ref().is_some_and(|h| h.as_str() == person.handle));
            match found {
                Some(person) => Delivery::Met(company::facts(home, person)),
                None => Delivery::Gone("user_not_found".to_owned()),
            }
        }
        Task::Find { name } => {
            let name = name.trim_start_matches('@').to_lowercase();
            let mut people = company::people_of(home);
            let found = people.find(|person| {
                let facts = company::facts(home, person);
                person.handle == name
                    || person.name.to_lowercase() == name
                    || facts.email.as_deref() == Some(name.as_str())
            });
            found.map_or(Delivery::NobodyFound, |person| Delivery::Met(company::facts(home, person)))
        }
    }
}

/// A channel by its key, or as people of the workspace write it.
fn named(world: &World, home: Home, channel: &ChannelKey) -> ChannelKey {
    if world.room(channel).is_some_and(|room| room.home == home) {
        return channel.clone();
    }
    home.room(&channel.as_str().trim_start_matches('#').to_lowercase())
}

/// Somebody's conversation with the bot; an account of another workspace has none here.
fn direct(home: Home, user: &UserKey) -> ChannelKey {
    home.handle(user).map_or_else(|| ChannelKey::from("nobody"), |handle| home.direct(&handle))
}

fn told(world: &mut World, card: &Addressed<Card>, errand: &Errand) -> Body {
    world.moved.extend(notes::requests(&card.said));
    Body::Told(Box::new(card.clone()), errand.id.clone())
}

fn post(
    world: &mut World,
    room: &ChannelKey,
    thread: Option<MessageKey>,
    body: Body,
    now: Timestamp,
) -> Delivery {
    let words = match &body {
        Body::Told(card, _) | Body::Answer(card, _) => card.said.words(&card.zone),
        Body::Words(words) => words.clone(),
    };
    match world.add(room, NewMessage { thread, by: None, only: None, body }, now) {
        Some(message) => {
            let at = MessageRef { channel: room.clone(), message };
            note(world, &at, WayDeed::Said, words, now);
            Delivery::Posted(at)
        }
        None => Delivery::Gone("channel_not_found".to_owned()),
    }
}

/// Notes it for the page that shows what happened while the clock was pushed.
fn note(world: &mut World, at: &MessageRef, deed: WayDeed, words: String, now: Timestamp) {
    if let Some(way) = &mut world.way
        && now <= way.to
    {
        let (room, message) = (at.channel.clone(), at.message.clone());
        way.steps.push(WayStep { at: now, room, message, deed, words });
    }
}

fn stands_there(world: &World, row: &str) -> Option<MessageRef> {
    world.rooms.iter().find_map(|room| {
        let message = room
            .messages
            .iter()
            .find(|message| matches!(&message.body, Body::Told(_, told) if told == row))?;
        Some(MessageRef { channel: room.key.clone(), message: message.key.clone() })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::chat::platform::Courtesy;

    fn errand(id: &str, unsure: u32, task: Task) -> Errand {
        let workspace = "playground".into();
        Errand { id: id.to_owned(), workspace, unsure, since: Timestamp::UNIX_EPOCH, task }
    }

    fn card(words: &str) -> Addressed<Card> {
        Addressed { said: Card::line(words), users: BTreeMap::new(), zone: jiff::tz::TimeZone::UTC }
    }

    fn post_to(to: Address) -> Task {
        Task::Post { to, card: card("hello"), courtesy: Courtesy::Post, otherwise: None }
    }

    #[test]
    fn a_row_that_stands_there_is_not_posted_again() {
        let mut world = World::empty();
        let to = Address::Person("bo".into());
        let first =
            run(&mut world, Home::Company, &errand("row", 0, post_to(to.clone())), Timestamp::UNIX_EPOCH);
        let again = run(&mut world, Home::Company, &errand("row", 1, post_to(to)), Timestamp::UNIX_EPOCH);
        assert_eq!(first, again);
        assert_eq!(world.room(&"dm-bo".into()).expect("it is there").messages.len(), 1);
    }

    #[test]
    fn an_edit_of_what_is_gone_is_said_anew() {
        let mut world = World::empty();
        let at = MessageRef { channel: "dm-bo".into(), message: "lost".into() };
        let task = Task::Edit { at: at.clone(), card: card("changed") };
        let Delivery::Posted(now_at) =
            run(&mut world, Home::Company, &errand("row", 0, task), Timestamp::UNIX_EPOCH)
        else {
            panic!("it is posted")
        };
        assert_ne!(now_at, at);
        assert!(world.find(&now_at.message).is_some());
    }

    #[test]
    fn channels_people_and_groups_are_found_as_they_are_written() {
        let mut world = World::empty();
        for to in [
            Address::Channel("#front-desk".into()),
            Address::Group(vec!["cy".into(), "ana".into()]),
            Address::Thread("sales".into(), "some".into()),
        ] {
            let delivery =
                run(&mut world, Home::Company, &errand("row", 0, post_to(to)), Timestamp::UNIX_EPOCH);
            assert!(matches!(delivery, Delivery::Posted(_)), "{delivery:?}");
        }
        let nowhere = run(
            &mut world,
            Home::Company,
            &errand("row", 0, post_to(Address::Channel("nowhere".into()))),
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(nowhere, Delivery::Gone("channel_not_found".to_owned()));
        let find = Task::Find { name: "@Hugo".to_owned() };
        let found = run(&mut world, Home::Company, &errand("row", 0, find), Timestamp::UNIX_EPOCH);
        assert!(matches!(found, Delivery::Met(facts) if facts.user == Some("hugo".into())));
    }
}
