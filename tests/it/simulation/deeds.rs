//! What people do in a simulated world: hand off, press what they see (also what they saw long ago), fill
//! in forms, speak, pause, leave, come back.

use std::collections::BTreeMap;

use goodturn::chat::card::{Action, Card};
use goodturn::chat::command::{
    Command, HandedMessage, Named, RequestsCommand, ServiceCommand, VolunteerCommand,
};
use goodturn::chat::form::{Answer, Form, FormKind, Input, Submitted};
use goodturn::chat::inbound::{Event, Inbound, Mentioned, PersonFacts, Reply, Said, Speech};
use goodturn::chat::platform::Address;
use goodturn::domain::ids::{
    ChannelKey, MessageKey, MessageRef, Place, PlaceKind, PlatformKind, UserKey, WorkspaceKey,
};
use goodturn::domain::person::Standing;
use jiff::SignedDuration;

use super::story::{Fault, Story};
use super::town::HOURS;

/// Words that only private requests have in them.
pub const PRIVATE: &str = "zqprivate";

/// Private answers that stay before people's eyes.
const ANSWERS: usize = 12;

impl Story {
    /// Everybody comes in: most volunteer for something.
    pub async fn sign_up(&mut self) -> Result<(), Fault> {
        let topics = self.town.topic_names();
        for user in self.town.actors() {
            let joins: Vec<String> = topics.iter().filter(|_| self.chance.percent(55)).cloned().collect();
            if !joins.is_empty() {
                self.command(&user, Command::Volunteer(VolunteerCommand::Join(joins))).await?;
            }
            if self.chance.percent(35) {
                let hours = (*self.chance.pick(&HOURS)).to_owned();
                self.command(&user, Command::Volunteer(VolunteerCommand::Hours(hours))).await?;
            }
        }
        Ok(())
    }

    /// One thing that somebody does.
    pub async fn deed(&mut self) -> Result<(), Fault> {
        let actors = self.town.actors();
        let user = self.chance.pick(&actors).clone();
        match self.chance.below(100) {
            0..26 => self.hand_off(&user).await,
            26..56 => self.press_something().await,
            56..70 => self.press("Accept").await,
            70..76 => self.press("Done").await,
            76..82 => self.speak_in_a_thread(&user).await,
            82..90 => self.change_availability(&user).await,
            90..93 => self.leave_or_return().await,
            93..95 => self.do_not_disturb().await,
            95 => {
                self.note(&format!("{user} opens their home"));
                let inbound = self.inbound(&user, None, Event::HomeOpened);
                self.send(inbound).await.map(drop)
            }
            96 | 97 => self.ask_around(&user).await,
            98 => self.change_settings().await,
            _ => {
                let channel = self.chance.pick(&self.town.channels).clone();
                self.note(&format!("{channel} is deleted, or comes back"));
                let mut screen = self.screen.look();
                if !screen.dead_channels.remove(&channel) {
                    screen.dead_channels.insert(channel);
                }
                Ok(())
            }
        }
    }

    async fn hand_off(&mut self, user: &UserKey) -> Result<(), Fault> {
        self.handed_off += 1;
        let n = self.handed_off;
        let topic = match self.chance.below(10) {
            0 => String::new(),
            1 => "biling ".to_owned(),
            _ => format!("{} ", self.chance.pick(&self.town.topic_names())),
        };
        let words = format!("{topic}help wanted number {n}, please");
        match self.chance.below(10) {
            0..4 => self.command(user, Command::Handoff(words)).await,
            4..6 => self.command(user, Command::Handoff(String::new())).await,
            6 => {
                let message = HandedMessage {
                    message: MessageRef {
                        channel: "C-lobby".into(),
                        message: format!("m{n}").as_str().into(),
                    },
                    thread: None,
                    author: Some(self.chance.pick(&self.town.actors()).clone()),
                    words: format!("somebody needs number {n}"),
                    link: Some("https://example.com/m".to_owned()),
                };
                self.command(user, Command::HandoffMessage(message)).await
            }
            7 => {
                let place = Place {
                    channel: format!("D-{user}").as_str().into(),
                    thread: None,
                    kind: PlaceKind::Direct,
                };
                self.say(user, place, &words, Speech::ToBot).await
            }
            _ => {
                let place = Place {
                    channel: ChannelKey::from("C-lobby"),
                    thread: Some(MessageKey::from(format!("t{n}"))),
                    kind: PlaceKind::Channel,
                };
                self.say(user, place, &format!("handoff {words}"), Speech::ToBot).await
            }
        }
    }

