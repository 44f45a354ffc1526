//! What each kind of setting accepts, and how a wrong one is answered.
//!
//! Invariant: pure; a message says what would be right, and quotes a value only if that is safe.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::document::Raw;
use super::origin::{looks_secret, quoted};
use crate::domain::duration::{OfficeDuration, WallDuration};
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::recurrence::{Recurrence, RecurrenceError};

/// A checked value, or what would be right instead.
pub type Checked<T> = Result<T, String>;

/// A text that is not empty.
pub fn text(raw: &Raw) -> Checked<String> {
    match raw {
        Raw::Text(text) if text.trim().is_empty() => Err("this is empty".into()),
        Raw::Text(text) => Ok(text.trim().to_owned()),
        other => Err(format!("expected a text in quotes, found {}", other.kind())),
    }
}

/// A whole number within bounds, both included.
pub fn number(raw: &Raw, least: u32, most: u32) -> Checked<u32> {
    let Raw::Integer(number) = raw else {
        return Err(format!("expected a number from {least} to {most}, found {}", raw.kind()));
    };
    u32::try_from(*number)
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("{number} is not between {least} and {most}"))
}

/// How many connections: `None` for "auto".
pub fn shards(raw: &Raw) -> Checked<Option<u32>> {
    match raw {
        Raw::Text(word) if word == "auto" => Ok(None),
        Raw::Integer(_) => number(raw, 1, 16_384).map(Some),
        _ => Err(format!("expected \"auto\" or a number, found {}", raw.kind())),
    }
}

/// One of some words.
pub fn one_of<T: Copy>(raw: &Raw, choices: &[(&str, T)]) -> Checked<T> {
    let word = text(raw)?;
    choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| format!("{name:?}")).collect();
        format!("{} is not one of {}", quoted(&word), names.join(", "))
    })
}

/// A length of time on the wall clock, within bounds.
pub fn duration(raw: &Raw, least: Duration, most: Duration) -> Checked<Duration> {
    let word = text(raw)?;
    let duration = WallDuration::parse(&word)
        .map_err(|_| {
            format!("{} is not a duration; write it like 10s, 10m, 2h, 3d or 1h 30m", quoted(&word))
        })?
        .get();
    if (least..=most).contains(&duration) {
        Ok(duration)
    } else {
        let (least, most) = (WallDuration::new(least), WallDuration::new(most));
        Err(format!("{} is not between {least} and {most}", quoted(&word)))
    }
}

/// A length of office time ("10m", "1d"): what a day is depends on the office hours.
pub fn office_duration(raw: &Raw) -> Checked<OfficeDuration> {
    let word = text(raw)?;
    match OfficeDuration::parse(&word) {
        Ok(duration) if duration.is_zero() => Err("this must be longer than nothing".into()),
        Ok(duration) => Ok(duration),
        Err(_) => {
            Err(format!("{} is not a length of office time; write it like 10m, 2h or 1d 4h", quoted(&word)))
        }
    }
}

/// An address and a port to listen on.
pub fn listen(raw: &Raw) -> Checked<SocketAddr> {
    let word = text(raw)?;
    word.parse().map_err(|_| {
        format!("{} is not an address and a port; write it like 127.0.0.1:8080 or [::1]:8080", quoted(&word))
    })
}

/// The address of a Web API: https (http on loopback only, for tokens travel there), no slash at the end.
pub fn api_url(raw: &Raw) -> Checked<String> {
    let word = text(raw)?;
    let url = reqwest::Url::parse(&word).ok().filter(|url| {
        url.has_host() && url.username().is_empty() && url.query().is_none() && url.fragment().is_none()
    });
    let loopback = |host: &str| matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    let url = url.ok_or("expected an address like https://slack.com/api")?;
    match url.scheme() {
        _ if word.ends_with('/') => Err("leave out the slash at the end".into()),
        "https" => Ok(word),
        "http" if url.host_str().is_some_and(loopback) => Ok(word),
        _ => {
            Err("this must begin with https:// (http:// is for 127.0.0.1 only), for tokens travel there"
                .into())
        }
    }
}

/// What is logged, as `tracing` writes it.
pub fn log_filter(raw: &Raw) -> Checked<String> {
    let word = text(raw)?;
    let known = |level: &str| level.parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    // A bare word that is no level would be taken for the name of a part and switch everything else off.
    let bare_words = word.split(',').map(str::trim).filter(|part| !part.contains(['=', ':', '[']));
    if bare_words.into_iter().all(known) && tracing_subscriber::EnvFilter::try_new(&word).is_ok() {
        Ok(word)
    } else {
        Err(format!(
            "{} is no log filter; write error, warn, info, debug, trace or off, or by part: \"info,goodturn::slack=debug\"",
            quoted(&word)
        ))
    }
}

/// A zone of the IANA database, by name.
pub fn timezone(raw: &Raw) -> Checked<TimeZone> {
    let word = text(raw)?;
    if let Ok(zone) = TimeZone::get(&word) {
        return Ok(zone);
    }
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.as_str().to_owned()).collect();
    let near = super::nearest::nearest(&word, names.iter().map(String::as_str));
    let hint = near.map_or_else(
        || "; use a name of the IANA database, such as \"Europe/Berlin\"".into(),
        |name| format!("; did you mean {name:?}?"),
    );
    Err(format!("there is no time zone {}{hint}", quoted(&word)))
}

/// Days of the calendar, as dates or as texts.
pub fn dates(raw: &Raw) -> Checked<Vec<jiff::civil::Date>> {
    list(raw, "dates", |item| match item {
        Raw::Text(text) | Raw::Date(text) => {
            text.parse().map_err(|_| format!("{} is not a day; write it like \"2026-12-25\"", quoted(text)))
        }
        other => Err(format!("expected a day like \"2026-12-25\", found {}", other.kind())),
    })
}

