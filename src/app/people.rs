//! Who people are: met the first time they are seen, looked up after, let go when they leave.
//!
//! Nothing here asks a platform: what must be asked becomes an errand in the outbox, and its answer
//! comes back as [`met`].

use jiff::Timestamp;

use crate::app::{App, Ctx, request, standing};
use crate::chat::inbound::PersonFacts;
use crate::chat::notice::Outgoing;
use crate::chat::text::Who;
use crate::domain::ids::{
    ChannelKey, OrganisationId, PersonId, PlatformKind, TopicId, UserKey, WorkspaceId, WorkspaceKey,
};
use crate::domain::person::{Pause, Person, Standing};
use crate::domain::topic::Topic;
use crate::store::error::StoreError;
use crate::store::outbox::NewOutbox;
use crate::store::workspaces::Workspace;

/// Facts older than this are looked up anew when the person does something.
const FACTS_ARE_FRESH_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 7);

/// The platform on which an account's key means the same person in every workspace. Slack promises that
/// only together with the workspace.
pub const ONE_ACCOUNT_EVERYWHERE: PlatformKind = PlatformKind::Discord;

impl App {
    /// Takes a workspace in: makes its organisation on the first time, its topics from the operator's
    /// file, and asks for the people that settings name. Safe to call at every start.
    pub async fn adopt(
        &self,
        platform: PlatformKind,
        key: &WorkspaceKey,
        name: &str,
    ) -> Result<Workspace, StoreError> {
        let now = self.clock.now();
        let organisation = OrganisationId::from(self.ids.next(now));
        let id = WorkspaceId::from(self.ids.next(now));
        let workspace = self.store.adopt_workspace(platform, key, name, organisation, id, now).await?;
        self.remember_workspace(&workspace);
        let mut ctx = self.decide(&workspace).await?;
        for topic in &self.defaults.topics {
            if ctx.tx.topic_named(&topic.name).await?.is_none() && !removed_by_people(&mut ctx, topic).await?
            {
                let topic = Topic { id: TopicId::from(ctx.id()), ..topic.clone() };
                ctx.tx.insert_topic(&topic).await?;
            }
        }
        for name in names(&mut ctx).await? {
            named(&mut ctx, &name).await?;
        }
        crate::app::housekeeping::schedule(&mut ctx).await?;
        ctx.commit().await?;
        Ok(workspace)
    }
}

/// A topic of the file that people removed stays removed.
async fn removed_by_people(ctx: &mut Ctx<'_>, topic: &Topic) -> Result<bool, StoreError> {
    Ok(ctx.tx.mark(&ctx.workspace.id, &format!("topic-removed:{}", topic.name)).await?.is_some())
}

/// Everybody whom the operator's file and the topics name.
pub async fn names(ctx: &mut Ctx<'_>) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> = ctx.app.defaults.admins.clone();
    names.extend(ctx.app.defaults.stewards.iter().cloned());
    names.extend(ctx.settings.escalation.iter().cloned());
    names.extend(ctx.tx.topics().await?.into_iter().filter_map(|topic| topic.steward));
    names.sort();
    names.dedup();
    Ok(names)
}

/// The person behind a key, made known on the first meeting.
pub async fn meet(ctx: &mut Ctx<'_>, user: &UserKey) -> Result<Person, StoreError> {
    if let Some(id) = known(ctx, user).await? {
        let met = ctx.tx.met_at(&ctx.workspace.id, user).await?;
        if met.is_none_or(|at| ctx.now.duration_since(at) > FACTS_ARE_FRESH_FOR) {
            look_up(ctx, user).await?;
        }
        if let Some(person) = ctx.tx.person(&id).await? {
            return Ok(person);
        }
    }
    let person = stranger(PersonId::from(ctx.id()), user.as_str(), ctx.workspace.platform);
    ctx.tx.insert_person(&person).await?;
    ctx.tx.add_identity(&ctx.workspace.id, user, &person.id, None, None).await?;
    look_up(ctx, user).await?;
    Ok(person)
}

