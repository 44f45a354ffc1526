//! How values stand in columns: instants as epoch milliseconds, absent text as '', JSON as text.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::error::StoreError;

/// Epoch milliseconds.
pub fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// The inverse of [`ms`]; what lies beyond the calendar is its end.
pub fn ts(ms: i64) -> Timestamp {
    let end = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(ms).unwrap_or(end)
}

/// Epoch milliseconds, 0 for none.
pub fn ms_or_none(at: Option<Timestamp>) -> i64 {
    at.map_or(0, ms)
}

/// The inverse of [`ms_or_none`].
pub fn ts_or_none(ms: i64) -> Option<Timestamp> {
    (ms != 0).then(|| ts(ms))
}

/// Text or '' for none.
pub fn text_or_none<T: for<'a> From<&'a str>>(text: &str) -> Option<T> {
    (!text.is_empty()).then(|| T::from(text))
}

/// A zone's IANA name, '' for none.
pub fn zone_name(zone: Option<&TimeZone>) -> &str {
    zone.and_then(TimeZone::iana_name).unwrap_or_default()
}

/// The inverse of [`zone_name`]. A zone that this build does not know is none: the organisation's then.
pub fn zone(name: &str) -> Option<TimeZone> {
    if name.is_empty() { None } else { TimeZone::get(name).ok() }
}

/// A count as the database gives it.
pub fn count(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

/// Holds that a row was there to be changed.
pub fn found(rows: u64, table: &'static str, row: &str) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::Missing(table, row.to_owned())) } else { Ok(()) }
}

/// JSON for a column.
pub fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types have text keys and serialise")
}

/// JSON out of a column of this table, in the row so named.
pub fn parse<T: DeserializeOwned>(table: &'static str, row: &str, json: &str) -> Result<T, StoreError> {
    // serde's text is left out: it may repeat what people wrote
    serde_json::from_str(json).map_err(|_| StoreError::Corrupt(table, row.to_owned()))
}
