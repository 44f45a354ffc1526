//! Persons: who they are to the rules. Their identities on platforms are in `identities`.

use crate::domain::ids::PersonId;
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::person::{Pause, Person, Role, Standing};
use crate::store::Tx;
use crate::store::engine::{all_in, execute, one};
use crate::store::error::StoreError;
use crate::store::values::{count, found, ms, ms_or_none, text_or_none, ts, ts_or_none, zone, zone_name};

impl Tx {
    /// Remembers somebody new.
    pub async fn insert_person(&mut self, person: &Person) -> Result<(), StoreError> {
        let columns = Columns::of(person);
        execute!(
            self.conn,
            "insert into persons (organisation, id, name, name_lower, zone, hours, capacity, pause, deputy, \
             away_until, not_before, standing, role, home_opened) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            self.organisation.as_str(),
            person.id.as_str(),
            person.name.as_str(),
            columns.name_lower,
            columns.zone,
            columns.hours,
            columns.capacity,
            columns.pause,
            columns.deputy,
            ms_or_none(person.away_until),
            ms_or_none(person.not_before),
            person.standing.as_str(),
            person.role.as_str(),
            false
        )?;
        Ok(())
    }

    /// Remembers what changed about somebody.
    pub async fn save_person(&mut self, person: &Person) -> Result<(), StoreError> {
        let columns = Columns::of(person);
        let rows = execute!(
            self.conn,
            "update persons set name = $3, name_lower = $4, zone = $5, hours = $6, capacity = $7, pause = $8, \
             deputy = $9, away_until = $10, not_before = $11, standing = $12, role = $13 \
             where organisation = $1 and id = $2",
            self.organisation.as_str(),
            person.id.as_str(),
            person.name.as_str(),
            columns.name_lower,
            columns.zone,
            columns.hours,
            columns.capacity,
            columns.pause,
            columns.deputy,
            ms_or_none(person.away_until),
            ms_or_none(person.not_before),
            person.standing.as_str(),
            person.role.as_str()
        )?;
        found(rows, "persons", person.id.as_str())
    }

    /// Somebody about to be changed: nobody else changes them before this transaction ends, so that of
    /// two changes at the same moment none is lost.
    pub async fn person_to_change(&mut self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        execute!(
            self.conn,
            "update persons set name = name where organisation = $1 and id = $2",
            self.organisation.as_str(),
            id.as_str()
        )?;
        self.person(id).await
    }

    /// Somebody.
    pub async fn person(&mut self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        one!(
            self.conn,
            PersonRow,
            "select id, name, zone, hours, capacity, pause, deputy, away_until, not_before, standing, role \
             from persons where organisation = $1 and id = $2",
            self.organisation.as_str(),
            id.as_str()
        )?
        .map(PersonRow::person)
        .transpose()
    }

    /// These persons, in no order; who is not known is left out.
    pub async fn persons(&mut self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError> {
        let ids: Vec<&str> = ids.iter().map(PersonId::as_str).collect();
        let mut rows = all_in!(
            self.conn,
            PersonRow,
            "select id, name, zone, hours, capacity, pause, deputy, away_until, not_before, standing, role \
             from persons",
            " where organisation = $1 and id in ",
            "",
            self.organisation.as_str(),
            &ids
        )?;
        rows.sort_by(|a, b| a.id.cmp(&b.id));
        rows.dedup_by(|a, b| a.id == b.id);
        rows.into_iter().map(PersonRow::person).collect()
    }

    /// Notes that somebody has opened their App Home: from then on it is kept up to date.
    pub async fn set_home_opened(&mut self, id: &PersonId) -> Result<(), StoreError> {
        execute!(
            self.conn,
            "update persons set home_opened = $3 where organisation = $1 and id = $2",
            self.organisation.as_str(),
            id.as_str(),
            true
        )?;
        Ok(())
    }

    /// Whether somebody has ever opened their App Home.
    pub async fn home_opened(&mut self, id: &PersonId) -> Result<bool, StoreError> {
        let row = one!(
            self.conn,
            (bool,),
            "select home_opened from persons where organisation = $1 and id = $2",
            self.organisation.as_str(),
            id.as_str()
        )?;
        Ok(row.is_some_and(|(opened,)| opened))
    }
}

/// A person as it stands in a row, shared with the roster.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct PersonRow {
    id: String,
    name: String,
    zone: String,
    hours: String,
    capacity: i64,
    pause: String,
    deputy: String,
    away_until: i64,
    not_before: i64,
    standing: String,
    role: String,
}

impl PersonRow {
    /// Out of the row.
    pub(in crate::store) fn person(self) -> Result<Person, StoreError> {
        let corrupt = || StoreError::Corrupt("persons", self.id.clone());
        Ok(Person {
            zone: zone(&self.zone),
            hours: match self.hours.as_str() {
                "" => None,
                text => Some(Weekly::parse(text).map_err(|_| corrupt())?),
            },
            capacity: (self.capacity > 0).then(|| count(self.capacity)),
            pause: match self.pause.as_str() {
                "" => Pause::No,
                "open" => Pause::Open,
                until => Pause::Until(ts(until.parse().map_err(|_| corrupt())?)),
            },
            deputy: text_or_none(&self.deputy),
            away_until: ts_or_none(self.away_until),
            not_before: ts_or_none(self.not_before),
            standing: Standing::parse(&self.standing),
            role: Role::parse(&self.role),
            name: self.name,
            id: self.id.into(),
        })
    }
}

struct Columns<'a> {
    name_lower: String,
    zone: &'a str,
    hours: String,
    capacity: i64,
    pause: String,
    deputy: &'a str,
}

impl<'a> Columns<'a> {
    fn of(person: &'a Person) -> Self {
        Self {
            name_lower: person.name.to_lowercase(),
            zone: zone_name(person.zone.as_ref()),
            hours: person.hours.as_ref().map(ToString::to_string).unwrap_or_default(),
            capacity: person.capacity.map_or(0, i64::from),
            pause: match person.pause {
                Pause::No => String::new(),
                Pause::Until(at) => ms(at).to_string(),
                Pause::Open => "open".to_owned(),
            },
            deputy: person.deputy.as_ref().map_or("", PersonId::as_str),
        }
    }
}
