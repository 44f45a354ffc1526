//! One connection of Socket Mode, from the handshake to its end.
//! Invariants: reading goes on while handlers run; each envelope's acknowledgement is written after its
//! handler, or handed to another connection when this one is gone; a frozen server is noticed.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tokio_util::sync::CancellationToken;

use super::frame::{self, Frame, Goodbye, Payload};
use super::shared::Shared;
use super::watchdog::{Due, Watchdog};
use super::{Answer, SocketSettings, SocketUrl};

/// A web socket before or after its hello.
pub(super) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a connection knows about where it belongs.
pub(super) struct Link {
    pub id: u64,
    pub shared: Arc<Shared>,
    /// To the slot that keeps this connection up.
    pub events: UnboundedSender<Event>,
    /// Cancelled when a successor stands.
    pub release: CancellationToken,
}

/// What the slot must know.
#[derive(Debug)]
pub(super) enum Event {
    /// The server said hello.
    Up,
    /// The server will close this connection soon; it is read on, but a successor is wanted.
    Rotate,
    /// It is over.
    Ended(End),
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Stopped,
    Replaced,
    LinkDisabled,
    TooMany,
    Lost(&'static str),
}

/// Frames beyond this end the connection.
const LARGEST_FRAME: usize = 16 << 20;
/// For the server to answer our Close.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);

/// Connects and shakes hands within the settings' limit; the error is fit for a log.
pub(super) async fn dial(url: &SocketUrl, settings: &SocketSettings) -> Result<Socket, &'static str> {
    let config =
        WebSocketConfig::default().max_message_size(Some(LARGEST_FRAME)).max_frame_size(Some(LARGEST_FRAME));
    let dialling = connect_async_with_config(url.expose(), Some(config), true);
    match timeout(settings.connect_within, dialling).await {
        Err(_) => Err("no web socket handshake in time"),
        Ok(Err(error)) => Err(kind(&error)),
        Ok(Ok((socket, _))) => Ok(socket),
    }
}

/// Lives until its end, which its slot is told.
pub(super) async fn live(mut socket: Socket, link: Link) {
    let (acks, mut outgoing) = mpsc::unbounded_channel();
    let end = converse(&mut socket, &link, &acks, &mut outgoing).await;
    link.shared.left(link.id, end.reason());
    drop(acks);
    // Told before the drain: a slot must not wait for handlers before it connects again.
    let _ = link.events.send(Event::Ended(end));
    if !matches!(end, End::Lost(_)) {
        drain(&mut socket, &mut outgoing, &link.shared).await;
    }
    outgoing.close();
    while let Ok(text) = outgoing.try_recv() {
        link.shared.reroute(text);
    }
}

impl End {
    fn reason(self) -> &'static str {
        match self {
            Self::Stopped => "stopping",
            Self::Replaced => "replaced",
            Self::LinkDisabled => "Socket Mode was switched off",
            Self::TooMany => "too many connections of this app",
            Self::Lost(why) => why,
        }
    }
}

/// Reads, handles and acknowledges until something ends it.
async fn converse(
    socket: &mut Socket,
    link: &Link,
    acks: &UnboundedSender<String>,
    outgoing: &mut UnboundedReceiver<String>,
) -> End {
    let shared = &link.shared;
    let mut watchdog = Watchdog::new(&shared.settings);
    let mut room: Option<OwnedSemaphorePermit> = None;
    loop {
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return End::Stopped,
            Some(text) = outgoing.recv() => {
                if write_acknowledgement(socket, text, shared).await.is_err() {
                    return End::Lost("could not write");
                }
            }
            () = sleep_until(watchdog.next()), if room.is_some() => match watchdog.due() {
                Due::End(end) => return end,
                Due::Ping => {
                    let ping = socket.send(Message::Ping(Vec::new().into()));
                    if !within(shared.settings.write_within, ping).await {
                        return End::Lost("could not write");
                    }
                }
                Due::Nothing => {}
            },
            () = link.release.cancelled(), if !watchdog.released() => watchdog.release(),
            permit = Arc::clone(&shared.room).acquire_owned(), if room.is_none() => {
                room = permit.ok();
                // What came while nothing could be read has not been heard, but that is our own doing.
                watchdog.heard();
            }
            message = socket.next(), if room.is_some() => {
                watchdog.heard();
                if watchdog.is_greeted() && matches!(message, Some(Ok(_))) {
                    shared.heard();
                }
                match message {
                    None => return watchdog.over("the connection ended"),
                    Some(Err(error)) => return watchdog.over(kind(&error)),
                    Some(Ok(Message::Close(_))) => return watchdog.over("closed by the server"),
                    Some(Ok(Message::Text(text))) => {
                        if let Some(end) = take(link, acks, &mut watchdog, &mut room, text.as_str()) {
                            return end;
                        }
                    }
                    Some(Ok(Message::Binary(_))) => count(&shared.monitor.counters.malformed),
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                }
            }
        }
    }
}

