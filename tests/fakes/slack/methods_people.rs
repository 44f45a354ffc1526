//! `users.*`, `dnd.*` and `usergroups.*`: who is there, and whether they can be disturbed.
//!
//! Invariant: e-mail addresses appear only with the scope for them.

use serde_json::{Value, json};

use super::events::{dnd_json, user_json};
use super::methods::{Answer, ApiError, Args, page};
use super::state::{BOT_USER, State};
use super::workspace::Person;

pub fn info(state: &mut State, args: &Args) -> Answer {
    let person = asked(state, args)?;
    Ok(json!({"user": user_json(state, person)}))
}

pub fn list(state: &mut State, args: &Args) -> Answer {
    let all: Vec<Value> = state.people.values().map(|p| user_json(state, p)).collect();
    let (members, next) = page(&all, args, 1000)?;
    Ok(json!({
        "members": members, "cache_ts": state.now() / 1_000_000, "response_metadata": {"next_cursor": next},
    }))
}

pub fn lookup_by_email(state: &mut State, args: &Args) -> Answer {
    let email = args.required("email", "users_not_found")?;
    let found = state.people.values().find(|p| p.email.eq_ignore_ascii_case(&email) && !p.deleted);
    let person = found.ok_or_else(|| ApiError::from("users_not_found"))?;
    Ok(json!({"user": user_json(state, person)}))
}

pub fn presence(state: &mut State, args: &Args) -> Answer {
    let person = asked(state, args)?;
    Ok(json!({"presence": if person.away { "away" } else { "active" }}))
}

pub fn profile(state: &mut State, args: &Args) -> Answer {
    let person = asked(state, args)?;
    Ok(json!({"profile": user_json(state, person)["profile"]}))
}

pub fn dnd_info(state: &mut State, args: &Args) -> Answer {
    let person = asked(state, args)?;
    Ok(dnd_json(person))
}

pub fn dnd_team_info(state: &mut State, args: &Args) -> Answer {
    let users = args.required("users", "users_list_not_supplied")?;
    if users.split(',').count() > 50 {
        return Err("too_many_users".into());
    }
    let mut shown = json!({});
    for user in users.split(',') {
        if let Some(person) = state.people.get(user) {
            shown[user] = dnd_json(person);
        }
    }
    Ok(json!({"users": shown}))
}

pub fn usergroups(state: &mut State, args: &Args) -> Value {
    let groups: Vec<Value> = state
        .groups
        .iter()
        .map(|group| {
            let mut shown = json!({
                "id": group.id, "team_id": state.team.id, "is_usergroup": true, "is_subteam": true,
                "name": group.name, "description": "", "handle": group.handle, "is_external": false,
                "date_create": 1_700_000_000, "date_update": 1_700_000_000, "date_delete": 0,
                "auto_type": null, "auto_provision": false, "enterprise_subteam_id": "",
                "created_by": "U0000000DEE", "updated_by": "U0000000DEE", "deleted_by": null,
                "prefs": {"channels": [], "groups": []}, "user_count": group.users.len(), "channel_count": 0,
            });
            if args.flag("include_users") {
                shown["users"] = json!(group.users);
            }
            shown
        })
        .collect();
    json!({"usergroups": groups})
}

pub fn usergroup_users(state: &mut State, args: &Args) -> Answer {
    let id = args.required("usergroup", "no_such_subteam")?;
    let group = state.groups.iter().find(|group| group.id == id);
    group.map(|group| json!({"users": group.users})).ok_or_else(|| "no_such_subteam".into())
}

fn asked<'a>(state: &'a State, args: &Args) -> Result<&'a Person, ApiError> {
    let id = args.text("user").unwrap_or_else(|| BOT_USER.to_owned());
    state.people.get(&id).ok_or_else(|| "user_not_found".into())
}
