//! REST about the app itself, servers, members and roles.
//!
//! Invariant: a server that the bot is not in, or that is out of order, is unknown.

use serde_json::{Value, json};

use super::permissions::{self, INTENT_GUILD_MEMBERS};
use super::routes::{Answer, ApiError, Req};
use super::shapes;
use super::state::{Guild, State};

pub fn gateway(state: &mut State, _: &Req) -> Answer {
    Ok(json!({"url": format!("ws://{}", state.address)}))
}

pub fn gateway_bot(state: &mut State, _: &Req) -> Answer {
    Ok(json!({
        "url": format!("ws://{}", state.address), "shards": state.tuning.shards,
        "session_start_limit": {
            "total": 1000, "remaining": 1000_u64.saturating_sub(state.sessions.identified),
            "reset_after": 14_400_000, "max_concurrency": 1,
        },
    }))
}

pub fn me(state: &mut State, _: &Req) -> Answer {
    let mut me = state.user(&state.bot);
    for (key, value) in [
        ("mfa_enabled", json!(false)),
        ("locale", json!("en-US")),
        ("verified", json!(true)),
        ("email", Value::Null),
        ("premium_type", json!(0)),
    ] {
        me[key] = value;
    }
    Ok(me)
}

pub fn my_guilds(state: &mut State, _: &Req) -> Answer {
    let all = state.guilds.values().filter(|guild| guild.members.contains_key(&state.bot));
    Ok(all
        .map(|guild| {
            let permissions = permissions::in_guild(state, &state.bot, &guild.id).to_string();
            json!({
                "id": guild.id, "name": guild.name, "icon": null, "banner": null, "owner": false,
                "permissions": permissions, "features": [],
            })
        })
        .collect())
}

pub fn leave(state: &mut State, req: &Req) -> Answer {
    known(state, &req.params[0])?;
    state.remove_bot(&req.params[0]);
    Ok(Value::Null)
}

pub fn user(state: &mut State, req: &Req) -> Answer {
    let id = &req.params[0];
    if state.people.contains_key(id) { Ok(state.user(id)) } else { Err(ApiError::unknown(10013, "User")) }
}

pub fn application(state: &mut State, _: &Req) -> Answer {
    Ok(shapes::application(state))
}

pub fn guild(state: &mut State, req: &Req) -> Answer {
    let guild = known(state, &req.params[0])?;
    let mut shape = shapes::guild_info(guild);
    if req.query.get("with_counts").is_some_and(|with| with == "true") {
        shape["approximate_member_count"] = json!(guild.members.len());
        shape["approximate_presence_count"] = json!(1);
    }
    Ok(shape)
}

pub fn roles(state: &mut State, req: &Req) -> Answer {
    Ok(json!(known(state, &req.params[0])?.roles))
}

pub fn member(state: &mut State, req: &Req) -> Answer {
    known(state, &req.params[0])?;
    if !state.people.contains_key(&req.params[1]) {
        return Err(ApiError::unknown(10013, "User"));
    }
    state.member(&req.params[0], &req.params[1]).ok_or_else(|| ApiError::unknown(10007, "Member"))
}

pub fn members(state: &mut State, req: &Req) -> Answer {
    let guild = known(state, &req.params[0])?;
    if state.privileged & INTENT_GUILD_MEMBERS == 0 {
        return Err(ApiError::missing_access());
    }
    let after: u64 = req.query.get("after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let ids = guild.members.keys().filter(|id| id.parse::<u64>().is_ok_and(|id| id > after));
    let found = ids.filter_map(|id| state.member(&guild.id, id)).take(req.number("limit").unwrap_or(1));
    Ok(found.collect())
}

pub fn search(state: &mut State, req: &Req) -> Answer {
    let guild = known(state, &req.params[0])?;
    let wanted = req.query.get("query").map(|words| words.to_lowercase()).unwrap_or_default();
    if wanted.is_empty() {
        return Err(ApiError::form(&["query: This field is required".to_owned()]));
    }
    let fits = |member: &Value| {
        let names = [&member["nick"], &member["user"]["username"], &member["user"]["global_name"]];
        names.iter().any(|name| name.as_str().is_some_and(|name| name.to_lowercase().starts_with(&wanted)))
    };
    let all = guild.members.keys().filter_map(|id| state.member(&guild.id, id));
    Ok(all.filter(fits).take(req.number("limit").unwrap_or(1)).collect())
}

/// The server, if the bot may know it.
pub fn known<'s>(state: &'s State, id: &str) -> Result<&'s Guild, ApiError> {
    let guild = state.guilds.get(id).filter(|guild| !guild.unavailable);
    guild
        .filter(|guild| guild.members.contains_key(&state.bot))
        .ok_or_else(|| ApiError::unknown(10004, "Guild"))
}

impl State {
    /// The bot leaves, or is sent away.
    pub fn remove_bot(&mut self, guild: &str) {
        self.emit("GUILD_DELETE", permissions::INTENT_GUILDS, Some(guild), &json!({"id": guild}));
        let bot = self.bot.clone();
        let known = self.guilds.get_mut(guild).expect("the server is there");
        known.members.remove(&bot);
        known.roles.retain(|role| role["tags"]["bot_id"] != bot);
        self.commands.remove(guild);
    }
}
