//! A calendar of office hours in a time zone, and the arithmetic of open time.
//!
//! Invariant: open time is a union of half-open intervals `[start, end)` of instants, so that no minute is
//! counted twice and none is lost, at midnight or when clocks change. Now is always an argument.

pub mod parse;
pub mod wall;
pub mod weekly;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use self::wall::WallTime;
use self::weekly::{MINUTES_A_DAY, Span, Weekly};

/// A search for the next opening or closing gives up after this long.
const HORIZON: SignedDuration = SignedDuration::from_hours(400 * 24);

/// The farthest that office time is added: beyond it an answer helps nobody.
const REACH: SignedDuration = SignedDuration::from_hours(100 * 366 * 24);

/// How much of the calendar is laid out at once.
const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When an office is open: weekly hours on the wall clocks of a zone, without the holidays.
///
/// An interval belongs to the day on which it starts: one that runs over midnight is not cut by a holiday on
/// the next day. When clocks change, a time that is skipped moves forward by the length of the gap, a time
/// that comes twice means its first occurrence, and what lies between counts as it really elapses.
/// [`Weekly::always`] is always: no holiday closes it. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeHours {
    weekly: Weekly,
    zone: TimeZone,
    holidays: Arc<BTreeSet<Date>>,
}

impl OfficeHours {
    /// The weekly hours, on the wall clocks of `zone`, without `holidays`.
    pub fn new(weekly: Weekly, zone: TimeZone, holidays: BTreeSet<Date>) -> Self {
        Self { weekly, zone, holidays: Arc::new(holidays) }
    }

    /// The same hours and holidays on the wall clocks of another zone.
    #[must_use]
    pub fn in_zone(&self, zone: TimeZone) -> Self {
        Self { zone, ..self.clone() }
    }

    /// Other hours with the same zone and holidays; the holidays stay shared.
    #[must_use]
    pub fn with_weekly(&self, weekly: Weekly) -> Self {
        Self { weekly, ..self.clone() }
    }

    /// The same hours for every week.
    pub fn weekly(&self) -> &Weekly {
        &self.weekly
    }

    /// The zone whose wall clocks count.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The days on which no interval starts.
    pub fn holidays(&self) -> &BTreeSet<Date> {
        &self.holidays
    }

