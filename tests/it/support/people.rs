//! The people of a script, as their platform knows them.

use std::collections::BTreeMap;

use goodturn::chat::inbound::PersonFacts;
use goodturn::domain::ids::{PlatformKind, UserKey};
use goodturn::domain::person::{Role, Standing};
use jiff::Timestamp;

/// Somebody on the platform. The script calls them by their handle.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// As in the script, lower case.
    pub handle: String,
    /// IANA name of their zone.
    pub zone: String,
    /// One of us, a guest, an application, or gone.
    pub standing: Standing,
    /// Admin of the workspace or not.
    pub role: Role,
    /// Do not disturb until then.
    pub quiet_until: Option<Timestamp>,
    /// The roles they wear, where there are roles.
    pub marks: Option<Vec<String>>,
}

/// Everybody, by key.
pub type People = BTreeMap<UserKey, Somebody>;

/// What follows a handle for the account of a person on Discord: `bo@discord`, in a script `bo on discord`.
pub const DISCORD: &str = "@discord";

/// Where the account of this handle is.
pub fn platform(handle: &str) -> PlatformKind {
    if handle.ends_with(DISCORD) { PlatformKind::Discord } else { PlatformKind::Slack }
}

/// A handle's key: `bo` is `UBO`, `bo@discord` is `DBO`.
pub fn key(handle: &str) -> UserKey {
    if let Some(handle) = handle.strip_suffix(DISCORD) {
        return UserKey::from(format!("D{}", handle.trim_start_matches('@').to_uppercase()));
    }
    UserKey::from(format!("U{}", handle.trim_start_matches('@').to_uppercase()))
}

/// A key's handle as read: `UBO` is `bo`, `DBO` is `bo on discord`.
pub fn handle(user: &UserKey) -> String {
    if let Some(handle) = user.as_str().strip_prefix('D') {
        return format!("{} on discord", handle.to_lowercase());
    }
    user.as_str().trim_start_matches('U').to_lowercase()
}

impl Somebody {
    /// One of the staff.
    pub fn colleague(handle: &str, zone: &str) -> Self {
        Self {
            handle: handle.to_owned(),
            zone: zone.to_owned(),
            standing: Standing::Staff,
            role: Role::Member,
            quiet_until: None,
            marks: (platform(handle) == PlatformKind::Discord).then(Vec::new),
        }
    }

    /// What the platform tells about them.
    pub fn facts(&self) -> PersonFacts {
        let on_discord = platform(&self.handle) == PlatformKind::Discord;
        let handle = self.handle.trim_end_matches(DISCORD).to_owned();
        let mut name = handle.clone();
        name[..1].make_ascii_uppercase();
        PersonFacts {
            user: Some(key(&self.handle)),
            name: Some(name),
            email: (!on_discord).then(|| format!("{handle}@example.org")),
            handle: Some(handle),
            zone: (!on_discord).then(|| self.zone.clone()),
            standing: Some(self.standing),
            role: Some(self.role),
            marks: self.marks.clone(),
            away_until: None,
        }
    }
}

/// Somebody as written in a setting: handle, e-mail address or key.
pub fn find<'a>(people: &'a People, name: &str) -> Option<&'a Somebody> {
    let name = name.trim_start_matches('@').to_lowercase();
    people.values().find(|person| {
        person.handle.trim_end_matches(DISCORD) == name
            || format!("{}@example.org", person.handle) == name
            || key(&person.handle).as_str().to_lowercase() == name
    })
}
