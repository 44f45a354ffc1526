//! One organisation, several workspaces: `/service link` gives a code in one, and takes it in another.
//!
//! A code is good once and for ten minutes, and guessing does not pay. Accounts of one organisation
//! become one person; two organisations become one only on the press of somebody who is an admin in
//! both.

use jiff::SignedDuration;

use crate::app::inbound::{Answer, Asker, is_admin, private};
use crate::app::{Ctx, home, people, request, show, standing};
use crate::chat::card::Card;
use crate::chat::notice::{Destination, LinkNews, Notice};
use crate::chat::say::link as say;
use crate::chat::text::Who;
use crate::domain::ids::{PersonId, WorkspaceId};
use crate::domain::person::{Person, Standing};
use crate::domain::settings::resolve;
use crate::store::error::StoreError;
use crate::store::links::{CodeState, LinkCode, Power};
use crate::store::workspaces::Workspace;

/// How long a code is good.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Wrong codes within that time before somebody, or everybody in a workspace, has to wait.
const TRIES: (u32, u32) = (5, 50);

/// Characters of a code: what can be mistaken for another is left out.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// `/service link`, alone or with a code.
pub async fn link(ctx: &mut Ctx<'_>, asker: &Asker, typed: &str) -> Answer {
    if typed.trim().is_empty() {
        return give(ctx, asker).await;
    }
    take(ctx, asker, typed, Pressed::No).await
}

/// From somebody who is not one of us here: they may be where a code was given to them. They are given
/// none themselves.
pub async fn from_outside(ctx: &mut Ctx<'_>, asker: &Asker, typed: &str) -> Answer {
    if typed.trim().is_empty() {
        return private(ctx, asker, say::code_from_there()).await;
    }
    take(ctx, asker, typed, Pressed::No).await
}

/// Whether what a code does was read and pressed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pressed {
    Yes,
    No,
}

async fn take(ctx: &mut Ctx<'_>, asker: &Asker, typed: &str, pressed: Pressed) -> Answer {
    match redeemed(ctx, asker, typed).await? {
        Err(card) => private(ctx, asker, card).await,
        Ok(code) if code.organisation == *ctx.tx.organisation() => {
            let here = ctx.workspace.name.clone();
            if code.person == asker.person.id {
                return private(ctx, asker, say::already_linked(&code.place)).await;
            }
            // One account in each workspace: who has two there could not say which of them to unlink.
            let mine = ctx.tx.workspaces_with(&asker.person.id).await?;
            let theirs = ctx.tx.workspaces_with(&code.person).await?;
            if mine.iter().any(|workspace| theirs.contains(workspace)) {
                return private(ctx, asker, say::linked_otherwise(&code.place)).await;
            }
            // Whoever got the code gets all that the asker may do: nobody is talked into that unawares.
            let owner = people::who(ctx, &code.person).await?;
            if pressed == Pressed::No && would_rise(ctx, &code.person, &asker.person).await? {
                return private(ctx, asker, say::is_that_you(&owner, &code.place, &code.code)).await;
            }
            if !ctx.tx.use_link_code(&code.code, ctx.now).await? {
                return private(ctx, asker, say::no_such_code()).await;
            }
            unite(ctx, &code.person, &asker.person.id).await?;
            tell_other_side(ctx, &code, &here, LinkNews::Linked).await?;
            private(ctx, asker, say::linked(&owner, &code.place)).await
        }
        Ok(code) => {
            let both = code.power == Power::Admin && is_admin(ctx, &asker.person).await?;
            let card = if both {
                say::join_offered(&owner_of(&code), &code.place, &ctx.workspace.name, &code.code)
            } else {
                say::join_is_for_admins(&ctx.workspace.name)
            };
            private(ctx, asker, card).await
        }
    }
}

