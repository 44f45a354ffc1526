//! The world of a script: the real app on a store in memory, a clock turned by hand, and the chat.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use goodturn::app::clock::{IdSource, ManualClock};
use goodturn::app::metrics::Metrics;
use goodturn::app::{App, Defaults};
use goodturn::chat::command::{Command, HandedMessage, VolunteerCommand};
use goodturn::chat::form::{Answer, Form, Input, Submitted};
use goodturn::chat::inbound::{Event, Inbound, Mentioned, PersonFacts, Reply, Said, Speech};
use goodturn::chat::parse;
use goodturn::chat::platform::ChatPlatform;
use goodturn::domain::ids::{MessageKey, MessageRef, Place, PlatformKind, WorkspaceKey};
use goodturn::domain::person::{Role, Standing};
use goodturn::domain::recurrence::Recurrence;
use goodturn::domain::topic::Topic;
use goodturn::store::Store;
use goodturn::store::engine::OpenMode;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::support::chat::{Chat, How, Seen};
use crate::support::script::{self, Act, Times};
use crate::support::setting::Setting;
use crate::support::stage::{self, Stage};
use crate::support::{people, screen};

/// More looks than this without the clock moving on: time stands still.
const MOST_TURNS: u32 = 200;

/// The world of one script.
pub struct World {
    app: App,
    clock: Arc<ManualClock>,
    chats: Vec<Arc<Chat>>,
    platforms: Vec<Arc<dyn ChatPlatform>>,
    stage: Stage,
    zone: TimeZone,
    told: String,
    day: Option<jiff::civil::Date>,
    deliveries: u32,
    code: String,
}

/// Plays a script to its end and gives the transcript.
pub async fn play(script: &str) -> String {
    let (head, story) = script::split(script);
    let setting = Setting::read(&head);
    let mut before = setting.start;
    let mut world = World::new(setting).await;
    for comment in head.iter().filter(|line| line.starts_with('#')) {
        let _ = writeln!(world.told, "{comment}");
    }
    for line in story {
        if line.trim().is_empty() || line.starts_with('#') {
            let _ = writeln!(world.told, "{line}");
            continue;
        }
        let line = script::read(line, before, &world.zone.clone());
        before = line.at;
        world.until(line.at).await;
        world.tell(&line.words);
        world.act(line.act).await;
        world.until(line.at).await;
    }
    world.told
}

impl World {
    /// A world in which everybody is known and nothing was said yet.
    pub async fn new(setting: Setting) -> Self {
        let clock = Arc::new(ManualClock::at(setting.start - SignedDuration::from_hours(1)));
        let chats: Vec<Arc<Chat>> = [PlatformKind::Slack, PlatformKind::Discord]
            .into_iter()
            .map(|kind| {
                let here = |(_, person): &(_, people::Somebody)| people::platform(&person.handle) == kind;
                let people = setting.people.clone().into_iter().filter(here).collect();
                Arc::new(Chat::new(kind, Arc::clone(&clock), people))
            })
            .collect();
        let store = Store::open("sqlite::memory:", OpenMode::Run).await.expect("a store in memory");
        let defaults = Defaults {
            settings: setting.settings.clone(),
            topics: setting.topics.iter().map(|head| topic(&head.name, &head.about)).collect(),
            admins: Vec::new(),
            stewards: Vec::new(),
            housekeeping: Recurrence::parse("30 3 * * *").expect("a literal"),
        };
        let metrics = Arc::new(Metrics::new());
        let app = App::new(store, clock.clone(), IdSource::seeded(7), defaults, metrics);
        let on_discord =
            setting.people.values().any(|one| people::platform(&one.handle) == PlatformKind::Discord);
        let name = if on_discord { "Harbour" } else { "Example" };
        app.adopt(PlatformKind::Slack, &WorkspaceKey::from("T1"), name).await.expect("a workspace");
        if on_discord {
            clock.set(app.now() + SignedDuration::from_secs(1));
            let key = WorkspaceKey::from("G1");
            app.adopt(PlatformKind::Discord, &key, "Community").await.expect("a workspace");
        }
        let mut world = Self {
            app,
            platforms: chats.iter().map(|chat| Arc::clone(chat) as Arc<dyn ChatPlatform>).collect(),
            clock,
            chats,
            stage: Stage::default(),
            zone: setting.zone.clone(),
            told: String::new(),
            day: None,
            deliveries: 0,
            code: String::new(),
        };
        world.settle_in(setting).await;
        world
    }

