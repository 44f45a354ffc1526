//! Settings of an organisation: defaults of the operator, overridden by its admins, and which layer
//! each value came from. Values are written and shown as text; inside they are typed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::duration::{OfficeDuration, WallDuration};
use crate::domain::ids::ChannelKey;
use crate::domain::office_hours::OfficeHours;
use crate::domain::office_hours::weekly::Weekly;

/// All settings, typed.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// The organisation's zone.
    pub timezone: TimeZone,
    /// Its hours, where no person or topic has their own.
    pub office_hours: Weekly,
    /// Days without office hours.
    pub holidays: BTreeSet<Date>,
    /// Each volunteer's time to answer an offer, office time.
    pub offer_timeout: OfficeDuration,
    /// An accepted request without life is reminded after this, then offered on; office time.
    pub stale_after: OfficeDuration,
    /// Open requests a volunteer holds at most.
    pub capacity: u32,
    /// After so many holders the volunteers are not asked again.
    pub max_hops: u32,
    /// The last resort of every ladder: a handle, e-mail address or id.
    pub escalation: Option<String>,
    /// Where the volunteers of every topic meet: the channel of topics that have none of their own.
    pub front_desk: Option<ChannelKey>,
    /// Who is staff, by what they wear on platforms that give roles: ids or names. Empty: as the platform
    /// says.
    pub staff_roles: Vec<String>,
    /// Who may change topics, likewise.
    pub steward_roles: Vec<String>,
    /// Who may change everything, likewise, beside those the platform calls admins.
    pub admin_roles: Vec<String>,
    /// How long a step can be undone.
    pub undo_for: SignedDuration,
    /// How long the requester may reopen.
    pub reopen_for: SignedDuration,
}

macro_rules! setting_names {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// A setting's name, as in the file and in `/service settings`.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum SettingName { $($(#[$doc])* $variant),+ }

        impl SettingName {
            /// All of them, in the order shown.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As people write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

setting_names! {
    /// [`Settings::timezone`]
    Timezone = "timezone",
    /// [`Settings::office_hours`]
    OfficeHours = "office_hours",
    /// [`Settings::holidays`]
    Holidays = "holidays",
    /// [`Settings::offer_timeout`]
    OfferTimeout = "offer_timeout",
    /// [`Settings::stale_after`]
    StaleAfter = "stale_after",
    /// [`Settings::capacity`]
    Capacity = "capacity",
    /// [`Settings::max_hops`]
    MaxHops = "max_hops",
    /// [`Settings::escalation`]
    Escalation = "escalation",
    /// [`Settings::front_desk`]
    FrontDesk = "front_desk",
    /// [`Settings::staff_roles`]
    StaffRoles = "staff_roles",
    /// [`Settings::steward_roles`]
    StewardRoles = "steward_roles",
    /// [`Settings::admin_roles`]
    AdminRoles = "admin_roles",
    /// [`Settings::undo_for`]
    UndoFor = "undo_for",
    /// [`Settings::reopen_for`]
    ReopenFor = "reopen_for",
}

impl SettingName {
    /// The inverse of [`SettingName::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase().replace('-', "_");
        Self::ALL.iter().copied().find(|name| name.as_str() == text)
    }
}

/// Which layer a value came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layer {
    /// The operator's file, or what is compiled in.
    Defaults,
    /// An admin of the organisation.
    Organisation,
}

/// A value that is not understood: which setting, and an example of what is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadValue {
    /// The setting.
    pub name: SettingName,
    /// A value that would do.
    pub example: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timezone: TimeZone::UTC,
            office_hours: Weekly::parse("Mon-Fri 09:00-17:00").expect("a literal that a test parses"),
            holidays: BTreeSet::new(),
            offer_timeout: OfficeDuration::parse("10m").expect("a literal that a test parses"),
            stale_after: OfficeDuration::parse("1d").expect("a literal that a test parses"),
            capacity: 3,
            max_hops: 2,
            escalation: None,
            front_desk: None,
            staff_roles: Vec::new(),
            steward_roles: Vec::new(),
            admin_roles: Vec::new(),
            undo_for: SignedDuration::from_mins(10),
            reopen_for: SignedDuration::from_hours(72),
        }
    }
}

impl Settings {
    /// The organisation's calendar.
    pub fn hours(&self) -> OfficeHours {
        OfficeHours::new(self.office_hours.clone(), self.timezone.clone(), self.holidays.clone())
    }

