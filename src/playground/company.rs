//! The sample company and its community: who is who, where they meet, what they help each other with.
//! Plain data.

use jiff::tz::TimeZone;

use crate::app::Defaults;
use crate::chat::inbound::PersonFacts;
use crate::domain::duration::OfficeDuration;
use crate::domain::ids::{ChannelKey, TopicId, UserKey};
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::{Role, Standing};
use crate::domain::recurrence::Recurrence;
use crate::domain::settings::Settings;
use crate::domain::topic::Topic;
use crate::playground::home::Home;

/// Its zone: where the story's clock is read.
pub const ZONE: &str = "Europe/Berlin";

/// Somebody.
#[derive(Debug)]
pub struct Colleague {
    /// Their key, and what is typed behind `@`.
    pub handle: &'static str,
    /// Their name.
    pub name: &'static str,
    /// Department or company.
    pub from: &'static str,
    /// Their zone.
    pub zone: &'static str,
    /// Of the staff, or a customer.
    pub standing: Standing,
    /// Admin or not.
    pub role: Role,
    /// The topics they volunteer for, in the first of their homes.
    pub topics: &'static [&'static str],
    /// Where they have an account.
    pub homes: &'static [Home],
}

/// A channel.
#[derive(Debug)]
pub struct Channel {
    /// Where it is.
    pub home: Home,
    /// Without `#`.
    pub name: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// Who reads it.
    pub members: &'static [&'static str],
}

const fn staff(
    handle: &'static str,
    name: &'static str,
    from: &'static str,
    zone: &'static str,
    topics: &'static [&'static str],
) -> Colleague {
    let (standing, role, homes) = (Standing::Staff, Role::Member, COMPANY);
    Colleague { handle, name, from, zone, standing, role, topics, homes }
}

const fn customer(
    handle: &'static str,
    name: &'static str,
    from: &'static str,
    zone: &'static str,
    homes: &'static [Home],
) -> Colleague {
    let (standing, role, topics) = (Standing::Outside, Role::Member, &[]);
    Colleague { handle, name, from, zone, standing, role, topics, homes }
}

const COMPANY: &[Home] = &[Home::Company];
const COMMUNITY: &[Home] = &[Home::Community];
const BOTH: &[Home] = &[Home::Company, Home::Community];

/// Everybody.
pub const PEOPLE: &[Colleague] = &[
    staff("ana", "Ana Brandt", "Sales", "Europe/Berlin", &[]),
    staff("bo", "Bo Almeida", "Accounting", "Europe/Lisbon", &["billing"]),
    staff("cy", "Cy Novak", "Accounting", "Europe/Prague", &["billing"]),
    staff("dee", "Dee Okafor", "Legal", "Europe/London", &["contracts"]),
    staff("emil", "Emil Sørensen", "IT", "Europe/Copenhagen", &["it"]),
    Colleague {
        homes: BOTH,
        ..staff("fay", "Fay Mitchell", "Support", "America/New_York", &["it", "shipping"])
    },
    staff("gita", "Gita Rao", "Warehouse", "Asia/Kolkata", &["shipping"]),
    Colleague {
        role: Role::Admin,
        homes: BOTH,
        ..staff("hugo", "Hugo Weber", "Management", "Europe/Berlin", &[])
    },
    Colleague {
        homes: COMMUNITY,
        ..staff("nia", "Nia Adeyemi", "Community", "Europe/Madrid", &["community"])
    },
    customer("chloe", "Chloe Martin", "Globex, a customer", "Europe/Paris", COMPANY),
    customer("jonas", "Jonas Lind", "Globex, a customer", "Europe/Stockholm", COMPANY),
    customer("mira", "Mira Costa", "A customer", "Europe/Rome", COMMUNITY),
    customer("theo", "Theo Brun", "A customer", "Europe/Zurich", COMMUNITY),
];

const STAFF: &[&str] = &["ana", "bo", "cy", "dee", "emil", "fay", "gita", "hugo"];