    /// Somebody presses any button that they see, or saw once.
    pub async fn press_something(&mut self) -> Result<(), Fault> {
        let old = self.chance.percent(30);
        let seen = self.buttons(old);
        let Some((user, label, command)) = self.chance.pick_or_none(&seen).cloned() else { return Ok(()) };
        self.note(&format!("{user} presses {label}{}", if old { ", perhaps on an old card" } else { "" }));
        self.command(&user, command).await
    }

    async fn press(&mut self, label: &str) -> Result<(), Fault> {
        let mut seen = self.buttons(false);
        seen.retain(|(_, known, _)| known == label);
        let Some((user, label, command)) = self.chance.pick_or_none(&seen).cloned() else { return Ok(()) };
        self.note(&format!("{user} presses {label}"));
        self.command(&user, command).await
    }

    /// All buttons before anybody's eyes, with who sees them; or also those of cards as they once were.
    fn buttons(&mut self, old: bool) -> Vec<(UserKey, String, Command)> {
        let actors = self.town.actors();
        let mut seen = Vec::new();
        let mut add = |users: &[UserKey], card: &Card| {
            for (label, command) in choices(card) {
                for user in users.iter().filter(|user| actors.contains(user)) {
                    seen.push((user.clone(), label.clone(), command.clone()));
                }
            }
        };
        let somebody = [self.chance.pick(&actors).clone()];
        let screen = self.screen.look();
        for post in screen.posts.iter().rev().take(60) {
            let readers = match &post.to {
                Address::Person(user) => std::slice::from_ref(user),
                Address::Group(users) => users,
                Address::Channel(_) | Address::Thread(..) => &somebody,
            };
            if old {
                post.versions.iter().for_each(|card| add(readers, card));
            } else {
                add(readers, post.card());
            }
        }
        for (user, card) in &screen.homes {
            add(std::slice::from_ref(user), card);
        }
        for (user, card) in &self.answers {
            add(std::slice::from_ref(user), card);
        }
        seen
    }

    async fn speak_in_a_thread(&mut self, user: &UserKey) -> Result<(), Fault> {
        let talks: Vec<(Vec<UserKey>, Place)> = self
            .screen
            .look()
            .posts
            .iter()
            .filter_map(|post| match &post.to {
                Address::Group(users) => {
                    let channel = post.at.channel.clone();
                    Some((users.clone(), Place { channel, thread: None, kind: PlaceKind::Group }))
                }
                Address::Thread(channel, thread) => {
                    let (channel, thread) = (channel.clone(), Some(thread.clone()));
                    Some((Vec::new(), Place { channel, thread, kind: PlaceKind::Channel }))
                }
                _ => None,
            })
            .collect();
        let Some((users, place)) = self.chance.pick_or_none(&talks).cloned() else { return Ok(()) };
        let actors = self.town.actors();
        let speakers: Vec<&UserKey> = users.iter().filter(|user| actors.contains(user)).collect();
        let speaker = self.chance.pick_or_none(&speakers).map_or(user.clone(), |user| (*user).clone());
        if self.chance.percent(75) {
            self.say(&speaker, place, "I am looking into it", Speech::Overheard).await
        } else {
            self.say(&speaker, place, "done it was the cable", Speech::ToBot).await
        }
    }

