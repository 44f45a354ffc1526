//! Commands as people type them, context menus, and how any interaction travels.
//!
//! Invariant: only what is registered can be used, with the options that it declares; the client of a
//! person would offer nothing else.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::people::{Actor, Answer};
use super::permissions;
use super::seen::Message;
use super::state::{Interaction, State, id_of, text};

const COMMAND: u64 = 2;
const AUTOCOMPLETE: u64 = 4;

impl Actor {
    /// Types `/name`, with its subcommands (`"volunteer join"`) and options as text: `("who", "@bo")`,
    /// `("where", "#sales")`, `("urgent", "true")`. Waits for the first answer.
    pub async fn command(&self, place: &str, name: &str, options: &[(&str, &str)]) -> Answer {
        let token = self.discord.shared.change(|state| {
            let channel = self.here(state, place);
            let data = self.command_data(state, &channel, name, options, COMMAND);
            self.send(state, COMMAND, &format!("/{name}"), &channel, data, None)
        });
        self.answer(&token).await
    }

    /// Types so far; the last option is the one being typed. The choices as `(name, value)`.
    pub async fn autocomplete(
        &self,
        place: &str,
        name: &str,
        options: &[(&str, &str)],
    ) -> Vec<(String, String)> {
        let token = self.discord.shared.change(|state| {
            let channel = self.here(state, place);
            let data = self.command_data(state, &channel, name, options, AUTOCOMPLETE);
            self.send(state, AUTOCOMPLETE, &format!("/{name} (typing)"), &channel, data, None)
        });
        let answer = self.answer(&token).await;
        let value = |choice: &Value| {
            choice["value"].as_str().map_or_else(|| choice["value"].to_string(), str::to_owned)
        };
        let choices = answer.body["data"]["choices"].as_array().cloned().unwrap_or_default();
        choices.iter().map(|choice| (text(choice, "name"), value(choice))).collect()
    }

    /// Uses the context menu of a message.
    pub async fn message_command(&self, name: &str, message: &Message) -> Answer {
        let token = self.discord.shared.change(|state| {
            let channel = self.here(state, &message.channel());
            let mut data = self.known(state, &channel, name, 3);
            let id = message.id();
            let raw = state.message(&channel, id).expect("the message is still there").clone();
            data["target_id"] = json!(id);
            data["resolved"] = json!({"messages": {id: raw}});
            self.send(state, COMMAND, name, &channel, data, None)
        });
        self.answer(&token).await
    }

    /// Uses the context menu of a person.
    pub async fn user_command(&self, place: &str, name: &str, whom: &str) -> Answer {
        let token = self.discord.shared.change(|state| {
            let channel = self.here(state, place);
            let mut data = self.known(state, &channel, name, 2);
            let user = state.user_id(whom);
            data["target_id"] = json!(user);
            data["resolved"] = resolved_users(state, &channel, &[user]);
            self.send(state, COMMAND, name, &channel, data, None)
        });
        self.answer(&token).await
    }

    /// Waits for the first answer; without one the person reads "The application did not respond".
    pub(super) async fn answer(&self, token: &str) -> Answer {
        let patience = self.discord.shared.read(|state| state.tuning.patience);
        let look = |state: &State| {
            let (body, latency) = state.interactions[token].callback.clone()?;
            Some(Answer { token: token.to_owned(), body, latency })
        };
        let answer = self.discord.shared.wait(patience, look).await;
        answer.unwrap_or_else(|| {
            let name = self.discord.shared.read(|state| state.interactions[token].name.clone());
            panic!(
                "{name}: the application did not respond; instead:\n{}\nviolations: {:?}",
                self.discord.overview(),
                self.discord.violations()
            )
        })
    }