    /// Everybody is met and joins their topics, before anything is told.
    async fn settle_in(&mut self, setting: Setting) {
        let known = setting.people.values().filter(|person| !setting.strangers.contains(&person.handle));
        // One after the other, so that ids sort as handles do and a tie goes to the first by name.
        for person in known {
            self.clock.set(self.app.now() + SignedDuration::from_secs(1));
            self.met(person.facts(), &person.handle).await;
        }
        for head in &setting.topics {
            for handle in &head.volunteers {
                let join = Command::Volunteer(VolunteerCommand::Join(vec![head.name.clone()]));
                self.receive(Some(handle), None, Event::Command(join)).await;
            }
            let admin = setting.people.values().rev().find(|person| person.role == Role::Admin);
            for edit in &head.edits {
                let admin = &admin.expect("somebody who is (admin) sets up topics").handle;
                let command = parse::slash("service", &format!("topic edit {} {edit}", head.name));
                self.receive(Some(admin), None, Event::Command(command)).await;
            }
        }
        self.until(setting.start).await;
        self.told.clear();
        self.day = None;
    }

    /// Lets time pass until then: every timer and every message at its instant, in order.
    pub async fn until(&mut self, then: Timestamp) {
        let mut turns = 0;
        let mut last = None;
        loop {
            self.app.wake().await.expect("timers are looked at");
            self.app.deliver_all(&self.platforms).await.expect("messages are delivered");
            self.see();
            let now = self.app.now();
            let next = self.app.next_event().await.expect("the store answers");
            let Some(next) = next.filter(|next| *next <= then) else { break };
            turns = if last == Some(now) { turns + 1 } else { 0 };
            last = Some(now);
            assert!(turns < MOST_TURNS, "time stands still at {now}:\n{}", self.told);
            self.clock.set(next.max(now));
        }
        self.clock.set(then);
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Slash { who, place, text } => {
                let (name, words) = text.split_once(' ').unwrap_or((&text, ""));
                let command = parse::slash(name, &words.replace("{code}", &self.code));
                let place = self.place(&place);
                self.said(&who, place, &text, Event::Command(command)).await;
            }
            Act::Tell { who, text } => {
                let said = self.words(&text, Speech::ToBot);
                self.said(&who, Some(stage::directly(&who)), &text, said).await;
            }
            Act::Mention { who, place, text } => {
                let said = self.words(&text, Speech::ToBot);
                let place = self.place(&place);
                self.said(&who, place, &text, said).await;
            }
            Act::Say { who, place, text } => {
                let said = self.words(&text, Speech::Overheard);
                let place = self.place(&place);
                self.said(&who, place, &text, said).await;
            }
            Act::Press { who, button, times } => {
                let pressed: Vec<_> = who
                    .iter()
                    .map(|who| {
                        let sees = people::key(button.of.as_ref().unwrap_or(who));
                        (who, self.stage.press(&sees, &button))
                    })
                    .collect();
                for (who, pressed) in pressed {
                    let Some((command, place)) = pressed else {
                        self.lines("!", who, vec![format!("sees no such button ({button:?})")]);
                        continue;
                    };
                    let event = Event::Command(command);
                    self.receive(Some(who), place.clone(), event.clone()).await;
                    match times {
                        Times::Once => {}
                        Times::Twice => self.receive(Some(who), place, event).await,
                        Times::DeliveredTwice => {
                            self.deliveries -= 1;
                            self.receive(Some(who), place, event).await;
                        }
                    }
                }
            }
            Act::SeesNo { who, button } => {
                if self.stage.offers(&people::key(&who), &button) {
                    self.lines("!", &who, vec![format!("does see it ({button:?})")]);
                }
            }
            Act::Fill { who, answers } => {
                let Some(form) = self.stage.form(&people::key(&who)).cloned() else {
                    return self.lines("!", &who, vec!["has no form to fill".to_owned()]);
                };
                let submitted = filled(&form, answers);
                self.receive(Some(&who), None, Event::Command(Command::Submit(submitted))).await;
            }
            Act::HandOff { who, author, place, text } => {
                let place = stage::place_named(&place);
                let message = HandedMessage {
                    message: MessageRef { channel: place.channel.clone(), message: MessageKey::from("M77") },
                    thread: None,
                    author: Some(people::key(&author)),
                    words: text,
                    link: Some("https://chat.example.org/M77".to_owned()),
                };
                let event = Event::Command(Command::HandoffMessage(message));
                self.receive(Some(&who), Some(place), event).await;
            }
            Act::Home { who } => self.receive(Some(&who), None, Event::HomeOpened).await,
            Act::Leaves { who } => self.change(&who, |person| person.standing = Standing::Left).await,
            Act::Moves { who, zone } => self.change(&who, |person| person.zone = zone).await,
            Act::Roles { who, roles } => self.change(&who, |person| person.marks = Some(roles)).await,
            Act::Quiet { who, until } => self.chat(&who).change(|people, _| {
                people.get_mut(&people::key(&who)).expect("somebody").quiet_until = Some(until);
            }),
            Act::Fails { times } => self.chats[0].change(|_, weather| weather.failing = times),
            Act::Unsure { times } => self.chats[0].change(|_, weather| weather.unsure = times),
            Act::Gone { channel } => self.chats[0].change(|_, weather| weather.gone.push(channel)),
            Act::Pass => {}
        }
    }

    /// Something about somebody changes, and the platform tells.
    async fn change(&mut self, who: &str, change: impl FnOnce(&mut people::Somebody)) {
        let chat = Arc::clone(self.chat(who));
        chat.change(|people, _| change(people.get_mut(&people::key(who)).expect("somebody")));
        let facts = chat.person(who.trim_end_matches(people::DISCORD)).expect("somebody").facts();
        self.met(facts, who).await;
    }

    fn chat(&self, who: &str) -> &Arc<Chat> {
        let kind = people::platform(who);
        self.chats.iter().find(|chat| chat.kind() == kind).expect("there is one of each")
    }

    async fn met(&mut self, facts: PersonFacts, who: &str) {
        let (platform, event) = (people::platform(who), Event::Met(vec![facts]));
        self.take_in(platform, None, None, Vec::new(), event).await;
    }

    fn place(&mut self, name: &str) -> Option<Place> {
        let Some(number) = name.strip_prefix("the thread of request ") else {
            return Some(stage::place_named(name));
        };
        let place = self.stage.talk_of(number.parse().expect("a number"));
        if place.is_none() {
            self.lines("!", name, vec!["is nowhere".to_owned()]);
        }
        place
    }

    fn words(&self, text: &str, to_bot: Speech) -> Event {
        let message = MessageKey::from(format!("S{}", self.deliveries));
        Event::Said(Said { message, at: self.app.now(), link: None, words: text.to_owned(), to_bot })
    }

    async fn said(&mut self, who: &str, place: Option<Place>, text: &str, event: Event) {
        let mentions = text
            .split_whitespace()
            .filter_map(|word| word.strip_prefix('@'))
            .filter_map(|name| self.chat(who).person(name))
            .map(|person| Mentioned { user: people::key(&person.handle), shown: person.handle })
            .collect();
        self.take_in(people::platform(who), Some(who), place, mentions, event).await;
    }

    async fn receive(&mut self, who: Option<&str>, place: Option<Place>, event: Event) {
        let platform = people::platform(who.unwrap_or_default());
        self.take_in(platform, who, place, Vec::new(), event).await;
    }

    async fn take_in(
        &mut self,
        platform: PlatformKind,
        who: Option<&str>,
        place: Option<Place>,
        mentions: Vec<Mentioned>,
        event: Event,
    ) {
        self.deliveries += 1;
        let inbound = Inbound {
            platform,
            workspace: WorkspaceKey::from(if platform == PlatformKind::Discord { "G1" } else { "T1" }),
            delivery: format!("delivery-{}", self.deliveries),
            actor: who.map(people::key),
            place,
            mentions,
            people: Vec::new(),
            event,
        };
        let reply = self.app.receive(inbound).await.expect("a decision");
        let who = who.unwrap_or_default();
        match reply {
            Reply::Nothing => {}
            Reply::Private(card) => {
                let readers = vec![people::key(who)];
                let place = format!("{} privately", people::handle(&people::key(who)));
                self.appear(&Seen { place, how: How::New, readers, card, at: None });
            }
            Reply::Form(form) => {
                self.lines("→", &format!("{who} form"), screen::form(&form));
                self.stage.open(&people::key(who), form);
            }
            Reply::Mend(mends) => self.lines("→", &format!("{who} form"), screen::mends(&mends)),
        }
    }

    fn see(&mut self) {
        let fresh: Vec<Seen> = self.chats.iter().flat_map(|chat| chat.fresh()).collect();
        for seen in fresh {
            self.appear(&seen);
        }
    }

    fn appear(&mut self, seen: &Seen) {
        self.stage.show(seen);
        let words = seen.card.said.words(&self.zone);
        if let Some((_, code)) = words.split_once("/service link ")
            && let Some(code) = code.get(..8).filter(|code| code.bytes().all(|c| c.is_ascii_alphanumeric()))
        {
            code.clone_into(&mut self.code);
        }
        let arrow = if seen.how == How::Edited { "✎" } else { "→" };
        self.lines(arrow, &seen.place, screen::card(&seen.card.said, &seen.card.zone));
    }

    fn tell(&mut self, words: &str) {
        let time = self.time();
        let _ = writeln!(self.told, "{time} {words}");
    }

    fn lines(&mut self, arrow: &str, place: &str, lines: Vec<String>) {
        let time = self.time();
        let mut lines = lines.into_iter();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(self.told, "  {time} {arrow} {place}: {first}");
        for line in lines {
            let _ = writeln!(self.told, "             {line}");
        }
    }

    /// The time of day, under the heading of its day.
    fn time(&mut self) -> String {
        let now = self.app.now().to_zoned(self.zone.clone());
        if self.day != Some(now.date()) {
            self.day = Some(now.date());
            let _ = writeln!(self.told, "\n== {} ==", now.strftime("%A %-d %B %Y"));
        }
        now.strftime("%H:%M").to_string()
    }
}