/// What a code does was read and pressed: accounts are linked; two organisations become one, the one in
/// which the code was given.
pub async fn join(ctx: &mut Ctx<'_>, asker: &Asker, code: &str) -> Answer {
    let code = match redeemed(ctx, asker, code).await? {
        Ok(code) => code,
        Err(card) => return private(ctx, asker, card).await,
    };
    if code.organisation == *ctx.tx.organisation() {
        return take(ctx, asker, &code.code, Pressed::Yes).await;
    }
    if code.power != Power::Admin || !is_admin(ctx, &asker.person).await? {
        return private(ctx, asker, say::join_is_for_admins(&ctx.workspace.name)).await;
    }
    if !ctx.tx.use_link_code(&code.code, ctx.now).await? {
        return private(ctx, asker, say::no_such_code()).await;
    }
    let left = ctx.tx.organisation().to_string();
    let open = ctx.tx.open_requests().await?;
    ctx.tx.join_organisation(&code.organisation).await?;
    ctx.workspace.organisation = code.organisation.clone();
    (ctx.settings, _) = resolve(&ctx.app.defaults.settings, &ctx.tx.settings().await?);
    let what = serde_json::to_string(&format!("joined by {left}")).expect("text is plain data");
    ctx.tx.audit("organisation", Some(&code.person), &what, ctx.now).await?;
    unite(ctx, &code.person, &asker.person.id).await?;
    // One pair may hide another: who is left over has no accounts to compare any more.
    while let Some((older, newer)) = ctx.tx.same_accounts(people::ONE_ACCOUNT_EVERYWHERE).await?.pop() {
        unite(ctx, &older, &newer).await?;
    }
    // Their numbers are new, and their cards say them.
    for id in open {
        if let Some(open) = ctx.tx.request(&id).await? {
            show::request(ctx, &open).await?;
        }
    }
    let here = ctx.workspace.name.clone();
    tell_other_side(ctx, &code, &here, LinkNews::Joined).await?;
    private(ctx, asker, say::joined(&code.place)).await
}

/// Be reached in this workspace first.
pub async fn reach_here(ctx: &mut Ctx<'_>, asker: &Asker) -> Answer {
    let here = ctx.workspace.clone();
    ctx.tx.prefer(&asker.person.id, Some(&here.id)).await?;
    private(ctx, asker, say::reached_here(&here.name)).await
}

/// This account is a person of its own again. What the person had stays with the other accounts.
pub async fn unlink(ctx: &mut Ctx<'_>, asker: &Asker) -> Answer {
    let here = ctx.workspace.clone();
    let all = ctx.tx.workspaces_with(&asker.person.id).await?;
    let Some(other) = all.into_iter().find(|workspace| *workspace != here.id) else {
        return private(ctx, asker, say::nothing_linked()).await;
    };
    let current = ctx.tx.person_to_change(&asker.person.id).await?;
    let old = current.unwrap_or_else(|| asker.person.clone());
    let own = ctx.tx.standings(&old.id).await?;
    let (mut own, others): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|(workspace, user, ..)| *workspace == here.id && *user == asker.user);
    let mut new = Person { id: PersonId::from(ctx.id()), deputy: None, ..old.clone() };
    // Nobody keeps what only the other account may do, and of whom nothing was told is looked up anew.
    (new.standing, new.role) =
        own.pop().map_or_else(|| standing::unknown(here.platform), |(_, _, standing, role)| (standing, role));
    ctx.tx.insert_person(&new).await?;
    ctx.tx.move_identity(&here.id, &asker.user, &new.id).await?;
    let there = workspace(ctx, &other).await?;
    let mut kept = old.clone();
    (kept.standing, kept.role) = others
        .into_iter()
        .map(|(_, _, standing, role)| (standing, role))
        .reduce(standing::nearest)
        .unwrap_or_else(|| standing::unknown(there.platform));
    ctx.tx.save_person(&kept).await?;
    audit(ctx, &kept.id, "unlinked").await?;
    if old.standing == Standing::Staff && kept.standing != Standing::Staff {
        request::person_left(ctx, &kept.id).await?;
    }
    let reader = people::who(ctx, &kept.id).await?;
    let notice = Notice::Linked { reader, place: here.name.clone(), link: LinkNews::Unlinked };
    let key = format!("unlinked:{}", new.id);
    show::say_in(ctx, &there.id, &key, Destination::Person(kept.id.clone()), notice).await?;
    home::refresh(ctx, std::slice::from_ref(&kept.id)).await?;
    let asker = Asker { person: new, ..asker.clone() };
    private(ctx, &asker, say::unlinked(&there.name)).await
}

async fn give(ctx: &mut Ctx<'_>, asker: &Asker) -> Answer {
    let power = if is_admin(ctx, &asker.person).await? { Power::Admin } else { Power::Member };
    let code = LinkCode {
        code: code(&ctx.id()),
        organisation: ctx.tx.organisation().clone(),
        workspace: ctx.workspace.id.clone(),
        person: asker.person.id.clone(),
        user: asker.user.clone(),
        power,
        made_at: ctx.now,
        state: CodeState::Good,
        name: asker.person.name.clone(),
        place: ctx.workspace.name.clone(),
    };
    ctx.tx.make_link_code(&code).await?;
    private(ctx, asker, say::code(&code.code)).await
}

