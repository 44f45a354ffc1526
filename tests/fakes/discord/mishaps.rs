//! What happens to a town besides what people say: servers, channels, members, roles; and disturbances.
//!
//! Invariant: every change is told to the app as Discord tells it.

use std::time::Duration;

use serde_json::{Value, json};

use super::FakeDiscord;
use super::faults::Fault;
use super::gateway::Order;
use super::permissions::{Bits, INTENT_GUILD_MEMBERS, INTENT_GUILDS};
use super::port::Door;
use super::shapes;
use super::state::{State, id_of};
use super::town::{Channel, Guild, Person, Tuning};

impl FakeDiscord {
    /// Waits until this many sessions are connected.
    pub async fn connected(&self, sessions: usize) {
        let there = |state: &State| (state.sessions.connected() >= sessions).then_some(());
        self.expect("the app to connect", there).await;
    }

    /// Does this to every connection of the gateway.
    pub fn gateway(&self, order: Order) {
        self.shared.change(|state| state.sessions.order_all(&order));
    }

    /// Sends an event that the fake has no deed for, to the shard of this server (`None`: the first).
    pub fn raw_event(&self, name: &str, guild: Option<&str>, data: &Value) {
        self.shared.change(|state| {
            let guild = guild.map(|guild| state.guild_named(guild).id.clone());
            state.emit(name, 0, guild.as_deref(), data);
        });
    }

    /// IDENTIFYs and RESUMEs that were granted so far.
    pub fn handshakes(&self) -> (u64, u64) {
        self.shared.read(|state| (state.sessions.identified, state.sessions.resumed))
    }

    /// All sessions are forgotten: the next RESUME is refused.
    pub fn forget_sessions(&self) {
        self.shared.change(|state| state.sessions.forget());
    }

    /// The port refuses connections from now on, and those that are open end.
    pub async fn refuse_connections(&self) {
        self.shared.door.send_replace(Door::Shut);
        let mut door = self.shared.door.subscribe();
        door.wait_for(|door| *door == Door::Refusing).await.expect("the sender lives in shared");
        self.shared.lines.cut();
    }

    pub fn accept_connections(&self) {
        self.shared.door.send_replace(Door::Open);
    }

    /// The next call of this route fails like this.
    pub fn fault(&self, route: &str, fault: Fault) {
        self.shared.change(|state| state.faults.script(route, fault));
    }

    /// Every call fails like this, until `None`.
    pub fn outage(&self, fault: Option<Fault>) {
        self.shared.change(|state| state.faults.set_outage(fault));
    }

    pub fn tune(&self, change: impl FnOnce(&mut Tuning)) {
        self.shared.change(|state| change(&mut state.tuning));
    }

    /// The fake's clock goes ahead: interactions and their tokens grow old.
    pub fn let_time_pass(&self, time: Duration) {
        self.shared.change(|state| state.pass(time));
    }

    /// Switches privileged intents on or off in the developer portal; it counts from the next IDENTIFY.
    pub fn grant(&self, privileged: Bits) {
        self.shared.change(|state| state.privileged = privileged);
    }

    /// The violations so far were meant: they are returned and forgotten.
    pub fn forgive(&self) -> Vec<String> {
        self.shared.change(|state| std::mem::take(&mut state.violations))
    }

    pub fn add_person(&self, person: Person) -> String {
        self.shared.change(|state| {
            let id = state.snowflake();
            state.people.insert(id.clone(), person);
            id
        })
    }

    /// Somebody joins a server.
    pub fn join(&self, guild: &str, handle: &str) {
        self.shared.change(|state| {
            let (guild, user, at) =
                (state.guild_named(guild).id.clone(), state.user_id(handle), state.stamp());
            state
                .guilds
                .get_mut(&guild)
                .expect("it was found")
                .members
                .insert(user.clone(), shapes::member(&at));
            let mut event = state.member(&guild, &user).expect("they joined");
            event["guild_id"] = json!(guild);
            state.emit("GUILD_MEMBER_ADD", INTENT_GUILD_MEMBERS, Some(&guild), &event);
        });
    }

    /// Somebody leaves a server.
    pub fn leave(&self, guild: &str, handle: &str) {
        self.shared.change(|state| {
            let (guild, user) = (state.guild_named(guild).id.clone(), state.user_id(handle));
            state.guilds.get_mut(&guild).expect("it was found").members.remove(&user);
            let event = json!({"guild_id": guild, "user": state.user(&user)});
            state.emit("GUILD_MEMBER_REMOVE", INTENT_GUILD_MEMBERS, Some(&guild), &event);
        });
    }

    /// Gives somebody a role, or takes it.
    pub fn set_role(&self, guild: &str, handle: &str, role: &str, has: bool) {
        self.change_member(guild, handle, |member, state, guild| {
            let id = state.role(guild, role)["id"].clone();
            let roles = member["roles"].as_array_mut().expect("a list");
            roles.retain(|known| *known != id);
            if has {
                roles.push(id);
            }
        });
    }

    pub fn set_nick(&self, guild: &str, handle: &str, nick: Option<&str>) {
        self.change_member(guild, handle, |member, _, _| member["nick"] = json!(nick));
    }