/// What a platform tells about a person, taken in. Somebody who left, or is a guest now, has their work
/// offered on.
pub async fn met(ctx: &mut Ctx<'_>, facts: &PersonFacts) -> Result<Option<PersonId>, StoreError> {
    let Some(user) = &facts.user else { return Ok(None) };
    let known = match known(ctx, user).await? {
        Some(id) => ctx.tx.person_to_change(&id).await?,
        None => None,
    };
    // Somebody unknown who only wants quiet is nobody to us yet.
    if known.is_none() && facts.name.is_none() {
        return Ok(None);
    }
    let before = known.as_ref().map(|person| person.standing);
    let mut person =
        known.unwrap_or_else(|| stranger(PersonId::from(ctx.id()), user.as_str(), ctx.workspace.platform));
    if let Some(name) = facts.name.as_deref().map(str::trim).filter(|name| !name.is_empty())
        && name != person.name
        && (before.is_none() || names_them(ctx, &person.id).await?)
    {
        name.clone_into(&mut person.name);
    }
    if let Some(zone) = &facts.zone {
        person.zone = jiff::tz::TimeZone::get(zone).ok().or(person.zone);
    }
    let told = standing::told(ctx, facts, &person, user).await?;
    (person.standing, person.role) = told.everywhere;
    if let Some(away) = facts.away_until {
        person.away_until = away;
    }
    ctx.names.remove(&person.id);
    let handle = facts.handle.as_deref().map(str::to_lowercase);
    let email = facts.email.as_deref().map(str::to_lowercase);
    if before.is_none() {
        ctx.tx.insert_person(&person).await?;
        ctx.tx.add_identity(&ctx.workspace.id, user, &person.id, None, None).await?;
    } else {
        ctx.tx.save_person(&person).await?;
    }
    // A change that only tells of do-not-disturb is not a look-up: the other facts stay unknown.
    let at = facts.name.is_some().then_some(ctx.now);
    ctx.tx.update_identity(&ctx.workspace.id, user, handle.as_deref(), email.as_deref(), at).await?;
    if let Some((standing, role)) = told.here {
        ctx.tx.note_standing(&ctx.workspace.id, user, standing, role).await?;
    }
    if before == Some(Standing::Staff) && person.standing != Standing::Staff {
        request::person_left(ctx, &person.id).await?;
    }
    crate::app::home::refresh(ctx, std::slice::from_ref(&person.id)).await?;
    Ok(Some(person.id))
}

/// The person behind a key, where we have met them: here, or by the same account in another workspace.
async fn known(ctx: &mut Ctx<'_>, user: &UserKey) -> Result<Option<PersonId>, StoreError> {
    let here = ctx.workspace.id.clone();
    if let Some(id) = ctx.tx.identity(&here, user).await? {
        return Ok(Some(id));
    }
    if ctx.workspace.platform != ONE_ACCOUNT_EVERYWHERE || !ctx.spans_workspaces().await? {
        return Ok(None);
    }
    let elsewhere = ctx.tx.same_account(ONE_ACCOUNT_EVERYWHERE, user).await?;
    if let Some(id) = &elsewhere {
        ctx.tx.add_identity(&here, user, id, None, None).await?;
    }
    Ok(elsewhere)
}

/// Whether somebody is called as they are here: people have other names elsewhere, and one at a time is
/// enough. It is the one of the workspace they chose to be reached in, else of the oldest.
async fn names_them(ctx: &mut Ctx<'_>, person: &PersonId) -> Result<bool, StoreError> {
    if !ctx.spans_workspaces().await? {
        return Ok(true);
    }
    let nowhere = WorkspaceId::from("");
    let first = ctx.tx.reach(person, [&nowhere, &nowhere]).await?;
    Ok(first.is_none_or(|first| first == ctx.workspace.id))
}

/// What the platform told along with a delivery, taken in where it is news.
pub async fn told(ctx: &mut Ctx<'_>, facts: &PersonFacts) -> Result<(), StoreError> {
    let Some(user) = &facts.user else { return Ok(()) };
    if let Some(id) = ctx.tx.identity(&ctx.workspace.id, user).await?
        && let Some(person) = ctx.tx.person(&id).await?
    {
        let told = standing::told(ctx, facts, &person, user).await?;
        let met = ctx.tx.met_at(&ctx.workspace.id, user).await?;
        let fresh = met.is_some_and(|at| ctx.now.duration_since(at) <= FACTS_ARE_FRESH_FOR);
        let same_name = match &facts.name {
            Some(name) if *name != person.name => !names_them(ctx, &id).await?,
            _ => true,
        };
        let same = told.here == told.before && told.everywhere == (person.standing, person.role);
        if fresh && same_name && same {
            return Ok(());
        }
    }
    met(ctx, facts).await?;
    Ok(())
}

/// The bot was taken out of the workspace: nothing is sent there any more.
pub async fn removed(ctx: &mut Ctx<'_>) -> Result<(), StoreError> {
    let workspace = ctx.workspace.clone();
    tracing::warn!(workspace = %workspace.name, "the bot was removed from the workspace, or its token revoked");
    ctx.tx.set_active(&workspace.id, false).await?;
    ctx.tx.audit("workspace", None, "\"removed\"", ctx.now).await
}

