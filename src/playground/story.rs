//! The story so far: a morning in the company, told through the app with the clock moved, so that the
//! first screen is alive and every message in it is real.

use std::sync::Arc;

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::app::App;
use crate::app::clock::{Clock, SystemClock};
use crate::chat::card::Action;
use crate::chat::command::Command;
use crate::chat::form::Answer;
use crate::chat::inbound::Event;
use crate::domain::ids::{ChannelKey, UserKey};
use crate::playground::act::Deed;
use crate::playground::company::Colleague;
use crate::playground::home::Home;
use crate::playground::world::{Body, Room, World};
use crate::playground::{Begin, CannotBe, Playground, company, form, hear};

/// Begins the story and leaves the clock running at five past ten on a Tuesday.
pub(super) async fn begin(playground: &Playground) -> Result<Arc<App>, CannotBe> {
    let day = tuesday(SystemClock.now());
    playground.clock.stand(day);
    let app = playground.open_app(Begin::Anew).await?;
    let told = tell(playground, &app, day).await;
    playground.clock.go();
    told?;
    let mut world = playground.world();
    world.taken.clear();
    read_what_is_old(&mut world, |_| true);
    drop(world);
    Ok(app)
}

/// Half past eight of the next Tuesday, in the company's zone.
fn tuesday(now: Timestamp) -> Timestamp {
    let zone = company::zone("ana");
    let local = now.to_zoned(zone.clone());
    (0..=8)
        .filter_map(|days| {
            local.date().checked_add(days.days()).ok()?.at(8, 30, 0, 0).to_zoned(zone.clone()).ok()
        })
        .find(|at| at.weekday() == Weekday::Tuesday && *at > local)
        .map_or(now, |at| at.timestamp())
}

/// The community opens in a company whose story goes on already: what was said there is said now.
pub(super) async fn move_in(playground: &Playground, app: &App) -> Result<(), CannotBe> {
    let home = Home::Community;
    meet(app, home).await?;
    let day = playground.now();
    let teller = Teller { playground, app, day };
    teller.settles(home, 0).await?;
    for (_, who, room, words) in COMMUNITY_EARLY.iter().chain(COMMUNITY_LATE) {
        teller.says(who, room, words).await?;
    }
    read_what_is_old(&mut playground.world(), |room| room.home == home);
    Ok(())
}

/// The workspace tells who is there.
async fn meet(app: &App, home: Home) -> Result<(), CannotBe> {
    let facts = company::people_of(home).map(|person| company::facts(home, person)).collect();
    let delivery = format!("story:met:{}", home.key());
    let met = hear::inbound(home, delivery, None, None, Vec::new(), Event::Met(facts));
    app.receive(met).await.map_err(|failure| CannotBe(failure.to_string()))?;
    Ok(())
}

/// What was said in the community: the minute, who, where, what.
type Line = (i64, &'static str, &'static str, &'static str);

const COMMUNITY_EARLY: &[Line] = &[
    (24, "nia", "community-welcome", "Good morning everybody! New here? Tell us what you build 🙂"),
    (26, "theo", "community-welcome", "Hi! I am Theo, I build shelves out of your crates."),
    (29, "nia", "community-welcome", "Welcome Theo! Photos, please."),
];

const COMMUNITY_LATE: &[Line] = &[
    (70, "theo", "community-help", "Does the large crate still come with four screws?"),
    (76, "nia", "community-help", "It does, and with a spare one."),
    (
        84,
        "mira",
        "community-help",
        "Hello! I paid order 2207 twice by accident. Can I get one of the two back?",
    ),
];

async fn tell(playground: &Playground, app: &App, day: Timestamp) -> Result<(), CannotBe> {
    for home in Home::ALL {
        meet(app, home).await?;
    }
    let teller = Teller { playground, app, day };
    for home in Home::ALL {
        teller.settles(home, 1).await?;
    }
    let at = |minutes| teller.at(minutes);
    at(12).await?.says("ana", "sales", "Good morning! Globex decides about the renewal this month.").await?;
    at(15).await?.says("hugo", "sales", "Then let us be quick with whatever they ask 🙂").await?;
    at(19)
        .await?
        .says("gita", "front-desk", "/handoff it The label printer in hall 2 prints blank labels")
        .await?;
    teller.forget("gita");
    at(22)
        .await?
        .says(
            "hugo",
            "front-desk",
            "/handoff contracts Does our data agreement with Globex cover the new warehouse?",
        )
        .await?;
    teller.forget("hugo");
    teller.tells(COMMUNITY_EARLY).await?;
    // It is before nine, so both wait: IT is in at nine, and Dee in London at ten by this clock.
    at(33).await?.presses("emil", "Accept").await?;
    teller.forget("emil");
    at(36).await?.says("emil", "group-emil-gita", "Morning Gita! Which printer is it, the grey one?").await?;
    at(38)
        .await?
        .says("gita", "group-emil-gita", "The grey one by the gate. Two trucks are waiting for their labels.")
        .await?;
    at(41)
        .await?
        .says("jonas", "help-globex", "Hello! Small thing: our purchase number is missing on invoice 4471.")
        .await?;
    at(44).await?.hands_off("hugo", "help-globex", "billing").await?;
    at(47).await?.presses("cy", "Accept").await?;
    at(48).await?.says("cy", "help-globex", "Thanks Jonas, we will send a corrected invoice today.").await?;
    teller.forget("cy");
    teller.forget("hugo");
    at(52)
        .await?
        .done(
            "emil",
            "group-emil-gita",
            "The ribbon was in the wrong way round; I put a photo of the right way on the lid.",
        )
        .await?;
    teller.forget("emil");
    at(55).await?.says("gita", "group-emil-gita", "It prints again. Thank you!").await?;
    teller.tells(COMMUNITY_LATE).await?;
    at(88).await?.says("chloe", "help-globex", "Good morning! Our refund for October (invoice 4410, 1,840 EUR) has still not arrived. Can someone have a look?").await?;
    at(92).await?.says("ana", "help-globex", "Good morning Chloe, thank you for telling us. I will find out who can look into it and come back to you.").await?;
    at(95).await?;
    Ok(())
}

struct Teller<'a> {
    playground: &'a Playground,
    app: &'a App,
    day: Timestamp,
}

