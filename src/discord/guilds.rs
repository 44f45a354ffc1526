//! What is known of the servers: names, roles, channels, threads; small, from the events as they come.
//! Invariant: what is not known is answered carefully, never invented: an unknown channel is a channel,
//! an unknown role gives nothing.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use serde_json::Value;

use super::decode::Known;
use super::invite::{PERMISSIONS, Permission};
use crate::chat::inbound::PersonFacts;
use crate::domain::ids::{ChannelKey, Place, PlaceKind, UserKey, WorkspaceKey};
use crate::domain::person::{Role as PersonRole, Standing};
use guild::{Channel, Guild};

mod guild;

mod permissions;

#[cfg(test)]
mod tests;

/// All servers that this process has heard of.
#[derive(Debug, Default)]
pub struct Guilds(RwLock<Inner>);

#[derive(Debug, Default)]
struct Inner {
    guilds: HashMap<u64, Guild>,
    /// In which server a channel or thread is.
    homes: HashMap<u64, u64>,
}

impl Guilds {
    /// Takes in what an event of the gateway tells about servers; `bot` is ourselves.
    pub fn take(&self, event: &str, data: &Value, bot: &UserKey) {
        let mut inner = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match event {
            "GUILD_CREATE" if data["unavailable"] != true => inner.guild(data, bot),
            "GUILD_UPDATE" => inner.change(&data["id"], |guild| guild.describe(data)),
            "GUILD_DELETE" if data["unavailable"] != true => inner.forget(id(&data["id"])),
            "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE" => {
                inner.change(&data["guild_id"], |guild| guild.role(&data["role"]));
            }
            "GUILD_ROLE_DELETE" => inner.change(&data["guild_id"], |guild| {
                guild.roles.remove(&id(&data["role_id"]));
            }),
            "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE" => inner.channel(data),
            "CHANNEL_DELETE" | "THREAD_DELETE" => {
                inner.homes.remove(&id(&data["id"]));
                inner.change(&data["guild_id"], |guild| {
                    guild.channels.remove(&id(&data["id"]));
                });
            }
            "THREAD_LIST_SYNC" => {
                for thread in list(&data["threads"]) {
                    let mut thread = thread.clone();
                    thread["guild_id"] = data["guild_id"].clone();
                    inner.channel(&thread);
                }
            }
            "GUILD_MEMBER_UPDATE" if data["user"]["id"] == bot.as_str() => {
                inner.change(&data["guild_id"], |guild| guild.mine = ids(&data["roles"]));
            }
            _ => {}
        }
    }

    /// Whether a server's roles and channels are known.
    pub fn knows(&self, guild: &WorkspaceKey) -> bool {
        self.look(|inner| inner.guilds.contains_key(&key(guild.as_str())))
    }

    /// Whether a channel or thread is known.
    pub fn knows_channel(&self, channel: &str) -> bool {
        self.look(|inner| inner.homes.contains_key(&key(channel)))
    }

    /// A server's name.
    pub fn name(&self, guild: &WorkspaceKey) -> Option<String> {
        self.look(|inner| inner.guilds.get(&key(guild.as_str())).map(|guild| guild.name.clone()))
    }

    /// Channels and threads that the bot may read and in which the last word is at least as new as the
    /// message id `since`, or of which that is not known; the liveliest first.
    pub fn readable(&self, guild: &WorkspaceKey, since: u64) -> Vec<ChannelKey> {
        self.look(|inner| {
            let Some(guild) = inner.guilds.get(&key(guild.as_str())) else { return Vec::new() };
            let read = permissions::VIEW_CHANNEL | permissions::READ_MESSAGE_HISTORY;
            let mut channels: Vec<(u64, u64)> = guild
                .channels
                .iter()
                .filter(|(_, channel)| channel.is_written_in())
                .filter(|(_, channel)| channel.last.is_none_or(|last| last >= since))
                .filter(|(_, channel)| guild.permissions_in(channel) & read == read)
                .map(|(id, channel)| (channel.last.unwrap_or(u64::MAX), *id))
                .collect();
            channels.sort_unstable_by(|one, other| other.cmp(one));
            channels.into_iter().map(|(_, id)| ChannelKey::from(id.to_string())).collect()
        })
    }

    /// What the bot may not do in a channel or thread that it needs to; none where nothing is known.
    pub fn missing(&self, channel: &ChannelKey) -> Vec<Permission> {
        self.with_channel(channel.as_str(), |guild, channel| {
            let has = guild.permissions_in(channel);
            PERMISSIONS.into_iter().filter(|needed| has & needed.bit == 0).collect()
        })
        .unwrap_or_default()
    }

    /// A channel as the operator knows it: `#name in Server`.
    pub fn shown(&self, channel: &ChannelKey) -> String {
        self.with_channel(channel.as_str(), |guild, channel| format!("#{} in {}", channel.name, guild.name))
            .unwrap_or_else(|| channel.to_string())
    }

    fn with_channel<T>(&self, channel: &str, see: impl FnOnce(&Guild, &Channel) -> T) -> Option<T> {
        self.look(|inner| {
            let guild = inner.guilds.get(inner.homes.get(&key(channel))?)?;
            Some(see(guild, guild.channels.get(&key(channel))?))
        })
    }

