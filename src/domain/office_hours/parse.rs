//! Reads office hours as people write them: `Mon-Fri 9-12:30, 13:30-17; Sat 10-12`.
//!
//! Invariant: whatever is not understood is refused with the piece that was not, never guessed.

use jiff::civil::Weekday;

use super::weekly::{MINUTES_A_DAY, Span, WEEK, Weekly, first_minute};

/// Why hours were not understood, with the piece in question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// There was nothing to read.
    #[error("no hours given")]
    Empty,
    /// A word that is no day of the week.
    #[error("`{0}` is not a day of the week")]
    NotADay(String),
    /// Something that is no time of day, or `24:00` as a start.
    #[error("`{0}` is not a time of day")]
    NotATime(String),
    /// A time without the other end of its interval.
    #[error("`{0}` needs a start and an end, such as 09:00-17:00")]
    NotAnInterval(String),
    /// An interval that ends where it starts.
    #[error("`{0}` ends where it starts")]
    EmptyInterval(String),
    /// Days with no hours after them.
    #[error("`{0}` has no hours")]
    NoHours(String),
    /// An interval that shares time with another one of the same day.
    #[error("`{0}` overlaps other hours of the same day")]
    Overlap(String),
    /// A sign in the wrong place.
    #[error("`{0}` is not expected here")]
    Unexpected(String),
}

/// Reads weekly hours: groups of days and intervals, separated by `;`, a comma or a line break.
///
/// Tolerates any case, spaces, dashes of any length, `to`, full or shortened English day names, `9`, `9:00`,
/// `9.00` and `5pm`, a colon behind the days. Day ranges may run over Sunday, intervals over midnight. `always` and `24/7`, `never` and
/// `closed` stand alone; `Sat closed` and `daily 9-17` work; intervals without days mean Monday to Friday.
pub fn parse(text: &str) -> Result<Weekly, HoursError> {
    match text.trim().to_lowercase().as_str() {
        "" => return Err(HoursError::Empty),
        "always" | "24/7" => return Ok(Weekly::always()),
        "never" | "closed" => return Ok(Weekly::never()),
        _ => {}
    }
    let tokens = tokens(text)?;
    let mut reader = Reader { text, tokens: &tokens };
    let mut spans = Vec::new();
    loop {
        reader.skip(|token| matches!(token, Token::Comma | Token::Break));
        if reader.tokens.is_empty() {
            return Ok(Weekly::from_spans(spans));
        }
        reader.group(&mut spans)?;
    }
}

/// The day of the week with this English name or a beginning of it that is not shared (two letters and more).
pub(in crate::domain) fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.to_lowercase();
    let day = NAMES.iter().position(|name| word.len() >= 2 && name.starts_with(&word));
    day.map(|day| WEEK[day])
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Day(Weekday),
    EveryDay,
    Closed,
    /// Minutes since midnight, up to and including 24:00.
    Time(u16),
    Dash,
    Comma,
    Break,
}

/// A token and where it stands in the text.
type Placed = (Token, std::ops::Range<usize>);

fn tokens(text: &str) -> Result<Vec<Placed>, HoursError> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        let end = match first {
            _ if first.is_alphabetic() => run(rest, char::is_alphabetic),
            _ if first.is_ascii_digit() => time_length(rest),
            _ => first.len_utf8(),
        };
        let piece = &rest[..end];
        rest = &rest[end..];
        let token = match first {
            '-' | '‐' | '‑' | '‒' | '–' | '—' | '−' => Token::Dash,
            ',' | '&' => Token::Comma,
            ';' | '\n' => Token::Break,
            ':' => continue,
            _ if first.is_whitespace() => continue,
            _ if first.is_alphabetic() => word(piece)?,
            _ => Token::Time(time(piece)?),
        };
        found.push((token, start..start + end));
    }
    Ok(found)
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// How much of the text is a time: digits with `:` or `.`, and `am` or `pm` behind them, a space between or not.
fn time_length(text: &str) -> usize {
    let digits = run(text, |c| c.is_ascii_digit() || matches!(c, ':' | '.'));
    let gap = run(&text[digits..], |c| c == ' ');
    let letters = run(&text[digits + gap..], char::is_alphabetic);
    let behind = &text[digits + gap..][..letters];
    if behind.eq_ignore_ascii_case("am") || behind.eq_ignore_ascii_case("pm") {
        digits + gap + letters
    } else if gap == 0 {
        digits + letters
    } else {
        digits
    }
}

fn word(piece: &str) -> Result<Token, HoursError> {
    match piece.to_lowercase().as_str() {
        "daily" => Ok(Token::EveryDay),
        "closed" | "off" => Ok(Token::Closed),
        "to" | "till" | "until" => Ok(Token::Dash),
        "and" => Ok(Token::Comma),
        _ => weekday(piece).map(Token::Day).ok_or_else(|| HoursError::NotADay(piece.into())),
    }
}

