//! Permissions and intents: the bits, and who has which where.
//!
//! Invariant: the computation is the one of Discord's documentation: owner, `@everyone`, roles,
//! administrator, then the overwrites of `@everyone`, of roles, of the member.

use serde_json::Value;

use super::state::{State, id_of, text};

pub type Bits = u64;

pub const ADMINISTRATOR: Bits = 1 << 3;
pub const MANAGE_GUILD: Bits = 1 << 5;
pub const ADD_REACTIONS: Bits = 1 << 6;
pub const VIEW_CHANNEL: Bits = 1 << 10;
pub const SEND_MESSAGES: Bits = 1 << 11;
pub const MANAGE_MESSAGES: Bits = 1 << 13;
pub const EMBED_LINKS: Bits = 1 << 14;
pub const ATTACH_FILES: Bits = 1 << 15;
pub const READ_MESSAGE_HISTORY: Bits = 1 << 16;
pub const MENTION_EVERYONE: Bits = 1 << 17;
pub const USE_APPLICATION_COMMANDS: Bits = 1 << 31;
pub const MANAGE_CHANNELS: Bits = 1 << 4;
pub const MANAGE_THREADS: Bits = 1 << 34;
pub const CREATE_PUBLIC_THREADS: Bits = 1 << 35;
pub const CREATE_PRIVATE_THREADS: Bits = 1 << 36;
pub const SEND_MESSAGES_IN_THREADS: Bits = 1 << 38;

/// All that there are.
pub const ALL: Bits = (1 << 53) - 1;

/// What `@everyone` has in a new server (of what matters here).
pub const EVERYONE: Bits = VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | ADD_REACTIONS
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | SEND_MESSAGES_IN_THREADS;

/// What the bot's own role has when it was installed by its link.
pub const INSTALLED: Bits = VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | ADD_REACTIONS
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS;

pub const INTENT_GUILDS: Bits = 1;
pub const INTENT_GUILD_MEMBERS: Bits = 1 << 1;
pub const INTENT_GUILD_PRESENCES: Bits = 1 << 8;
pub const INTENT_GUILD_MESSAGES: Bits = 1 << 9;
pub const INTENT_GUILD_REACTIONS: Bits = 1 << 10;
pub const INTENT_DIRECT_MESSAGES: Bits = 1 << 12;
pub const INTENT_DIRECT_REACTIONS: Bits = 1 << 13;
pub const INTENT_MESSAGE_CONTENT: Bits = 1 << 15;
pub const PRIVILEGED_INTENTS: Bits = INTENT_GUILD_MEMBERS | INTENT_GUILD_PRESENCES | INTENT_MESSAGE_CONTENT;
/// All intents that exist.
pub const INTENTS: Bits = 0b11_0011_0001_1111_1111_1111_1111;

/// What this user may do in this channel; everything in direct messages.
pub fn of(state: &State, user: &str, channel: &str) -> Bits {
    let channel = &state.channels[channel];
    let Some(guild) = channel["guild_id"].as_str() else { return ALL };
    let base = in_guild(state, user, guild);
    if base & ADMINISTRATOR != 0 {
        return ALL;
    }
    // A thread has the overwrites of its parent.
    let place = if channel["thread_metadata"].is_null() {
        channel
    } else {
        &state.channels[&text(channel, "parent_id")]
    };
    let Some(member) = state.guilds[guild].members.get(user) else { return 0 };
    let overwrites = place["permission_overwrites"].as_array().map_or(&[][..], Vec::as_slice);
    let bits = |o: &Value, key: &str| o[key].as_str().and_then(|b| b.parse::<Bits>().ok()).unwrap_or(0);
    let mut granted = base;
    for o in overwrites.iter().filter(|o| o["id"] == guild) {
        granted = granted & !bits(o, "deny") | bits(o, "allow");
    }
    let roles = member["roles"].as_array().map_or(&[][..], Vec::as_slice);
    let of_roles = || overwrites.iter().filter(|o| o["type"] == 0 && roles.contains(&o["id"]));
    let denied = of_roles().fold(0, |all, o| all | bits(o, "deny"));
    let allowed = of_roles().fold(0, |all, o| all | bits(o, "allow"));
    granted = granted & !denied | allowed;
    for o in overwrites.iter().filter(|o| o["type"] == 1 && o["id"] == user) {
        granted = granted & !bits(o, "deny") | bits(o, "allow");
    }
    granted
}

/// What this user's roles allow in this server.
pub fn in_guild(state: &State, user: &str, guild: &str) -> Bits {
    let guild = &state.guilds[guild];
    if guild.owner == user {
        return ALL;
    }
    let Some(member) = guild.members.get(user) else { return 0 };
    let has = |role: &&Value| {
        role["id"] == guild.id || member["roles"].as_array().is_some_and(|all| all.contains(&role["id"]))
    };
    let bits = |role: &Value| role["permissions"].as_str().and_then(|b| b.parse::<Bits>().ok()).unwrap_or(0);
    let base = guild.roles.iter().filter(has).fold(0, |all, role| all | bits(role));
    if base & ADMINISTRATOR != 0 { ALL } else { base }
}

/// Whether this user sees this channel at all.
pub fn sees(state: &State, user: &str, channel: &str) -> bool {
    let Some(known) = state.channels.get(channel) else { return false };
    if known["guild_id"].is_null() {
        return known["recipients"].as_array().is_some_and(|all| all.iter().any(|u| id_of(u) == user))
            || user == state.bot;
    }
    let granted = of(state, user, channel);
    let inside = || state.thread_members.get(channel).is_some_and(|all| all.contains(user));
    granted & VIEW_CHANNEL != 0 && (known["type"] != 12 || granted & MANAGE_THREADS != 0 || inside())
}

/// The permission that sending needs here.
pub fn to_send(channel: &Value) -> Bits {
    if channel["thread_metadata"].is_null() { SEND_MESSAGES } else { SEND_MESSAGES_IN_THREADS }
}
