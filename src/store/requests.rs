//! Requests and their offers. The columns that are looked up stand beside the JSON that is the truth:
//! `stage`, `volunteer`, `closed_at` and an offer's `state` are written from it in the same statement.

use std::collections::BTreeMap;

use crate::domain::ids::{PersonId, RequestId, TopicId};
use crate::domain::request::{Offer, OfferState, OfferTo, Request, Rung};
use crate::store::engine::{all, all_in, execute, one};
use crate::store::error::StoreError;
use crate::store::request_row::{Columns, RequestRow, columns};
use crate::store::values::{found, json, ms, parse};
use crate::store::{Access, Tx};

impl Tx {
    /// The next short number of the organisation, from 1.
    pub async fn next_number(&mut self) -> Result<i64, StoreError> {
        let row = one!(
            self.conn,
            (i64,),
            "insert into counters (organisation, name, value) values ($1, 'request', 1) \
             on conflict (organisation, name) do update set value = counters.value + 1 returning value",
            self.organisation.as_str()
        )?;
        row.map(|(number,)| number).ok_or_else(|| StoreError::Corrupt("counters", "request".to_owned()))
    }

    /// Remembers a new request, with its offers.
    pub async fn insert_request(&mut self, request: &Request) -> Result<(), StoreError> {
        let row = Columns::of(request);
        execute!(
            self.conn,
            "insert into requests (organisation, id, number, topic, requester, handed_by, customer, words, \
             privacy, urgency, origin, created_at, holder, held_since, volunteer, stage, state, ladder, hops, \
             round, asked_after, closed_at, version) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
             $20, $21, $22, 0)",
            self.organisation.as_str(),
            request.id.as_str(),
            request.number,
            row.topic,
            request.requester.as_str(),
            request.handed_by.as_str(),
            row.customer,
            request.words.as_str(),
            row.privacy,
            row.urgency,
            row.origin,
            ms(request.created_at),
            request.holder.as_str(),
            ms(request.held_since),
            row.volunteer,
            row.stage,
            row.state,
            row.ladder,
            i64::from(request.hops),
            i64::from(request.round),
            row.asked_after,
            row.closed_at
        )?;
        for n in 0..request.offers.len() {
            self.save_offer(request, n).await?;
        }
        Ok(())
    }

    /// Remembers what changed about a request and its offers.
    pub async fn save_request(&mut self, request: &Request) -> Result<(), StoreError> {
        let row = Columns::of(request);
        let rows = execute!(
            self.conn,
            "update requests set topic = $3, requester = $4, handed_by = $5, customer = $6, words = $7, \
             privacy = $8, urgency = $9, origin = $10, holder = $11, held_since = $12, volunteer = $13, \
             stage = $14, state = $15, ladder = $16, hops = $17, round = $18, asked_after = $19, \
             closed_at = $20, version = version + 1 where organisation = $1 and id = $2",
            self.organisation.as_str(),
            request.id.as_str(),
            row.topic,
            request.requester.as_str(),
            request.handed_by.as_str(),
            row.customer,
            request.words.as_str(),
            row.privacy,
            row.urgency,
            row.origin,
            request.holder.as_str(),
            ms(request.held_since),
            row.volunteer,
            row.stage,
            row.state,
            row.ladder,
            i64::from(request.hops),
            i64::from(request.round),
            row.asked_after,
            row.closed_at
        )?;
        found(rows, "requests", request.id.as_str())?;
        let known = self.offers_of(&[request.id.as_str()]).await?;
        for (n, offer) in request.offers.iter().enumerate() {
            if known.get(n).is_none_or(|(_, body)| *body != json(offer)) {
                self.save_offer(request, n).await?;
            }
        }
        Ok(())
    }

    /// A request. In a transaction that may write it is locked until the end of it: another transaction
    /// that wants it waits, and then sees what this one left.
    pub async fn request(&mut self, id: &RequestId) -> Result<Option<Request>, StoreError> {
        if self.access == Access::Read {
            return self.peek_request(id).await;
        }
        let rows = all!(
            self.conn,
            RequestRow,
            concat!(
                "update requests set version = version + 1 where organisation = $1 and id = $2 returning ",
                columns!()
            ),
            self.organisation.as_str(),
            id.as_str()
        )?;
        Ok(self.with_offers(rows).await?.pop())
    }

    /// A request as it is at the moment, not locked.
    pub async fn peek_request(&mut self, id: &RequestId) -> Result<Option<Request>, StoreError> {
        let rows = all!(self.conn, RequestRow, select!("id = $2"), self.organisation.as_str(), id.as_str())?;
        Ok(self.with_offers(rows).await?.pop())
    }

    /// The request of this short number, not locked.
    pub async fn request_numbered(&mut self, number: i64) -> Result<Option<Request>, StoreError> {
        let rows = all!(self.conn, RequestRow, select!("number = $2"), self.organisation.as_str(), number)?;
        Ok(self.with_offers(rows).await?.pop())
    }

    /// What somebody is at work on: open, held, and theirs. Oldest first.
    pub async fn held_by(&mut self, person: &PersonId) -> Result<Vec<Request>, StoreError> {
        self.open_where(select!("closed_at = 0 and holder = $2 and stage = 'held'"), person.as_str()).await
    }

    /// Everything open that somebody answers for, also while others are asked. Oldest first.
    pub async fn kept_by(&mut self, person: &PersonId) -> Result<Vec<Request>, StoreError> {
        self.open_where(select!("closed_at = 0 and holder = $2"), person.as_str()).await
    }

    /// Everything open that somebody asked for or handed off. Oldest first.
    pub async fn waiting_for(&mut self, person: &PersonId) -> Result<Vec<Request>, StoreError> {
        self.open_where(select!("closed_at = 0 and (requester = $2 or handed_by = $2)"), person.as_str())
            .await
    }

    /// Everything open in a topic. Oldest first.
    pub async fn open_in_topic(&mut self, topic: &TopicId) -> Result<Vec<Request>, StoreError> {
        self.open_where(select!("closed_at = 0 and topic = $2"), topic.as_str()).await
    }

    /// Open offers to somebody in open requests: the offer's number and the request. The one with the
    /// least time left first.
    pub async fn offered_to(&mut self, person: &PersonId) -> Result<Vec<(usize, Request)>, StoreError> {
        let asked = all!(
            self.conn,
            (String, i64),
            "select o.request, o.n from offers o \
             join requests r on r.organisation = o.organisation and r.id = o.request \
             where o.organisation = $1 and o.to_person = $2 and o.state = 'open' and r.closed_at = 0 \
             order by o.until, o.request, o.n",
            self.organisation.as_str(),
            person.as_str()
        )?;
        let ids: Vec<&str> = asked.iter().map(|(id, _)| id.as_str()).collect();
        let rows = all_in!(
            self.conn,
            RequestRow,
            concat!("select ", columns!(), " from requests"),
            " where organisation = $1 and id in ",
            "",
            self.organisation.as_str(),
            &ids
        )?;
        let requests = self.with_offers(rows).await?;
        Ok(asked
            .iter()
            .filter_map(|(id, n)| {
                let request = requests.iter().find(|request| request.id.as_str() == id)?;
                Some((usize::try_from(*n).ok()?, request.clone()))
            })
            .collect())
    }

    /// Open requests that concern somebody: they hold it, asked for it, handed it off, or are asked.
    pub async fn concerning(&mut self, person: &PersonId) -> Result<Vec<RequestId>, StoreError> {
        let rows = all!(
            self.conn,
            (String,),
            "select id from requests where organisation = $1 and closed_at = 0 \
             and (holder = $2 or requester = $2 or handed_by = $2) \
             union \
             select r.id from offers o \
             join requests r on r.organisation = o.organisation and r.id = o.request \
             where o.organisation = $1 and o.to_person = $2 and o.state = 'open' and r.closed_at = 0",
            self.organisation.as_str(),
            person.as_str()
        )?;
        let mut ids: Vec<RequestId> = rows.into_iter().map(|(id,)| id.into()).collect();
        ids.sort();
        Ok(ids)
    }

    async fn open_where(&mut self, sql: &'static str, value: &str) -> Result<Vec<Request>, StoreError> {
        let rows = all!(self.conn, RequestRow, sql, self.organisation.as_str(), value)?;
        self.with_offers(rows).await
    }

    async fn with_offers(&mut self, rows: Vec<RequestRow>) -> Result<Vec<Request>, StoreError> {
        let ids: Vec<&str> = rows.iter().map(RequestRow::id).collect();
        let mut offers: BTreeMap<String, Vec<Offer>> = BTreeMap::new();
        for (id, body) in self.offers_of(&ids).await? {
            let offer = parse("offers", &id, &body)?;
            offers.entry(id).or_default().push(offer);
        }
        let mut requests = rows.into_iter().map(RequestRow::request).collect::<Result<Vec<_>, _>>()?;
        for request in &mut requests {
            request.offers = offers.remove(request.id.as_str()).unwrap_or_default();
        }
        requests.sort_by_key(|request| request.number);
        Ok(requests)
    }

    /// The offers of these requests as `(request, body)`, each request's in order.
    async fn offers_of(&mut self, requests: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        all_in!(
            self.conn,
            (String, String),
            "select request, body from offers",
            " where organisation = $1 and request in ",
            " order by request, n",
            self.organisation.as_str(),
            requests
        )
    }

    async fn save_offer(&mut self, request: &Request, n: usize) -> Result<(), StoreError> {
        let Some(offer) = request.offers.get(n) else { return Ok(()) };
        execute!(
            self.conn,
            "insert into offers (organisation, request, n, round, to_person, rung, state, asked_at, until, \
             body) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             on conflict (organisation, request, n) do update set round = excluded.round, \
             to_person = excluded.to_person, rung = excluded.rung, state = excluded.state, \
             asked_at = excluded.asked_at, until = excluded.until, body = excluded.body",
            self.organisation.as_str(),
            request.id.as_str(),
            i64::try_from(n).unwrap_or(i64::MAX),
            i64::from(offer.round),
            asked(offer),
            rung(offer.rung),
            offer_state(&offer.state),
            ms(offer.asked_at),
            ms(offer.until),
            json(offer)
        )?;
        Ok(())
    }
}

macro_rules! select {
    ($condition:literal) => {
        concat!("select ", columns!(), " from requests where organisation = $1 and ", $condition)
    };
}
use select;

fn asked(offer: &Offer) -> &str {
    match &offer.to {
        OfferTo::Person(person) => person.as_str(),
        OfferTo::Channel(_) => "",
    }
}

fn rung(rung: Rung) -> &'static str {
    match rung {
        Rung::Volunteers => "volunteers",
        Rung::Channel => "channel",
        Rung::Steward => "steward",
        Rung::Escalation => "escalation",
    }
}

fn offer_state(state: &OfferState) -> &'static str {
    match state {
        OfferState::Open => "open",
        OfferState::Accepted => "accepted",
        OfferState::Declined(_) => "declined",
        OfferState::TimedOut => "timed_out",
        OfferState::Taken => "taken",
        OfferState::Away => "away",
        OfferState::GivenBack => "given_back",
        OfferState::Stale => "stale",
        OfferState::Over => "over",
    }
}