    async fn change_availability(&mut self, user: &UserKey) -> Result<(), Fault> {
        let topic = self.chance.pick(&self.town.topic_names()).clone();
        let other = self.chance.pick(&self.town.citizens).clone();
        let command = match self.chance.below(12) {
            0 | 1 => VolunteerCommand::Join(vec![topic]),
            2 => VolunteerCommand::Leave(vec![topic]),
            3 => VolunteerCommand::Hours((*self.chance.pick(&HOURS)).to_owned()),
            4 => VolunteerCommand::Capacity((*self.chance.pick(&["1", "2", "", "5"])).to_owned()),
            5 | 6 => VolunteerCommand::Pause(
                (*self.chance.pick(&["", "2h", "tomorrow", "17:00", "friday"])).to_owned(),
            ),
            7 | 8 => VolunteerCommand::Resume,
            9 | 10 => VolunteerCommand::Deputy(self.chance.percent(80).then(|| Named(other.handle.clone()))),
            _ => VolunteerCommand::Form,
        };
        self.note(&format!("{user}: {command:?}"));
        self.command(user, Command::Volunteer(command)).await
    }

    async fn ask_around(&mut self, user: &UserKey) -> Result<(), Fault> {
        let number = self.chance.between(1, 12).to_string();
        let command = match self.chance.below(5) {
            0 => RequestsCommand::Mine,
            1 => RequestsCommand::Offered,
            2 => RequestsCommand::Who(String::new()),
            3 => RequestsCommand::Topic(self.town.topic_names()[0].clone()),
            _ => RequestsCommand::Show(number),
        };
        self.command(user, Command::Requests(command)).await
    }

    async fn change_settings(&mut self) -> Result<(), Fault> {
        let (name, values): (&str, &[&str]) = match self.chance.below(4) {
            0 => ("offer_timeout", &["5m", "30m", ""]),
            1 => ("capacity", &["1", "4", ""]),
            2 => ("office_hours", &HOURS),
            _ => ("front_desk", &["none", "C-front-desk"]),
        };
        let value = (*self.chance.pick(values)).to_owned();
        let admin = self.town.citizens[0].user.clone();
        self.note(&format!("{admin} sets {name} to {value}"));
        self.command(&admin, Command::Service(ServiceCommand::Set { name: name.to_owned(), value })).await
    }

    async fn leave_or_return(&mut self) -> Result<(), Fault> {
        let n = self.chance.below(self.town.citizens.len());
        let citizen = &mut self.town.citizens[n];
        citizen.standing = match citizen.standing {
            Standing::Left => Standing::Staff,
            _ => Standing::Left,
        };
        let facts = citizen.facts();
        if self.town.actors().is_empty() {
            self.town.citizens[n].standing = Standing::Staff;
            return Ok(());
        }
        self.note(&format!("{:?} is {:?}", facts.handle, facts.standing));
        self.tell(facts).await
    }

    async fn do_not_disturb(&mut self) -> Result<(), Fault> {
        let minutes = self.chance.between(10, 600);
        let n = self.chance.below(self.town.citizens.len());
        let until = self.chance.percent(70).then(|| self.now + SignedDuration::from_mins(minutes));
        self.town.citizens[n].quiet_until = until;
        let facts = self.town.citizens[n].facts();
        self.screen
            .look()
            .people
            .entry(self.town.citizens[n].user.clone())
            .and_modify(|known| known.1 = until);
        self.note(&format!("{:?} does not want to be disturbed until {until:?}", facts.handle));
        if self.chance.percent(50) {
            let told = PersonFacts { user: facts.user, away_until: Some(until), ..PersonFacts::default() };
            return self.tell_only(told).await;
        }
        Ok(())
    }

    /// The platform tells of somebody, and answers look-ups so from now on.
    async fn tell(&mut self, facts: PersonFacts) -> Result<(), Fault> {
        if let Some(user) = &facts.user {
            self.screen.look().people.entry(user.clone()).and_modify(|known| known.0 = facts.clone());
        }
        self.tell_only(facts).await
    }

    async fn tell_only(&mut self, facts: PersonFacts) -> Result<(), Fault> {
        let mut inbound = self.inbound(&UserKey::from(""), None, Event::Met(vec![facts]));
        inbound.actor = None;
        self.send(inbound).await.map(drop)
    }

    async fn say(&mut self, user: &UserKey, place: Place, words: &str, to_bot: Speech) -> Result<(), Fault> {
        self.note(&format!("{user} says in {}: {words}", place.channel));
        let said = Said {
            message: MessageKey::from(format!("s{}", self.deliveries)),
            at: self.now,
            link: None,
            words: words.to_owned(),
            to_bot,
        };
        let inbound = self.inbound(user, Some(place), Event::Said(said));
        let reply = self.send(inbound).await?;
        self.answered(user, reply).await
    }

