//! Topics and who volunteers for them. A removed topic keeps its row, so that old requests can name it,
//! and gives its name free.

use jiff::Timestamp;

use crate::domain::duration::OfficeDuration;
use crate::domain::ids::{ChannelKey, PersonId, TopicId};
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::Person;
use crate::domain::topic::Topic;
use crate::store::Tx;
use crate::store::engine::{all, all_in, execute, one};
use crate::store::error::StoreError;
use crate::store::persons::PersonRow;
use crate::store::values::{count, found, ms, text_or_none, ts_or_none, zone, zone_name};

/// Somebody who may be asked, with the facts that only the rows know.
#[derive(Clone, PartialEq, Debug)]
pub struct Volunteer {
    /// Who.
    pub person: Person,
    /// Open requests that they hold because they took them.
    pub open: u32,
    /// When they were last asked about anything.
    pub last_asked: Option<Timestamp>,
}

impl Tx {
    /// All topics, by name.
    pub async fn topics(&mut self) -> Result<Vec<Topic>, StoreError> {
        let rows = all!(
            self.conn,
            TopicRow,
            concat!(select!(), " where t.organisation = $1 and t.removed_at = 0"),
            self.organisation.as_str()
        )?;
        by_name(rows)
    }

    /// A topic, removed or not.
    pub async fn topic(&mut self, id: &TopicId) -> Result<Option<Topic>, StoreError> {
        one!(
            self.conn,
            TopicRow,
            concat!(select!(), " where t.organisation = $1 and t.id = $2"),
            self.organisation.as_str(),
            id.as_str()
        )?
        .map(TopicRow::topic)
        .transpose()
    }

    /// The topic of this name.
    pub async fn topic_named(&mut self, name: &str) -> Result<Option<Topic>, StoreError> {
        one!(
            self.conn,
            TopicRow,
            concat!(select!(), " where t.organisation = $1 and t.name = $2 and t.removed_at = 0"),
            self.organisation.as_str(),
            name.trim().to_lowercase()
        )?
        .map(TopicRow::topic)
        .transpose()
    }

    /// Remembers a new topic. Its name must be free.
    pub async fn insert_topic(&mut self, topic: &Topic) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "insert into topics (organisation, id, name, about, channel, steward, offer_timeout, stale_after, \
             hours, zone, removed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)",
            self.organisation.as_str(),
            topic.id.as_str(),
            topic.name.as_str(),
            topic.about.as_str(),
            topic.channel.as_ref().map_or("", ChannelKey::as_str),
            topic.steward.as_deref().unwrap_or_default(),
            shown(topic.offer_timeout.as_ref()),
            shown(topic.stale_after.as_ref()),
            shown(topic.hours.as_ref()),
            zone_name(topic.zone.as_ref())
        )?;
        Ok(())
    }

    /// Remembers what changed about a topic.
    pub async fn save_topic(&mut self, topic: &Topic) -> Result<(), StoreError> {
        let rows = execute!(
            self.conn,
            "update topics set name = $3, about = $4, channel = $5, steward = $6, offer_timeout = $7, \
             stale_after = $8, hours = $9, zone = $10 where organisation = $1 and id = $2",
            self.organisation.as_str(),
            topic.id.as_str(),
            topic.name.as_str(),
            topic.about.as_str(),
            topic.channel.as_ref().map_or("", ChannelKey::as_str),
            topic.steward.as_deref().unwrap_or_default(),
            shown(topic.offer_timeout.as_ref()),
            shown(topic.stale_after.as_ref()),
            shown(topic.hours.as_ref()),
            zone_name(topic.zone.as_ref())
        )?;
        found(rows, "topics", topic.id.as_str())
    }

    /// Removes a topic: it is not listed and not found by name any more.
    pub async fn remove_topic(&mut self, id: &TopicId, now: Timestamp) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update topics set removed_at = $3 where organisation = $1 and id = $2 and removed_at = 0",
            self.organisation.as_str(),
            id.as_str(),
            ms(now)
        )?;
        Ok(())
    }

    /// Somebody volunteers for a topic: whether that is new.
    pub async fn join(
        &mut self,
        topic: &TopicId,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let joined = execute!(
            self.conn,
            "insert into topic_members (organisation, topic, person, joined_at) values ($1, $2, $3, $4) \
             on conflict (organisation, topic, person) do nothing",
            self.organisation.as_str(),
            topic.as_str(),
            person.as_str(),
            ms(now)
        )?;
        Ok(joined > 0)
    }

    /// Somebody does not volunteer for a topic any more: whether they did.
    pub async fn leave(&mut self, topic: &TopicId, person: &PersonId) -> Result<bool, StoreError> {
        let left = execute!(
            self.conn,
            "delete from topic_members where organisation = $1 and topic = $2 and person = $3",
            self.organisation.as_str(),
            topic.as_str(),
            person.as_str()
        )?;
        Ok(left > 0)
    }

    /// The topics that somebody volunteers for, by name.
    pub async fn topics_of(&mut self, person: &PersonId) -> Result<Vec<Topic>, StoreError> {
        let rows = all!(
            self.conn,
            TopicRow,
            concat!(
                select!(),
                " join topic_members m on m.organisation = t.organisation and m.topic = t.id \
                 where t.organisation = $1 and m.person = $2 and t.removed_at = 0"
            ),
            self.organisation.as_str(),
            person.as_str()
        )?;
        by_name(rows)
    }

    /// Everybody who volunteers for a topic, whatever their standing.
    pub async fn volunteers(&mut self, topic: &TopicId) -> Result<Vec<Volunteer>, StoreError> {
        let rows = all!(
            self.conn,
            VolunteerRow,
            concat!(
                facts!(),
                " join topic_members m on m.organisation = p.organisation and m.person = p.id \
                 where m.organisation = $1 and m.topic = $2 order by p.id"
            ),
            self.organisation.as_str(),
            topic.as_str()
        )?;
        rows.into_iter().map(VolunteerRow::volunteer).collect()
    }

    /// The same facts for these persons; who is not known is left out.
    pub async fn candidates(&mut self, persons: &[PersonId]) -> Result<Vec<Volunteer>, StoreError> {
        let mut ids: Vec<&str> = persons.iter().map(PersonId::as_str).collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = all_in!(
            self.conn,
            VolunteerRow,
            facts!(),
            " where p.organisation = $1 and p.id in ",
            " order by p.id",
            self.organisation.as_str(),
            &ids
        )?;
        rows.into_iter().map(VolunteerRow::volunteer).collect()
    }

    /// How many people volunteer for a topic.
    pub async fn volunteers_count(&mut self, topic: &TopicId) -> Result<u32, StoreError> {
        let row = one!(
            self.conn,
            (i64,),
            "select count(*) from topic_members where organisation = $1 and topic = $2",
            self.organisation.as_str(),
            topic.as_str()
        )?;
        Ok(row.map_or(0, |(n,)| count(n)))
    }
}

