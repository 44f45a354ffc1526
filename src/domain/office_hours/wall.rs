//! The quick questions to a calendar, answered from what the wall clock shows.
//!
//! Invariant: no answer here differs from the one that the layout of intervals gives: whenever clocks changed
//! shortly before, that is asked instead.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::weekly::{self, MINUTES_A_WEEK, Span};
use super::{OfficeHours, ahead, back};

/// The longest step that clocks ever made (the date line moved past Samoa in 2011), and a bit.
const LONGEST_STEP: SignedDuration = SignedDuration::from_hours(25);

/// One instant as the wall clocks of one zone show it: made once per zone, asked of many calendars.
#[derive(Clone, Copy, Debug)]
pub struct WallTime {
    at: Timestamp,
    date: Date,
    minute_of_week: u16,
    /// How much of the minute has passed.
    into_minute: SignedDuration,
    /// Clocks changed shortly before, so the wall clock alone does not say what has begun.
    pub(super) clocks_changed: bool,
}

impl WallTime {
    /// What the clocks of `zone` show at `at`.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let offset = zone.to_offset(at);
        let wall = offset.to_datetime(at);
        let minute_of_day =
            u16::from(wall.hour().unsigned_abs()) * 60 + u16::from(wall.minute().unsigned_abs());
        let nanosecond = i32::from(wall.millisecond()) * 1_000_000
            + i32::from(wall.microsecond()) * 1_000
            + i32::from(wall.nanosecond());
        Self {
            at,
            date: wall.date(),
            into_minute: SignedDuration::new(i64::from(wall.second()), nanosecond),
            minute_of_week: weekly::first_minute(wall.date().weekday()) + minute_of_day,
            clocks_changed: zone.to_offset(back(at, LONGEST_STEP)) != offset,
        }
    }
}

/// Where an interval ends, by the instant and by the wall clock.
pub(super) struct Closing {
    pub(super) at: Timestamp,
    date: Date,
    minute_of_week: u16,
}

impl OfficeHours {
    /// [`is_open`](Self::is_open) for a caller who asks many calendars of one zone: `now` must have been made
    /// with this calendar's zone.
    pub fn is_open_civil(&self, now: &WallTime) -> bool {
        if self.weekly.is_always() {
            return true;
        }
        if now.clocks_changed {
            return !self.intervals(now.at, ahead(now.at, SignedDuration::from_nanos(1))).is_empty();
        }
        self.minutes_left(now.minute_of_week, now.date).is_some()
    }

    /// Whether the office is open from `now` on without a break until `then`, both made with this calendar's
    /// zone: the question to ask of many calendars, much quicker than [`closes_at`](Self::closes_at).
    pub fn stays_open(&self, now: &WallTime, then: &WallTime) -> bool {
        if self.weekly.is_always() {
            return true;
        }
        let time = then.at.duration_since(now.at);
        if !now.clocks_changed && !then.clocks_changed && time < LONGEST_STEP {
            let Some(ends) = self.closing(now) else { return false };
            if ends.at >= then.at {
                return true;
            }
            if self.minutes_left(ends.minute_of_week, ends.date).is_none() {
                return false;
            }
        }
        self.is_open_civil(now)
            && self.open_between(now.at, then.at) == time.max(SignedDuration::ZERO).unsigned_abs()
    }

    /// The end of what is open now, if clocks do not change before: it may be open on from there.
    pub(super) fn closing(&self, now: &WallTime) -> Option<Closing> {
        let left = self.minutes_left(now.minute_of_week, now.date)?;
        let minute = now.minute_of_week + left;
        let midnights = weekly::day_of(minute) - weekly::day_of(now.minute_of_week);
        let time = SignedDuration::from_mins(i64::from(left)) - now.into_minute;
        Some(Closing {
            at: ahead(now.at, time),
            date: now.date.saturating_add(i32::from(midnights).days()),
            minute_of_week: minute % MINUTES_A_WEEK,
        })
    }

    /// How many minutes it stays open from a minute that the wall clock shows on `date`, which is the
    /// longest of what covers it; `None` if it is closed. At most 24 hours.
    fn minutes_left(&self, minute_of_week: u16, date: Date) -> Option<u16> {
        let today = weekly::day_of(minute_of_week);
        let kept = |start: u16| {
            self.holidays.is_empty() || {
                let starts = if weekly::day_of(start) == today { Ok(date) } else { date.yesterday() };
                starts.is_ok_and(|date| !self.holidays.contains(&date))
            }
        };
        let covering = self.weekly.covering(minute_of_week).filter(|span| kept(span.start));
        let left = |span: Span| {
            let wrapped = if span.start > minute_of_week { MINUTES_A_WEEK } else { 0 };
            span.end - wrapped - minute_of_week
        };
        covering.map(left).max()
    }
}