    fn change_member(&self, guild: &str, handle: &str, change: impl FnOnce(&mut Value, &State, &str)) {
        self.shared.change(|state| {
            let (guild, user) = (state.guild_named(guild).id.clone(), state.user_id(handle));
            let mut member = state.guilds[&guild].members[&user].clone();
            change(&mut member, state, &guild);
            state.guilds.get_mut(&guild).expect("it was found").members.insert(user.clone(), member);
            let mut event = state.member(&guild, &user).expect("they are a member");
            event["guild_id"] = json!(guild);
            state.emit("GUILD_MEMBER_UPDATE", INTENT_GUILD_MEMBERS, Some(&guild), &event);
        });
    }

    /// A new server, with the bot in it when it says so.
    pub fn add_guild(&self, guild: Guild) -> String {
        self.shared.change(|state| {
            let with_bot = guild.has_bot;
            let id = state.found(guild);
            if with_bot {
                announce(state, &id);
            }
            id
        })
    }

    /// The bot is invited to a server.
    pub fn add_bot(&self, guild: &str, permissions: Bits) {
        self.shared.change(|state| {
            let id = state.guild_named(guild).id.clone();
            state.install(&id, permissions);
            announce(state, &id);
        });
    }

    /// The bot is thrown out of a server.
    pub fn kick_bot(&self, guild: &str) {
        self.shared.change(|state| {
            let id = state.guild_named(guild).id.clone();
            state.remove_bot(&id);
        });
    }

    /// A server is out of order (and nothing can be done there), or is back.
    pub fn guild_outage(&self, guild: &str, out: bool) {
        self.shared.change(|state| {
            let id = state.guild_named(guild).id.clone();
            state.guilds.get_mut(&id).expect("it was found").unavailable = out;
            if out {
                state.emit("GUILD_DELETE", INTENT_GUILDS, Some(&id), &json!({"id": id, "unavailable": true}));
            } else {
                announce(state, &id);
            }
        });
    }

    /// A new channel; its id.
    pub fn add_channel(&self, guild: &str, channel: Channel) -> String {
        self.shared.change(|state| {
            let guild = state.guild_named(guild).id.clone();
            let id = state.add_channel(&guild, channel, 50);
            let shape = state.channels[&id].clone();
            state.emit_in("CHANNEL_CREATE", &id, &shape);
            id
        })
    }

    /// Deletes a channel or a thread.
    pub fn delete_channel(&self, place: &str) {
        self.shared.change(|state| {
            let id = state.place(place);
            state.remove_channel(&id);
        });
    }

    pub fn rename_channel(&self, place: &str, name: &str) {
        self.shared.change(|state| {
            let id = state.place(place);
            state.channels.get_mut(&id).expect("it was found")["name"] = json!(name);
            state.edit_thread(&id, &json!({}));
        });
    }

    /// Changes what the bot itself may do in a channel.
    pub fn overwrite_bot(&self, place: &str, allow: Bits, deny: Bits) {
        self.shared.change(|state| {
            let (id, bot) = (state.place(place), state.bot.clone());
            let all = state.channels.get_mut(&id).expect("it was found")["permission_overwrites"]
                .as_array_mut()
                .expect("a list");
            all.retain(|o| o["id"] != bot);
            all.push(json!({"id": bot, "type": 1, "allow": allow.to_string(), "deny": deny.to_string()}));
            let shape = state.channels[&id].clone();
            // A channel that the bot sees no more disappears for it.
            if super::permissions::sees(state, &bot, &id) {
                state.emit_in("CHANNEL_UPDATE", &id, &shape);
            } else {
                let guild = state.guild_of(&id).expect("overwrites are in servers").to_owned();
                state.emit("CHANNEL_UPDATE", INTENT_GUILDS, Some(&guild), &shape);
            }
        });
    }

    pub fn archive(&self, thread: &str) {
        self.change_thread(thread, &json!({"archived": true}));
    }

    pub fn unarchive(&self, thread: &str) {
        self.change_thread(thread, &json!({"archived": false}));
    }

    pub fn lock(&self, thread: &str) {
        self.change_thread(thread, &json!({"archived": true, "locked": true}));
    }

    fn change_thread(&self, thread: &str, change: &Value) {
        self.shared.change(|state| {
            let id = state.place(thread);
            assert!(!state.channels[&id]["thread_metadata"].is_null(), "{thread} is no thread");
            state.edit_thread(&id, change);
        });
    }

    /// A moderator deletes a message, or several at once.
    pub fn moderate(&self, messages: &[super::seen::Message]) {
        self.shared.change(|state| {
            if let [one] = messages {
                state.remove_message(&one.channel(), one.id());
                return;
            }
            let channel = messages[0].channel();
            let ids: Vec<&str> = messages.iter().map(|message| id_of(&message.raw)).collect();
            state.messages.get_mut(&channel).expect("it is there").retain(|m| !ids.contains(&id_of(m)));
            let event = json!({"ids": ids, "channel_id": channel, "guild_id": state.guild_of(&channel)});
            state.emit_in("MESSAGE_DELETE_BULK", &channel, &event);
        });
    }
}

fn announce(state: &mut State, guild: &str) {
    let data = shapes::guild_create(state, &state.guilds[guild]);
    state.emit("GUILD_CREATE", INTENT_GUILDS, Some(guild), &data);
}