/// Somebody named in a setting or a command; if unknown, the platform is asked, once a day at most.
pub async fn named(ctx: &mut Ctx<'_>, name: &str) -> Result<Option<PersonId>, StoreError> {
    let plain = name.trim().trim_start_matches('@');
    if plain.is_empty() {
        return Ok(None);
    }
    // Of several of that name the platform may still know the one whose handle it is.
    if let [person] = ctx.tx.find_persons(plain).await?.as_slice() {
        return Ok(Some(person.clone()));
    }
    let today = ctx.now.to_zoned(ctx.settings.timezone.clone()).date();
    let key = format!("find:{}:{today}", plain.to_lowercase());
    let task = Outgoing::Find { name: plain.to_owned() };
    errand(ctx, &key, &format!("find:{plain}"), task).await?;
    Ok(None)
}

/// Whether a person is among those named, as written in settings. A name to show is no proof: anybody
/// can choose theirs.
pub async fn is_named(ctx: &mut Ctx<'_>, person: &PersonId, names: &[String]) -> Result<bool, StoreError> {
    for name in names {
        if ctx.tx.find_accounts(name, ONE_ACCOUNT_EVERYWHERE).await?.contains(person) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Persons as shown, by id; who is unknown is shown by their id.
pub async fn who(ctx: &mut Ctx<'_>, id: &PersonId) -> Result<Who, StoreError> {
    if let Some(name) = ctx.names.get(id) {
        return Ok(Who { id: id.clone(), name: name.clone() });
    }
    let name = ctx.tx.person(id).await?.map_or_else(|| id.to_string(), |person| person.name);
    ctx.names.insert(id.clone(), name.clone());
    Ok(Who { id: id.clone(), name })
}

/// An errand without a card: put into the outbox once under its key.
pub async fn errand(ctx: &mut Ctx<'_>, key: &str, lane: &str, task: Outgoing) -> Result<(), StoreError> {
    let id = ctx.id();
    let workspace = ctx.workspace.id.clone();
    let (not_before, now) = (ctx.now, ctx.now);
    let row = NewOutbox { id: &id, key, workspace: &workspace, lane, task: &task, not_before, now };
    ctx.tx.enqueue(&row).await?;
    Ok(())
}

async fn look_up(ctx: &mut Ctx<'_>, user: &UserKey) -> Result<(), StoreError> {
    let today = ctx.now.to_zoned(ctx.settings.timezone.clone()).date();
    let task = Outgoing::LookUp { user: user.clone() };
    errand(ctx, &format!("look_up:{user}:{today}"), &format!("look_up:{user}"), task).await
}

/// Somebody of whom nothing is known yet but their key.
fn stranger(id: PersonId, name: &str, platform: PlatformKind) -> Person {
    let (standing, role) = standing::unknown(platform);
    Person {
        id,
        name: name.to_owned(),
        zone: None,
        hours: None,
        capacity: None,
        pause: Pause::No,
        deputy: None,
        away_until: None,
        not_before: None,
        standing,
        role,
    }
}

/// An active workspace in which all of these are, `first` before others; `None` where there is none.
pub async fn common_workspace(
    ctx: &mut Ctx<'_>,
    people: &[PersonId],
    first: &WorkspaceId,
) -> Result<Option<WorkspaceId>, StoreError> {
    let mut workspaces: Vec<WorkspaceId> = ctx
        .tx
        .workspaces()
        .await?
        .into_iter()
        .filter(|workspace| workspace.active)
        .map(|workspace| workspace.id)
        .collect();
    workspaces.sort_by_key(|workspace| workspace != first);
    for workspace in workspaces {
        if ctx.tx.user_keys(&workspace, people).await?.len() == people.len() {
            return Ok(Some(workspace));
        }
    }
    Ok(None)
}

/// The mark of the workspace in which somebody named a channel.
pub fn channel_mark(channel: &ChannelKey) -> String {
    format!("channel:{channel}")
}

/// Notes that a channel was named here: of several workspaces, this is the one it is in.
pub async fn note_channel(ctx: &mut Ctx<'_>, channel: &ChannelKey) -> Result<(), StoreError> {
    let name = channel_mark(channel);
    ctx.tx.clear_marks(&name).await?;
    let here = ctx.workspace.id.clone();
    ctx.tx.set_mark(&here, &name, "named").await
}

/// Whether an instant lies ahead.
pub fn ahead(at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    at.filter(|at| *at > now)
}
