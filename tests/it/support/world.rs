//! The world of a script: the real app on a store in memory, a clock turned by hand, and the chat.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use goodturn::app::clock::{IdSource, ManualClock};
use goodturn::app::metrics::Metrics;
use goodturn::app::{App, Defaults};
use goodturn::chat::inbound::{Event, Inbound, Reply};
use goodturn::chat::platform::{Addressed, ChatPlatform};
use goodturn::chat::say::forms;
use goodturn::domain::ids::Place;
use goodturn::domain::person::{Role, Standing};
use goodturn::domain::recurrence::Recurrence;
use goodturn::store::Store;
use goodturn::store::engine::OpenMode;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::support::chat::{Chat, How, Seen};
use crate::support::script::{self, Act, Times};
use crate::support::setting::{Setting, TopicHead};
use crate::support::skin::{self, Deed, Doing, Mention, Screen, Skin};
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
    last: String,
    undone: Vec<(String, &'static str)>,
    code: String,
}

/// A script that was played.
pub struct Played {
    /// The transcript.
    pub told: String,
    /// What could not be done on this platform, as told, and why.
    pub undone: Vec<(String, &'static str)>,
}

/// How something came about, as far as the answer depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By words.
    Words,
    /// By a command, a press or a form.
    Deed,
}

/// Plays a script to its end on a platform, or on both at once.
pub async fn play(script: &str, skins: Vec<Arc<dyn Skin>>) -> Played {
    let (head, story) = script::split(script);
    let setting = Setting::read(&head);
    let mut before = setting.start;
    let mut world = World::new(setting, skins).await;
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
    Played { told: world.told, undone: world.undone }
}

