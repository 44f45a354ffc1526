//! `/volunteer`: what people say about themselves: topics, hours, capacity, pauses, deputy.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::app::inbound::{Answer, Asker, private};
use crate::app::requests::topic_or_card;
use crate::app::{Ctx, home, people, view};
use crate::chat::command::{Named, VolunteerCommand};
use crate::chat::form::Submitted;
use crate::chat::inbound::Reply;
use crate::chat::say::{availability as say, refusals};
use crate::domain::duration::WallDuration;
use crate::domain::ids::PersonId;
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::{Pause, Person, Standing};
use crate::store::error::StoreError;

/// The most open requests anybody may say they hold.
const MOST: u32 = 1_000;

/// Answers one of the `/volunteer` commands.
pub async fn volunteer(ctx: &mut Ctx<'_>, asker: &Asker, command: VolunteerCommand) -> Answer {
    let current = ctx.tx.person_to_change(&asker.person.id).await?;
    let mut person = current.unwrap_or_else(|| asker.person.clone());
    match command {
        VolunteerCommand::Status => {
            let shown = view::availability(ctx, &person).await?;
            private(ctx, asker, say::status(&shown)).await
        }
        VolunteerCommand::Form => {
            let shown = view::availability(ctx, &person).await?;
            Ok(Reply::Form(say::form(&shown)))
        }
        VolunteerCommand::Join(names) => join(ctx, asker, &names).await,
        VolunteerCommand::Leave(names) => leave(ctx, asker, &names).await,
        VolunteerCommand::Hours(text) => match hours(&text) {
            Ok(hours) => {
                person.hours = hours;
                let shown = saved(ctx, &person).await?;
                private(ctx, asker, say::hours_set(&shown)).await
            }
            Err(()) => private(ctx, asker, say::bad_hours(&text)).await,
        },
        VolunteerCommand::Capacity(text) => match capacity(&text) {
            Ok(capacity) => {
                person.capacity = capacity;
                let shown = saved(ctx, &person).await?;
                private(ctx, asker, say::capacity_set(&shown)).await
            }
            Err(()) => private(ctx, asker, say::bad_capacity(&text)).await,
        },
        VolunteerCommand::Pause(text) => {
            let zone = person.zone.clone().unwrap_or_else(|| ctx.settings.timezone.clone());
            match pause(&text, ctx.now, &zone) {
                Some(pause) => {
                    person.pause = pause;
                    let shown = saved(ctx, &person).await?;
                    private(ctx, asker, say::paused(&shown, ctx.now)).await
                }
                None => private(ctx, asker, say::bad_pause(&text)).await,
            }
        }
        VolunteerCommand::Resume => {
            person.pause = Pause::No;
            person.not_before = None;
            let shown = saved(ctx, &person).await?;
            private(ctx, asker, say::resumed(&shown)).await
        }
        VolunteerCommand::Deputy(None) => {
            person.deputy = None;
            let shown = saved(ctx, &person).await?;
            private(ctx, asker, say::deputy_set(&shown)).await
        }
        VolunteerCommand::Deputy(Some(named)) => match find(ctx, asker, &named).await? {
            Ok(deputy) => {
                person.deputy = Some(deputy);
                let shown = saved(ctx, &person).await?;
                private(ctx, asker, say::deputy_set(&shown)).await
            }
            Err(card) => private(ctx, asker, card).await,
        },
    }
}

/// The availability form came back.
pub async fn submitted(ctx: &mut Ctx<'_>, asker: &Asker, form: &Submitted) -> Answer {
    let current = ctx.tx.person_to_change(&asker.person.id).await?;
    let mut person = current.unwrap_or_else(|| asker.person.clone());
    let mut mends = Vec::new();
    match hours(form.words("hours")) {
        Ok(hours) => person.hours = hours,
        Err(()) => mends.push(say::mend_hours()),
    }
    match capacity(form.words("capacity")) {
        Ok(capacity) => person.capacity = capacity,
        Err(()) => mends.push(say::mend_capacity()),
    }
    if let Some(user) = form.person("deputy") {
        let deputy = people::meet(ctx, user).await?;
        if deputy.id == person.id || deputy.standing != Standing::Staff {
            mends.push(say::mend_deputy());
        }
        person.deputy = Some(deputy.id);
    }
    if !mends.is_empty() {
        return Ok(Reply::Mend(mends));
    }
    let shown = saved(ctx, &person).await?;
    private(ctx, asker, say::changed(&shown)).await
}

