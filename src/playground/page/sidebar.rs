//! The left of the page: who one is, and where that person reads. Marks show where something happened
//! for whom.

use maud::{Markup, html};

use super::layout::View;
use super::room::title;
use super::text;
use crate::domain::ids::{ChannelKey, UserKey};
use crate::playground::act::is_staff;
use crate::playground::company;
use crate::playground::world::{Room, RoomKind, World};

/// Everybody, to switch to in one click.
pub fn people(view: &View<'_>) -> Markup {
    html! {
        nav.people aria-label="People" data-region id="people" {
            h2 { "You are" }
            ul {
                @for person in company::PEOPLE {
                    @let user = UserKey::from(person.handle);
                    @let (direct, other) = unread(view.world, &user);
                    @let me = &user == view.who;
                    li {
                        a id=(format!("be-{}", person.handle)) href=(format!("/as/{}/{}", user, best_room(view.world, &user)))
                            aria-current=[me.then_some("true")] {
                            (text::sign(person.handle))
                            span.who {
                                b { (person.name) }
                                small { (person.from) " · " (local_time(view, person.handle)) }
                            }
                            (mark(direct, other))
                        }
                    }
                }
            }
        }
    }
}

/// Where the person reads.
pub fn rooms(view: &View<'_>) -> Markup {
    let entry = |room: &Room| {
        let count = view.world.unread(view.who, room);
        let (direct, other) = if room.kind == RoomKind::Channel { (0, count) } else { (count, 0) };
        html! {
            li {
                a id=(format!("room-{}", room.key)) href=(format!("/as/{}/{}", view.who, room.key))
                    aria-current=[(&room.key == view.key).then_some("page")] {
                    span { (title(room, view.who.as_str())) }
                    (mark(direct, other))
                }
            }
        }
    };
    let of = |kinds: &[RoomKind]| {
        html! {
            @for room in view.world.rooms_of(view.who).filter(|room| kinds.contains(&room.kind)) {
                @if room.kind != RoomKind::Home || is_staff(view.who) { (entry(room)) }
            }
        }
    };
    html! {
        nav.rooms aria-label=(format!("Places of {}", text::first_name(view.who.as_str()))) data-region id="rooms" {
            h2 { "Only for " (text::first_name(view.who.as_str())) }
            ul { (of(&[RoomKind::Home, RoomKind::Direct])) }
            h2 { "Channels" }
            ul { (of(&[RoomKind::Channel])) }
            @if view.world.rooms_of(view.who).any(|room| room.kind == RoomKind::Group) {
                h2 { "Conversations" }
                ul { (of(&[RoomKind::Group])) }
            }
        }
    }
}

/// Where somebody had best look first: where something waits for them alone, else where something is
/// new, else their messages from the bot; customers their channel.
pub fn best_room(world: &World, user: &UserKey) -> ChannelKey {
    let waits = |kinds: &[RoomKind]| {
        world
            .rooms_of(user)
            .filter(|room| kinds.contains(&room.kind))
            .find(|room| world.unread(user, room) > 0)
            .map(|room| room.key.clone())
    };
    waits(&[RoomKind::Direct, RoomKind::Group]).or_else(|| waits(&[RoomKind::Channel])).unwrap_or_else(|| {
        if is_staff(user) { ChannelKey::from(format!("dm-{user}")) } else { "help-globex".into() }
    })
}

/// How much somebody has not read: for them alone, and in channels.
fn unread(world: &World, user: &UserKey) -> (usize, usize) {
    world.rooms_of(user).fold((0, 0), |(direct, other), room| match room.kind {
        RoomKind::Channel => (direct, other + world.unread(user, room)),
        _ => (direct + world.unread(user, room), other),
    })
}

fn mark(direct: usize, other: usize) -> Markup {
    html! {
        @if direct > 0 {
            span.badge { (direct) span.unseen { " new" } }
        } @else if other > 0 {
            span.dot { span.unseen { (other) " new in channels" } }
        }
    }
}

fn local_time(view: &View<'_>, handle: &str) -> String {
    view.now.to_zoned(company::zone(handle)).strftime("%H:%M").to_string()
}
