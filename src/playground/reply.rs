//! How the app's reply gets back: as a message for one person's eyes, as a form, or in the form.
//!
//! Invariant: a reply is shown where the person was when they asked.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::chat::card::Card;
use crate::chat::form::Form;
use crate::chat::inbound::Reply;
use crate::chat::platform::Addressed;
use crate::chat::say::forms;
use crate::domain::ids::{ChannelKey, MessageKey, UserKey};
use crate::playground::world::{Body, NewMessage, OpenForm, RoomKind, World};

/// Where the person was, and how they asked.
#[derive(Clone, Debug)]
pub struct Way {
    /// The room.
    pub room: ChannelKey,
    /// The thread there.
    pub thread: Option<MessageKey>,
    /// How.
    pub by: Means,
    /// What it was, in words: for "Why?".
    pub what: String,
}

/// How somebody asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Means {
    /// By words to the bot; these open no form.
    Words,
    /// By a slash command, a button or the message menu.
    Press,
    /// By a form.
    Form,
}

/// Gives the reply back.
pub fn give(world: &mut World, who: &UserKey, way: &Way, reply: Reply, now: Timestamp) {
    if way.by == Means::Form && !matches!(reply, Reply::Mend(_)) {
        world.forms.remove(who);
    }
    match reply {
        Reply::Nothing => {}
        Reply::Private(card) => answer(world, who, way, card, now),
        Reply::Form(form) if way.by == Means::Words => {
            if let Some(card) = door(&form) {
                answer(world, who, way, card, now);
            }
        }
        Reply::Form(form) => {
            let number = world.number();
            let (room, mends, answers) = (way.room.clone(), Vec::new(), BTreeMap::new());
            world.forms.insert(who.clone(), OpenForm { number, form, room, mends, answers });
        }
        Reply::Mend(mends) => {
            if let Some(open) = world.forms.get_mut(who) {
                open.mends = mends;
            }
        }
    }
}

fn answer(world: &mut World, who: &UserKey, way: &Way, card: Addressed<Card>, now: Timestamp) {
    let direct = world.room(&way.room).is_some_and(|room| room.kind == RoomKind::Direct);
    // In a direct conversation nobody else reads, so an answer to words is a message like others.
    let only = (!(direct && way.by == Means::Words)).then(|| who.clone());
    let body = Body::Answer(Box::new(card), way.what.clone());
    let key = world.add(&way.room, NewMessage { thread: way.thread.clone(), by: None, only, body }, now);
    if let Some(number) = key.and_then(|key| world.find(&key).map(|(_, message)| message.number)) {
        world.mark_read(who, &way.room, number);
    }
}

/// A card whose one button opens the form, where words led to it.
fn door(form: &Form) -> Option<Addressed<Card>> {
    let said = forms::door(form)?;
    Some(Addressed { said, users: std::collections::BTreeMap::new(), zone: jiff::tz::TimeZone::UTC })
}