    /// Whether the office is open at `at`: the start of an interval is open, its end is closed.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.weekly.is_always() || self.is_open_civil(&WallTime::of(at, &self.zone))
    }

    /// `from` itself if it is open, else the next opening; `None` if there is none within 400 days.
    pub fn next_open(&self, from: Timestamp) -> Option<Timestamp> {
        if self.is_open(from) {
            return Some(from);
        }
        self.windows(from, HORIZON).find_map(|window| window.intervals.first().map(|interval| interval.0))
    }

    /// The end of the interval that is open at `at`, adjacent intervals taken as one; `None` when closed, and
    /// when it stays open for 400 days and more.
    pub fn closes_at(&self, at: Timestamp) -> Option<Timestamp> {
        if self.weekly.is_always() {
            return None;
        }
        let now = WallTime::of(at, &self.zone);
        if !now.clocks_changed {
            let ends = self.closing(&now)?.at;
            let then = WallTime::of(ends, &self.zone);
            if !then.clocks_changed && !self.is_open_civil(&then) {
                return Some(ends);
            }
        }
        let mut open_until = at;
        for window in self.windows(at, HORIZON) {
            match window.intervals.first() {
                Some(&(start, end)) if start <= open_until => open_until = end,
                _ => break,
            }
            if open_until < window.end {
                return Some(open_until);
            }
        }
        // The interval may end exactly where a window does.
        (open_until > at && !self.is_open(open_until)).then_some(open_until)
    }

    /// The open time in `[from, to)`; zero when `to` is not after `from`.
    pub fn open_between(&self, from: Timestamp, to: Timestamp) -> Duration {
        if to <= from {
            return Duration::ZERO;
        }
        if self.weekly.is_always() {
            return length((from, to));
        }
        let windows = self.windows(from, to.duration_since(from));
        windows.flat_map(|window| window.intervals).map(length).sum()
    }

    /// The earliest instant at which `office` of open time has passed since `from`.
    ///
    /// From outside hours the count starts at the next opening. Time that is used up at the end of an interval
    /// is used up then, not at the next opening; no time is used up at `from`. `None` when the office does not
    /// open for 400 days, or the answer lies more than 100 years ahead.
    pub fn add(&self, from: Timestamp, office: Duration) -> Option<Timestamp> {
        if self.weekly.is_always() || office.is_zero() {
            return from.checked_add(office).ok();
        }
        let mut left = office;
        let mut last_open = from;
        for window in self.windows(from, REACH) {
            for interval in window.intervals {
                let open = length(interval);
                if left <= open {
                    return interval.0.checked_add(left).ok();
                }
                left -= open;
                last_open = interval.1;
            }
            if window.end.duration_since(last_open) > HORIZON {
                break;
            }
        }
        None
    }

    /// The length of one office day, for durations given in days: the average over the days that have hours,
    /// 24 hours for always, and for a calendar that never opens (so that nothing is due at once).
    pub fn day_length(&self) -> Duration {
        self.weekly.day_length()
    }

    /// The calendar from `from` on, cut into windows.
    fn windows(&self, from: Timestamp, reach: SignedDuration) -> impl Iterator<Item = Window> {
        let limit = ahead(from, reach);
        let mut start = from;
        std::iter::from_fn(move || {
            (start < limit).then(|| {
                let end = ahead(start, WINDOW).min(limit);
                let window = Window { end, intervals: self.intervals(start, end) };
                start = end;
                window
            })
        })
    }

    /// The open intervals within `[from, to)`: sorted, disjoint, neither empty nor adjacent.
    fn intervals(&self, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        // An interval ends at most 48 hours after its day began, and clocks may have made their longest step
        // forward; when they went back over midnight, the next day has begun once already.
        let first = self.zone.to_datetime(from).date().saturating_sub(3.days());
        let last = self.zone.to_datetime(to).date().saturating_add(1.day());
        let mut found: Vec<_> = first
            .series(1.day())
            .take_while(|date| *date <= last)
            .filter(|date| !self.holidays.contains(date))
            .flat_map(|date| self.weekly.starting_on(date.weekday()).iter().map(move |span| (date, *span)))
            .map(|(date, span)| self.resolve(date, span))
            .map(|(start, end)| (start.max(from), end.min(to)))
            .filter(|(start, end)| start < end)
            .collect();
        // Near a change of clocks, wall order is not the order of instants.
        found.sort_unstable();
        found.dedup_by(|next, merged| {
            let touches = next.0 <= merged.1;
            if touches {
                merged.1 = merged.1.max(next.1);
            }
            touches
        });
        found
    }

    /// When a span of the day `date` starts and ends; the end is not after the start if a change of clocks
    /// swallowed it.
    fn resolve(&self, date: Date, span: Span) -> (Timestamp, Timestamp) {
        let instant = |minute_of_day: u16| {
            let wall = on_the_wall(date, minute_of_day);
            wall.and_then(|wall| self.zone.to_timestamp(wall).ok()).unwrap_or(Timestamp::MAX)
        };
        let midnight = weekly::first_minute(date.weekday());
        (instant(span.start - midnight), instant(span.end - midnight))
    }
}

/// A piece of the calendar, and what is open in it.
struct Window {
    end: Timestamp,
    intervals: Vec<(Timestamp, Timestamp)>,
}

/// The wall-clock time so many minutes after the midnight that begins `date`; `None` past the end of the
/// calendar.
fn on_the_wall(date: Date, minute: u16) -> Option<DateTime> {
    let date = date.checked_add(i32::from(minute / MINUTES_A_DAY).days()).ok()?;
    let minute = minute % MINUTES_A_DAY;
    let hour = i8::try_from(minute / 60).ok()?;
    Some(date.at(hour, i8::try_from(minute % 60).ok()?, 0, 0))
}

fn length((start, end): (Timestamp, Timestamp)) -> Duration {
    end.duration_since(start).unsigned_abs()
}

fn ahead(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
