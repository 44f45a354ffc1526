//! `/service`: help, topics and settings.

use crate::app::inbound::{Answer, Asker, is_admin, private};
use crate::app::requests::topic_or_card;
use crate::app::{Ctx, link, people};
use crate::chat::catalog::{self, May};
use crate::chat::command::{Command, ServiceCommand};
use crate::chat::say::refusals;
use crate::chat::say::service::{self as say, TopicView};
use crate::domain::duration::OfficeDuration;
use crate::domain::ids::{ChannelKey, TopicId};
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::Role;
use crate::domain::settings::{SettingName, resolve};
use crate::domain::topic::Topic;
use crate::store::error::StoreError;

/// The longest name of a topic, in characters.
const LONGEST_NAME: usize = 40;

/// The longest description of a topic, in characters.
const LONGEST_ABOUT: usize = 200;

/// Answers one of the `/service` commands. Who may was checked before.
pub async fn service(ctx: &mut Ctx<'_>, asker: &Asker, command: ServiceCommand) -> Answer {
    match command {
        ServiceCommand::Help(about) => private(ctx, asker, say::help(&about)).await,
        ServiceCommand::TopicList => {
            let mut views = Vec::new();
            for topic in ctx.tx.topics().await? {
                views.push(shown(ctx, &topic).await?);
            }
            private(ctx, asker, say::topics(&views)).await
        }
        ServiceCommand::TopicAdd { name, about } => add(ctx, asker, &name, &about).await,
        ServiceCommand::TopicEdit { name, what, value } => edit(ctx, asker, &name, &what, &value).await,
        ServiceCommand::TopicRemove { name } => remove(ctx, asker, &name).await,
        ServiceCommand::Settings => settings(ctx, asker).await,
        ServiceCommand::Set { name, value } => set(ctx, asker, &name, &value).await,
        ServiceCommand::Link(code) => link::link(ctx, asker, &code).await,
        ServiceCommand::Join(code) => link::join(ctx, asker, &code).await,
        ServiceCommand::ReachHere => link::reach_here(ctx, asker).await,
        ServiceCommand::Unlink => link::unlink(ctx, asker).await,
    }
}

/// Words that are no command: help with what is near.
pub async fn unknown(ctx: &mut Ctx<'_>, asker: &Asker, name: &str, words: &str) -> Answer {
    let first = crate::chat::parse::first_word(words).0;
    let near = catalog::declared(name).and_then(|declared| {
        declared
            .parts
            .iter()
            .map(|part| (strsim::jaro_winkler(part.name, &first), part.name))
            .filter(|(likeness, _)| *likeness >= 0.7)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, part)| format!("{name} {part}"))
    });
    private(ctx, asker, refusals::unknown_command(name, words, near.as_deref())).await
}

/// Whether the asker cares for the topic that the command changes.
pub async fn is_steward(ctx: &mut Ctx<'_>, asker: &Asker, command: &Command) -> Result<bool, StoreError> {
    if asker.person.role >= Role::Steward
        || people::is_named(ctx, &asker.person.id, &ctx.app.defaults.stewards).await?
    {
        return Ok(true);
    }
    let Command::Service(ServiceCommand::TopicEdit { name, .. } | ServiceCommand::TopicRemove { name }) =
        command
    else {
        return Ok(false);
    };
    match ctx.tx.topic_named(name).await?.and_then(|topic| topic.steward) {
        Some(steward) => people::is_named(ctx, &asker.person.id, &[steward]).await,
        None => Ok(false),
    }
}

async fn add(ctx: &mut Ctx<'_>, asker: &Asker, name: &str, about: &str) -> Answer {
    let fits = !name.is_empty()
        && name.chars().count() <= LONGEST_NAME
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if !fits {
        return private(ctx, asker, say::bad_topic_name(name)).await;
    }
    if ctx.tx.topic_named(name).await?.is_some() {
        return private(ctx, asker, say::topic_exists(name)).await;
    }
    let topic = Topic {
        id: TopicId::from(ctx.id()),
        name: name.to_owned(),
        about: about.chars().take(LONGEST_ABOUT).collect(),
        channel: None,
        steward: None,
        offer_timeout: None,
        stale_after: None,
        hours: None,
        zone: None,
    };
    ctx.tx.insert_topic(&topic).await?;
    audit(ctx, asker, &topic.id, "added").await?;
    private(ctx, asker, say::topic_added(name)).await
}

async fn edit(ctx: &mut Ctx<'_>, asker: &Asker, name: &str, what: &str, value: &str) -> Answer {
    let mut topic = match topic_or_card(ctx, name).await? {
        Ok(topic) => topic,
        Err(card) => return private(ctx, asker, card).await,
    };
    let value = value.trim();
    let given = (!matches!(value, "" | "none" | "default")).then(|| value.to_owned());
    let bad = |example| say::bad_topic_value(what, example);
    let problem = match what {
        "about" => {
            topic.about = value.chars().take(LONGEST_ABOUT).collect();
            None
        }
        "channel" => {
            topic.channel = given.as_deref().map(ChannelKey::from);
            None
        }
        "steward" => {
            topic.steward = given.map(|written| account(asker, &written));
            None
        }
        "offer_timeout" => parsed(given.as_deref(), OfficeDuration::parse)
            .map(|time| topic.offer_timeout = time)
            .err()
            .map(|()| bad("10m")),
        "stale_after" => parsed(given.as_deref(), OfficeDuration::parse)
            .map(|time| topic.stale_after = time)
            .err()
            .map(|()| bad("1d")),
        "hours" | "office_hours" => parsed(given.as_deref(), Weekly::parse)
            .map(|hours| topic.hours = hours)
            .err()
            .map(|()| bad("Mon-Fri 09:00-17:00")),
        _ => Some(say::unknown_topic_part(what)),
    };
    if let Some(card) = problem {
        return private(ctx, asker, card).await;
    }
    ctx.tx.save_topic(&topic).await?;
    if let ("channel", Some(channel)) = (what, &topic.channel) {
        people::note_channel(ctx, channel).await?;
    }
    audit(ctx, asker, &topic.id, what).await?;
    if let Some(steward) = topic.steward.clone() {
        people::named(ctx, &steward).await?;
    }
    let view = shown(ctx, &topic).await?;
    private(ctx, asker, say::topic_changed(&view)).await
}

