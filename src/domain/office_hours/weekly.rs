//! The hours of every week: what people write, and what is printed back to them.
//!
//! Invariant: spans are sorted by start; those of one day do not overlap; none is longer than 24 hours; and
//! `parse(print(hours)) == hours`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use super::parse::{self, HoursError};

/// Minutes of a day without a change of clocks.
pub(super) const MINUTES_A_DAY: u16 = 24 * 60;

pub(super) const MINUTES_A_WEEK: u16 = 7 * MINUTES_A_DAY;

/// Weekly office hours, such as `Mon-Fri 09:00-12:30, 13:30-17:00`, `always`, or `never`. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weekly(Pattern);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Pattern {
    Always,
    Spans(Arc<[Span]>),
}

/// `[start, end)` in minutes since the midnight before Monday; the end may lie in the next day, and for a
/// Sunday past the end of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: u16,
    pub(super) end: u16,
}

impl Weekly {
    /// Open around the clock.
    pub fn always() -> Self {
        Self(Pattern::Always)
    }

    /// Never open.
    pub fn never() -> Self {
        Self(Pattern::Spans(Arc::new([])))
    }

    /// Reads hours as people write them, see [`parse`](parse::parse).
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        parse::parse(text)
    }

    /// Whether these hours were given as "always".
    pub fn is_always(&self) -> bool {
        self.0 == Pattern::Always
    }

    /// Whether these hours have no interval at all.
    pub fn is_never(&self) -> bool {
        matches!(&self.0, Pattern::Spans(spans) if spans.is_empty())
    }

    /// The average length of the days that have hours; 24 hours for always and never.
    pub fn day_length(&self) -> Duration {
        let spans = self.spans();
        let days = WEEK.iter().filter(|day| !self.starting_on(**day).is_empty()).count();
        let minutes: u64 = spans.iter().map(|span| u64::from(span.end - span.start)).sum();
        match u32::try_from(days) {
            Ok(days) if days > 0 => Duration::from_secs(minutes * 60) / days,
            _ => Duration::from_hours(24),
        }
    }

    /// `spans` must obey the invariant of this file but for the order and for adjacent ones.
    pub(super) fn from_spans(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        spans.dedup_by(|next, span| {
            let whole = next.end - span.start;
            // One of exactly 24 hours could only be printed if it is a calendar day.
            let printable =
                whole < MINUTES_A_DAY || whole == MINUTES_A_DAY && span.start % MINUTES_A_DAY == 0;
            let join = next.start == span.end && day_of(next.start) == day_of(span.start) && printable;
            if join {
                span.end = next.end;
            }
            join
        });
        Self(Pattern::Spans(spans.into()))
    }

    /// The spans that start on `day`; none for always.
    pub(super) fn starting_on(&self, day: Weekday) -> &[Span] {
        let midnight = first_minute(day);
        let spans = self.spans();
        let from = spans.partition_point(|span| span.start < midnight);
        let to = spans.partition_point(|span| span.start < midnight + MINUTES_A_DAY);
        &spans[from..to]
    }

    /// The spans in which a minute of the week lies (more than one where a night runs into a morning).
    pub(super) fn covering(&self, minute_of_week: u16) -> impl Iterator<Item = Span> {
        let spans = self.spans();
        // Sunday's night is Monday's morning.
        let sunday = spans.last().filter(|span| minute_of_week + MINUTES_A_WEEK < span.end);
        let begun = spans.iter().take_while(move |span| span.start <= minute_of_week);
        begun.filter(move |span| minute_of_week < span.end).chain(sunday).copied()
    }

    fn spans(&self) -> &[Span] {
        match &self.0 {
            Pattern::Always => &[],
            Pattern::Spans(spans) => spans,
        }
    }
}

/// The days in the order in which they are printed.
pub(super) const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// The minute of the week at which `day` begins.
pub(super) fn first_minute(day: Weekday) -> u16 {
    u16::from(day.to_monday_zero_offset().unsigned_abs()) * MINUTES_A_DAY
}

/// The day, from Monday as zero, of a minute of the week.
pub(super) fn day_of(minute_of_week: u16) -> u16 {
    minute_of_week / MINUTES_A_DAY
}

impl fmt::Display for Weekly {
    /// The canonical form: days with the same hours together, in the order of the week.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_always() {
            return f.write_str("always");
        }
        let hours = WEEK.map(|day| {
            let within = |minute: u16| minute - first_minute(day);
            let spans = self.starting_on(day).iter();
            spans.map(|span| (within(span.start), within(span.end))).collect::<Vec<_>>()
        });
        let mut groups = Vec::new();
        for (day, spans) in hours.iter().enumerate() {
            let told_before = hours[..day].contains(spans);
            if !spans.is_empty() && !told_before {
                let days: Vec<usize> = (day..7).filter(|other| hours[*other] == *spans).collect();
                let spans: Vec<_> = spans.iter().map(|(start, end)| print_span(*start, *end)).collect();
                groups.push(format!("{} {}", print_days(&days), spans.join(", ")));
            }
        }
        f.write_str(if groups.is_empty() { "never" } else { "" })?;
        f.write_str(&groups.join("; "))
    }
}

fn print_days(days: &[usize]) -> String {
    let runs = days.chunk_by(|day, next| day + 1 == *next);
    let printed: Vec<_> = runs
        .map(|run| match run {
            [first, .., last] => format!("{}-{}", short_name(WEEK[*first]), short_name(WEEK[*last])),
            _ => run.iter().map(|day| short_name(WEEK[*day])).collect(),
        })
        .collect();
    printed.join(",")
}

fn print_span(start: u16, end: u16) -> String {
    let end = if end > MINUTES_A_DAY { end - MINUTES_A_DAY } else { end };
    format!("{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, end / 60, end % 60)
}

fn short_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

impl FromStr for Weekly {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Weekly {
    type Error = HoursError;

    fn try_from(text: String) -> Result<Self, HoursError> {
        Self::parse(&text)
    }
}

impl From<Weekly> for String {
    fn from(weekly: Weekly) -> Self {
        weekly.to_string()
    }
}