/// The channels.
pub const CHANNELS: &[Channel] = &[
    channel(Home::Company, "front-desk", "Where requests wait that nobody took yet", STAFF),
    channel(Home::Company, "sales", "Offers, renewals, good news", &["ana", "fay", "hugo"]),
    channel(
        Home::Company,
        "help-globex",
        "Shared with our customer Globex",
        &["ana", "cy", "fay", "hugo", "chloe", "jonas"],
    ),
    channel(Home::Community, "help", "Ask anything about your order", EVERYBODY),
    channel(Home::Community, "welcome", "Who is new, and what they build", EVERYBODY),
    channel(Home::Community, "team", "For those who look after this place", &["nia", "hugo", "fay"]),
];

const EVERYBODY: &[&str] = &["nia", "hugo", "fay", "mira", "theo"];

const fn channel(
    home: Home,
    name: &'static str,
    about: &'static str,
    members: &'static [&'static str],
) -> Channel {
    Channel { home, name, about, members }
}

/// The person of this handle.
pub fn person(handle: &str) -> Option<&'static Colleague> {
    PEOPLE.iter().find(|person| person.handle == handle)
}

/// Everybody with an account in this workspace.
pub fn people_of(home: Home) -> impl Iterator<Item = &'static Colleague> {
    PEOPLE.iter().filter(move |person| person.homes.contains(&home))
}

/// Whether somebody has an account in more than one workspace.
pub fn has_two_homes(handle: &UserKey) -> bool {
    person(handle.as_str()).is_some_and(|person| person.homes.len() > 1)
}

/// The channel of this key.
pub fn channel_of(key: &ChannelKey) -> Option<&'static Channel> {
    CHANNELS.iter().find(|channel| channel.home.room(channel.name) == *key)
}

/// Their zone.
pub fn zone(handle: &str) -> TimeZone {
    let name = person(handle).map_or(ZONE, |person| person.zone);
    TimeZone::get(name).expect("zones of the company are in the bundled database")
}

/// What the workspace tells about somebody.
pub fn facts(home: Home, person: &Colleague) -> PersonFacts {
    PersonFacts {
        user: Some(home.account(&UserKey::from(person.handle))),
        name: Some(person.name.to_owned()),
        handle: Some(person.handle.to_owned()),
        // A community knows nobody's e-mail.
        email: (home == Home::Company)
            .then(|| format!("{}@{}", person.handle, email_domain(person.standing))),
        zone: Some(person.zone.to_owned()),
        standing: Some(person.standing),
        role: Some(person.role),
        marks: None,
        away_until: Some(None),
    }
}

fn email_domain(standing: Standing) -> &'static str {
    if standing == Standing::Staff { "harbour.example" } else { "globex.example" }
}

/// What its operator would have set.
pub fn defaults() -> Defaults {
    let settings = Settings {
        timezone: TimeZone::get(ZONE).expect("in the bundled database"),
        office_hours: Weekly::parse("Mon-Fri 09:00-17:00").expect("a literal that a test parses"),
        escalation: Some("@hugo".to_owned()),
        front_desk: Some(ChannelKey::from("#front-desk")),
        ..Settings::default()
    };
    let topic = |name: &str, about: &str, steward: &str| Topic {
        id: TopicId::from(""),
        name: name.to_owned(),
        about: about.to_owned(),
        channel: None,
        steward: Some(format!("@{steward}")),
        offer_timeout: None,
        stale_after: None,
        hours: None,
        zone: None,
    };
    Defaults {
        settings,
        topics: vec![
            topic("billing", "invoices, refunds, payment terms", "dee"),
            // Lawyers read before they answer; and whoever pushes the clock by ten minutes sees the
            // story of their own hand-off first.
            Topic {
                offer_timeout: Some(OfficeDuration::parse("1h").expect("a literal that a test parses")),
                ..topic("contracts", "agreements, renewals, data protection", "hugo")
            },
            topic("it", "laptops, printers, access", "emil"),
            topic("shipping", "parcels, customs, stock", "gita"),
        ],
        admins: vec!["@hugo".to_owned()],
        stewards: Vec::new(),
        housekeeping: Recurrence::parse("30 3 * * *").expect("a literal that a test parses"),
    }
}
