//! The people of a script, as their platform knows them.

use std::collections::BTreeMap;

use goodturn::chat::inbound::PersonFacts;
use goodturn::domain::ids::UserKey;
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
}

/// Everybody, by key.
pub type People = BTreeMap<UserKey, Somebody>;

/// A handle's key: `bo` is `UBO`.
pub fn key(handle: &str) -> UserKey {
    UserKey::from(format!("U{}", handle.trim_start_matches('@').to_uppercase()))
}

/// A key's handle: `UBO` is `bo`.
pub fn handle(user: &UserKey) -> String {
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
        }
    }

    /// What the platform tells about them.
    pub fn facts(&self) -> PersonFacts {
        let mut name = self.handle.clone();
        name[..1].make_ascii_uppercase();
        PersonFacts {
            user: Some(key(&self.handle)),
            name: Some(name),
            handle: Some(self.handle.clone()),
            email: Some(format!("{}@example.org", self.handle)),
            zone: Some(self.zone.clone()),
            standing: Some(self.standing),
            role: Some(self.role),
            marks: None,
            away_until: None,
        }
    }
}

/// Somebody as written in a setting: handle, e-mail address or key.
pub fn find<'a>(people: &'a People, name: &str) -> Option<&'a Somebody> {
    let name = name.trim_start_matches('@').to_lowercase();
    people.values().find(|person| {
        person.handle == name
            || format!("{}@example.org", person.handle) == name
            || key(&person.handle).as_str().to_lowercase() == name
    })
}