/// The code that was typed, where it is good and not guessed too often.
async fn redeemed(
    ctx: &mut Ctx<'_>,
    asker: &Asker,
    typed: &str,
) -> Result<Result<LinkCode, Card>, StoreError> {
    let here = ctx.workspace.id.clone();
    let since = ctx.now.checked_sub(GOOD_FOR).unwrap_or(ctx.now);
    let (own, all) = ctx.tx.link_tries(&here, &asker.user, since).await?;
    if own >= TRIES.0 || all >= TRIES.1 {
        return Ok(Err(say::too_many_tries()));
    }
    let typed: String =
        typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let found = ctx.tx.link_code(&typed).await?;
    if let Some(code) = &found
        && code.state == CodeState::Used
        && code.person == asker.person.id
    {
        return Ok(Err(say::already_linked(&code.place)));
    }
    let good = found.filter(|code| code.state == CodeState::Good && code.made_at >= since);
    let Some(code) = good else {
        ctx.tx.note_link_try(&here, &asker.user, ctx.now).await?;
        return Ok(Err(say::no_such_code()));
    };
    if code.workspace == here {
        let own = code.user == asker.user;
        return Ok(Err(if own { say::own_code(&code.code) } else { say::code_of_this_workspace() }));
    }
    Ok(Ok(code))
}

/// Whether the account that got the code could do more than before, once it is linked with the asker's.
async fn would_rise(ctx: &mut Ctx<'_>, owner: &PersonId, asker: &Person) -> Result<bool, StoreError> {
    let Some(owner) = ctx.tx.person(owner).await? else { return Ok(true) };
    if owner.role < asker.role || owner.standing.nearer(asker.standing) != owner.standing {
        return Ok(true);
    }
    if is_admin(ctx, asker).await? && !is_admin(ctx, &owner).await? {
        return Ok(true);
    }
    let names = people::names(ctx).await?;
    Ok(people::is_named(ctx, &asker.id, &names).await? && !people::is_named(ctx, &owner.id, &names).await?)
}

/// Who got a code, as shown: they may be of another organisation.
fn owner_of(code: &LinkCode) -> Who {
    Who { id: code.person.clone(), name: code.name.clone() }
}

/// Two persons become one. What the first has set stays; what they have not, they take from the other.
async fn unite(ctx: &mut Ctx<'_>, into: &PersonId, from: &PersonId) -> Result<(), StoreError> {
    let (Some(mut kept), Some(gone)) =
        (ctx.tx.person_to_change(into).await?, ctx.tx.person_to_change(from).await?)
    else {
        return Ok(());
    };
    kept.zone = kept.zone.or(gone.zone);
    kept.hours = kept.hours.or(gone.hours);
    kept.capacity = kept.capacity.or(gone.capacity);
    kept.deputy = kept.deputy.or(gone.deputy);
    kept.standing = kept.standing.nearer(gone.standing);
    kept.role = kept.role.max(gone.role);
    ctx.tx.save_person(&kept).await?;
    ctx.tx.merge_persons(into, from).await?;
    ctx.forget_names();
    audit(ctx, into, "linked").await?;
    home::refresh(ctx, std::slice::from_ref(into)).await
}

async fn tell_other_side(
    ctx: &mut Ctx<'_>,
    code: &LinkCode,
    place: &str,
    link: LinkNews,
) -> Result<(), StoreError> {
    let reader = people::who(ctx, &code.person).await?;
    let notice = Notice::Linked { reader, place: place.to_owned(), link };
    let key = format!("linked:{}:{}", code.person, code.made_at.as_millisecond());
    show::say_in(ctx, &code.workspace, &key, Destination::Person(code.person.clone()), notice).await
}

async fn workspace(ctx: &mut Ctx<'_>, id: &WorkspaceId) -> Result<Workspace, StoreError> {
    let all = ctx.tx.workspaces().await?;
    all.into_iter()
        .find(|workspace| workspace.id == *id)
        .ok_or_else(|| StoreError::Missing("workspaces", id.to_string()))
}

async fn audit(ctx: &mut Ctx<'_>, person: &PersonId, what: &str) -> Result<(), StoreError> {
    let what = serde_json::to_string(what).expect("text is plain data");
    ctx.tx.audit(&format!("person:{person}"), Some(person), &what, ctx.now).await
}

/// Eight characters from the random end of a fresh id.
fn code(id: &str) -> String {
    let random = u64::from_str_radix(&id[id.len() - 12..], 16).expect("an id is hexadecimal");
    (0..8).map(|n| char::from(LETTERS[usize::try_from(random >> (5 * n)).unwrap_or(0) & 31])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_eight_letters_that_cannot_be_mistaken() {
        let made = code("0190f1d2c3b4716f8abcdef012345678");
        assert_eq!(made.len(), 8);
        assert!(made.bytes().all(|letter| LETTERS.contains(&letter)), "{made}");
        assert_ne!(made, code("0190f1d2c3b4716f8abcdef012345679"));
        assert!(!LETTERS.iter().any(|letter| b"01IO".contains(letter)));
    }
}