fn time(piece: &str) -> Result<u16, HoursError> {
    if !piece.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(HoursError::Unexpected(piece.into()));
    }
    minutes(&piece.to_lowercase()).ok_or_else(|| HoursError::NotATime(piece.into()))
}

fn minutes(time: &str) -> Option<u16> {
    let (clock, noon) = match (time.strip_suffix("am"), time.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (_, Some(clock)) => (clock.trim_end(), Some(12)),
        _ => (time, None),
    };
    let (hour, minute) = clock.split_once([':', '.']).unwrap_or((clock, "00"));
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    let hour = match noon {
        Some(noon) if (1..=12).contains(&hour) => hour % 12 + noon,
        Some(_) => return None,
        None => hour,
    };
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= MINUTES_A_DAY).then_some(minutes)
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Placed],
}

impl Reader<'_> {
    /// Reads days and the intervals behind them, up to the next group.
    fn group(&mut self, spans: &mut Vec<Span>) -> Result<(), HoursError> {
        let before = self.tokens;
        let days = self.days()?;
        if days.is_some() && self.skip(|token| token == Token::Closed) {
            return Ok(());
        }
        let mut count = 0;
        while let Some((Token::Time(_), _)) = self.tokens.first() {
            let (start, end, piece) = self.interval()?;
            count += 1;
            for day in days.as_deref().unwrap_or(&WEEK[..5]) {
                let midnight = first_minute(*day);
                let span = Span { start: midnight + start, end: midnight + end };
                let same_day = |other: &Span| (midnight..midnight + MINUTES_A_DAY).contains(&other.start);
                let shares = |other: &Span| other.start < span.end && span.start < other.end;
                if spans.iter().any(|other| same_day(other) && shares(other)) {
                    return Err(HoursError::Overlap(piece.into()));
                }
                spans.push(span);
            }
            self.skip(|token| token == Token::Comma);
        }
        match before.first() {
            Some((token, place)) if count == 0 && days.is_none() => {
                debug_assert!(
                    !matches!(token, Token::Time(_) | Token::Day(_)),
                    "a group would have been read"
                );
                Err(HoursError::Unexpected(self.text[place.clone()].into()))
            }
            Some(_) if count == 0 => Err(HoursError::NoHours(self.since(before).into())),
            _ => Ok(()),
        }
    }

    /// The days of a group; `None` if it names none.
    fn days(&mut self) -> Result<Option<Vec<Weekday>>, HoursError> {
        if self.skip(|token| token == Token::EveryDay) {
            return Ok(Some(WEEK.to_vec()));
        }
        let mut days = Vec::new();
        while let Some((Token::Day(first), _)) = self.tokens.first() {
            let before = self.tokens;
            self.tokens = &self.tokens[1..];
            let last = match self.tokens {
                [(Token::Dash, _), (Token::Day(last), _), ..] => {
                    self.tokens = &self.tokens[2..];
                    *last
                }
                // "Mon - 9:00" is no range of days.
                [(Token::Dash, _), ..] => {
                    self.tokens = &self.tokens[1..];
                    return Err(HoursError::Unexpected(self.since(before).into()));
                }
                _ => *first,
            };
            for day in first.cycle_forward() {
                if !days.contains(&day) {
                    days.push(day);
                }
                if day == last {
                    break;
                }
            }
            self.skip(|token| token == Token::Comma);
        }
        Ok((!days.is_empty()).then_some(days))
    }

    /// One interval in minutes of its day, and how it was written.
    fn interval(&mut self) -> Result<(u16, u16, &str), HoursError> {
        let before = self.tokens;
        let [(Token::Time(start), first), (Token::Dash, _), (Token::Time(end), _), rest @ ..] = before else {
            let place = before.first().map_or(0..0, |(_, place)| place.clone());
            return Err(HoursError::NotAnInterval(self.text[place].into()));
        };
        self.tokens = rest;
        let piece = self.since(before);
        match (*start, *end) {
            (MINUTES_A_DAY, _) => Err(HoursError::NotATime(self.text[first.clone()].into())),
            (0, 0) => Ok((0, MINUTES_A_DAY, piece)),
            (start, end) if start == end => Err(HoursError::EmptyInterval(piece.into())),
            (start, end) if start > end => Ok((start, end + MINUTES_A_DAY, piece)),
            (start, end) => Ok((start, end, piece)),
        }
    }

    /// Passes over the tokens that are meant, and says whether there were any.
    fn skip(&mut self, meant: impl Fn(Token) -> bool) -> bool {
        let count = self.tokens.iter().take_while(|(token, _)| meant(*token)).count();
        self.tokens = &self.tokens[count..];
        count > 0
    }

    /// The text from the first token of `before` to the last one that was read.
    fn since(&self, before: &[Placed]) -> &str {
        let read = &before[..before.len() - self.tokens.len()];
        match (read.first(), read.last()) {
            (Some((_, first)), Some((_, last))) => self.text[first.start..last.end].trim_end_matches(','),
            _ => "",
        }
    }
}