    /// Sends the interaction to the app; its token.
    pub(super) fn send(
        &self,
        state: &mut State,
        kind: u64,
        name: &str,
        channel: &str,
        data: Value,
        message: Option<Value>,
    ) -> String {
        let id = state.snowflake();
        let token = format!("aW50ZXJhY3Rpb246{id}{}", "x".repeat(150));
        let guild = state.guild_of(channel).map(str::to_owned);
        let granted = permissions::of(state, &self.id, channel);
        let mut place = state.channels[channel].clone();
        place["permissions"] = json!(granted.to_string());
        let mut event = json!({
            "id": id, "application_id": state.application, "type": kind, "token": token, "version": 1,
            "data": data, "channel_id": channel, "channel": place, "entitlements": [],
            "entitlement_sku_ids": [], "locale": state.people[&self.id].locale,
            "authorizing_integration_owners": {"0": guild.as_deref().unwrap_or("0")},
            "context": u8::from(guild.is_none()), "attachment_size_limit": 10_485_760,
            "app_permissions": permissions::of(state, &state.bot, channel).to_string(),
        });
        let source = message.as_ref().map(|message| id_of(message).to_owned());
        if let Some(message) = message {
            event["message"] = message;
        }
        if let Some(guild) = &guild {
            let mut member = state.member(guild, &self.id).expect("who sees a channel is a member");
            member["permissions"] = json!(granted.to_string());
            event["member"] = member;
            event["guild_id"] = json!(guild);
            event["guild"] = json!({"id": guild, "locale": "en-US", "features": []});
            event["guild_locale"] = json!("en-US");
        } else {
            event["user"] = state.user(&self.id);
        }
        let known = Interaction {
            id,
            kind,
            user: self.id.clone(),
            channel: channel.to_owned(),
            made: state.now(),
            sent: Instant::now(),
            source,
            callback: None,
            original: None,
            deferred: None,
            name: format!("{name} of {}", state.handle(&self.id)),
        };
        state.interactions.insert(token.clone(), known);
        state.emit("INTERACTION_CREATE", 0, guild.as_deref(), &event);
        token
    }

    /// The registered command, as the data of an interaction begins.
    fn known(&self, state: &State, channel: &str, name: &str, kind: u64) -> Value {
        let command = self.find(state, channel, name, kind);
        let mut data = json!({"id": command["id"], "name": command["name"], "type": kind});
        if let Some(guild) = state.guild_of(channel)
            && command["guild_id"] == guild
        {
            data["guild_id"] = json!(guild);
        }
        data
    }

    fn find<'s>(&self, state: &'s State, channel: &str, name: &str, kind: u64) -> &'s Value {
        let guild = state.guild_of(channel).unwrap_or_default();
        let all = || state.commands.get(guild).into_iter().chain(state.commands.get("")).flatten();
        let found = all().find(|command| command["name"] == name && command["type"] == kind);
        let command = found.unwrap_or_else(|| {
            let names: Vec<String> = all().map(|command| text(command, "name")).collect();
            panic!("no command {name:?} of type {kind} is registered here; there are {names:?}")
        });
        let here = u8::from(guild.is_empty());
        let contexts = command["contexts"].as_array();
        assert!(
            contexts.is_none_or(|all| all.iter().any(|c| c == here)),
            "{name} is not for this kind of place"
        );
        if let Some(needed) =
            command["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok())
        {
            let granted = permissions::of(state, &self.id, channel);
            assert!(granted & needed == needed, "{} does not see the command {name}", state.handle(&self.id));
        }
        command
    }

    fn command_data(
        &self,
        state: &State,
        channel: &str,
        name: &str,
        options: &[(&str, &str)],
        kind: u64,
    ) -> Value {
        let mut words = name.split(' ');
        let first = words.next().expect("a split has a first part");
        let mut data = self.known(state, channel, first, 1);
        let mut declared = &self.find(state, channel, first, 1)["options"];
        let mut path = Vec::new();
        for word in words {
            let sub = declared
                .as_array()
                .into_iter()
                .flatten()
                .find(|o| o["name"] == word && matches!(o["type"].as_u64(), Some(1 | 2)));
            let sub = sub.unwrap_or_else(|| panic!("/{name} has no subcommand {word}"));
            path.push((word, sub["type"].clone()));
            declared = &sub["options"];
        }
        let all = declared.as_array().map_or(&[][..], Vec::as_slice);
        assert!(!all.iter().any(|o| matches!(o["type"].as_u64(), Some(1 | 2))), "/{name} needs a subcommand");
        let mut resolved = Map::new();
        let mut given: Vec<Value> = Vec::new();
        for (at, (option, value)) in options.iter().enumerate() {
            let known = all.iter().find(|o| o["name"] == *option);
            let known = known.unwrap_or_else(|| panic!("/{name} has no option {option}"));
            let typing = kind == AUTOCOMPLETE && at + 1 == options.len();
            assert!(!typing || known["autocomplete"] == true, "{option} has no autocomplete");
            let mut entry = json!({"name": option, "type": known["type"]});
            entry["value"] =
                if typing { json!(value) } else { valued(state, channel, known, value, &mut resolved) };
            if typing {
                entry["focused"] = json!(true);
            }
            given.push(entry);
        }
        for required in all.iter().filter(|o| o["required"] == true && kind == COMMAND) {
            assert!(
                given.iter().any(|o| o["name"] == required["name"]),
                "/{name} needs the option {}",
                required["name"]
            );
        }
        let mut inner = json!(given);
        for (word, kind) in path.into_iter().rev() {
            inner = json!([{"name": word, "type": kind, "options": inner}]);
        }
        if inner.as_array().is_some_and(|all| !all.is_empty()) {
            data["options"] = inner;
        }
        if !resolved.is_empty() {
            data["resolved"] = Value::Object(resolved);
        }
        data
    }
}

