//! What somebody is: here, as the platform tells it and settings read it, and in all their workspaces
//! together.
//!
//! Invariant: what one workspace tells changes only what somebody is there; whoever is one of us
//! anywhere is one of us.

use crate::app::Ctx;
use crate::chat::inbound::PersonFacts;
use crate::domain::ids::{PlatformKind, UserKey};
use crate::domain::person::{Person, Role, Standing};
use crate::domain::settings::{Settings, wears};
use crate::store::error::StoreError;

/// What follows from what a platform told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told {
    /// What they were here before, where the platform ever told.
    pub before: Option<(Standing, Role)>,
    /// What they are here; `None` where it never told.
    pub here: Option<(Standing, Role)>,
    /// What they are in all their workspaces together.
    pub everywhere: (Standing, Role),
}

/// What somebody is after this was told.
pub async fn told(
    ctx: &mut Ctx<'_>,
    facts: &PersonFacts,
    person: &Person,
    user: &UserKey,
) -> Result<Told, StoreError> {
    let workspace = ctx.workspace.id.clone();
    let all = ctx.tx.standings(&person.id).await?;
    let (own, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(at, key, ..)| *at == workspace && key == user);
    let before = own.first().map(|(_, _, standing, role)| (*standing, *role));
    let silent = facts.standing.is_none() && facts.role.is_none() && facts.marks.is_none();
    let here = if silent {
        before
    } else {
        let base = before.unwrap_or_else(|| unknown(ctx.workspace.platform));
        Some(here(&ctx.settings, facts, base))
    };
    // Of whom no workspace told is what they are.
    let everywhere = others
        .into_iter()
        .map(|(_, _, standing, role)| (standing, role))
        .chain(here)
        .reduce(nearest)
        .unwrap_or((person.standing, person.role));
    Ok(Told { before, here, everywhere })
}

/// What somebody is of whom the platform has not told yet. Where anybody can join, they are nobody of ours
/// until it says so.
pub fn unknown(platform: PlatformKind) -> (Standing, Role) {
    let standing = if platform == PlatformKind::Discord { Standing::Outside } else { Standing::Staff };
    (standing, Role::Member)
}

/// What counts for somebody who is both.
pub fn nearest(one: (Standing, Role), other: (Standing, Role)) -> (Standing, Role) {
    (one.0.nearer(other.0), one.1.max(other.1))
}

/// What somebody is in this workspace: by the roles that settings name, else as the platform says.
pub fn here(settings: &Settings, facts: &PersonFacts, before: (Standing, Role)) -> (Standing, Role) {
    let told = (facts.standing.unwrap_or(before.0), facts.role.unwrap_or(before.1));
    let Some(marks) = &facts.marks else { return told };
    let (mut standing, mut role) = told;
    if wears(marks, &settings.admin_roles) {
        role = Role::Admin;
    } else if wears(marks, &settings.steward_roles) {
        role = role.max(Role::Steward);
    }
    if !settings.staff_roles.is_empty() && matches!(standing, Standing::Staff | Standing::Outside) {
        let staff = role > Role::Member || wears(marks, &settings.staff_roles);
        standing = if staff { Standing::Staff } else { Standing::Outside };
    }
    (standing, role)
}
