//! Socket Mode as a server: tickets, hello, acknowledgements, and every way a socket ends.
//!
//! Invariant: an envelope goes to exactly one connection; an acknowledgement that no envelope asked
//! for, a second one, or one with a payload where none is taken, is a violation.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use super::Shared;
use super::methods_chat::check_body;
use super::state::{APP_ID, AckRecord, State};

/// How the server treats the next connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Door {
    #[default]
    Open,
    /// The web socket is accepted and dropped before `hello`.
    AcceptThenDrop,
    /// The TCP connection ends before the web socket is accepted.
    Refuse,
    /// The web socket is accepted, but `hello` never comes.
    Silent,
}

/// What a test does to sockets.
#[derive(Clone, Debug)]
pub enum Order {
    Send(String),
    /// Nothing is read or written any more; the TCP connection stays.
    Freeze,
    Thaw,
    /// The TCP connection ends without a Close frame.
    Drop,
    /// A Close frame.
    Close,
    Ping,
    /// A Close frame and the end, after this time.
    Retire(Duration),
}

struct Connection {
    orders: mpsc::UnboundedSender<Order>,
    /// Whether the server still sends envelopes here: not after a `disconnect`.
    serving: bool,
}

/// The open sockets.
#[derive(Default)]
pub struct Connections {
    open: BTreeMap<u64, Connection>,
    turn: u64,
    pub door: Door,
    /// Sockets that were ever accepted.
    pub opened: u64,
    pub pongs: u64,
}

impl Connections {
    /// Connections that envelopes are sent to.
    pub fn serving(&self) -> usize {
        self.open.values().filter(|c| c.serving).count()
    }

    /// Connections that are open at all, those that were told to go included.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Does this to every socket.
    pub fn order_all(&self, order: &Order) {
        for connection in self.open.values() {
            let _gone = connection.orders.send(order.clone());
        }
    }

    /// Does this to the socket that has been open longest.
    pub fn order_oldest(&self, order: Order) {
        if let Some(connection) = self.open.values().next() {
            let _gone = connection.orders.send(order);
        }
    }

    /// Sends one frame to the socket whose turn it is; `false` when none is open.
    pub fn send(&mut self, frame: String) -> bool {
        let serving: Vec<u64> = self.open.iter().filter(|(_, c)| c.serving).map(|(id, _)| *id).collect();
        let Some(id) = serving.iter().find(|id| **id > self.turn).or(serving.first()).copied() else {
            return false;
        };
        self.turn = id;
        self.open[&id].orders.send(Order::Send(frame)).is_ok()
    }

    /// Tells the oldest socket (or all) to go, with this reason; envelopes go elsewhere from now on, and
    /// the server closes it after `linger`.
    pub fn retire(&mut self, reason: &str, whom: Whom, linger: Duration) {
        let frame = json!({
            "type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake-7c9d8-x2v4k"},
        });
        let serving = self.open.values_mut().filter(|c| c.serving);
        for connection in serving.take(if whom == Whom::Oldest { 1 } else { usize::MAX }) {
            connection.serving = false;
            let _gone = connection.orders.send(Order::Send(frame.to_string()));
            let linger = if reason == "link_disabled" { Duration::ZERO } else { linger };
            let _gone = connection.orders.send(Order::Retire(linger));
        }
    }
}

/// Which sockets are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    Oldest,
    All,
}

/// An envelope that was sent.
pub struct Waiting {
    pub kind: String,
    pub accepts_payload: bool,
    pub sent: Instant,
    pub attempt: u32,
    /// Takes the acknowledgement; empty once it came.
    pub answer: Option<oneshot::Sender<Ack>>,
    pub done: bool,
}

/// An acknowledgement.
#[derive(Clone, Debug)]
pub struct Ack {
    pub payload: Option<Value>,
    pub latency: Duration,
}

impl Ack {
    /// What the person reads at once: the text of the payload, empty when there is none.
    pub fn text(&self) -> &str {
        self.payload.as_ref().and_then(|p| p["text"].as_str()).unwrap_or_default()
    }

    /// The errors of a refused form, as `(block id, words)`.
    pub fn errors(&self) -> BTreeMap<String, String> {
        let errors = self.payload.as_ref().and_then(|p| p["errors"].as_object());
        let words =
            |(id, text): (&String, &Value)| (id.clone(), text.as_str().unwrap_or_default().to_owned());
        errors.into_iter().flatten().map(words).collect()
    }
}

/// Accepts sockets until the fake stops.
pub async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    while let Ok((tcp, _)) = listener.accept().await {
        let door = shared.read(|state| state.connections.door);
        if door == Door::Refuse {
            continue;
        }
        tokio::spawn(connection(Arc::clone(&shared), tcp, door));
    }
}

