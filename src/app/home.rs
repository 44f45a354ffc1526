//! App Home: a person's work in one place, drawn again whenever it changes, for those who opened it.

use crate::app::{Ctx, show, view};
use crate::chat::notice::{Destination, HomeView, Notice};
use crate::chat::platform::Courtesy;
use crate::domain::ids::PersonId;
use crate::domain::person::Person;
use crate::store::error::StoreError;

/// Somebody opened it: from now on it follows their work.
pub async fn opened(ctx: &mut Ctx<'_>, person: &Person) -> Result<(), StoreError> {
    ctx.tx.set_home_opened(&person.id).await?;
    refresh(ctx, std::slice::from_ref(&person.id)).await
}

/// Draws the homes of those among these persons who opened theirs.
pub async fn refresh(ctx: &mut Ctx<'_>, persons: &[PersonId]) -> Result<(), StoreError> {
    let mut drawn: Vec<&PersonId> = Vec::new();
    for id in persons {
        if drawn.contains(&id) {
            continue;
        }
        drawn.push(id);
        if !ctx.tx.home_opened(id).await? {
            continue;
        }
        let Some(person) = ctx.tx.person(id).await? else { continue };
        let notice = Notice::Home(Box::new(of(ctx, &person).await?));
        let slot = format!("home:{id}");
        show::show(
            ctx,
            None,
            &slot,
            Destination::Home(id.clone()),
            notice,
            Courtesy::Post,
            show::Worth::Posting,
        )
        .await?;
    }
    Ok(())
}

async fn of(ctx: &mut Ctx<'_>, person: &Person) -> Result<HomeView, StoreError> {
    let mut offers = Vec::new();
    for (n, request) in ctx.tx.offered_to(&person.id).await? {
        let until = request.offers.get(n).map_or(ctx.now, |offer| offer.until);
        offers.push((n, until, view::request(ctx, &request).await?));
    }
    let holding = ctx.tx.held_by(&person.id).await?;
    let waiting: Vec<_> = ctx
        .tx
        .waiting_for(&person.id)
        .await?
        .into_iter()
        .filter(|request| !holding.iter().any(|held| held.id == request.id))
        .collect();
    Ok(HomeView {
        reader: view::as_who(person),
        offers,
        holding: view::requests(ctx, &holding).await?,
        waiting: view::requests(ctx, &waiting).await?,
        availability: view::availability(ctx, person).await?,
    })
}
