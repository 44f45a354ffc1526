//! What must hold at every moment, looked up in the store and on the screen, and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use goodturn::chat::platform::Address;
use goodturn::domain::ids::PersonId;
use goodturn::domain::person::Standing;
use goodturn::domain::request::{
    Happening, Offer, OfferState, OfferTo, Privacy, Request, Rung, Stage, Urgency,
};
use goodturn::domain::settings::{Settings, resolve};
use goodturn::domain::topic::{Candidate, Via};
use goodturn::store::outbox::OutboxRow;
use goodturn::store::topics::Volunteer;
use goodturn::store::workspaces::Workspace;
use goodturn::store::{Store, Tx};
use jiff::Timestamp;

use super::deeds::PRIVATE;
use super::screen::Screen;
use super::story::{Fault, failed};

pub struct Oracle {
    store: Store,
    workspace: Workspace,
    settings: Settings,
    known: Vec<Known>,
    /// Rows that made a card of this name appear on the screen.
    cards: BTreeMap<String, BTreeSet<String>>,
    /// Cards that can no longer be brought up to date.
    lost: BTreeSet<String>,
    posts_seen: usize,
}

/// A request as it was at the last look.
struct Known {
    request: Request,
    audits: usize,
}

/// All that an event may change.
#[derive(PartialEq, Debug)]
pub struct Fingerprint {
    requests: Vec<(Request, usize, Option<Timestamp>)>,
    waiting: u64,
}

impl Oracle {
    pub fn new(store: Store, workspace: Workspace, settings: Settings) -> Self {
        Self {
            store,
            workspace,
            settings,
            known: Vec::new(),
            cards: BTreeMap::new(),
            lost: BTreeSet::new(),
            posts_seen: 0,
        }
    }

    /// Looks at everything.
    pub async fn check(&mut self, now: Timestamp) -> Result<(), Fault> {
        let mut tx = self.store.read(&self.workspace.organisation).await.map_err(failed)?;
        let (settings, _) = resolve(&self.settings, &tx.settings().await.map_err(failed)?);
        let mut number = 0;
        loop {
            number += 1;
            let at = usize::try_from(number - 1).unwrap();
            let Some(request) = tx.request_numbered(number).await.map_err(failed)? else { break };
            if self.known.get(at).is_some_and(|known| known.request == request) {
                continue;
            }
            let audits = tx.audit_of(&subject(&request)).await.map_err(failed)?;
            let before = self.known.get(at);
            let asked_before = before.map_or(0, |known| known.request.offers.len());
            written_down(before, &request, audits.len())?;
            one_holder(&mut tx, &request).await?;
            looked_at_again(&mut tx, &request, now).await?;
            well_formed(&request)?;
            for (n, offer) in request.offers.iter().enumerate().skip(asked_before) {
                let told = audits.iter().any(|row| {
                    serde_json::from_str::<Happening>(&row.what).is_ok_and(|what| what == Happening::Asked(n))
                });
                if offer.why.is_some() || matches!(offer.to, OfferTo::Channel(_)) {
                    if !told {
                        return Err(format!("offer {n} of {} was made and not written down", request.id));
                    }
                    by_the_rules(&mut tx, &request, n, &settings, now).await?;
                }
            }
            let known = Known { request, audits: audits.len() };
            if at < self.known.len() {
                self.known[at] = known;
            } else {
                self.known.push(known);
            }
        }
        Ok(())
    }

    /// A row was delivered, or tried: what people see now.
    pub async fn delivered(&mut self, row: &OutboxRow, screen: &Screen) -> Result<(), Fault> {
        let (news, gone): (Vec<_>, bool) = {
            let state = screen.look();
            (state.posts[self.posts_seen..].to_vec(), state.gone.contains(&row.id))
        };
        self.posts_seen += news.len();
        if gone && !row.slot.is_empty() {
            self.lost.insert(row.slot.clone());
        }
        for post in news {
            if !row.slot.is_empty() {
                let rows = self.cards.entry(row.slot.clone()).or_default();
                rows.insert(post.row.clone());
                if rows.len() > 1 {
                    return Err(format!("the card {} stands on the screen twice", row.slot));
                }
            }
            let words = post.card().words(&jiff::tz::TimeZone::UTC);
            if words.contains(PRIVATE) {
                self.seen_by_few(&post.to, &words).await?;
            }
        }
        Ok(())
    }

