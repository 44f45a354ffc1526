//! Who lives in a world, and what its operator set: settings, topics, people.

use goodturn::app::Defaults;
use goodturn::chat::inbound::PersonFacts;
use goodturn::domain::ids::{ChannelKey, TopicId, UserKey};
use goodturn::domain::office_hours::weekly::Weekly;
use goodturn::domain::person::{Role, Standing};
use goodturn::domain::recurrence::Recurrence;
use goodturn::domain::settings::{SettingName, Settings};
use goodturn::domain::topic::Topic;
use jiff::Timestamp;

use super::chance::Chance;

pub const HOURS: [&str; 5] = [
    "Mon-Fri 09:00-17:00",
    "Mon-Fri 08:00-12:00, 13:00-18:00",
    "Mon-Sun 20:00-04:00",
    "Sat-Sun 10:00-14:00",
    "always",
];

const ZONES: [&str; 6] =
    ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Los_Angeles", "UTC"];

const TOPICS: [&str; 3] = ["billing", "legal", "printers"];

/// Instants near which worlds begin; clocks change shortly after some.
const BEGINNINGS: [&str; 4] =
    ["2026-03-06T10:00:00Z", "2026-10-22T08:00:00Z", "2026-06-15T14:00:00Z", "2026-12-21T09:00:00Z"];

/// Somebody.
#[derive(Clone)]
pub struct Citizen {
    pub user: UserKey,
    pub handle: String,
    pub zone: &'static str,
    pub standing: Standing,
    /// Not to be disturbed until then.
    pub quiet_until: Option<Timestamp>,
}

impl Citizen {
    /// What the platform tells about them.
    pub fn facts(&self) -> PersonFacts {
        PersonFacts {
            user: Some(self.user.clone()),
            name: Some(self.handle.to_uppercase()),
            handle: Some(self.handle.clone()),
            email: Some(format!("{}@example.com", self.handle)),
            zone: Some(self.zone.to_owned()),
            standing: Some(self.standing),
            role: Some(Role::Member),
            marks: None,
            away_until: None,
        }
    }
}

/// A world before anything happened.
pub struct Town {
    pub begins: Timestamp,
    pub defaults: Defaults,
    pub citizens: Vec<Citizen>,
    pub channels: Vec<ChannelKey>,
}

impl Town {
    pub fn new(chance: &mut Chance) -> Self {
        let citizens: Vec<Citizen> = (0..chance.between(3, 9))
            .map(|n| Citizen {
                user: UserKey::from(format!("U{n}")),
                handle: format!("p{n}"),
                zone: if chance.percent(60) { ZONES[0] } else { chance.pick::<&str>(&ZONES) },
                standing: if n > 2 && chance.percent(8) { Standing::Outside } else { Standing::Staff },
                quiet_until: None,
            })
            .collect();
        let somebody = |chance: &mut Chance, percent| {
            chance.percent(percent).then(|| match chance.below(10) {
                0 => "nobody-of-that-name".to_owned(),
                _ => format!("@{}", chance.pick(&citizens).handle),
            })
        };
        let mut settings = Settings::default();
        let mut set = |name, value: &&str| settings.set(name, value).expect("a value that is understood");
        set(SettingName::Timezone, chance.pick::<&str>(&ZONES[..3]));
        set(SettingName::OfficeHours, chance.pick::<&str>(&HOURS[..2]));
        set(SettingName::OfferTimeout, chance.pick(&["5m", "10m", "1h"]));
        set(SettingName::StaleAfter, chance.pick(&["2h", "1d", "1d 4h"]));
        set(SettingName::Capacity, chance.pick(&["1", "2", "3"]));
        set(SettingName::MaxHops, chance.pick(&["0", "1", "2"]));
        set(SettingName::FrontDesk, chance.pick(&["none", "C-front-desk"]));
        set(SettingName::Escalation, &somebody(chance, 60).as_deref().unwrap_or("none"));
        let topics = TOPICS[..=chance.below(TOPICS.len())]
            .iter()
            .map(|name| Topic {
                id: TopicId::from(""),
                name: (*name).to_owned(),
                about: format!("all about {name}"),
                channel: chance.percent(60).then(|| ChannelKey::from(format!("C-{name}"))),
                steward: somebody(chance, 60),
                offer_timeout: None,
                stale_after: None,
                hours: chance.percent(25).then(|| Weekly::parse(chance.pick::<&str>(&HOURS)).expect("hours")),
                zone: None,
            })
            .collect();
        let begins: Timestamp = chance.pick(&BEGINNINGS).parse().expect("an instant");
        Self {
            begins,
            defaults: Defaults {
                settings,
                topics,
                admins: vec!["@p0".to_owned()],
                stewards: Vec::new(),
                housekeeping: Recurrence::parse("30 3 * * *").expect("a cron expression"),
            },
            channels: TOPICS.iter().map(|name| ChannelKey::from(format!("C-{name}"))).collect(),
            citizens,
        }
    }

    /// Those of the staff, and sometimes a guest: who may do something today.
    pub fn actors(&self) -> Vec<UserKey> {
        let here = |citizen: &&Citizen| citizen.standing != Standing::Left;
        self.citizens.iter().filter(here).map(|citizen| citizen.user.clone()).collect()
    }

    pub fn topic_names(&self) -> Vec<String> {
        self.defaults.topics.iter().map(|topic| topic.name.clone()).collect()
    }
}
