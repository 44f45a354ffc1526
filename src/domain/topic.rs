//! Topics and the choice of who is asked next, and why.
//!
//! The choice is pure and total: the same candidates at the same instant give the same person.
//! Nobody is asked out of their hours, in a pause, beyond their capacity, or about their own request.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::time::Duration;

use crate::domain::duration::OfficeDuration;
use crate::domain::ids::{ChannelKey, PersonId, TopicId};
use crate::domain::office_hours::OfficeHours;
use crate::domain::office_hours::wall::WallTime;
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::{Pause, Person, Standing};

/// An area that volunteers sign up for.
#[derive(Clone, PartialEq, Debug)]
pub struct Topic {
    /// Ours.
    pub id: TopicId,
    /// What people type; lower case, no spaces.
    pub name: String,
    /// What belongs to it, in a few words.
    pub about: String,
    /// Where the volunteers of the topic meet.
    pub channel: Option<ChannelKey>,
    /// Who cares for it: a handle, an e-mail address or an id, as written by a person.
    pub steward: Option<String>,
    /// Each volunteer's time to answer, where it differs from the organisation's.
    pub offer_timeout: Option<OfficeDuration>,
    /// How long an accepted request may be without life, where it differs from the organisation's.
    pub stale_after: Option<OfficeDuration>,
    /// The topic's own hours, where they differ from the organisation's.
    pub hours: Option<Weekly>,
    /// The zone of these hours, where it differs from the organisation's.
    pub zone: Option<TimeZone>,
}

/// Somebody who may be asked, with all that the choice looks at.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// When they work, in their zone.
    pub hours: OfficeHours,
    /// What brought them here.
    pub via: Via,
    /// A pause that they asked for.
    pub pause: Pause,
    /// Do not disturb or out of office, as the platform says; "Not today" as they said.
    pub away_until: Option<Timestamp>,
    /// Open requests that they hold.
    pub open: u32,
    /// The most they want to hold.
    pub capacity: u32,
    /// When they were last asked about anything.
    pub last_asked: Option<Timestamp>,
    /// Still with us, or not.
    pub standing: Standing,
}

/// What brought somebody to the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// They volunteer for the topic.
    Volunteer,
    /// They stand in for somebody who pauses.
    DeputyOf(PersonId),
    /// A colleague named them.
    NamedBy(PersonId),
    /// They care for the topic.
    Steward,
    /// The last resort of the ladder.
    Escalation,
}

/// "Why you": the facts that led to an offer, as they were then.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Why {
    /// What brought them to the list.
    pub via: Via,
    /// Whether it was within their hours.
    pub in_hours: bool,
    /// Open requests they held.
    pub open: u32,
    /// When they were last asked before.
    pub last_asked: Option<Timestamp>,
}

impl Candidate {
    /// A person as a candidate. `default_hours` are the organisation's, in its zone.
    pub fn of(
        person: &Person,
        via: Via,
        default_hours: &OfficeHours,
        default_capacity: u32,
        open: u32,
        last_asked: Option<Timestamp>,
    ) -> Self {
        let zone = person.zone.clone().unwrap_or_else(|| default_hours.zone().clone());
        let hours = match &person.hours {
            Some(own) => default_hours.in_zone(zone).with_weekly(own.clone()),
            None => default_hours.in_zone(zone),
        };
        Self {
            person: person.id.clone(),
            hours,
            via,
            pause: person.pause,
            away_until: person.away_until.max(person.not_before),
            open,
            capacity: person.capacity.unwrap_or(default_capacity),
            last_asked,
            standing: person.standing,
        }
    }

    /// Whether they may be asked at all, whatever the hour.
    pub fn willing(&self) -> bool {
        self.standing == Standing::Staff && self.open < self.capacity
    }

    /// Whether they may be asked right now.
    pub fn available(&self, now: Timestamp) -> bool {
        self.free(now) && self.hours.is_open(now)
    }

