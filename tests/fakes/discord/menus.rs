//! Buttons and selects under messages.
//!
//! Invariant: what is pressed is on the message as the person saw it, and is not switched off.

use serde_json::{Value, json};

use super::checks::visit;
use super::interactions::resolved_users;
use super::people::{Actor, Answer};
use super::seen::Message;
use super::state::{State, id_of, text};

const COMPONENT: u64 = 3;

impl Actor {
    /// Presses the button with this label, on the message as it was seen.
    pub async fn press(&self, message: &Message, label: &str) -> Answer {
        let button = find(message, |part| part["type"] == 2 && part["label"] == label);
        let button = button.unwrap_or_else(|| panic!("no button {label:?} in:\n{}", message.text()));
        assert_ne!(button["style"], 5, "{label} is a link");
        let data = json!({"component_type": 2, "custom_id": button["custom_id"], "id": 1});
        self.act(message, label, data).await
    }

    /// Chooses in a select: an option by its label, `@handle` in a select of people, `#name` in one of
    /// channels, `@role` in one of roles.
    pub async fn choose(&self, message: &Message, option: &str) -> Answer {
        let data = self.discord.shared.read(|state| chosen(state, message, option));
        let data = data.unwrap_or_else(|| panic!("no option {option:?} in:\n{}", message.text()));
        self.act(message, option, data).await
    }

    async fn act(&self, message: &Message, name: &str, data: Value) -> Answer {
        let token = self.discord.shared.change(|state| {
            let channel = self.here(state, &message.channel());
            let now = state.now_of(message).unwrap_or_else(|| panic!("{name}: the message is gone"));
            if now.is_private() {
                let theirs =
                    state.ephemeral.iter().any(|(user, raw)| *user == self.id && raw["id"] == now.raw["id"]);
                assert!(theirs, "{name}: another sees this message");
            }
            self.send(state, COMPONENT, name, &channel, data, Some(now.raw))
        });
        self.answer(&token).await
    }
}

fn find(message: &Message, wanted: impl Fn(&Value) -> bool) -> Option<Value> {
    let mut found = None;
    visit(&message.raw["components"], &mut |part| {
        if found.is_none() && wanted(part) && part["disabled"] != true {
            found = Some(part.clone());
        }
    });
    found
}

fn chosen(state: &State, message: &Message, option: &str) -> Option<Value> {
    let mut value = None;
    let select = find(message, |part| {
        part["type"] == 3
            && part["options"].as_array().is_some_and(|all| all.iter().any(|o| o["label"] == option))
    });
    if let Some(select) = select {
        let all = select["options"].as_array().expect("it was looked through");
        value = all.iter().find(|o| o["label"] == option).map(|o| o["value"].clone());
        return Some(
            json!({"component_type": 3, "custom_id": select["custom_id"], "values": [value], "id": 1}),
        );
    }
    let channel = message.channel();
    for kind in [5, 6, 8] {
        let Some(select) = find(message, |part| part["type"] == kind) else { continue };
        let (id, resolved) = picked(state, &channel, kind, option)?;
        value = Some(json!({
            "component_type": kind, "custom_id": select["custom_id"], "values": [id], "resolved": resolved, "id": 1,
        }));
        break;
    }
    value
}

/// A person, role or channel chosen from a select of them.
pub fn picked(state: &State, channel: &str, kind: u64, option: &str) -> Option<(String, Value)> {
    match kind {
        5 => {
            let name = option.trim_start_matches('@');
            let known = state.people.iter().any(|(id, person)| person.handle == name || id == name);
            let user = known.then(|| state.user_id(name))?;
            let resolved = resolved_users(state, channel, std::slice::from_ref(&user));
            Some((user, resolved))
        }
        6 => {
            let guild = state.guild_of(channel)?;
            let role = state.guilds[guild]
                .roles
                .iter()
                .find(|role| role["name"] == option.trim_start_matches('@'))?;
            Some((text(role, "id"), json!({"roles": {id_of(role): role}})))
        }
        _ => {
            let id = state.place(option.trim_start_matches('#'));
            let mut shape = state.channels[&id].clone();
            shape["permissions"] = json!(super::permissions::ALL.to_string());
            Some((id.clone(), json!({"channels": {&id: shape}})))
        }
    }
}