    async fn command(&mut self, user: &UserKey, command: Command) -> Result<(), Fault> {
        if let Command::Handoff(words) = &command {
            self.note(&format!("{user} hands off: {words}"));
        }
        let inbound = self.inbound(user, None, Event::Command(command));
        let reply = self.send(inbound).await?;
        self.answered(user, reply).await
    }

    /// What somebody does with an answer: keep it in sight; fill in a form and send it, at once.
    async fn answered(&mut self, user: &UserKey, reply: Reply) -> Result<(), Fault> {
        let form = match reply {
            Reply::Private(card) => {
                self.answers.push_back((user.clone(), card.said));
                if self.answers.len() > ANSWERS {
                    self.answers.pop_front();
                }
                return Ok(());
            }
            Reply::Form(form) if self.chance.percent(85) => form,
            Reply::Form(_) | Reply::Nothing | Reply::Mend(_) => return Ok(()),
        };
        let submitted = self.fill_in(&form);
        self.note(&format!("{user} sends the form {}: {:?}", form.kind.as_str(), submitted.answers));
        let inbound = self.inbound(user, None, Event::Command(Command::Submit(submitted)));
        match self.send(inbound).await? {
            Reply::Private(card) => self.answers.push_back((user.clone(), card.said)),
            Reply::Mend(_) | Reply::Nothing | Reply::Form(_) => {}
        }
        Ok(())
    }

    fn fill_in(&mut self, form: &Form) -> Submitted {
        let mut answers = BTreeMap::new();
        for field in &form.fields {
            let answer = match &field.input {
                Input::Line { initial, .. } | Input::Words { initial, .. } if self.chance.percent(30) => {
                    Answer::Words(initial.clone())
                }
                Input::Line { .. } | Input::Words { .. } => {
                    Answer::Words((*self.chance.pick(&["the cable", "a new key", "2"])).to_owned())
                }
                Input::Choice { options, .. } => {
                    let Some(choice) = self.chance.pick_or_none(options) else { continue };
                    Answer::Words(choice.value.clone())
                }
                Input::Checks { options, .. } => {
                    let ticked = options.iter().filter(|_| self.chance.percent(35));
                    Answer::Words(ticked.map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(","))
                }
                Input::Person => Answer::Person(self.chance.pick(&self.town.citizens).user.clone()),
            };
            answers.insert(field.name.clone(), answer);
        }
        let mut form = Submitted { kind: form.kind, about: form.about.clone(), answers };
        if form.kind == FormKind::Handoff {
            let mark = if form.ticked("options", "private") { PRIVATE } else { "" };
            let words = format!("by form, number {} {mark}", self.handed_off);
            form.answers.insert("words".to_owned(), Answer::Words(words));
        }
        form
    }

    fn inbound(&mut self, user: &UserKey, place: Option<Place>, event: Event) -> Inbound {
        self.deliveries += 1;
        let mentions = self
            .town
            .citizens
            .iter()
            .map(|citizen| Mentioned { shown: citizen.handle.clone(), user: citizen.user.clone() })
            .collect();
        Inbound {
            platform: PlatformKind::Slack,
            workspace: WorkspaceKey::from("T1"),
            delivery: format!("d{}", self.deliveries),
            actor: Some(user.clone()),
            place,
            mentions,
            people: Vec::new(),
            event,
        }
    }
}

/// Everything that can be pressed on a card.
fn choices(card: &Card) -> Vec<(String, Command)> {
    let mut choices = Vec::new();
    for action in card.all_actions() {
        match action {
            Action::Button { label, command, .. } => choices.push((label.clone(), command.clone())),
            Action::Menu { choices: menu, .. } => choices.extend(menu.iter().cloned()),
            Action::Link { .. } => {}
        }
    }
    // As through the platform: a button is its token.
    choices
        .into_iter()
        .map(|(label, command)| {
            let token = command.encode().unwrap_or_else(|| panic!("{label} has no token: {command:?}"));
            (label, Command::decode(&token).unwrap_or_else(|| panic!("{token} cannot be read")))
        })
        .collect()
}
