//! One shard: connected, lost, connected again; its events into the lanes, its session into the store.
//! Invariant: whatever ends a connection, the next one goes on from the same session while Discord
//! allows it, and nothing that was read is handled twice by us.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{CloseFrame, ConfigBuilder, Message, Shard, ShardId, ShardState};

use super::seat::{Frame, HEARD, Seat, Shared, State};
use super::session::{self, Kept, Session};
use super::{GatewaySettings, intents};

/// Why a connection ended.
enum End {
    /// We are to stop, or to begin another round.
    Over,
    /// It was lost; the shard had been greeted since then, if it was.
    Lost { why: &'static str, up: Option<Instant>, asked: bool },
    /// Discord will not have us like this.
    Refused(u16),
}

/// The pause after so many failures in a row, spread over its upper half.
pub(super) fn pause_after(settings: &GatewaySettings, failures: u32) -> Duration {
    let step = settings.first_wait.saturating_mul(1 << failures.min(20)).min(settings.longest_wait);
    step.mul_f64(0.5 + jitter() / 2.0)
}

/// Keeps one shard up until the round ends, then waits for its events and keeps the session.
pub(super) async fn keep_up(shared: Arc<Shared>, number: u32) {
    let name = session::name(number, shared.total);
    let kept = shared.host.kept(name.clone()).await.and_then(|text| Kept::read(&text));
    let heard = match &kept {
        Some(kept) => kept.heard(),
        None => shared.host.kept(HEARD.to_owned()).await.and_then(|at| at.parse().ok()),
    };
    // A session goes on with the intents it was begun with.
    let same = kept.filter(|kept| kept.intents == shared.config.intents().bits());
    let owed = same.as_ref().is_some_and(|kept| kept.catching_up);
    let session = same.map(|kept| Session::new(&kept.id, kept.url.as_deref(), kept.sequence));
    let room = || Arc::new(Semaphore::new(shared.settings.waiting.max(1)));
    let seat = Arc::new(Seat {
        number,
        room: room(),
        room_for_others: room(),
        state: Mutex::new(State { session, heard, gaps: 0, owed }),
        shared,
    });
    let ended = CancellationToken::new();
    let reading = async {
        seat.connect_again_and_again().await;
        ended.cancel();
    };
    tokio::join!(reading, seat.keep(&name, &ended));
    let everything = u32::try_from(seat.shared.settings.waiting.max(1)).unwrap_or(u32::MAX);
    let _ = tokio::join!(seat.room.acquire_many(everything), seat.room_for_others.acquire_many(everything));
    seat.keep_now(&name, &mut None).await;
}

impl Seat {
    async fn connect_again_and_again(self: &Arc<Self>) {
        let settings = &self.shared.settings;
        let mut failures = 0;
        let (mut session, mut url) = self.kept_session();
        loop {
            let mut config = ConfigBuilder::from(self.shared.config.clone());
            if let Some(session) = session.clone() {
                config = config.session(session);
                // Where it does not answer, the main address takes sessions, too.
                if let Some(url) = url.clone().filter(|_| failures % 2 == 0) {
                    config = config.resume_url(url);
                }
            }
            let mut shard = Shard::with_config(ShardId::new(self.number, self.shared.total), config.build());
            let end = self.read(&mut shard).await;
            session = shard.session().cloned();
            if let Some(to) = shard.resume_url() {
                url = Some(to.to_owned());
            }
            drop(shard);
            let wait = match end {
                End::Over => return,
                End::Lost { why, up, asked } => {
                    let healthy = up.is_some_and(|since| since.elapsed() >= settings.healthy_after);
                    self.shared.monitor.down(self.number, why);
                    tracing::info!(shard = self.number, why, "the connection to Discord ended");
                    if healthy || (asked && up.is_some()) {
                        failures = 0;
                        Duration::ZERO
                    } else {
                        failures += 1;
                        pause_after(settings, failures - 1)
                    }
                }
                End::Refused(code) => {
                    failures += 1;
                    match self.refused(code) {
                        Some(wait) => wait,
                        None => return,
                    }
                }
            };
            if timeout(wait, self.over()).await.is_ok() {
                return;
            }
        }
    }

