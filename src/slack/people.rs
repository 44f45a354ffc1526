//! Who people are and whether they want to be left alone, as Slack tells it.
//! Invariant: a field that is missing or odd is absent, never an error.

use jiff::Timestamp;
use serde_json::Value;

use super::api::Granted;
use crate::chat::inbound::PersonFacts;
use crate::domain::person::{Role, Standing};

/// Reads Slack's user object; `None` without an id.
pub fn facts(user: &Value, home: &Granted, now: Timestamp) -> Option<PersonFacts> {
    let id = user["id"].as_str().filter(|id| !id.is_empty())?;
    let profile = &user["profile"];
    let name = word(&profile["display_name"])
        .or_else(|| word(&profile["real_name"]))
        .or_else(|| word(&user["real_name"]))
        .or_else(|| word(&user["name"]));
    let away = match out_of_office(profile, now) {
        Away::No => Some(None),
        Away::Until(at) => Some(Some(at)),
        Away::Open => None,
    };
    Some(PersonFacts {
        user: Some(id.into()),
        name,
        handle: word(&user["name"]),
        email: word(&profile["email"]).map(|email| email.to_lowercase()),
        zone: word(&user["tz"]),
        standing: Some(standing(user, home)),
        role: Some(role(user)),
        marks: None,
        away_until: away,
    })
}

/// Whether somebody is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// Not away.
    No,
    /// Away until then.
    Until(Timestamp),
    /// Away, nobody knows how long.
    Open,
}

/// What a person's status says about the office; `profile` is Slack's profile object.
pub fn out_of_office(profile: &Value, now: Timestamp) -> Away {
    let status = profile["status_text"].as_str().unwrap_or_default().to_lowercase();
    let emoji = profile["status_emoji"].as_str().unwrap_or_default();
    let said = AWAY_EMOJI.contains(&emoji) || AWAY_WORDS.iter().any(|away| contains_words(&status, away));
    if !said {
        return Away::No;
    }
    match instant(&profile["status_expiration"]) {
        Some(until) if until <= now => Away::No,
        Some(until) => Away::Until(until),
        None => Away::Open,
    }
}

/// Until when Slack keeps a person's notifications back at `now`; `None`: it does not.
/// `status` is what `dnd.info` and `dnd_updated_user` tell.
pub fn do_not_disturb(status: &Value, now: Timestamp) -> Option<Timestamp> {
    let on = |flag: &str| status[flag].as_bool().unwrap_or(false);
    let snoozed = instant(&status["snooze_endtime"]).filter(|until| on("snooze_enabled") && now < *until);
    let regular = instant(&status["next_dnd_start_ts"]).zip(instant(&status["next_dnd_end_ts"]));
    let regular = regular.filter(|(from, until)| on("dnd_enabled") && *from <= now && now < *until);
    snoozed.max(regular.map(|(_, until)| until))
}

const AWAY_EMOJI: [&str; 6] = [
    ":palm_tree:",
    ":face_with_thermometer:",
    ":beach_with_umbrella:",
    ":desert_island:",
    ":airplane:",
    ":sick:",
];

const AWAY_WORDS: [&str; 12] = [
    "out of office",
    "ooo",
    "vacation",
    "vacationing",
    "holiday",
    "holidays",
    "on leave",
    "parental leave",
    "out sick",
    "pto",
    "urlaub",
    "krank",
];

fn contains_words(text: &str, words: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(words) {
        let before = rest[..at].chars().next_back();
        let after = rest[at + words.len()..].chars().next();
        if !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric) {
            return true;
        }
        rest = &rest[at + words.len()..];
    }
    false
}