    /// Everything was said: every card shows what was last decided for it.
    pub async fn at_rest(&mut self, screen: &Screen) -> Result<(), Fault> {
        let mut tx = self.store.read(&self.workspace.organisation).await.map_err(failed)?;
        let posts = screen.look().posts.clone();
        for slot in self.cards.keys().filter(|slot| !self.lost.contains(*slot)) {
            let Some(card) = tx.card(slot).await.map_err(failed)? else {
                return Err(format!("the card {slot} stands on the screen and is not remembered"));
            };
            let Some(at) = card.posted else {
                return Err(format!("nobody remembers where the card {slot} stands"));
            };
            let Some(post) = posts.iter().find(|post| post.at == at) else {
                return Err(format!("the card {slot} does not stand where it should"));
            };
            let seen = serde_json::to_string(post.card()).unwrap();
            if seen != card.shown {
                return Err(format!(
                    "the card {slot} is out of date: {seen}, but it should be {}",
                    card.shown
                ));
            }
        }
        Ok(())
    }

    /// All that an event may change, to compare.
    pub async fn fingerprint(&mut self, now: Timestamp) -> Result<Fingerprint, Fault> {
        let mut tx = self.store.read(&self.workspace.organisation).await.map_err(failed)?;
        let mut requests = Vec::new();
        for number in 1.. {
            let Some(request) = tx.request_numbered(number).await.map_err(failed)? else { break };
            let audits = tx.audit_of(&subject(&request)).await.map_err(failed)?.len();
            let timer = tx.timer(&subject(&request)).await.map_err(failed)?;
            requests.push((request, audits, timer));
        }
        drop(tx);
        let (waiting, _) = self.store.outbox_depth(now).await.map_err(failed)?;
        Ok(Fingerprint { requests, waiting })
    }

    /// Private words were posted: to those who asked or were asked, and nobody else.
    async fn seen_by_few(&self, to: &Address, words: &str) -> Result<(), Fault> {
        let readers = match to {
            Address::Person(user) => std::slice::from_ref(user),
            Address::Group(users) => users,
            Address::Channel(_) | Address::Thread(..) => {
                return Err(format!("a private request was shown in {to:?}: {words}"));
            }
        };
        let mut tx = self.store.read(&self.workspace.organisation).await.map_err(failed)?;
        for user in readers {
            let Some(person) = tx.identity(&self.workspace.id, user).await.map_err(failed)? else {
                return Err(format!("a private request was shown to somebody unknown: {user}"));
            };
            let may = self.known.iter().map(|known| &known.request).any(|request| {
                let was_asked =
                    request.visible_to(&person) || request.ladder.steward.as_ref() == Some(&person);
                words.contains(request.words.trim()) && was_asked
            });
            if !may {
                return Err(format!("a private request was shown to {user}, who has no part in it"));
            }
        }
        Ok(())
    }
}

fn subject(request: &Request) -> String {
    format!("request:{}", request.id)
}

/// Exactly one holder, known, and one of us unless nobody is.
async fn one_holder(tx: &mut Tx, request: &Request) -> Result<(), Fault> {
    let Some(holder) = tx.person(&request.holder).await.map_err(failed)? else {
        return Err(format!("request {} is held by nobody who is known", request.number));
    };
    let accepted: Vec<&PersonId> = request
        .offers
        .iter()
        .filter(|offer| offer.state == OfferState::Accepted)
        .filter_map(|offer| match &offer.to {
            OfferTo::Person(person) => Some(person),
            OfferTo::Channel(_) => None,
        })
        .collect();
    let in_channels = request
        .offers
        .iter()
        .any(|offer| offer.state == OfferState::Accepted && matches!(offer.to, OfferTo::Channel(_)));
    if accepted.len() > 1 || in_channels {
        return Err(format!("request {} is accepted by {accepted:?}", request.number));
    }
    if !request.is_open() {
        return Ok(());
    }
    match (accepted.first(), &request.stage) {
        (Some(volunteer), Stage::Held { .. }) if **volunteer == request.holder => {}
        (None, _) => {}
        (Some(volunteer), stage) => {
            return Err(format!("request {} was accepted by {volunteer} and is {stage:?}", request.number));
        }
    }
    if holder.standing == Standing::Left {
        let ladder = &request.ladder;
        let keepers: Vec<PersonId> = [&request.handed_by, &request.requester]
            .into_iter()
            .chain(&ladder.steward)
            .chain(&ladder.escalation)
            .cloned()
            .collect();
        let keepers = tx.persons(&keepers).await.map_err(failed)?;
        if let Some(other) = keepers.iter().find(|person| person.standing != Standing::Left) {
            return Err(format!(
                "request {} is held by somebody who left, though {} is here",
                request.number, other.id
            ));
        }
    }
    Ok(())
}