/// The value of an option, as its type has it.
fn valued(
    state: &State,
    channel: &str,
    option: &Value,
    value: &str,
    resolved: &mut Map<String, Value>,
) -> Value {
    let mut add = |more: Value| {
        for (key, objects) in more.as_object().into_iter().flatten() {
            let all = resolved.entry(key.clone()).or_insert_with(|| json!({}));
            for (id, object) in objects.as_object().into_iter().flatten() {
                all[id] = object.clone();
            }
        }
    };
    if let Some(choices) = option["choices"].as_array().filter(|all| !all.is_empty()) {
        let chosen = choices.iter().find(|c| c["name"] == value || c["value"] == value);
        return chosen.unwrap_or_else(|| panic!("{value} is no choice of {}", option["name"]))["value"]
            .clone();
    }
    match option["type"].as_u64() {
        Some(3) => {
            let length = value.chars().count() as u64;
            let (least, most) =
                (option["min_length"].as_u64().unwrap_or(0), option["max_length"].as_u64().unwrap_or(6000));
            assert!(
                (least..=most).contains(&length),
                "{} takes {least} to {most} characters",
                option["name"]
            );
            json!(super::people::typed(state, state.guild_of(channel), value))
        }
        Some(4) => {
            let number: i64 = value.parse().unwrap_or_else(|_| panic!("{value} is no whole number"));
            let fits = option["min_value"].as_i64().is_none_or(|least| least <= number)
                && option["max_value"].as_i64().is_none_or(|most| number <= most);
            assert!(fits, "{} does not take {number}", option["name"]);
            json!(number)
        }
        Some(5) => {
            json!(value.parse::<bool>().unwrap_or_else(|_| panic!("{value} is neither true nor false")))
        }
        Some(6) => {
            let user = state.user_id(value);
            add(resolved_users(state, channel, std::slice::from_ref(&user)));
            json!(user)
        }
        Some(7) => {
            let id = state.place(value.trim_start_matches('#'));
            let mut shape = state.channels[&id].clone();
            shape["permissions"] = json!(permissions::ALL.to_string());
            add(json!({"channels": {&id: shape}}));
            json!(id)
        }
        Some(8) => {
            let guild = state.guild_of(channel).expect("roles are in servers");
            let role = state.role(guild, value.trim_start_matches('@'));
            add(json!({"roles": {id_of(role): role}}));
            role["id"].clone()
        }
        Some(10) => json!(value.parse::<f64>().unwrap_or_else(|_| panic!("{value} is no number"))),
        other => panic!("options of type {other:?} are not filled in here"),
    }
}

/// `resolved` for these people; members too, in a server.
pub fn resolved_users(state: &State, channel: &str, users: &[String]) -> Value {
    let mut resolved = json!({"users": {}});
    let guild = state.guild_of(channel);
    for user in users {
        resolved["users"][user] = state.user(user);
        if let Some(member) = guild.and_then(|guild| state.guilds[guild].members.get(user)) {
            let mut member = member.clone();
            let all = member.as_object_mut().expect("an object");
            // Partial members say neither.
            for key in ["deaf", "mute"] {
                all.remove(key);
            }
            member["permissions"] = json!(permissions::of(state, user, channel).to_string());
            resolved["members"][user] = member;
        }
    }
    resolved
}
