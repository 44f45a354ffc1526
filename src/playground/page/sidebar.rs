//! The left of the page: who one is, and where that person reads. Marks show where something happened
//! for whom.

use maud::{Markup, html};

use super::layout::View;
use super::room::title;
use super::text;
use crate::domain::ids::{ChannelKey, UserKey};
use crate::playground::act::is_staff;
use crate::playground::company::{self, Colleague};
use crate::playground::home::Home;
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
                                (homes(person))
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

/// A mark for whoever has more than one account, or is not in the company.
fn homes(person: &Colleague) -> Markup {
    let names: Vec<&str> = person.homes.iter().map(|home| home.name()).collect();
    html! {
        @match person.homes {
            [Home::Company] => {},
            [home] => span.tag title=(home.name()) { (home.short()) },
            _ => span.tag.two title=(names.join(" and ")) { "two homes" },
        }
    }
}

/// Where the person reads: a part for each workspace in which they have an account.
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
    let homes = company::person(view.who.as_str()).map_or(&[][..], |person| person.homes);
    let of = |home: Home, kinds: &[RoomKind]| {
        html! {
            @for room in view.world.rooms_of(view.who).filter(|room| room.home == home && kinds.contains(&room.kind)) {
                @if room.kind != RoomKind::Home || is_staff(view.who) { (entry(room)) }
            }
        }
    };
    html! {
        nav.rooms aria-label=(format!("Places of {}", text::first_name(view.who.as_str()))) data-region id="rooms" {
            @for home in homes {
                @let groups = view.world.rooms_of(view.who).any(|room| room.home == *home && room.kind == RoomKind::Group);
                h2.server.sole[homes.len() == 1] { (home.name()) }
                h3 { "Only for " (text::first_name(view.who.as_str())) }
                ul { (of(*home, &[RoomKind::Home, RoomKind::Direct])) }
                h3 { "Channels" }
                ul { (of(*home, &[RoomKind::Channel])) }
                @if groups {
                    h3 { "Conversations" }
                    ul { (of(*home, &[RoomKind::Group])) }
                }
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
        let home = company::person(user.as_str())
            .and_then(|person| person.homes.first())
            .copied()
            .unwrap_or_default();
        match home {
            _ if is_staff(user) => home.direct(user),
            Home::Company => home.room("help-globex"),
            Home::Community => home.room("help"),
        }
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
