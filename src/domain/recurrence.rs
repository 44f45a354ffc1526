//! A cron expression in a time zone: five fields, as in a crontab.
//!
//! Invariant: a job at a fixed hour runs once on each of its days, also on the days on which clocks change; the
//! answer is always later than the instant that was asked about. chrono is used here only, at the edge of cron.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime as ChronoTime, Utc};
use cron::Schedule;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::office_hours::parse::weekday;

/// The longest step that clocks ever made, and a bit.
const LONGEST_STEP: SignedDuration = SignedDuration::from_hours(25);

/// When something recurs, such as `0 16 * * Fri`. Prints as it was written.
///
/// Fields: minute, hour, day of month, month, day of week (English names, or 0 to 7 with both 0 and 7 for
/// Sunday). As in every crontab, a day matches either of the two day fields if both are restricted. `@hourly`,
/// `@daily`, `@weekly`, `@monthly` and `@yearly` stand for the usual expressions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recurrence {
    text: String,
    /// One, or two of which the earlier counts: one for each day field.
    schedules: Vec<Schedule>,
    hours: Hours,
}

/// Why an expression was not understood, with the piece in question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    /// There are not five fields.
    #[error("{found} fields instead of 5: minute, hour, day of month, month, day of week")]
    FieldCount {
        /// How many there are.
        found: usize,
    },
    /// One field makes no sense.
    #[error("`{text}` is not understood as {field}")]
    Field {
        /// Which one.
        field: CronField,
        /// What it says.
        text: String,
    },
}

/// A field of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CronField {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// 1 to 31.
    DayOfMonth,
    /// 1 to 12, or a name.
    Month,
    /// 0 to 7, or a name.
    DayOfWeek,
}

impl Recurrence {
    /// Reads a cron expression of five fields.
    pub fn parse(text: &str) -> Result<Self, RecurrenceError> {
        let expression = match text.trim().to_lowercase().as_str() {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            _ => text,
        };
        let fields: Vec<&str> = expression.split_whitespace().collect();
        let [minute, hour, day, month, week] = fields[..] else {
            return Err(RecurrenceError::FieldCount { found: fields.len() });
        };
        let week_days = days_of_week(week)
            .ok_or_else(|| RecurrenceError::Field { field: CronField::DayOfWeek, text: week.into() })?;
        check(CronField::Minute, minute, &format!("0 {minute} * * * *"))?;
        check(CronField::Hour, hour, &format!("0 0 {hour} * * *"))?;
        check(CronField::DayOfMonth, day, &format!("0 0 0 {day} * *"))?;
        check(CronField::Month, month, &format!("0 0 0 1 {month} *"))?;
        let any = |field: &str| field.starts_with(['*', '?']);
        let days = if any(day) || any(week) {
            vec![(day, week_days.as_str())]
        } else {
            vec![(day, "*"), ("*", week_days.as_str())]
        };
        let schedules = days
            .into_iter()
            .map(|(day, week_days)| {
                check(CronField::DayOfWeek, week, &format!("0 {minute} {hour} {day} {month} {week_days}"))
            })
            .collect::<Result<_, _>>()?;
        let hours = if any(hour) { Hours::OfTheClock } else { Hours::Fixed };
        Ok(Self { text: text.trim().to_owned(), schedules, hours })
    }

    /// The first instant after `now` at which it recurs on the wall clocks of `zone`; `None` if it never does
    /// (a 30 February) or not before the year 2101.
    ///
    /// At fixed hours, a time that is skipped moves forward by the length of the gap, and one that comes twice
    /// means the first. With an hour of `*` it follows the clock: what is skipped is skipped, what comes twice
    /// counts twice, so that `*/15 * * * *` keeps its pace.
    pub fn next_after(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match self.hours {
            Hours::Fixed => self.next_once_a_day(now, zone),
            Hours::OfTheClock => self.next_by_the_clock(now, zone),
        }
    }

