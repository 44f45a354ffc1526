//! The clock is pushed: everything that comes due on the way happens in order, each at its time.

use jiff::civil::{Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use crate::app::App;
use crate::app::clock::Clock;
use crate::playground::act::step;
use crate::playground::world::Way;
use crate::playground::{CannotBe, Playground, cannot, company};

/// How far the clock is pushed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Push {
    /// Ten minutes.
    TenMinutes,
    /// An hour.
    Hour,
    /// To nine in the morning of the next day, in the company's zone.
    Morning,
    /// To the next Friday, four in the afternoon, in the company's zone.
    Friday,
}

impl Push {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] = [Self::TenMinutes, Self::Hour, Self::Morning, Self::Friday];

    /// Short, as in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TenMinutes => "10m",
            Self::Hour => "1h",
            Self::Morning => "morning",
            Self::Friday => "friday",
        }
    }

    /// What stands on the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::TenMinutes => "+10 min",
            Self::Hour => "+1 h",
            Self::Morning => "Next morning",
            Self::Friday => "Friday 16:00",
        }
    }

    /// The inverse of [`Push::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|push| push.as_str() == text)
    }

    /// Where it leads, from `now`.
    pub fn target(self, now: Timestamp) -> Timestamp {
        let local = now.to_zoned(company::zone("ana"));
        match self {
            Self::TenMinutes => now.saturating_add(SignedDuration::from_mins(10)).unwrap_or(now),
            Self::Hour => now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now),
            Self::Morning => next(&local, 9, |_| true),
            Self::Friday => next(&local, 16, |day| day.weekday() == Weekday::Friday),
        }
    }
}

/// The next full hour of this number, later than now, on a day that fits.
fn next(now: &Zoned, hour: i8, fits: impl Fn(&Zoned) -> bool) -> Timestamp {
    (0..=7)
        .filter_map(|days| {
            let day = now.date().checked_add(days.days()).ok()?;
            day.to_datetime(Time::constant(hour, 0, 0, 0)).to_zoned(now.time_zone().clone()).ok()
        })
        .find(|at| at > now && fits(at))
        .map_or(now.timestamp(), |at| at.timestamp())
}

impl Playground {
    /// Pushes the clock.
    pub async fn push(&self, push: Push) -> Result<(), CannotBe> {
        let turn = self.app.lock().await;
        let Some(app) = turn.as_ref() else {
            return Err(CannotBe("The playground has ended. Start it again.".to_owned()));
        };
        let from = self.now();
        let to = push.target(from);
        self.world().way = Some(Way { from, to, steps: Vec::new() });
        let pushed = self.push_to(app, to).await;
        self.clock.go();
        self.world().taken.insert(step::PUSHED);
        drop(turn);
        self.changed();
        pushed
    }

    /// Lets the clock go from event to event until `to`, and stand there.
    pub(super) async fn push_to(&self, app: &App, to: Timestamp) -> Result<(), CannotBe> {
        self.clock.stand(self.now());
        loop {
            self.pump(app, self.last()).await?;
            let now = self.clock.now();
            let next = app.next_event().await.map_err(|error| cannot(&error))?;
            match next {
                // What cannot be done now is tried again a little later, so the clock always moves.
                Some(at) if at <= to && now < to => {
                    let least = now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(to);
                    self.clock.stand(at.max(least));
                }
                _ if now < to => self.clock.stand(to),
                _ => return Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mornings_and_fridays_lie_ahead_in_the_company_zone() {
        let at = |text: &str| text.parse::<Timestamp>().expect("an instant");
        for (push, now, then) in [
            (Push::Morning, "2026-03-28T08:30:00Z", "2026-03-29T07:00:00Z"),
            (Push::Morning, "2026-11-24T07:59:00Z", "2026-11-24T08:00:00Z"),
            (Push::Morning, "2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"),
            (Push::Friday, "2026-11-24T09:00:00Z", "2026-11-27T15:00:00Z"),
            (Push::Friday, "2026-11-27T15:00:00Z", "2026-12-04T15:00:00Z"),
            (Push::TenMinutes, "2026-11-27T15:00:00Z", "2026-11-27T15:10:00Z"),
        ] {
            assert_eq!(push.target(at(now)), at(then), "{push:?} from {now}");
        }
    }
}