    fn look<T>(&self, see: impl FnOnce(&Inner) -> T) -> T {
        see(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known for Guilds {
    fn place(&self, channel: &Value) -> Place {
        let name = channel["id"].as_str().or_else(|| channel.as_str()).unwrap_or_default();
        let told = channel["type"].as_u64().map(|kind| (kind, channel["parent_id"].as_str().map(key)));
        let known = || self.with_channel(name, |_, channel| (u64::from(channel.kind), channel.parent));
        // What came along is fresher than what we remember.
        match told.or_else(known) {
            Some((DIRECT | DIRECT_GROUP, _)) => here(name, PlaceKind::Direct),
            Some((PRIVATE_THREAD, _)) => here(name, PlaceKind::Group),
            Some((ANNOUNCEMENT_THREAD | PUBLIC_THREAD, Some(parent))) => Place {
                channel: parent.to_string().into(),
                thread: Some(name.into()),
                kind: PlaceKind::Channel,
            },
            _ => here(name, PlaceKind::Channel),
        }
    }

    fn facts(&self, guild: &WorkspaceKey, member: &Value) -> PersonFacts {
        let user = &member["user"];
        let name = [&member["nick"], &user["global_name"], &user["username"]];
        let mut facts = PersonFacts {
            user: text(&user["id"]).map(Into::into),
            name: name.into_iter().find_map(text).map(str::to_owned),
            handle: text(&user["username"]).map(str::to_owned),
            ..PersonFacts::default()
        };
        if user["bot"] == true {
            facts.standing = Some(Standing::Bot);
        }
        if !member["roles"].is_array() {
            return facts;
        }
        let roles = ids(&member["roles"]);
        let (rights, marks) = self.look(|inner| {
            let guild = inner.guilds.get(&key(guild.as_str()));
            let names =
                |role: &u64| guild.and_then(|guild| guild.roles.get(role)).map(|role| role.name.clone());
            let marks: Vec<String> =
                roles.iter().flat_map(|role| [Some(role.to_string()), names(role)]).flatten().collect();
            (guild.map(|guild| guild.rights(id(&user["id"]), &roles)), marks)
        });
        // Of a server that is not known yet nothing is said of what people are: half a truth would take
        // somebody's work away. What was known of them stands until then.
        if let Some(rights) = rights {
            facts.marks = Some(marks);
            let staff = rights & permissions::OF_STAFF != 0;
            let admin = rights & permissions::OF_ADMINS != 0;
            facts.role = Some(if admin { PersonRole::Admin } else { PersonRole::Member });
            facts.standing.get_or_insert(if staff { Standing::Staff } else { Standing::Outside });
        }
        facts
    }

    fn channel_name(&self, channel: &str) -> Option<String> {
        self.with_channel(channel, |_, channel| channel.name.clone())
    }

    fn role_name(&self, guild: &WorkspaceKey, role: &str) -> Option<String> {
        self.look(|inner| {
            let guild = inner.guilds.get(&key(guild.as_str()))?;
            guild.roles.get(&key(role)).map(|role| role.name.clone())
        })
    }
}

impl Inner {
    fn guild(&mut self, data: &Value, bot: &UserKey) {
        let number = id(&data["id"]);
        self.forget(number);
        let mut guild = Guild::new(number, data, key(bot.as_str()));
        for channel in list(&data["channels"]).iter().chain(list(&data["threads"])) {
            if let Some(key) = guild.channel(channel) {
                self.homes.insert(key, number);
            }
        }
        self.guilds.insert(number, guild);
    }

    fn channel(&mut self, data: &Value) {
        let number = id(&data["guild_id"]);
        let Some(guild) = self.guilds.get_mut(&number) else { return };
        let gone = data["thread_metadata"]["archived"] == true;
        if gone {
            // One that rests is known again when it wakes.
            guild.channels.remove(&id(&data["id"]));
            self.homes.remove(&id(&data["id"]));
        } else if let Some(key) = guild.channel(data) {
            self.homes.insert(key, number);
        }
    }

    fn change(&mut self, guild: &Value, change: impl FnOnce(&mut Guild)) {
        if let Some(guild) = self.guilds.get_mut(&id(guild)) {
            change(guild);
        }
    }

    fn forget(&mut self, guild: u64) {
        if self.guilds.remove(&guild).is_some() {
            self.homes.retain(|_, home| *home != guild);
        }
    }
}

/// Sorts of channels, as Discord numbers them.
const DIRECT: u64 = 1;
const DIRECT_GROUP: u64 = 3;
const ANNOUNCEMENT_THREAD: u64 = 10;
const PUBLIC_THREAD: u64 = 11;
const PRIVATE_THREAD: u64 = 12;

fn here(channel: &str, kind: PlaceKind) -> Place {
    Place { channel: channel.into(), thread: None, kind }
}

/// An id as a number; what is none is 0, which Discord never gives.
fn key(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

fn id(value: &Value) -> u64 {
    value.as_str().map(key).unwrap_or_default()
}

fn ids(value: &Value) -> Vec<u64> {
    list(value).iter().map(id).filter(|id| *id != 0).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty())
}
