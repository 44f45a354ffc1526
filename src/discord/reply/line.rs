//! The calls that carry replies, and the ways in which they miss.
//! Invariant: an interaction's token is in none of the errors.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::discord::api::{Api, CallError};
use crate::discord::decode::Ticket;
use crate::domain::ids::UserKey;

/// A reply that would have to wait longer is not given any more.
const LONGEST: Duration = Duration::from_secs(30);
/// The pause before any second attempt.
const SHORTEST: Duration = Duration::from_millis(50);
/// An interaction takes its first answer within 3 s, of which half may have passed.
const SOON: Duration = Duration::from_secs(1);
/// Attempts at one reply.
const ATTEMPTS: u32 = 5;

/// How a call went.
pub type Given<'a> = BoxFuture<'a, Result<(), Missed>>;

/// The calls that carry replies.
pub trait Line: Send + Sync {
    /// Answers an interaction: once, within 3 s.
    fn callback<'a>(&'a self, ticket: &'a Ticket, body: &'a Value) -> Given<'a>;

    /// Fills in what was announced.
    fn edit_original<'a>(&'a self, ticket: &'a Ticket, message: &'a Value) -> Given<'a>;

    /// Takes an announcement back.
    fn delete_original<'a>(&'a self, ticket: &'a Ticket) -> Given<'a>;

    /// A further message to an interaction.
    fn followup<'a>(&'a self, ticket: &'a Ticket, message: &'a Value) -> Given<'a>;

    /// A direct message.
    fn direct<'a>(&'a self, user: &'a UserKey, message: &'a Value) -> Given<'a>;

    /// A message in a channel or thread.
    fn post<'a>(&'a self, channel: &'a str, message: &'a Value) -> Given<'a>;
}

impl Line for Api {
    fn callback<'a>(&'a self, ticket: &'a Ticket, body: &'a Value) -> Given<'a> {
        async move { Ok(self.callback(&ticket.id, &ticket.token, body).await?) }.boxed()
    }

    fn edit_original<'a>(&'a self, ticket: &'a Ticket, message: &'a Value) -> Given<'a> {
        async move { Ok(self.edit_original(&ticket.token, message).await?) }.boxed()
    }

    fn delete_original<'a>(&'a self, ticket: &'a Ticket) -> Given<'a> {
        async move { Ok(self.delete_original(&ticket.token).await?) }.boxed()
    }

    fn followup<'a>(&'a self, ticket: &'a Ticket, message: &'a Value) -> Given<'a> {
        async move { Ok(self.followup(&ticket.token, message).await.map(drop)?) }.boxed()
    }

    fn direct<'a>(&'a self, user: &'a UserKey, message: &'a Value) -> Given<'a> {
        async move {
            let channel = self.open_dm(user).await?;
            Ok(self.create_message(&channel, message).await.map(drop)?)
        }
        .boxed()
    }

    fn post<'a>(&'a self, channel: &'a str, message: &'a Value) -> Given<'a> {
        async move { Ok(self.create_message(&channel.into(), message).await.map(drop)?) }.boxed()
    }
}

impl From<CallError> for Missed {
    fn from(error: CallError) -> Self {
        match error {
            CallError::RateLimited { after } => Self::Busy(after),
            CallError::Refused { code, .. } => Self::by_code(code),
            CallError::Unsure { .. } | CallError::Malformed => Self::Unsure,
            CallError::NotSent => Self::Failed,
        }
    }
}

/// Why a reply was not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// The interaction takes no answers any more.
    Expired,
    /// It was answered already, by an attempt of which no word came back.
    Already,
    /// The person or the place takes no messages.
    Closed,
    /// Not before this time.
    Busy(Duration),
    /// It may have been given or not.
    Unsure,
    /// Refused, by Discord's code.
    Refused(u64),
    /// Nothing was sent.
    Failed,
}

impl Missed {
    /// What Discord's code means for a reply.
    pub fn by_code(code: u64) -> Self {
        match code {
            10_008 | 10_015 | 10_062 | 50_027 => Self::Expired,
            40_060 => Self::Already,
            10_003 | 50_001 | 50_007 | 50_013 | 50_278 => Self::Closed,
            code => Self::Refused(code),
        }
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired => f.write_str("too late"),
            Self::Already => f.write_str("answered already"),
            Self::Closed => f.write_str("no messages are taken there"),
            Self::Busy(after) => write!(f, "too many at once, wait {} s", after.as_secs()),
            Self::Unsure => f.write_str("no word came back"),
            Self::Refused(code) => write!(f, "refused with code {code}"),
            Self::Failed => f.write_str("not connected"),
        }
    }
}

/// What a second attempt at a call does where the first may have been carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// No harm: an edit says the same again, a message carries a mark that tells a second attempt.
    Safe,
    /// It would say the same twice, so it is repeated only where nothing was sent.
    Doubles,
}

/// Tries until it is given, while waiting makes sense and a repetition does no harm.
pub async fn patient<'a>(repeat: Repeat, mut call: impl FnMut() -> Given<'a>) -> Result<(), Missed> {
    let mut result = call().await;
    for attempt in 1..ATTEMPTS {
        let wait = match &result {
            Err(Missed::Busy(after)) if *after <= LONGEST => *after,
            Err(Missed::Unsure) if repeat == Repeat::Doubles => break,
            Err(Missed::Unsure | Missed::Failed) => Duration::from_secs(1) * attempt,
            _ => break,
        };
        pause(wait.max(SHORTEST)).await;
        result = call().await;
    }
    result
}

/// Tries once more where certainly nothing was sent, while the interaction still waits for its answer.
pub async fn twice<'a>(mut call: impl FnMut() -> Given<'a>) -> Result<(), Missed> {
    let result = call().await;
    let wait = match &result {
        Err(Missed::Busy(after)) if *after <= SOON => *after,
        Err(Missed::Failed) => SHORTEST,
        _ => return result,
    };
    pause(wait.max(SHORTEST)).await;
    call().await
}

#[expect(clippy::disallowed_methods, reason = "a reply waits for its turn")]
fn pause(wait: Duration) -> impl Future<Output = ()> {
    tokio::time::sleep(wait)
}