macro_rules! select {
    () => {
        "select t.id, t.name, t.about, t.channel, t.steward, t.offer_timeout, t.stale_after, t.hours, \
         t.zone from topics t"
    };
}
use select;

macro_rules! facts {
    () => {
        "select p.id, p.name, p.zone, p.hours, p.capacity, p.pause, p.deputy, p.away_until, p.not_before, \
         p.standing, p.role, \
         (select count(*) from requests r where r.organisation = p.organisation and r.volunteer = p.id \
          and r.volunteer <> '') as open_held, \
         (select coalesce(max(o.asked_at), 0) from offers o where o.organisation = p.organisation \
          and o.to_person = p.id) as last_asked \
         from persons p"
    };
}
use facts;

fn by_name(rows: Vec<TopicRow>) -> Result<Vec<Topic>, StoreError> {
    let mut topics: Vec<Topic> = rows.into_iter().map(TopicRow::topic).collect::<Result<_, _>>()?;
    // here and not in SQL: the engines order texts differently
    topics.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(topics)
}

fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

#[derive(sqlx::FromRow)]
struct TopicRow {
    id: String,
    name: String,
    about: String,
    channel: String,
    steward: String,
    offer_timeout: String,
    stale_after: String,
    hours: String,
    zone: String,
}

impl TopicRow {
    fn topic(self) -> Result<Topic, StoreError> {
        let corrupt = || StoreError::Corrupt("topics", self.id.clone());
        let duration = |text: &str| match text {
            "" => Ok(None),
            text => OfficeDuration::parse(text).map(Some).map_err(|_| corrupt()),
        };
        Ok(Topic {
            channel: text_or_none(&self.channel),
            steward: text_or_none(&self.steward),
            offer_timeout: duration(&self.offer_timeout)?,
            stale_after: duration(&self.stale_after)?,
            hours: match self.hours.as_str() {
                "" => None,
                text => Some(Weekly::parse(text).map_err(|_| corrupt())?),
            },
            zone: zone(&self.zone),
            name: self.name,
            about: self.about,
            id: self.id.into(),
        })
    }
}

#[derive(sqlx::FromRow)]
struct VolunteerRow {
    #[sqlx(flatten)]
    person: PersonRow,
    open_held: i64,
    last_asked: i64,
}

impl VolunteerRow {
    fn volunteer(self) -> Result<Volunteer, StoreError> {
        Ok(Volunteer {
            open: count(self.open_held),
            last_asked: ts_or_none(self.last_asked),
            person: self.person.person()?,
        })
    }
}
