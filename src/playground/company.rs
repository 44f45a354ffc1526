//! The sample company: who is who, where they meet, what they help each other with. Plain data.

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

/// The company's name.
pub const NAME: &str = "Harbour & Hill";

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
    /// The topics they volunteer for.
    pub topics: &'static [&'static str],
}

/// A channel.
#[derive(Debug)]
pub struct Channel {
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
    Colleague { handle, name, from, zone, standing: Standing::Staff, role: Role::Member, topics }
}

const fn customer(handle: &'static str, name: &'static str, zone: &'static str) -> Colleague {
    Colleague {
        handle,
        name,
        from: "Globex, a customer",
        zone,
        standing: Standing::Outside,
        role: Role::Member,
        topics: &[],
    }
}

/// Everybody.
pub const PEOPLE: &[Colleague] = &[
    staff("ana", "Ana Brandt", "Sales", "Europe/Berlin", &[]),
    staff("bo", "Bo Almeida", "Accounting", "Europe/Lisbon", &["billing"]),
    staff("cy", "Cy Novak", "Accounting", "Europe/Prague", &["billing"]),
    staff("dee", "Dee Okafor", "Legal", "Europe/London", &["contracts"]),
    staff("emil", "Emil Sørensen", "IT", "Europe/Copenhagen", &["it"]),
    staff("fay", "Fay Mitchell", "Support", "America/New_York", &["it", "shipping"]),
    staff("gita", "Gita Rao", "Warehouse", "Asia/Kolkata", &["shipping"]),
    Colleague { role: Role::Admin, ..staff("hugo", "Hugo Weber", "Management", "Europe/Berlin", &[]) },
    customer("chloe", "Chloe Martin", "Europe/Paris"),
    customer("jonas", "Jonas Lind", "Europe/Stockholm"),
];

const STAFF: &[&str] = &["ana", "bo", "cy", "dee", "emil", "fay", "gita", "hugo"];

/// The channels.
pub const CHANNELS: &[Channel] = &[
    Channel { name: "front-desk", about: "Where requests wait that nobody took yet", members: STAFF },
    Channel { name: "sales", about: "Offers, renewals, good news", members: &["ana", "fay", "hugo"] },
    Channel {
        name: "help-globex",
        about: "Shared with our customer Globex",
        members: &["ana", "cy", "fay", "hugo", "chloe", "jonas"],
    },
];

/// The person of this handle.
pub fn person(handle: &str) -> Option<&'static Colleague> {
    PEOPLE.iter().find(|person| person.handle == handle)
}

/// Their zone.
pub fn zone(handle: &str) -> TimeZone {
    let name = person(handle).map_or(ZONE, |person| person.zone);
    TimeZone::get(name).expect("zones of the company are in the bundled database")
}

/// What the platform tells about somebody.
pub fn facts(person: &Colleague) -> PersonFacts {
    PersonFacts {
        user: Some(UserKey::from(person.handle)),
        name: Some(person.name.to_owned()),
        handle: Some(person.handle.to_owned()),
        email: Some(format!("{}@{}", person.handle, email_domain(person.standing))),
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
