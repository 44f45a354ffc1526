//! One server as it is remembered.
//! Invariant: nothing of its members is kept but our own roles.

use std::collections::HashMap;

use serde_json::Value;

use super::permissions::{self, Overwrite};
use super::{id, ids, list, text};

/// A server.
#[derive(Debug, Default)]
pub(super) struct Guild {
    pub number: u64,
    pub name: String,
    pub owner: u64,
    pub roles: HashMap<u64, Role>,
    pub channels: HashMap<u64, Channel>,
    /// Ourselves, and the roles we have.
    pub bot: u64,
    pub mine: Vec<u64>,
}

/// A role.
#[derive(Debug)]
pub(super) struct Role {
    pub name: String,
    pub permissions: u64,
}

/// A channel or a thread.
#[derive(Debug)]
pub(super) struct Channel {
    pub name: String,
    pub kind: u8,
    pub parent: Option<u64>,
    pub overwrites: Vec<Overwrite>,
    /// The last message in it when it was told of.
    pub last: Option<u64>,
}

impl Guild {
    pub(super) fn new(number: u64, data: &Value, bot: u64) -> Self {
        let mut guild = Self { number, bot, ..Self::default() };
        guild.describe(data);
        let me = list(&data["members"]).iter().find(|member| id(&member["user"]["id"]) == bot);
        guild.mine = me.map(|me| ids(&me["roles"])).unwrap_or_default();
        guild
    }

    /// Name, owner and roles, as far as told.
    pub(super) fn describe(&mut self, data: &Value) {
        if let Some(name) = text(&data["name"]) {
            name.clone_into(&mut self.name);
        }
        if let owner @ 1.. = id(&data["owner_id"]) {
            self.owner = owner;
        }
        if let Some(roles) = data["roles"].as_array() {
            self.roles.clear();
            for role in roles {
                self.role(role);
            }
        }
    }

    pub(super) fn role(&mut self, data: &Value) {
        let number = id(&data["id"]);
        if number != 0 {
            let name = text(&data["name"]).unwrap_or_default().to_owned();
            self.roles.insert(number, Role { name, permissions: permissions::bits(&data["permissions"]) });
        }
    }

    /// Takes a channel or thread in; its number.
    pub(super) fn channel(&mut self, data: &Value) -> Option<u64> {
        let number = Some(id(&data["id"])).filter(|number| *number != 0)?;
        let channel = Channel {
            name: text(&data["name"]).unwrap_or_default().to_owned(),
            kind: data["type"].as_u64().and_then(|kind| u8::try_from(kind).ok()).unwrap_or_default(),
            parent: Some(id(&data["parent_id"])).filter(|parent| *parent != 0),
            overwrites: list(&data["permission_overwrites"]).iter().map(Overwrite::read).collect(),
            last: Some(id(&data["last_message_id"])).filter(|last| *last != 0),
        };
        self.channels.insert(number, channel);
        Some(number)
    }

    /// What somebody with these roles may do everywhere.
    pub(super) fn rights(&self, user: u64, roles: &[u64]) -> u64 {
        if user != 0 && user == self.owner {
            return u64::MAX;
        }
        // Everybody's role has the number of the server.
        let all = std::iter::once(&self.number).chain(roles);
        let rights =
            all.filter_map(|role| self.roles.get(role)).fold(0, |rights, role| rights | role.permissions);
        if rights & permissions::ADMINISTRATOR == 0 { rights } else { u64::MAX }
    }

    /// What we may do in a channel; a thread has its parent's rules.
    pub(super) fn permissions_in(&self, channel: &Channel) -> u64 {
        let base = self.rights(self.bot, &self.mine);
        if base & permissions::ADMINISTRATOR != 0 {
            return base;
        }
        let ruled = match channel.parent {
            Some(parent) if channel.is_thread() => self.channels.get(&parent).unwrap_or(channel),
            _ => channel,
        };
        permissions::within(base, &ruled.overwrites, self.number, &self.mine, self.bot)
    }
}

impl Channel {
    pub(super) fn is_thread(&self) -> bool {
        (10..=12).contains(&self.kind)
    }

    /// Text, announcements, the chat of voice rooms, and threads.
    pub(super) fn is_written_in(&self) -> bool {
        matches!(self.kind, 0 | 2 | 5 | 13) || self.is_thread()
    }
}
