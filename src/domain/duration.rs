//! Durations as people write them, `1d 4h` or `90s`: in office time or on the wall.
//!
//! Invariant: nothing is lost between writing and use; a day stays a day until it is known how long one is.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::office_hours::OfficeHours;

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// The longest duration that is taken seriously: a hundred years.
const MOST_DAYS: u64 = 36_525;

/// A duration whose days are office days: `1d 4h` is one office day and four hours of office time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OfficeDuration {
    days: u32,
    time: Duration,
}

/// A duration that passes on the wall: `3d` is 72 hours, and a week (`2w`) seven days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WallDuration(Duration);

/// Why a duration was not understood, with the piece in question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// There was nothing to read.
    #[error("no duration given")]
    Empty,
    /// A piece that does not begin with a whole number.
    #[error("`{0}` is not a number with a unit, such as 10m")]
    NotANumber(String),
    /// A number with no unit behind it.
    #[error("`{0}` needs a unit: s, m, h or d")]
    MissingUnit(String),
    /// A unit that is not known here (an office week has no length).
    #[error("`{0}` is not a unit: s, m, h or d")]
    UnknownUnit(String),
    /// A unit that was given twice.
    #[error("`{0}` is given twice")]
    RepeatedUnit(String),
    /// More than a hundred years.
    #[error("`{0}` is too long")]
    TooLong(String),
}

impl OfficeDuration {
    /// So many office days and so much office time beyond them.
    pub const fn new(days: u32, time: Duration) -> Self {
        Self { days, time }
    }

    /// Reads `10m`, `2h`, `1d 4h`, `90s`, `2 hours`; units in any order, each once.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let parts = parts(text, Weeks::Refused)?;
        let days = u32::try_from(parts.days).map_err(|_| DurationError::TooLong(text.trim().into()))?;
        Ok(Self { days, time: Duration::from_secs(parts.seconds) })
    }

    /// The same as office time, with the office days of `hours`; the longest there is if it overflows.
    pub fn in_office_time(self, hours: &OfficeHours) -> Duration {
        hours.day_length().saturating_mul(self.days).saturating_add(self.time)
    }

    /// Whether no time passes at all.
    pub fn is_zero(self) -> bool {
        self.days == 0 && self.time.is_zero()
    }
}

impl WallDuration {
    /// So much time on the wall.
    pub const fn new(time: Duration) -> Self {
        Self(time)
    }

    /// Reads `10m`, `3d`, `2w`, `1d 4h`, `90s`; units in any order, each once.
    pub fn parse(text: &str) -> Result<Self, DurationError> {
        let parts = parts(text, Weeks::OfSevenDays)?;
        Ok(Self(Duration::from_secs(parts.days * SECONDS_A_DAY + parts.seconds)))
    }

    /// The same as the standard library has it.
    pub const fn get(self) -> Duration {
        self.0
    }
}

/// What a week means where a duration is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weeks {
    OfSevenDays,
    Refused,
}

struct Parts {
    days: u64,
    seconds: u64,
}

fn parts(text: &str, weeks: Weeks) -> Result<Parts, DurationError> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(DurationError::Empty);
    }
    let mut parts = Parts { days: 0, seconds: 0 };
    let mut seen = Vec::new();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let gap = rest[digits..].find(|c: char| !c.is_whitespace()).unwrap_or(0);
        let behind = &rest[digits + gap..];
        let name = &behind[..behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len())];
        if digits == 0 {
            let word = rest.split_whitespace().next().unwrap_or(rest);
            return Err(DurationError::NotANumber(word.into()));
        }
        let piece = &rest[..digits + gap + name.len()];
        if name.is_empty() {
            let word = rest.split_whitespace().next().unwrap_or(rest);
            return Err(DurationError::MissingUnit(word.into()));
        }
        let unit = unit(name).ok_or_else(|| DurationError::UnknownUnit(name.into()))?;
        if unit == Unit::Week && weeks == Weeks::Refused {
            return Err(DurationError::UnknownUnit(name.into()));
        }
        if seen.contains(&unit) {
            return Err(DurationError::RepeatedUnit(name.into()));
        }
        seen.push(unit);
        let too_long = || DurationError::TooLong(piece.into());
        let amount: u64 = rest[..digits].parse().map_err(|_| too_long())?;
        let (target, factor, most) = match unit {
            Unit::Week => (&mut parts.days, 7, MOST_DAYS),
            Unit::Day => (&mut parts.days, 1, MOST_DAYS),
            Unit::Hour => (&mut parts.seconds, 60 * 60, MOST_DAYS * SECONDS_A_DAY),
            Unit::Minute => (&mut parts.seconds, 60, MOST_DAYS * SECONDS_A_DAY),
            Unit::Second => (&mut parts.seconds, 1, MOST_DAYS * SECONDS_A_DAY),
        };
        let sum = amount.checked_mul(factor).and_then(|amount| amount.checked_add(*target));
        *target = sum.filter(|sum| *sum <= most).ok_or_else(too_long)?;
        rest = rest[piece.len()..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    Ok(parts)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Week,
    Day,
    Hour,
    Minute,
    Second,
}

fn unit(name: &str) -> Option<Unit> {
    match name.to_lowercase().as_str() {
        "w" | "week" | "weeks" => Some(Unit::Week),
        "d" | "day" | "days" => Some(Unit::Day),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(Unit::Hour),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(Unit::Minute),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(Unit::Second),
        _ => None,
    }
}

fn print(f: &mut fmt::Formatter<'_>, days: u64, time: Duration) -> fmt::Result {
    let seconds = time.as_secs();
    let units = [(days, "d"), (seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let printed: Vec<_> = units
        .iter()
        .filter(|(amount, _)| *amount > 0)
        .map(|(amount, unit)| format!("{amount}{unit}"))
        .collect();
    f.write_str(if printed.is_empty() { "0s" } else { "" })?;
    f.write_str(&printed.join(" "))
}

impl fmt::Display for OfficeDuration {
    /// The canonical form, whole seconds: `1d 4h`; 24 hours of office time stay `24h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(f, u64::from(self.days), self.time)
    }
}

impl fmt::Display for WallDuration {
    /// The canonical form, whole seconds: `3d 4h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        print(f, seconds / SECONDS_A_DAY, Duration::from_secs(seconds % SECONDS_A_DAY))
    }
}

impl FromStr for OfficeDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for OfficeDuration {
    type Error = DurationError;

    fn try_from(text: String) -> Result<Self, DurationError> {
        Self::parse(&text)
    }
}

impl From<OfficeDuration> for String {
    fn from(duration: OfficeDuration) -> Self {
        duration.to_string()
    }
}

impl FromStr for WallDuration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for WallDuration {
    type Error = DurationError;

    fn try_from(text: String) -> Result<Self, DurationError> {
        Self::parse(&text)
    }
}

impl From<WallDuration> for String {
    fn from(duration: WallDuration) -> Self {
        duration.to_string()
    }
}

#[cfg(test)]
mod tests;
