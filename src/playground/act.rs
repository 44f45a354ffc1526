//! What people do on the page: each deed changes the chat, is told to the app where it concerns it,
//! and its reply and all that follows stand there before the page is shown again.

use std::collections::BTreeMap;

use crate::app::App;
use crate::chat::command::{Command, ServiceCommand};
use crate::chat::form::{Answer, FormKind, Submitted};
use crate::chat::inbound::{Event, Inbound, Mentioned, Reply};
use crate::domain::ids::{ChannelKey, MessageKey, UserKey};
use crate::domain::person::Standing;
use crate::playground::home::Home;
use crate::playground::reply::{self, Means, Way};
use crate::playground::world::{Body, NewMessage, World};
use crate::playground::{CannotBe, Playground, company, form, hear, notes};

/// The emojis one can react with.
pub const EMOJIS: &[(&str, &str)] =
    &[("👍", "thumbs up"), ("✅", "done"), ("👀", "looking"), ("🙏", "thanks")];

/// Something a person does.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Writes in a room or a thread; words that begin with a slash are a command.
    Say(ChannelKey, Option<MessageKey>, String),
    /// Presses a button or chooses from a menu: the token, with its label.
    Press(ChannelKey, Option<MessageKey>, String, String),
    /// Hands a message off by its menu.
    HandOff(ChannelKey, MessageKey),
    /// Sends the form that is open, if it is still this one.
    Submit(u64, BTreeMap<String, Answer>),
    /// Closes the form.
    Cancel,
    /// Reacts to a message, or takes it back.
    React(ChannelKey, MessageKey, String),
    /// Takes a private message off the page.
    Dismiss(ChannelKey, MessageKey),
    /// Opens their App Home in a workspace.
    OpenHome(Home),
    /// Looks at "Why?".
    AskWhy,
}

/// The steps of the guided path.
pub mod step {
    /// Something was handed off.
    pub const HANDED_OFF: usize = 0;
    /// The clock was pushed.
    pub const PUSHED: usize = 1;
    /// It was taken.
    pub const ACCEPTED: usize = 2;
    /// It was closed.
    pub const DONE: usize = 3;
    /// "Why?" was asked.
    pub const WHY: usize = 4;
    /// The company and its community were joined; for whoever likes to.
    pub const JOINED: usize = 5;
}

impl Playground {
    /// Does what somebody does.
    pub async fn act(&self, who: &UserKey, deed: Deed) -> Result<(), CannotBe> {
        let turn = self.app.lock().await;
        let Some(app) = turn.as_ref() else {
            return Err(CannotBe("The playground has ended. Start it again.".to_owned()));
        };
        let taken = step_of(&deed);
        self.act_with(app, who, deed).await?;
        self.world().taken.extend(taken);
        self.changed();
        Ok(())
    }

    /// The same for who has the turn.
    pub(super) async fn act_with(&self, app: &App, who: &UserKey, deed: Deed) -> Result<(), CannotBe> {
        let since = self.last();
        let pressed = match &deed {
            Deed::Press(room, _, token, _) => Some((room.clone(), token.clone())),
            _ => None,
        };
        let heard = hear_deed(&mut self.world(), who, deed, self.now())?;
        let Some((way, inbound)) = heard else { return Ok(()) };
        let reply = match app.receive(inbound).await {
            Ok(reply) => reply,
            Err(failure) => failure.reply(),
        };
        if let Some((room, token)) = pressed
            && !matches!(reply, Reply::Form(_))
        {
            notes::pressed(&mut self.world(), who, &room, &token);
        }
        if let Some(way) = way {
            reply::give(&mut self.world(), who, &way, reply, self.now());
        }
        self.pump(app, since).await
    }
}

/// The step of the guided path that a deed takes.
fn step_of(deed: &Deed) -> Option<usize> {
    match deed {
        Deed::Press(_, _, token, _) => match Command::decode(token)? {
            Command::Accept(..) => Some(step::ACCEPTED),
            Command::Service(ServiceCommand::Join(_)) => Some(step::JOINED),
            _ => None,
        },
        Deed::AskWhy => Some(step::WHY),
        _ => None,
    }
}

type Heard = Option<(Option<Way>, Inbound)>;

