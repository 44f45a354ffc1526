//! Finding people: by key, by e-mail address, by handle.
//! Invariant: a name that could mean two people finds nobody.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::outcome;
use crate::chat::platform::Delivery;
use crate::domain::ids::UserKey;
use crate::slack::api::{Api, CallError, Granted};
use crate::slack::people;

/// The list of members, read once in a while.
#[derive(Debug, Default)]
pub struct Directory(Mutex<Option<Listed>>);

#[derive(Debug)]
struct Listed {
    read: Instant,
    members: Vec<Member>,
}

#[derive(Debug, Clone)]
struct Member {
    id: String,
    handle: String,
    names: [String; 2],
}

/// A list older than this is read again.
const KEPT: Duration = Duration::from_mins(10);

/// Who somebody is, with do not disturb where Slack tells it.
pub(super) async fn look_up(api: &Api, home: &Granted, user: &UserKey, now: Timestamp) -> Delivery {
    match api.user(user.as_str()).await {
        Ok(person) => {
            let Some(mut facts) = people::facts(&person, home, now) else { return Delivery::NobodyFound };
            if facts.away_until == Some(None)
                && let Ok(status) = api.dnd(user.as_str()).await
            {
                facts.away_until = Some(people::do_not_disturb(&status, now));
            }
            Delivery::Met(facts)
        }
        Err(CallError::Refused { code, .. }) if is_nobody(&code) => Delivery::NobodyFound,
        Err(error) => outcome::harmless(error),
    }
}

/// Somebody named as `@handle`, `name`, e-mail address, id or mention.
pub(super) async fn find(
    api: &Api,
    home: &Granted,
    directory: &Directory,
    name: &str,
    now: Timestamp,
) -> Delivery {
    let name = name.trim().trim_start_matches("<@").trim_end_matches('>').trim_start_matches('@');
    let name = name.split('|').next().unwrap_or_default().trim();
    if name.is_empty() {
        return Delivery::NobodyFound;
    }
    if looks_like_a_user_id(name) {
        return look_up(api, home, &name.into(), now).await;
    }
    if name.contains('@') {
        return match api.user_by_email(name).await {
            Ok(Some(person)) => met(&person, home, now),
            Ok(None) => Delivery::NobodyFound,
            Err(error) => outcome::harmless(error),
        };
    }
    match directory.named(api, name).await {
        Ok(Some(id)) => look_up(api, home, &id.as_str().into(), now).await,
        Ok(None) => Delivery::NobodyFound,
        Err(error) => outcome::harmless(error),
    }
}

impl Directory {
    /// The id of the one person of that handle or, failing that, of that name.
    async fn named(&self, api: &Api, name: &str) -> Result<Option<String>, CallError> {
        let wanted = name.to_lowercase();
        let known = self.known();
        let members = match known {
            Some(members) => members,
            None => self.read(api).await?,
        };
        if let Some(member) = members.iter().find(|member| member.handle == wanted) {
            return Ok(Some(member.id.clone()));
        }
        let mut namesakes = members.iter().filter(|member| member.names.contains(&wanted));
        match (namesakes.next(), namesakes.next()) {
            (Some(member), None) => Ok(Some(member.id.clone())),
            _ => Ok(None),
        }
    }

    fn known(&self) -> Option<Vec<Member>> {
        let listed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listed.as_ref().filter(|listed| listed.read.elapsed() < KEPT).map(|listed| listed.members.clone())
    }

    async fn read(&self, api: &Api) -> Result<Vec<Member>, CallError> {
        let members: Vec<Member> = api.users().await?.iter().filter_map(Member::read).collect();
        let listed = Listed { read: Instant::now(), members: members.clone() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(listed);
        Ok(members)
    }
}

impl Member {
    /// `None` for who is gone.
    fn read(user: &Value) -> Option<Self> {
        if user["deleted"] == true {
            return None;
        }
        let lower = |value: &Value| value.as_str().unwrap_or_default().trim().to_lowercase();
        let profile = &user["profile"];
        Some(Self {
            id: user["id"].as_str()?.to_owned(),
            handle: lower(&user["name"]),
            names: [lower(&profile["display_name"]), lower(&profile["real_name"])],
        })
    }
}

fn met(person: &Value, home: &Granted, now: Timestamp) -> Delivery {
    people::facts(person, home, now).map_or(Delivery::NobodyFound, Delivery::Met)
}

fn is_nobody(code: &str) -> bool {
    matches!(code, "user_not_found" | "users_not_found" | "user_not_visible")
}

fn looks_like_a_user_id(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(['U', 'W'])
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