/// The answers to a form: labels are given for choices, handles for people.
fn filled(form: &Form, answers: Vec<(String, String)>) -> Submitted {
    let mut given: BTreeMap<String, Answer> = form
        .fields
        .iter()
        .filter_map(|field| {
            let initial = match &field.input {
                Input::Line { initial, .. } | Input::Words { initial, .. } => initial.clone(),
                Input::Choice { initial, .. } => initial.clone()?,
                Input::Checks { initial, .. } => initial.join(","),
                Input::Person => return None,
            };
            Some((field.name.clone(), Answer::Words(initial)))
        })
        .collect();
    for (name, value) in answers {
        let field = form.fields.iter().find(|field| field.name == name);
        let field = field.unwrap_or_else(|| panic!("the form has no field {name}"));
        let answer = match &field.input {
            Input::Person => Answer::Person(people::key(&value)),
            Input::Choice { options, .. } => {
                let chosen = options.iter().find(|option| option.label == value || option.value == value);
                let chosen = chosen.unwrap_or_else(|| panic!("the form has no choice {value}"));
                Answer::Words(chosen.value.clone())
            }
            _ => Answer::Words(value),
        };
        given.insert(name, answer);
    }
    Submitted { kind: form.kind, about: form.about.clone(), answers: given }
}

fn topic(name: &str, about: &str) -> Topic {
    Topic {
        id: goodturn::domain::ids::TopicId::from(""),
        name: name.to_owned(),
        about: about.to_owned(),
        channel: None,
        steward: None,
        offer_timeout: None,
        stale_after: None,
        hours: None,
        zone: None,
    }
}