/// A pause in words: nothing (until resumed), `2h`, `17:00`, `tomorrow`, `friday`, `2026-12-24`, also
/// with `until` before it. `None` where it is not understood or not in the future.
pub fn pause(text: &str, now: Timestamp, zone: &jiff::tz::TimeZone) -> Option<Pause> {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("until").unwrap_or(&text).trim();
    if text.is_empty() {
        return Some(Pause::Open);
    }
    let local = now.to_zoned(zone.clone());
    let start_of = |date: Date| date.to_zoned(zone.clone()).ok().map(|day| day.timestamp());
    let until = if let Ok(wall) = WallDuration::parse(text) {
        now.checked_add(SignedDuration::try_from(wall.get()).ok()?).ok()?
    } else if text == "tomorrow" {
        start_of(local.date().tomorrow().ok()?)?
    } else if let Ok(date) = text.parse::<Date>() {
        start_of(date)?
    } else if let Ok(time) = parse_time(text) {
        let today = local.date().to_datetime(time).to_zoned(zone.clone()).ok()?;
        if today.timestamp() > now {
            today.timestamp()
        } else {
            let tomorrow = local.date().tomorrow().ok()?;
            tomorrow.to_datetime(time).to_zoned(zone.clone()).ok()?.timestamp()
        }
    } else {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let day = days.iter().position(|day| text.len() >= 3 && day.starts_with(text))?;
        let today = usize::try_from(local.weekday().to_monday_zero_offset()).ok()?;
        let ahead = i64::try_from((day + 7 - today - 1) % 7 + 1).ok()?;
        start_of(local.date().checked_add(ahead.days()).ok()?)?
    };
    (until > now).then_some(Pause::Until(until))
}

fn parse_time(text: &str) -> Result<Time, jiff::Error> {
    let padded = if text.len() == 4 && text.contains(':') { format!("0{text}") } else { text.to_owned() };
    if padded.contains(':') { padded.parse() } else { Time::strptime("%H:%M", "none") }
}

async fn join(ctx: &mut Ctx<'_>, asker: &Asker, names: &[String]) -> Answer {
    if names.is_empty() {
        let all: Vec<String> = ctx.tx.topics().await?.into_iter().map(|topic| topic.name).collect();
        return private(ctx, asker, say::no_topics_named(&all)).await;
    }
    let mut topics = Vec::new();
    for name in names {
        match topic_or_card(ctx, name).await? {
            Ok(topic) => topics.push(topic),
            Err(card) => return private(ctx, asker, card).await,
        }
    }
    let mut new = false;
    for topic in &topics {
        new |= ctx.tx.join(&topic.id, &asker.person.id, ctx.now).await?;
    }
    home::refresh(ctx, std::slice::from_ref(&asker.person.id)).await?;
    let names: Vec<String> = topics.into_iter().map(|topic| topic.name).collect();
    let card = if new { say::joined(&names) } else { say::already_joined(&names) };
    private(ctx, asker, card).await
}

async fn leave(ctx: &mut Ctx<'_>, asker: &Asker, names: &[String]) -> Answer {
    if names.is_empty() {
        let mine: Vec<String> =
            ctx.tx.topics_of(&asker.person.id).await?.into_iter().map(|topic| topic.name).collect();
        return private(ctx, asker, say::which_to_leave(&mine)).await;
    }
    let mut topics = Vec::new();
    for name in names {
        match topic_or_card(ctx, name).await? {
            Ok(topic) => topics.push(topic),
            Err(card) => return private(ctx, asker, card).await,
        }
    }
    let mut left = Vec::new();
    for topic in &topics {
        if ctx.tx.leave(&topic.id, &asker.person.id).await? {
            left.push(topic.name.clone());
        }
    }
    home::refresh(ctx, std::slice::from_ref(&asker.person.id)).await?;
    let card = if left.is_empty() {
        say::not_joined(&topics.into_iter().map(|topic| topic.name).collect::<Vec<_>>())
    } else {
        say::left(&left)
    };
    private(ctx, asker, card).await
}

/// A colleague as named: by mention, handle, e-mail address or name.
async fn find(
    ctx: &mut Ctx<'_>,
    asker: &Asker,
    named: &Named,
) -> Result<Result<PersonId, crate::chat::card::Card>, StoreError> {
    let mentioned = asker.mentions.iter().find(|mention| mention.shown.eq_ignore_ascii_case(&named.0));
    let person = if let Some(mention) = mentioned {
        people::meet(ctx, &mention.user).await?.id
    } else {
        let found = ctx.tx.find_persons(&named.0).await?;
        match found.as_slice() {
            [one] => one.clone(),
            [] => {
                people::named(ctx, &named.0).await?;
                return Ok(Err(refusals::unknown_person(&named.0)));
            }
            several => return Ok(Err(refusals::ambiguous_person(&named.0, several.len()))),
        }
    };
    if person == asker.person.id {
        return Ok(Err(say::deputy_is_self()));
    }
    Ok(Ok(person))
}

async fn saved(
    ctx: &mut Ctx<'_>,
    person: &Person,
) -> Result<crate::chat::notice::AvailabilityView, StoreError> {
    ctx.tx.save_person(person).await?;
    home::refresh(ctx, std::slice::from_ref(&person.id)).await?;
    view::availability(ctx, person).await
}

fn hours(text: &str) -> Result<Option<Weekly>, ()> {
    match text.trim() {
        "" | "default" => Ok(None),
        text => Weekly::parse(text).map(Some).map_err(|_| ()),
    }
}

fn capacity(text: &str) -> Result<Option<u32>, ()> {
    match text.trim() {
        "" | "default" => Ok(None),
        text => text.parse().ok().filter(|most| (1..=MOST).contains(most)).map(Some).ok_or(()),
    }
}