async fn connection(shared: Arc<Shared>, tcp: TcpStream, door: Door) {
    tcp.set_nodelay(true).expect("loopback takes nodelay");
    #[expect(clippy::result_large_err, reason = "the shape that tungstenite asks for")]
    let check = |request: &Request, response: Response| admit(&shared, request, response);
    let Ok(socket) = tokio_tungstenite::accept_hdr_async(tcp, check).await else { return };
    if door == Door::AcceptThenDrop {
        shared.change(|state| state.connections.opened += 1);
        return;
    }
    let (mut sink, mut stream) = socket.split();
    let (frames, mut queue) = mpsc::unbounded_channel::<Frame>();
    let writer = tokio::spawn(async move {
        while let Some(frame) = queue.recv().await {
            if sink.send(frame).await.is_err() {
                break;
            }
        }
    });
    let (orders, mut ordered) = mpsc::unbounded_channel();
    let id = shared.change(|state| {
        state.connections.opened += 1;
        let (id, count) = (state.connections.opened, state.connections.serving() + 1);
        if door != Door::Silent {
            let _gone = orders.send(Order::Send(hello(count).to_string()));
        }
        state.connections.open.insert(id, Connection { orders, serving: door != Door::Silent });
        id
    });
    let every = shared.read(|state| state.tuning.ping_every);
    let mut pings = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
    let mut held: Option<Vec<Frame>> = None;
    let mut retires: Option<tokio::time::Instant> = None;
    let abrupt = loop {
        let frozen = held.is_some();
        let mut write = |frame: Frame| match &mut held {
            Some(kept) => kept.push(frame),
            None => drop(frames.send(frame)),
        };
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => break true,
            order = ordered.recv() => match order {
                None | Some(Order::Drop) => break true,
                Some(Order::Send(text)) => write(Frame::text(text)),
                Some(Order::Close) => write(Frame::Close(None)),
                Some(Order::Ping) => write(Frame::Ping(b"Ping from applink".to_vec().into())),
                Some(Order::Retire(linger)) => retires = Some(tokio::time::Instant::now() + linger),
                Some(Order::Freeze) => held = Some(held.take().unwrap_or_default()),
                Some(Order::Thaw) => {
                    for frame in held.take().into_iter().flatten() {
                        let _gone = frames.send(frame);
                    }
                }
            },
            frame = stream.next(), if !frozen => match frame {
                Some(Ok(Frame::Text(text))) => shared.change(|state| acknowledged(state, text.as_str())),
                Some(Ok(Frame::Pong(_))) => shared.change(|state| state.connections.pongs += 1),
                Some(Ok(Frame::Binary(_))) => shared.change(|state| state.violation("a binary frame")),
                Some(Ok(_)) => {}
                None | Some(Err(_)) => break true,
            },
            _ = pings.tick() => write(Frame::Ping(b"Ping from applink".to_vec().into())),
            () = tokio::time::sleep_until(retires.unwrap_or_else(tokio::time::Instant::now)), if retires.is_some() => {
                write(Frame::Close(None));
                break false;
            }
        }
    };
    shared.change(|state| state.connections.open.remove(&id));
    if abrupt {
        writer.abort();
    }
}

#[expect(clippy::result_large_err, reason = "the shape that tungstenite asks for")]
fn admit(shared: &Arc<Shared>, request: &Request, response: Response) -> Result<Response, ErrorResponse> {
    let query = request.uri().query().unwrap_or_default();
    let ticket = query.split('&').find_map(|pair| pair.strip_prefix("ticket="));
    // A ticket opens one socket.
    if shared.change(|state| ticket.is_some_and(|ticket| state.tickets.remove(ticket))) {
        return Ok(response);
    }
    shared.change(|state| state.violation("a socket with a used or unknown ticket"));
    let mut refusal = ErrorResponse::new(Some("invalid ticket".to_owned()));
    *refusal.status_mut() = tokio_tungstenite::tungstenite::http::StatusCode::UNAUTHORIZED;
    Err(refusal)
}

fn hello(connections: usize) -> Value {
    json!({
        "type": "hello", "num_connections": connections, "connection_info": {"app_id": APP_ID},
        "debug_info": {
            "host": "applink-fake-7c9d8-x2v4k", "build_number": 106, "approximate_connection_time": 18_060,
            "started": "2026-11-24 08:00:00.000",
        },
    })
}

/// Takes note of one frame from the app: each must be an acknowledgement.
fn acknowledged(state: &mut State, frame: &str) {
    let Ok(ack) = serde_json::from_str::<Value>(frame) else {
        return state.violation("a frame that is no JSON");
    };
    let id = ack["envelope_id"].as_str().unwrap_or_default().to_owned();
    for key in ack.as_object().into_iter().flat_map(serde_json::Map::keys) {
        if key != "envelope_id" && key != "payload" {
            state.violations.push(format!("an acknowledgement with {key}"));
        }
    }
    let deadline = state.tuning.ack_deadline;
    let Some(waiting) = state.waiting.get_mut(&id) else {
        return state.violation(format!("an acknowledgement of an unknown envelope {id:?}"));
    };
    if std::mem::replace(&mut waiting.done, true) {
        return state.violation(format!("a second acknowledgement of {id}"));
    }
    let payload = ack.get("payload").filter(|payload| !payload.is_null()).cloned();
    let latency = waiting.sent.elapsed();
    if let Some(answer) = waiting.answer.take() {
        let _nobody_waits = answer.send(Ack { payload: payload.clone(), latency });
    }
    let (kind, accepts, attempt) = (waiting.kind.clone(), waiting.accepts_payload, waiting.attempt);
    if payload.is_some() && !accepts {
        state.violation(format!("an acknowledgement of {kind} with a payload"));
    }
    if latency > deadline {
        state.violation(format!("{kind} acknowledged after {} ms", latency.as_millis()));
    }
    if kind == "slash_commands"
        && let Some(body) = &payload
    {
        check_body(state, body, "acknowledgement of a command");
    }
    state.acks.push(AckRecord { envelope_id: id, kind, payload, latency, attempt });
}