    fn kept_session(&self) -> (Option<twilight_gateway::Session>, Option<String>) {
        let state = self.state();
        let session = state.session.as_ref().map(|session| {
            let low = session.mark.lock().unwrap_or_else(PoisonError::into_inner).low();
            twilight_gateway::Session::new(low, session.id.clone())
        });
        (session, state.session.as_ref().and_then(|session| session.url.clone()))
    }

    /// What follows from a refusal: a pause, or `None` for another round.
    fn refused(&self, code: u16) -> Option<Duration> {
        let Shared { monitor, settings, again, config, without, .. } = &*self.shared;
        match code {
            DISALLOWED_INTENTS | INVALID_INTENTS => {
                if let Some(fewer) = intents::fewer(config.intents()) {
                    *without.lock().unwrap_or_else(PoisonError::into_inner) = fewer;
                    again.cancel();
                    return None;
                }
            }
            INVALID_SHARD | SHARDING_REQUIRED if settings.shards.is_none() => {
                tracing::warn!("Discord wants another number of shards");
                again.cancel();
                return None;
            }
            _ => {}
        }
        tracing::error!(
            code,
            "Discord refuses the connection; `goodturn check` says what to do; trying again later"
        );
        monitor.refused(Some(code));
        Some(settings.refused_wait)
    }

    async fn read(self: &Arc<Self>, shard: &mut Shard<InMemoryQueue>) -> End {
        let settings = &self.shared.settings;
        let (mut up, mut asked) = (None, false);
        let mut code = None;
        loop {
            let patience = if up.is_some() { settings.silence } else { settings.greeting };
            let next = tokio::select! {
                biased;
                () = self.over() => {
                    leave(shard).await;
                    return End::Over;
                }
                next = timeout(patience, shard.next()) => next,
            };
            match next {
                Err(_) => return End::Lost { why: "Discord fell silent", up, asked },
                Ok(None) => return End::Refused(code.unwrap_or_default()),
                Ok(Some(Ok(Message::Text(text)))) => match serde_json::from_str::<Frame>(&text) {
                    Ok(frame) => {
                        if frame.op == HELLO {
                            // Another connection: nothing is heard before its session stands.
                            up = None;
                        }
                        if up.is_some() {
                            self.heard();
                        }
                        asked |= frame.op == RECONNECT;
                        if self.take(frame).await {
                            up = Some(Instant::now());
                        }
                    }
                    Err(_) => self.count_malformed(),
                },
                Ok(Some(Ok(Message::Close(frame)))) => {
                    code = frame.map(|frame| frame.code);
                    // A refusal ends the stream by itself.
                    if !matches!(shard.state(), ShardState::Disconnected { .. }) {
                        continue;
                    }
                    return End::Lost { why: "Discord closed the connection", up, asked };
                }
                Ok(Some(Err(error))) => {
                    use twilight_gateway::error::ReceiveMessageErrorType as Kind;
                    match error.kind() {
                        Kind::Reconnect => {
                            return End::Lost { why: "Discord could not be reached", up: None, asked };
                        }
                        _ => self.count_malformed(),
                    }
                }
            }
        }
    }
}

const RECONNECT: u8 = 7;
const HELLO: u8 = 10;
const INVALID_SHARD: u16 = 4010;
const SHARDING_REQUIRED: u16 = 4011;
const INVALID_INTENTS: u16 = 4013;
const DISALLOWED_INTENTS: u16 = 4014;

/// Says good-bye in a way that keeps the session; what still comes is left to the resume.
async fn leave(shard: &mut Shard<InMemoryQueue>) {
    shard.close(CloseFrame::RESUME);
    let closed = async {
        while let Some(Ok(message)) = shard.next().await {
            if matches!(message, Message::Close(_)) {
                break;
            }
        }
    };
    let _ = timeout(LEAVE_WITHIN, closed).await;
}

const LEAVE_WITHIN: Duration = Duration::from_millis(500);

#[expect(clippy::disallowed_methods, reason = "spreads reconnects over time; no decision depends on it")]
fn jitter() -> f64 {
    use rand::RngExt;
    rand::rng().random()
}