/// Acts on one text frame; `Some` when it ends the connection.
fn take(
    link: &Link,
    acks: &UnboundedSender<String>,
    watchdog: &mut Watchdog,
    room: &mut Option<OwnedSemaphorePermit>,
    text: &str,
) -> Option<End> {
    let shared = &link.shared;
    let counters = &shared.monitor.counters;
    match frame::read(text) {
        Frame::Hello => {
            if watchdog.greeted() {
                shared.joined(link.id, acks.downgrade());
                let _ = link.events.send(Event::Up);
            }
        }
        Frame::Disconnect(Goodbye::LinkDisabled) => return Some(End::LinkDisabled),
        Frame::Disconnect(Goodbye::TooMany) => return Some(End::TooMany),
        Frame::Disconnect(Goodbye::Rotation) => {
            if watchdog.rotating() {
                let _ = link.events.send(Event::Rotate);
            }
        }
        Frame::Envelope { id, payload, body } => {
            count(&counters.envelopes);
            shared.tasks.spawn(handle(Arc::clone(shared), acks.clone(), room.take(), id, payload, body));
        }
        Frame::Passing { kind } => {
            count(&counters.passed_over);
            tracing::debug!(kind, "a frame of an unknown kind was passed over");
        }
        Frame::Malformed => {
            count(&counters.malformed);
            tracing::warn!(bytes = text.len(), "a frame from Slack was not JSON");
        }
    }
    None
}

/// Runs the handler of one envelope and queues its acknowledgement.
async fn handle(
    shared: Arc<Shared>,
    acks: UnboundedSender<String>,
    room: Option<OwnedSemaphorePermit>,
    id: String,
    payload: Payload,
    body: Value,
) {
    let _turn = shared.turns.acquire().await;
    let counters = &shared.monitor.counters;
    let work = AssertUnwindSafe(async { (shared.hooks.handle)(body).await }).catch_unwind();
    let answer = match timeout(shared.settings.handle_within, work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            count(&counters.panicked);
            tracing::error!(envelope = id, "a handler panicked; the envelope is not acknowledged");
            return;
        }
        Err(_) => {
            count(&counters.overdue);
            tracing::error!(envelope = id, "a handler took too long; the envelope is not acknowledged");
            return;
        }
    };
    drop(room);
    match answer {
        Answer::Withhold => count(&counters.withheld),
        Answer::Acknowledge(body) => {
            let body = body.filter(|_| payload == Payload::Welcome);
            if let Err(unsent) = acks.send(frame::acknowledgement(&id, body)) {
                shared.reroute(unsent.0);
            }
        }
    }
}

/// Lets the handlers of this connection finish, writes their acknowledgements, closes politely.
async fn drain(socket: &mut Socket, outgoing: &mut UnboundedReceiver<String>, shared: &Shared) {
    while let Some(text) = outgoing.recv().await {
        if write_acknowledgement(socket, text, shared).await.is_err() {
            return;
        }
    }
    if !within(CLOSE_WITHIN, socket.close(None)).await {
        return;
    }
    // Unread frames at our end would make the system reset the connection and with it drop what we wrote.
    let _ = timeout(CLOSE_WITHIN, async { while let Some(Ok(_)) = socket.next().await {} }).await;
}

/// Writes one acknowledgement; when that fails, another connection gets it.
async fn write_acknowledgement(socket: &mut Socket, text: String, shared: &Shared) -> Result<(), ()> {
    let spare = text.clone();
    if within(shared.settings.write_within, socket.send(Message::Text(text.into()))).await {
        count(&shared.monitor.counters.acknowledged);
        return Ok(());
    }
    shared.reroute(spare);
    Err(())
}

async fn within(limit: Duration, work: impl Future<Output = Result<(), WsError>>) -> bool {
    matches!(timeout(limit, work).await, Ok(Ok(())))
}

fn count(counter: &std::sync::atomic::AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The error in words that cannot contain the address.
fn kind(error: &WsError) -> &'static str {
    match error {
        WsError::ConnectionClosed | WsError::AlreadyClosed => "the connection ended",
        WsError::Io(_) => "network error",
        WsError::Tls(_) => "TLS error",
        WsError::Capacity(_) => "a frame was too large",
        WsError::Protocol(_) | WsError::Utf8(_) => "the server broke the protocol",
        WsError::Http(_) | WsError::HttpFormat(_) => "the server refused the web socket",
        WsError::Url(_) => "the address was no web socket address",
        _ => "web socket error",
    }
}