fn standing(user: &Value, home: &Granted) -> Standing {
    let flag = |name: &str| user[name].as_bool().unwrap_or(false);
    if flag("deleted") {
        return Standing::Left;
    }
    if flag("is_bot") || user["id"] == "USLACKBOT" {
        return Standing::Bot;
    }
    let ours = match (&home.enterprise, user["enterprise_user"]["enterprise_id"].as_str()) {
        (Some(ours), Some(theirs)) => ours == theirs,
        // Org-wide installs know members of many workspaces; only Slack's own mark tells strangers there.
        (Some(_), None) => true,
        (None, _) => user["team_id"].as_str().is_none_or(|team| team == home.team.as_str()),
    };
    if !ours || flag("is_stranger") || flag("is_restricted") || flag("is_ultra_restricted") {
        return Standing::Outside;
    }
    Standing::Staff
}

fn role(user: &Value) -> Role {
    let admin = ["is_admin", "is_owner", "is_primary_owner"]
        .iter()
        .any(|flag| user[*flag].as_bool().unwrap_or(false));
    if admin { Role::Admin } else { Role::Member }
}

fn word(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_i64().filter(|seconds| *seconds > 0).and_then(|at| Timestamp::from_second(at).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::slack::tests::home;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn people_are_read_from_what_there_is() {
        let ana = json!({"id": "U1", "team_id": "T1", "name": "ana", "tz": "Asia/Kolkata", "is_admin": true,
            "profile": {"real_name": "Ana", "display_name": " ", "email": "Ana@Example.com"}});
        let facts = facts(&ana, &home(), at(0)).unwrap();
        assert_eq!(facts.name.as_deref(), Some("Ana"));
        assert_eq!(facts.email.as_deref(), Some("ana@example.com"));
        assert_eq!((facts.standing, facts.role), (Some(Standing::Staff), Some(Role::Admin)));
        assert_eq!(super::facts(&json!({"name": "x"}), &home(), at(0)), None);
        assert_eq!(super::facts(&json!({"id": "U2"}), &home(), at(0)).unwrap().name, None);
    }

    #[test]
    fn standings() {
        let of = |user: Value| standing(&user, &home());
        assert_eq!(of(json!({"team_id": "T9"})), Standing::Outside);
        assert_eq!(of(json!({"is_restricted": true})), Standing::Outside);
        assert_eq!(of(json!({"is_stranger": true, "team_id": "T1"})), Standing::Outside);
        assert_eq!(of(json!({"is_bot": true})), Standing::Bot);
        assert_eq!(of(json!({"deleted": true, "is_bot": true})), Standing::Left);
        let grid = Granted { enterprise: Some("E1".to_owned()), ..home() };
        let member = json!({"team_id": "T9", "enterprise_user": {"enterprise_id": "E1"}});
        assert_eq!(standing(&member, &grid), Standing::Staff);
    }

    #[test]
    fn a_status_may_say_out_of_office() {
        let status = |text: &str, emoji: &str, until: i64| json!({"status_text": text, "status_emoji": emoji, "status_expiration": until});
        assert_eq!(out_of_office(&status("Out of Office, back Monday", "", 0), at(5)), Away::Open);
        assert_eq!(out_of_office(&status("", ":palm_tree:", 9), at(5)), Away::Until(at(9)));
        assert_eq!(out_of_office(&status("", ":palm_tree:", 5), at(5)), Away::No);
        assert_eq!(out_of_office(&status("food and kangarooos", ":taco:", 9), at(5)), Away::No);
        assert_eq!(out_of_office(&Value::Null, at(5)), Away::No);
    }

    #[test]
    fn quiet_time_is_the_later_of_snooze_and_schedule() {
        let dnd = json!({
            "dnd_enabled": true, "next_dnd_start_ts": 100, "next_dnd_end_ts": 200,
            "snooze_enabled": true, "snooze_endtime": 150
        });
        assert_eq!(do_not_disturb(&dnd, at(50)), Some(at(150)));
        assert_eq!(do_not_disturb(&dnd, at(120)), Some(at(200)));
        assert_eq!(do_not_disturb(&dnd, at(200)), None);
        let off = json!({"dnd_enabled": false, "next_dnd_start_ts": 1, "next_dnd_end_ts": 9});
        assert_eq!(do_not_disturb(&off, at(5)), None);
    }
}