/// Changes the chat, and says what the app is told.
fn hear_deed(world: &mut World, who: &UserKey, deed: Deed, now: jiff::Timestamp) -> Result<Heard, CannotBe> {
    match deed {
        Deed::Say(room, thread, typed) => say(world, who, &room, thread, &typed, now),
        Deed::Press(room, thread, token, label) => {
            readable(world, who, &room)?;
            let Some(command) = Command::decode(&token) else { return Ok(None) };
            let what = format!("the press on “{label}”");
            let way = Way { room, thread, by: Means::Press, what };
            Ok(Some(ask(world, who, way, (command, Vec::new()), now)))
        }
        Deed::HandOff(room, message) => {
            readable(world, who, &room)?;
            let found = world.room(&room).and_then(|room| {
                let message = room.seen_by(who).find(|seen| seen.key == message)?;
                Some((hear::hand_off(room, message)?, message.thread.clone()))
            });
            let Some(((command, mentions), thread)) = found else { return Ok(None) };
            let what = "“Hand off” in the menu of a message".to_owned();
            let way = Way { room, thread, by: Means::Press, what };
            Ok(Some(ask(world, who, way, (command, mentions), now)))
        }
        Deed::Submit(number, answers) => {
            let Some(open) = world.forms.get_mut(who).filter(|open| open.number == number) else {
                return Ok(None);
            };
            open.answers.clone_from(&answers);
            let (kind, about, room) = (open.form.kind, open.form.about.clone(), open.room.clone());
            let what = format!("the form “{}”", open.form.title);
            world.taken.extend(match kind {
                FormKind::Handoff => Some(step::HANDED_OFF),
                FormKind::Done => Some(step::DONE),
                FormKind::KnowsWho | FormKind::Availability | FormKind::Write => None,
            });
            let home = world.home(&room);
            let way = Way { room, thread: None, by: Means::Form, what };
            let answers = form::accounts(home, answers);
            let command = Command::Submit(Submitted { kind, about, answers });
            Ok(Some(ask(world, who, way, (command, Vec::new()), now)))
        }
        Deed::Cancel => {
            world.forms.remove(who);
            Ok(None)
        }
        Deed::React(room, message, emoji) => {
            readable(world, who, &room)?;
            let known = EMOJIS.iter().any(|(known, _)| *known == emoji);
            if let Some(message) = world.room_mut(&room).and_then(|room| room.message_mut(&message))
                && known
            {
                let people = message.reactions.entry(emoji).or_default();
                match people.iter().position(|person| person == who) {
                    Some(at) => drop(people.remove(at)),
                    None => people.push(who.clone()),
                }
                message.reactions.retain(|_, people| !people.is_empty());
            }
            Ok(None)
        }
        Deed::Dismiss(room, message) => {
            if let Some(room) = world.room_mut(&room) {
                room.messages.retain(|kept| kept.key != message || kept.only.as_ref() != Some(who));
            }
            Ok(None)
        }
        Deed::OpenHome(home) => {
            let delivery = delivery(world, "home", now);
            let opened = hear::inbound(home, delivery, Some(who), None, Vec::new(), Event::HomeOpened);
            Ok(Some((None, opened)))
        }
        Deed::AskWhy => Ok(None),
    }
}

fn say(
    world: &mut World,
    who: &UserKey,
    key: &ChannelKey,
    thread: Option<MessageKey>,
    typed: &str,
    now: jiff::Timestamp,
) -> Result<Heard, CannotBe> {
    readable(world, who, key)?;
    let typed: String = typed.trim().chars().take(hear::LONGEST).collect();
    if typed.is_empty() {
        return Ok(None);
    }
    let home = world.home(key);
    let words = hear::read(home, &typed);
    if let Some(command) = hear::slash(&typed) {
        if let Command::Handoff(words) = &command
            && !words.is_empty()
        {
            world.taken.insert(step::HANDED_OFF);
        }
        let what = format!("{} in your message", typed.split_whitespace().next().unwrap_or("/"));
        let way = Way { room: key.clone(), thread, by: Means::Press, what };
        return Ok(Some(ask(world, who, way, (command, words.mentions), now)));
    }
    let new =
        NewMessage { thread: thread.clone(), by: Some(who.clone()), only: None, body: Body::Words(typed) };
    let Some(message) = world.add(key, new, now) else { return Ok(None) };
    let delivery = delivery(world, "said", now);
    let Some(room) = world.room(key) else { return Ok(None) };
    let event = hear::said(room, &message, &words, now);
    // An answer to words said to the bot stands in their thread, as the words do.
    let place = hear::place(room, thread.clone());
    let inbound = hear::inbound(home, delivery, Some(who), place, words.mentions, event);
    let what = "what you wrote to Goodturn".to_owned();
    Ok(Some((Some(Way { room: key.clone(), thread, by: Means::Words, what }), inbound)))
}

fn ask(
    world: &mut World,
    who: &UserKey,
    way: Way,
    (command, mentions): (Command, Vec<Mentioned>),
    now: jiff::Timestamp,
) -> (Option<Way>, Inbound) {
    let delivery = delivery(world, "asked", now);
    let place = world.room(&way.room).and_then(|room| hear::place(room, way.thread.clone()));
    let home = world.home(&way.room);
    let inbound = hear::inbound(home, delivery, Some(who), place, mentions, Event::Command(command));
    (Some(way), inbound)
}

/// A delivery's id, never used again: the chat may have lost a moment in a crash that the app
/// remembers, so the running number alone would not do.
fn delivery(world: &mut World, what: &str, now: jiff::Timestamp) -> String {
    format!("{what}:{}:{}", now.as_millisecond(), world.number())
}

/// Whether somebody reads a room; customers have no App Home.
fn readable(world: &World, who: &UserKey, room: &ChannelKey) -> Result<(), CannotBe> {
    if world.rooms_of(who).any(|known| &known.key == room) {
        return Ok(());
    }
    Err(CannotBe("This person does not read that place.".to_owned()))
}

/// Whether somebody is of the staff.
pub fn is_staff(who: &UserKey) -> bool {
    company::person(who.as_str()).is_some_and(|person| person.standing == Standing::Staff)
}