    fn next_once_a_day(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let offset = zone.to_offset(now);
        let before = zone.to_offset(now.checked_sub(LONGEST_STEP).ok()?);
        // After a gap, what was skipped may be still to come.
        let skipped = offset.duration_since(before).max(SignedDuration::ZERO);
        let mut wall = offset.to_datetime(now).checked_sub(skipped).ok()?;
        loop {
            wall = self.next_on_the_wall(wall)?;
            let at = zone.to_timestamp(wall).ok()?;
            // In the hour that comes twice, the wall clock is behind what has already run.
            if at > now {
                return Some(at);
            }
        }
    }

    fn next_by_the_clock(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut offset = zone.to_offset(now);
        let mut wall = offset.to_datetime(now);
        let mut changes = zone.following(now);
        loop {
            let at = offset.to_timestamp(self.next_on_the_wall(wall)?).ok()?;
            match changes.next() {
                Some(change) if change.timestamp() <= at => {
                    // Clocks change first: go on from what they show then, that very second included.
                    offset = change.offset();
                    wall = offset
                        .to_datetime(change.timestamp())
                        .checked_sub(SignedDuration::from_secs(1))
                        .ok()?;
                }
                _ => return Some(at),
            }
        }
    }

    /// cron is told the wall clock as if it were UTC: it knows no gaps then.
    fn next_on_the_wall(&self, wall: DateTime) -> Option<DateTime> {
        let seconds = Offset::UTC.to_timestamp(wall).ok()?.as_second();
        let after = ChronoTime::<Utc>::from_timestamp(seconds, 0)?;
        let next = self.schedules.iter().filter_map(|schedule| schedule.after(&after).next()).min()?;
        Some(Offset::UTC.to_datetime(Timestamp::from_second(next.timestamp()).ok()?))
    }
}

/// How the hours of an expression are meant when clocks change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hours {
    Fixed,
    OfTheClock,
}

fn check(field: CronField, text: &str, expression: &str) -> Result<Schedule, RecurrenceError> {
    let schedule = Schedule::from_str(expression).ok();
    schedule.ok_or_else(|| RecurrenceError::Field { field, text: text.into() })
}

/// A crontab's days of the week as cron's: a list of numbers, with 1 for Sunday.
fn days_of_week(field: &str) -> Option<String> {
    let mut found = [false; 7];
    for item in field.split(',') {
        let (days, step) = match item.split_once('/') {
            Some((days, step)) => {
                (days, Some(step.parse::<usize>().ok().filter(|step| (1..=7).contains(step))?))
            }
            None => (item, None),
        };
        let (first, last) = match days.split_once('-') {
            _ if matches!(days, "*" | "?") => (0, 6),
            Some((first, last)) => (day_of_week(first)?, day_of_week(last)?),
            // "2/2" counts on to the end of the week.
            None => day_of_week(days).map(|day| (day, if step.is_some() { day.max(6) } else { day }))?,
        };
        // A range may run over the end of the week: Sat-Mon.
        let last = if last < first { last + 7 } else { last };
        for day in (first..=last).step_by(step.unwrap_or(1)) {
            found[day % 7] = true;
        }
    }
    let days: Vec<_> = (0..7).filter(|day| found[*day]).map(|day| (day + 1).to_string()).collect();
    Some(if days.len() == 7 { "*".to_owned() } else { days.join(",") })
}

/// A day as a crontab counts, from 0 for Sunday up to 7 for Sunday again.
fn day_of_week(text: &str) -> Option<usize> {
    if text.len() == 1
        && let Ok(number) = text.parse::<usize>()
    {
        return (number <= 7).then_some(number);
    }
    let days = Weekday::Sunday.cycle_forward();
    let named = weekday(text).filter(|_| text.len() >= 3)?;
    days.take(7).position(|day| day == named)
}

impl fmt::Display for CronField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::DayOfWeek => "day of week",
        })
    }
}

impl PartialEq for Recurrence {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Recurrence {}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Recurrence {
    type Err = RecurrenceError;

    fn from_str(text: &str) -> Result<Self, RecurrenceError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Recurrence {
    type Error = RecurrenceError;

    fn try_from(text: String) -> Result<Self, RecurrenceError> {
        Self::parse(&text)
    }
}

impl From<Recurrence> for String {
    fn from(recurrence: Recurrence) -> Self {
        recurrence.text
    }
}

#[cfg(test)]
mod tests;