/// A person: `@handle`, an e-mail address, or the platform's id.
pub fn person(raw: &Raw) -> Checked<String> {
    let word = text(raw)?;
    let id = word.len() > 5 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let named = word.contains('@') && word.len() > 1 && !word.contains(char::is_whitespace);
    if id || named {
        Ok(word)
    } else {
        Err(format!("{} names nobody; write \"@handle\", an e-mail address or an id", quoted(&word)))
    }
}

/// Several people.
pub fn people(raw: &Raw) -> Checked<Vec<String>> {
    list(raw, "people", person)
}

/// Roles of a platform, by name or id.
pub fn roles(raw: &Raw) -> Checked<Vec<String>> {
    list(raw, "roles", text)
}

/// A channel: `#name`, or the platform's id.
pub fn channel(raw: &Raw) -> Checked<String> {
    let word = text(raw)?;
    let id = word.len() > 5 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let named = word.starts_with('#') && word.len() > 1 && !word.contains(char::is_whitespace);
    if id || named {
        Ok(word)
    } else {
        Err(format!("{} is no channel; write \"#name\" or an id", quoted(&word)))
    }
}

/// The name of a topic: one word, for it is typed after `/handoff`.
pub fn topic_name(raw: &Raw) -> Checked<String> {
    let word = text(raw)?.to_lowercase();
    let fits = word.chars().count() <= 40 && word.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    if fits {
        Ok(word)
    } else {
        Err(format!(
            "{} cannot be a topic's name: one word of at most 40 letters, digits, - or _",
            quoted(&word)
        ))
    }
}

/// Office hours of a week.
pub fn office_hours(raw: &Raw) -> Checked<Weekly> {
    let word = text(raw)?;
    Weekly::parse(&word).map_err(|wrong| {
        let form = "write office hours like \"Mon-Fri 09:00-12:30, 13:30-17:00\", or \"always\"";
        if looks_secret(&word) { form.into() } else { format!("{wrong}; {form}") }
    })
}

/// A cron expression of five fields.
pub fn cron(raw: &Raw) -> Checked<Recurrence> {
    let word = text(raw)?;
    Recurrence::parse(&word).map_err(|wrong| {
        let form = "write five fields (minute, hour, day of month, month, weekday) like \"30 3 * * *\"";
        match wrong {
            _ if looks_secret(&word) => form.into(),
            // It names the five fields itself.
            RecurrenceError::FieldCount { .. } => format!("{wrong}, like \"30 3 * * *\""),
            RecurrenceError::Field { .. } => format!("{wrong}; {form}"),
        }
    })
}

fn list<T>(raw: &Raw, what: &str, item: impl Fn(&Raw) -> Checked<T>) -> Checked<Vec<T>> {
    match raw {
        Raw::List(items) => items.iter().map(item).collect(),
        other => Err(format!("expected a list of {what} in [ ], found {}", other.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_bounds() {
        let (least, most) = (Duration::from_secs(1), Duration::from_mins(2));
        let checked = |word: &str| duration(&Raw::Text(word.into()), least, most);
        assert_eq!(checked("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(checked("1m 30s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "10", "m", "10x", "-3m", "1.5m", "99999999999999999999d", "3m", "0s", "xoxb-1"] {
            let told = checked(wrong).expect_err(wrong);
            assert!(!told.contains("xoxb"), "{told}");
        }
        assert_eq!(checked("3m"), Err("\"3m\" is not between 1s and 2m".into()));
        assert!(office_duration(&Raw::Text("0m".into())).is_err());
    }

    #[test]
    fn tokens_travel_encrypted_or_not_at_all() {
        let checked = |word: &str| api_url(&Raw::Text(word.into())).is_ok();
        for good in [
            "https://slack.com/api",
            "http://127.0.0.1:4555/api",
            "http://[::1]:4555",
            "http://localhost:1/api",
        ] {
            assert!(checked(good), "{good}");
        }
        for bad in [
            "http://slack.com/api",
            "http://127.0.0.1.example.org/api",
            "http://localhost@example.org/api",
            "http://127.0.0.1:x@example.org/api",
            "https://slack.com/api/",
            "https://",
            "slack.com/api",
            "ftp://slack.com",
        ] {
            assert!(!checked(bad), "{bad}");
        }
    }

    #[test]
    fn a_near_miss_of_a_time_zone_is_named() {
        let answer = timezone(&Raw::Text("Europe/Berln".into())).expect_err("no such zone");
        assert!(answer.contains("did you mean \"Europe/Berlin\"?"), "{answer}");
    }

    #[test]
    fn a_bare_word_is_no_log_filter() {
        assert!(log_filter(&Raw::Text("inof".into())).is_err());
        assert!(log_filter(&Raw::Text("info,goodturn::slack=debug".into())).is_ok());
        assert!(log_filter(&Raw::Text("off".into())).is_ok());
    }

    #[test]
    fn people_and_channels_have_a_shape() {
        for good in ["@ana", "ana@example.org", "U012ABCDEF"] {
            assert!(person(&Raw::Text(good.into())).is_ok(), "{good}");
        }
        for bad in ["ana", "@", "@ana lopez"] {
            assert!(person(&Raw::Text(bad.into())).is_err(), "{bad}");
        }
        assert!(channel(&Raw::Text("#billing".into())).is_ok());
        assert!(channel(&Raw::Text("billing".into())).is_err());
    }
}