    /// Whether they may be asked if it is within their hours.
    fn free(&self, now: Timestamp) -> bool {
        self.willing() && !self.pause.holds(now) && self.away_until.is_none_or(|until| until <= now)
    }

    /// Whose turn it is among those who are there: the least comes first.
    fn turn(&self) -> (u32, Option<Timestamp>, &PersonId) {
        (self.open, self.last_asked, &self.person)
    }

    /// The next instant at which they may be asked, as far as one can know: capacity is left aside,
    /// since it frees itself. `None` while a pause has no end, or they never work.
    pub fn back_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.standing != Standing::Staff {
            return None;
        }
        let from = self.pause.ends(now)?.max(self.away_until.unwrap_or(now)).max(now);
        self.hours.next_open(from)
    }

    /// The facts for "why you".
    pub fn why(&self, now: Timestamp) -> Why {
        Why {
            via: self.via.clone(),
            in_hours: self.hours.is_open(now),
            open: self.open,
            last_asked: self.last_asked,
        }
    }
}

/// Who is asked next: available, not excluded; those whose day lasts for the whole `patience` first,
/// then the least loaded, then the longest not asked, then by name for a stable answer.
pub fn choose(
    candidates: &[Candidate],
    excluded: impl Fn(&PersonId) -> bool,
    now: Timestamp,
    patience: Duration,
) -> Option<&Candidate> {
    let mut clocks =
        Clocks { now, then: now.checked_add(patience).unwrap_or(Timestamp::MAX), read: Vec::new() };
    // The best whose day lasts, and the best whose day ends early. A calendar costs more to ask than all
    // the rest, so it is asked only of those who would win by everything else.
    let (mut lasting, mut ending): (Option<&Candidate>, Option<&Candidate>) = (None, None);
    for candidate in candidates.iter().filter(|candidate| candidate.free(now)) {
        let wins_over = |best: Option<&Candidate>| best.is_none_or(|best| candidate.turn() < best.turn());
        if !wins_over(lasting) {
            continue;
        }
        let (now, then) = clocks.of(candidate.hours.zone());
        if !candidate.hours.is_open_civil(now) {
            continue;
        }
        if candidate.hours.stays_open(now, then) {
            if !excluded(&candidate.person) {
                lasting = Some(candidate);
            }
        } else if lasting.is_none() && wins_over(ending) && !excluded(&candidate.person) {
            ending = Some(candidate);
        }
    }
    lasting.or(ending)
}

/// What the clocks of each zone show at two instants, read once per zone.
struct Clocks<'a> {
    now: Timestamp,
    then: Timestamp,
    read: Vec<(&'a TimeZone, WallTime, WallTime)>,
}

impl<'a> Clocks<'a> {
    fn of(&mut self, zone: &'a TimeZone) -> (&WallTime, &WallTime) {
        let known = self.read.iter().position(|(known, ..)| same(known, zone)).unwrap_or_else(|| {
            self.read.push((zone, WallTime::of(self.now, zone), WallTime::of(self.then, zone)));
            self.read.len() - 1
        });
        let (_, now, then) = &self.read[known];
        (now, then)
    }
}

/// Whether two zones are one: zones of one database share their name's very bytes, which is quicker to
/// see than that their rules are the same. At worst a zone is read twice.
fn same(one: &TimeZone, other: &TimeZone) -> bool {
    match (one.iana_name(), other.iana_name()) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        (None, None) => one == other,
        _ => false,
    }
}

/// Who is back first, and when. A person who is available now is back now.
pub fn next_back(
    candidates: &[Candidate],
    excluded: impl Fn(&PersonId) -> bool,
    now: Timestamp,
) -> Option<(&Candidate, Timestamp)> {
    candidates
        .iter()
        .filter(|candidate| !excluded(&candidate.person))
        .filter_map(|candidate| candidate.back_at(now).map(|at| (candidate, at)))
        .min_by_key(|(candidate, at)| (*at, &candidate.person))
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod examples;