/// Every open request has its next look, and it is the one that the rules want.
async fn looked_at_again(tx: &mut Tx, request: &Request, now: Timestamp) -> Result<(), Fault> {
    let timer = tx.timer(&subject(request)).await.map_err(failed)?;
    if !request.is_open() {
        return Ok(());
    }
    match (timer, request.next_look(now)) {
        (None, _) => Err(format!("request {} would never be looked at again", request.number)),
        (Some(timer), wanted) if Some(timer) != wanted => {
            Err(format!("request {} is looked at at {timer}, not at {wanted:?}", request.number))
        }
        // What a step leaves is due in the future, or the step would have done it.
        (Some(timer), _) if timer <= now => {
            Err(format!("request {} is looked at at {timer}, which is not after {now}", request.number))
        }
        _ => Ok(()),
    }
}

/// Whoever is being asked has an open offer, and nobody else has.
fn well_formed(request: &Request) -> Result<(), Fault> {
    let open = request.offers.iter().filter(|offer| offer.state == OfferState::Open).count();
    let wanted = usize::from(matches!(request.stage, Stage::Asking { .. }));
    if open == wanted {
        Ok(())
    } else {
        Err(format!("request {} is {:?} and has {open} open offers", request.number, request.stage))
    }
}

/// What changed was written down.
fn written_down(before: Option<&Known>, request: &Request, audits: usize) -> Result<(), Fault> {
    let Some(before) = before else {
        return if audits > 0 {
            Ok(())
        } else {
            Err(format!("request {} came from nowhere", request.number))
        };
    };
    let essence = |request: &Request| {
        let states: Vec<_> = request.offers.iter().map(|offer| offer.state.clone()).collect();
        (std::mem::discriminant(&request.stage), request.holder.clone(), request.topic.clone(), states)
    };
    if audits < before.audits {
        return Err(format!("the history of request {} was shortened", request.number));
    }
    if essence(&before.request) != essence(request) && audits == before.audits {
        return Err(format!("request {} changed and nothing was written down", request.number));
    }
    Ok(())
}

/// Nobody was asked outside the rules.
async fn by_the_rules(
    tx: &mut Tx,
    request: &Request,
    n: usize,
    settings: &Settings,
    now: Timestamp,
) -> Result<(), Fault> {
    let offer = &request.offers[n];
    let wrong = |why: &str| Err(format!("offer {n} of request {} at {now}: {why}", request.number));
    let (person, why) = match (&offer.to, &offer.why) {
        (OfferTo::Channel(_), _) if request.privacy == Privacy::Private => {
            return wrong("a private request in a channel");
        }
        (OfferTo::Person(person), Some(why)) => (person, why),
        (OfferTo::Channel(_), _) | (OfferTo::Person(_), None) => return Ok(()),
    };
    if request.is_for(person) {
        return wrong("somebody was asked about their own request");
    }
    let earlier = |other: &&Offer| other.to == offer.to;
    if request.offers[..n].iter().filter(earlier).any(|other| {
        other.round == offer.round || matches!(other.state, OfferState::GivenBack | OfferState::Stale)
    }) {
        return wrong("the same person was asked twice");
    }
    let facts = tx.candidates(std::slice::from_ref(person)).await.map_err(failed)?.pop();
    let Some(Volunteer { person: known, open, last_asked }) = facts else {
        return wrong("nobody knows who was asked");
    };
    if known.standing != Standing::Staff {
        return wrong("somebody was asked who is not of the staff");
    }
    let urgent = request.urgency == Urgency::Urgent;
    let candidate =
        Candidate::of(&known, Via::Volunteer, &settings.hours(), settings.capacity, open, last_asked);
    let at_any_hour = match (&why.via, offer.rung) {
        (Via::Escalation, _) => true,
        (Via::Steward, _) => urgent,
        (Via::Volunteer | Via::DeputyOf(_), Rung::Channel | Rung::Steward | Rung::Escalation) => {
            return wrong("a volunteer on an upper rung");
        }
        (Via::Volunteer | Via::DeputyOf(_) | Via::NamedBy(_), _) => false,
    };
    if !at_any_hour && !candidate.available(now) {
        return wrong(&format!("somebody was asked who is not there: {known:?}, holding {open}"));
    }
    Ok(())
}