    /// Sets one value from text.
    pub fn set(&mut self, name: SettingName, text: &str) -> Result<(), BadValue> {
        let text = text.trim();
        let bad = |example| BadValue { name, example };
        let wall = |text: &str| {
            WallDuration::parse(text).ok().and_then(|time| SignedDuration::try_from(time.get()).ok())
        };
        match name {
            SettingName::Timezone => {
                self.timezone = TimeZone::get(text).map_err(|_| bad("Europe/Berlin"))?;
            }
            SettingName::OfficeHours => {
                self.office_hours =
                    Weekly::parse(text).map_err(|_| bad("Mon-Fri 09:00-12:30, 13:30-17:00"))?;
            }
            SettingName::Holidays => {
                self.holidays = text
                    .split([',', ' '])
                    .filter(|date| !date.is_empty())
                    .map(str::parse)
                    .collect::<Result<_, _>>()
                    .map_err(|_| bad("2026-12-25, 2027-01-01"))?;
            }
            SettingName::OfferTimeout => {
                self.offer_timeout = OfficeDuration::parse(text).map_err(|_| bad("10m"))?;
            }
            SettingName::StaleAfter => {
                self.stale_after = OfficeDuration::parse(text).map_err(|_| bad("1d"))?;
            }
            SettingName::Capacity => self.capacity = small_number(text, 1..=1000).ok_or(bad("3"))?,
            SettingName::MaxHops => self.max_hops = small_number(text, 0..=100).ok_or(bad("2"))?,
            SettingName::Escalation => {
                self.escalation = (!text.is_empty() && text != "none").then(|| text.to_owned());
            }
            SettingName::FrontDesk => {
                self.front_desk = (!text.is_empty() && text != "none").then(|| ChannelKey::from(text));
            }
            SettingName::StaffRoles => self.staff_roles = roles(text),
            SettingName::StewardRoles => self.steward_roles = roles(text),
            SettingName::AdminRoles => self.admin_roles = roles(text),
            SettingName::UndoFor => self.undo_for = wall(text).ok_or(bad("10m"))?,
            SettingName::ReopenFor => self.reopen_for = wall(text).ok_or(bad("3d"))?,
        }
        Ok(())
    }

    /// One value as text, in the form that [`Settings::set`] reads.
    pub fn get(&self, name: SettingName) -> String {
        match name {
            SettingName::Timezone => self.timezone.iana_name().unwrap_or("UTC").to_owned(),
            SettingName::OfficeHours => self.office_hours.to_string(),
            SettingName::Holidays => {
                self.holidays.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            }
            SettingName::OfferTimeout => self.offer_timeout.to_string(),
            SettingName::StaleAfter => self.stale_after.to_string(),
            SettingName::Capacity => self.capacity.to_string(),
            SettingName::MaxHops => self.max_hops.to_string(),
            SettingName::Escalation => self.escalation.clone().unwrap_or_else(|| "none".to_owned()),
            SettingName::FrontDesk => {
                self.front_desk.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
            }
            SettingName::StaffRoles => shown(&self.staff_roles),
            SettingName::StewardRoles => shown(&self.steward_roles),
            SettingName::AdminRoles => shown(&self.admin_roles),
            SettingName::UndoFor => WallDuration::new(self.undo_for.unsigned_abs()).to_string(),
            SettingName::ReopenFor => WallDuration::new(self.reopen_for.unsigned_abs()).to_string(),
        }
    }
}

/// The settings in force. An override that is no longer understood falls back to the default.
pub fn resolve(
    defaults: &Settings,
    overrides: &BTreeMap<SettingName, String>,
) -> (Settings, BTreeMap<SettingName, Layer>) {
    let mut settings = defaults.clone();
    let layers = SettingName::ALL
        .iter()
        .map(|name| {
            let overridden = overrides.get(name).is_some_and(|text| settings.set(*name, text).is_ok());
            (*name, if overridden { Layer::Organisation } else { Layer::Defaults })
        })
        .collect();
    (settings, layers)
}

/// Whether somebody who wears these marks is meant by a list of roles.
pub fn wears(marks: &[String], roles: &[String]) -> bool {
    roles.iter().any(|role| marks.iter().any(|mark| mark.to_lowercase() == role.to_lowercase()))
}

/// Roles as people write them: `@Team, Moderators, 1234`.
fn roles(text: &str) -> Vec<String> {
    text.split(',')
        .map(|role| role.trim().trim_start_matches(['@', '&']).trim().to_owned())
        .filter(|role| !role.is_empty() && role != "none")
        .collect()
}

fn shown(roles: &[String]) -> String {
    if roles.is_empty() { "none".to_owned() } else { roles.join(", ") }
}

fn small_number(text: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
    text.parse().ok().filter(|number| range.contains(number))
}
