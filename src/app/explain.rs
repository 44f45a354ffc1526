//! "Why?": what led to something the bot said, in facts, and what is looked at next.
//!
//! Invariant: it only reads; it tells what the audit and the outbox hold and guesses nothing.

use crate::app::{App, Ctx, people, view};
use crate::chat::card::Card;
use crate::chat::notice::{AskedNow, Outgoing};
use crate::chat::platform::Addressed;
use crate::chat::say::explain::{self as say, Fact, Led};
use crate::domain::ids::{PersonId, PlatformKind, WorkspaceKey};
use crate::domain::request::{Happening, OfferTo, Request};
use crate::store::error::StoreError;

impl App {
    /// Why a row of the outbox was said; `None` where it is not known any more.
    pub async fn explain(
        &self,
        platform: PlatformKind,
        key: &WorkspaceKey,
        row: &str,
    ) -> Result<Option<Addressed<Card>>, StoreError> {
        let Some(workspace) = self.workspace(platform, key).await? else { return Ok(None) };
        let mut ctx = self.look_in(&workspace).await?;
        let Some(row) = ctx.tx.said(row).await? else { return Ok(None) };
        let (Some(Outgoing::Say { notice, .. } | Outgoing::Show { notice, .. }), id) = (&row.task, &row.id)
        else {
            return Ok(None);
        };
        let mut led = Led {
            facts: Vec::new(),
            request: None,
            next: None,
            row: id.clone(),
            key: row.key.clone(),
            decided_at: row.decided_at,
            attempts: row.attempts,
        };
        if let Some(about) = notice.request()
            && let Some(request) = ctx.tx.peek_request(&about.id).await?
        {
            let subject = format!("request:{}", about.id);
            for audited in ctx.tx.audit_of(&subject).await? {
                let Ok(what) = serde_json::from_str::<Happening>(&audited.what) else { continue };
                let by = match &audited.actor {
                    Some(actor) => Some(people::who(&mut ctx, actor).await?),
                    None => None,
                };
                let who = meant(&mut ctx, &request, &what).await?;
                led.facts.push(Fact { at: audited.at, by, what, who, before: audited.at <= row.decided_at });
            }
            led.next = ctx.tx.timer(&subject).await?;
            led.request = Some(view::request(&mut ctx, &request).await?);
        }
        let zone = ctx.settings.timezone.clone();
        let said = say::card(notice, &led);
        Ok(Some(Addressed { said, users: std::collections::BTreeMap::new(), zone }))
    }
}

/// The person or channel that a happening means.
async fn meant(
    ctx: &mut Ctx<'_>,
    request: &Request,
    what: &Happening,
) -> Result<Option<AskedNow>, StoreError> {
    let person: PersonId = match what {
        Happening::Asked(n) | Happening::TimedOut(n) | Happening::Away(n) | Happening::Declined(n, _) => {
            match request.offers.get(*n).map(|offer| &offer.to) {
                Some(OfferTo::Person(person)) => person.clone(),
                Some(OfferTo::Channel(channel)) => return Ok(Some(AskedNow::Channel(channel.clone()))),
                None => return Ok(None),
            }
        }
        Happening::Accepted(_, person)
        | Happening::OfferedOn(person)
        | Happening::GivenBack(person, _)
        | Happening::Left(person)
        | Happening::KeptBy(person)
        | Happening::Reopened(person) => person.clone(),
        _ => return Ok(None),
    };
    Ok(Some(AskedNow::Person(people::who(ctx, &person).await?)))
}