impl World {
    /// A world in which everybody is known and nothing was said yet.
    pub async fn new(setting: Setting, skins: Vec<Arc<dyn Skin>>) -> Self {
        let clock = Arc::new(ManualClock::at(setting.start - SignedDuration::from_hours(1)));
        // Where a script plays on both, everybody is where their account is.
        let beside = skins.len() > 1;
        let of = |skin: Arc<dyn Skin>| {
            let mut people = setting.people.clone();
            people.retain(|_, person| !beside || people::platform(&person.handle) == skin.kind());
            Arc::new(Chat::new(Arc::clone(&clock), people, skin))
        };
        let chats: Vec<Arc<Chat>> = skins.into_iter().map(of).collect();
        let store = Store::open("sqlite::memory:", OpenMode::Run).await.expect("a store in memory");
        let defaults = Defaults {
            settings: setting.settings.clone(),
            topics: setting.topics.iter().map(TopicHead::topic).collect(),
            admins: Vec::new(),
            stewards: Vec::new(),
            housekeeping: Recurrence::parse("30 3 * * *").expect("a literal"),
        };
        let metrics = Arc::new(Metrics::new());
        let app = App::new(store, clock.clone(), IdSource::seeded(7), defaults, metrics);
        let names = if beside { ["Harbour", "Community"] } else { ["Example", ""] };
        for (chat, name) in chats.iter().zip(names) {
            app.adopt(chat.kind(), &chat.skin().workspace(), name).await.expect("a workspace");
            clock.set(app.now() + SignedDuration::from_secs(1));
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
            last: String::new(),
            undone: Vec::new(),
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
            self.met(&person.handle).await;
        }
        for head in &setting.topics {
            for handle in &head.volunteers {
                let join = format!("volunteer join {}", head.name);
                self.does(handle, Some(stage::directly(handle)), Deed::Slash(&join)).await;
            }
            let admin = setting.people.values().rev().find(|person| person.role == Role::Admin);
            for edit in &head.edits {
                let admin = &admin.expect("somebody who is (admin) sets up topics").handle;
                let edit = format!("service topic edit {} {edit}", head.name);
                self.does(admin, Some(stage::directly(admin)), Deed::Slash(&edit)).await;
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
                let text = text.replace("{code}", &self.code);
                let place = self.place(&place);
                self.does(&who, place, Deed::Slash(&text)).await;
            }
            Act::Tell { who, text } => {
                let place = Some(stage::directly(&who));
                self.does(&who, place, Deed::Words { text: &text, mention: Mention::Nobody }).await;
            }
            Act::Mention { who, place, text } => {
                let place = self.place(&place);
                self.does(&who, place, Deed::Words { text: &text, mention: Mention::Bot }).await;
            }
            Act::Say { who, place, text } => {
                let place = self.place(&place);
                self.does(&who, place, Deed::Words { text: &text, mention: Mention::Nobody }).await;
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
                    let Some((press, place)) = pressed else {
                        self.lines("!", who, vec![format!("sees no such button ({button:?})")]);
                        continue;
                    };
                    self.does(who, place.clone(), Deed::Press(&press)).await;
                    match times {
                        Times::Once => {}
                        Times::Twice => self.does(who, place, Deed::Press(&press)).await,
                        Times::DeliveredTwice => {
                            self.deliveries -= 1;
                            self.does(who, place, Deed::Press(&press)).await;
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
                self.does(&who, None, Deed::Fill(&form, &answers)).await;
            }
            Act::HandOff { who, author, place, text } => {
                let author = self.somebody(&author);
                let place = Some(stage::place_named(&place));
                self.does(&who, place, Deed::HandOff { author: &author, text: &text }).await;
            }
            Act::Home { who } => self.does(&who, None, Deed::Home).await,
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
        self.chat(who).change(|people, _| change(people.get_mut(&people::key(who)).expect("somebody")));
        self.met(who).await;
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

    /// The chat in which somebody is; where there is one, everybody is in it.
    fn chat(&self, who: &str) -> Arc<Chat> {
        let kind = people::platform(who);
        Arc::clone(self.chats.iter().find(|chat| chat.kind() == kind).unwrap_or(&self.chats[0]))
    }

    fn somebody(&self, who: &str) -> people::Somebody {
        let person = self.chat(who).person(who.trim_end_matches(people::DISCORD));
        person.unwrap_or_else(|| panic!("nobody is called {who}"))
    }

    /// Somebody does something, which their platform brings to the app as it does.
    async fn does(&mut self, who: &str, place: Option<Place>, deed: Deed<'_>) {
        self.deliveries += 1;
        let chat = self.chat(who);
        let said = matches!(deed, Deed::Words { .. });
        let doing = Doing {
            who: &self.somebody(who),
            place: place.as_ref(),
            now: self.app.now(),
            serial: self.deliveries,
            people: &chat.people(),
            deed,
        };
        match chat.skin().hear(&doing) {
            Ok(inbound) => self.answered(who, inbound, if said { Way::Words } else { Way::Deed }).await,
            Err(reason) => self.undone.push((self.last.clone(), reason)),
        }
    }

    /// The platform tells who somebody is.
    async fn met(&mut self, who: &str) {
        self.deliveries += 1;
        let chat = self.chat(who);
        let facts = chat.skin().facts(&self.somebody(who), self.app.now());
        let inbound = Inbound {
            platform: chat.kind(),
            workspace: chat.skin().workspace(),
            delivery: format!("met-{}", self.deliveries),
            actor: None,
            place: None,
            mentions: Vec::new(),
            people: Vec::new(),
            event: Event::Met(vec![facts]),
        };
        self.answered(who, inbound, Way::Deed).await;
    }

    async fn answered(&mut self, who: &str, inbound: Inbound, way: Way) {
        let reply = self.app.receive(inbound).await.expect("a decision");
        let reply = match (reply, way) {
            // Words cannot open a form; a button does.
            (Reply::Form(form), Way::Words) => Reply::Private(Addressed {
                said: forms::door(&form).expect("a form that words lead to has a button"),
                users: BTreeMap::new(),
                zone: TimeZone::UTC,
            }),
            (reply, _) => reply,
        };
        match reply {
            Reply::Nothing => {}
            Reply::Private(card) => {
                let readers = vec![people::key(who)];
                let place = format!("{} privately", people::handle(&people::key(who)));
                let shown = skin::show(self.chat(who).skin(), &card, Screen::Message);
                self.appear(&Seen { place, how: How::New, readers, card, shown, at: None, spot: None });
            }
            Reply::Form(form) => {
                self.lines("→", &format!("{who} form"), screen::form(&form));
                self.stage.open(&people::key(who), skin::open(self.chat(who).skin(), &form));
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
        self.last = format!("{time} {words}");
        let _ = writeln!(self.told, "{}", self.last);
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