impl Teller<'_> {
    /// Minutes after the beginning: everything due until then happens first.
    async fn at(&self, minutes: i64) -> Result<&Self, CannotBe> {
        let to = self.day.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(self.day);
        self.playground.push_to(self.app, to).await?;
        Ok(self)
    }

    /// A workspace is set up: its front desk is named, and volunteers join their topics.
    async fn settles(&self, home: Home, minutes: i64) -> Result<(), CannotBe> {
        let (desk, topic) = match home {
            Home::Company => ("front-desk", None),
            Home::Community => ("team", Some("/service topic add community events, moderation, the forum")),
        };
        let room = home.room(desk);
        self.at(minutes).await?;
        let set = format!("/service set front_desk #{desk}");
        for command in [Some(set.as_str()), topic].into_iter().flatten() {
            self.says("hugo", room.as_str(), command).await?;
        }
        let joins = |person: &&Colleague| person.homes.first() == Some(&home) && !person.topics.is_empty();
        for person in company::PEOPLE.iter().filter(joins) {
            let command = format!("/volunteer join {}", person.topics.join(" "));
            self.says(person.handle, room.as_str(), &command).await?;
        }
        for person in company::people_of(home) {
            self.forget(person.handle);
        }
        Ok(())
    }

    async fn tells(&self, lines: &[Line]) -> Result<(), CannotBe> {
        for (minute, who, room, words) in lines {
            self.at(*minute).await?.says(who, room, words).await?;
        }
        Ok(())
    }

    async fn does(&self, who: &str, deed: Deed) -> Result<(), CannotBe> {
        self.playground.act_with(self.app, &UserKey::from(who), deed).await
    }

    async fn says(&self, who: &str, room: &str, words: &str) -> Result<(), CannotBe> {
        self.does(who, Deed::Say(room.into(), None, words.to_owned())).await
    }

    /// Presses the last button of this label in a direct conversation with the bot.
    async fn presses(&self, who: &str, label: &str) -> Result<(), CannotBe> {
        let room = ChannelKey::from(format!("dm-{who}"));
        let token = button(&self.playground.world(), &room, label);
        match token {
            Some(token) => {
                let deed = Deed::Press(room, None, token, label.to_owned());
                self.does(who, deed).await
            }
            None => Err(CannotBe(format!("the story of the playground broke off: no “{label}” for {who}"))),
        }
    }

    /// Hands the last message of a room off, by its menu and the form.
    async fn hands_off(&self, who: &str, room: &str, topic: &str) -> Result<(), CannotBe> {
        let room = ChannelKey::from(room);
        let message = self
            .playground
            .world()
            .room(&room)
            .and_then(|room| room.messages.iter().rev().find(|message| message.by.is_some()))
            .map(|message| message.key.clone());
        let Some(message) = message else { return Ok(()) };
        self.does(who, Deed::HandOff(room, message)).await?;
        self.submits(who, &[("topic", topic), ("customer", "Globex")]).await
    }

    /// Closes what the bot introduced in a room.
    async fn done(&self, who: &str, room: &str, note: &str) -> Result<(), CannotBe> {
        self.says(who, room, &format!("@goodturn done {note}")).await
    }

    /// Sends the form that is open with these answers; a choice is named by its label.
    async fn submits(&self, who: &str, answers: &[(&str, &str)]) -> Result<(), CannotBe> {
        let open = self.playground.world().forms.get(&UserKey::from(who)).cloned();
        let Some(open) = open else { return Ok(()) };
        let mut filled = form::initial(&open.form);
        for (field, words) in answers {
            let value = form::value_of(&open.form, field, words);
            filled.insert((*field).to_owned(), Answer::Words(value));
        }
        self.does(who, Deed::Submit(open.number, filled)).await
    }

    /// What only one person saw is taken off: nobody keeps those of this morning.
    fn forget(&self, who: &str) {
        let who = UserKey::from(who);
        for room in &mut self.playground.world().rooms {
            room.messages.retain(|message| message.only.as_ref() != Some(&who));
        }
    }
}

fn button(world: &World, room: &ChannelKey, label: &str) -> Option<String> {
    world.room(room)?.messages.iter().rev().find_map(|message| {
        let Body::Told(card, _) = &message.body else { return None };
        card.said.all_actions().into_iter().find_map(|action| match action {
            Action::Button { label: known, command, .. } if known == label => Command::encode(command),
            _ => None,
        })
    })
}

/// What was said before the last minutes was read by everybody; what waits for an answer was not.
fn read_what_is_old(world: &mut World, which: impl Fn(&Room) -> bool) {
    let mut seen: Vec<(UserKey, ChannelKey, u64)> = Vec::new();
    for room in world.rooms.iter().filter(|room| which(room)) {
        for member in &room.members {
            let waits = |message: &&crate::playground::world::Message| matches!(&message.body, Body::Told(card, _) if card.said.tone == crate::chat::card::Tone::Ask);
            let last = room.seen_by(member).last().filter(|message| !waits(message));
            seen.extend(last.map(|message| (member.clone(), room.key.clone(), message.number)));
        }
    }
    for (member, room, number) in seen {
        world.mark_read(&member, &room, number);
    }
}
