//! The head of a script: who works here, for which topics, under which settings.

use goodturn::domain::ids::TopicId;
use goodturn::domain::person::{Role, Standing};
use goodturn::domain::settings::{SettingName, Settings};
use goodturn::domain::topic::Topic;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::support::people::People;
use crate::support::people::{DISCORD, Somebody, key};

/// The zone in which a script tells time, unless it says another.
const ZONE: &str = "Europe/Berlin";

/// When a script starts, unless it says otherwise: a Monday, before the office opens.
const START: &str = "2026-11-23T08:00";

/// Everything that stands before the story begins.
pub struct Setting {
    /// Everybody on the platform.
    pub people: People,
    /// Those whom the bot has not met yet.
    pub strangers: Vec<String>,
    /// The settings in force.
    pub settings: Settings,
    /// The topics, and who volunteers.
    pub topics: Vec<TopicHead>,
    /// The zone in which the script tells time.
    pub zone: TimeZone,
    /// When it starts.
    pub start: Timestamp,
}

/// A topic of the head: `topic billing: bo, cy; channel #billing; steward eve; about refunds`.
#[derive(Default)]
pub struct TopicHead {
    /// Its name.
    pub name: String,
    /// Who volunteers, by handle.
    pub volunteers: Vec<String>,
    /// What else is set, in the words of `/service topic edit`.
    pub edits: Vec<String>,
    /// What belongs to it.
    pub about: String,
}

impl TopicHead {
    /// The topic as it is before anybody edits it.
    pub fn topic(&self) -> Topic {
        Topic {
            id: TopicId::from(""),
            name: self.name.clone(),
            about: self.about.clone(),
            channel: None,
            steward: None,
            offer_timeout: None,
            stale_after: None,
            hours: None,
            zone: None,
        }
    }
}

impl Setting {
    /// Reads the head's lines. Comments begin with `#`.
    pub fn read(lines: &[&str]) -> Self {
        let find = |name: &str| {
            lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::trim))
        };
        let zone_name = find("zone").unwrap_or(ZONE);
        let zone = TimeZone::get(zone_name).expect("a zone that exists");
        let start: DateTime = find("starts").unwrap_or(START).parse().expect("a start as 2026-11-23T09:00");
        let start = start.to_zoned(zone.clone()).expect("an instant that exists").timestamp();
        let mut setting = Self {
            people: People::new(),
            strangers: Vec::new(),
            settings: Settings { timezone: zone.clone(), ..Settings::default() },
            topics: Vec::new(),
            zone,
            start,
        };
        for line in lines {
            setting.line(line, zone_name);
        }
        setting
    }

    fn line(&mut self, line: &str, zone: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "" | "#" | "zone" | "starts" => {}
            "people" => {
                for person in rest.split(',') {
                    self.person(person.trim(), "", zone);
                }
            }
            "discord" => {
                for person in rest.split(',') {
                    self.person(person.trim(), DISCORD, zone);
                }
            }
            "set" => {
                let (name, value) = rest.split_once(' ').expect("`set NAME VALUE`");
                let name = SettingName::parse(name).expect("a setting that exists");
                self.settings.set(name, value).expect("a value that is understood");
            }
            "topic" => {
                let (name, rest) = rest.split_once(':').unwrap_or((rest, ""));
                let mut topic = TopicHead { name: name.to_owned(), ..TopicHead::default() };
                for (n, part) in rest.split(';').map(str::trim).enumerate() {
                    if n == 0 {
                        let names = part.split(',').map(str::trim).filter(|name| !name.is_empty());
                        topic.volunteers = names.map(str::to_owned).collect();
                    } else if let Some(about) = part.strip_prefix("about ") {
                        about.clone_into(&mut topic.about);
                    } else {
                        topic.edits.push(part.to_owned());
                    }
                }
                self.topics.push(topic);
            }
            _ => panic!("the head of a script does not know: {line}"),
        }
    }

    /// `ana`, `bo (Europe/Lisbon)`, `gus (guest)`, `eve (admin)`, `zoe (stranger)`; who is on a line that
    /// begins with `discord` has an account there.
    fn person(&mut self, written: &str, on: &str, zone: &str) {
        let (handle, about) = written.split_once(' ').unwrap_or((written, ""));
        let handle = &format!("{handle}{on}");
        let mut person = Somebody::colleague(handle, zone);
        match about.trim_matches(['(', ')']) {
            "" => {}
            "guest" => person.standing = Standing::Outside,
            "app" => person.standing = Standing::Bot,
            "admin" => person.role = Role::Admin,
            "stranger" => self.strangers.push(handle.clone()),
            zone => zone.clone_into(&mut person.zone),
        }
        self.people.insert(key(handle), person);
    }
}