async fn remove(ctx: &mut Ctx<'_>, asker: &Asker, name: &str) -> Answer {
    let topic = match topic_or_card(ctx, name).await? {
        Ok(topic) => topic,
        Err(card) => return private(ctx, asker, card).await,
    };
    let open = ctx.tx.open_in_topic(&topic.id).await?.len();
    if open > 0 {
        return private(ctx, asker, say::topic_busy(&topic.name, open)).await;
    }
    ctx.tx.remove_topic(&topic.id, ctx.now).await?;
    let workspace = ctx.workspace.id.clone();
    ctx.tx.set_mark(&workspace, &format!("topic-removed:{}", topic.name), "yes").await?;
    audit(ctx, asker, &topic.id, "removed").await?;
    private(ctx, asker, say::topic_removed(&topic.name)).await
}

async fn settings(ctx: &mut Ctx<'_>, asker: &Asker) -> Answer {
    let overrides = ctx.tx.settings().await?;
    let (settings, layers) = resolve(&ctx.app.defaults.settings, &overrides);
    let all: Vec<_> =
        SettingName::ALL.iter().map(|name| (*name, settings.get(*name), layers[name])).collect();
    private(ctx, asker, say::settings(&all)).await
}

async fn set(ctx: &mut Ctx<'_>, asker: &Asker, name: &str, value: &str) -> Answer {
    let Some(known) = SettingName::parse(name) else {
        let near = SettingName::ALL
            .iter()
            .map(|known| (strsim::jaro_winkler(known.as_str(), name), known.as_str()))
            .filter(|(likeness, _)| *likeness >= 0.7)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, name)| name);
        return private(ctx, asker, say::unknown_setting(name, near)).await;
    };
    if !is_admin(ctx, &asker.person).await? {
        return private(ctx, asker, refusals::may_not(May::Admins)).await;
    }
    let value = match known {
        SettingName::Escalation => account(asker, value.trim()),
        _ => value.trim().to_owned(),
    };
    let value = value.as_str();
    let reset = matches!(value, "" | "default");
    let mut tried = ctx.settings.clone();
    if !reset && let Err(bad) = tried.set(known, value) {
        return private(ctx, asker, say::bad_setting(&bad)).await;
    }
    let stored = (!reset).then_some(value);
    ctx.tx.set_setting(known, stored, &asker.person.id, ctx.now).await?;
    if known == SettingName::Escalation && !reset {
        people::named(ctx, value).await?;
    }
    if let (SettingName::FrontDesk, Some(channel)) = (known, &tried.front_desk) {
        people::note_channel(ctx, channel).await?;
    }
    let (settings, layers) = resolve(&ctx.app.defaults.settings, &ctx.tx.settings().await?);
    private(ctx, asker, say::setting_changed(known, &settings.get(known), layers[&known])).await
}

/// A person as written in a setting: the key of the account where they were mentioned, since that stays
/// when handles change.
fn account(asker: &Asker, written: &str) -> String {
    let plain = written.trim_start_matches('@');
    let mentioned = asker.mentions.iter().find(|mention| mention.shown.eq_ignore_ascii_case(plain));
    mentioned.map_or_else(|| written.to_owned(), |mention| mention.user.to_string())
}

async fn shown(ctx: &mut Ctx<'_>, topic: &Topic) -> Result<TopicView, StoreError> {
    let steward = match &topic.steward {
        Some(written) => match ctx.tx.find_persons(written.trim_start_matches('@')).await?.first() {
            Some(person) => Some(people::who(ctx, &person.clone()).await?.name),
            None => Some(written.clone()),
        },
        None => None,
    };
    Ok(TopicView {
        name: topic.name.clone(),
        about: topic.about.clone(),
        channel: topic.channel.clone(),
        steward,
        volunteers: usize::try_from(ctx.tx.volunteers_count(&topic.id).await?).unwrap_or(usize::MAX),
    })
}

async fn audit(ctx: &mut Ctx<'_>, asker: &Asker, topic: &TopicId, what: &str) -> Result<(), StoreError> {
    let what = serde_json::to_string(what).expect("text is plain data");
    ctx.tx.audit(&format!("topic:{topic}"), Some(&asker.person.id), &what, ctx.now).await
}

fn parsed<T, E>(text: Option<&str>, parse: impl Fn(&str) -> Result<T, E>) -> Result<Option<T>, ()> {
    text.map(parse).transpose().map_err(|_| ())
}
