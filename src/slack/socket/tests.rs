//! The loop against a small server on loopback that does what Slack's does on bad days.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt, SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Barrier, Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::*;

type Accepted = WebSocketStream<TcpStream>;
type Handler = Box<dyn Fn(Value) -> BoxFuture<'static, Answer> + Send + Sync>;

/// Long enough that only a real fault reaches it.
const PATIENCE: Duration = Duration::from_secs(20);

struct Bench {
    accepted: mpsc::UnboundedReceiver<Accepted>,
    opens: Arc<Mutex<Vec<Instant>>>,
    gaps: mpsc::UnboundedReceiver<Gap>,
    clock: Arc<AtomicI64>,
    monitor: Arc<Monitor>,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

/// What `open` answers before it gives addresses.
type Script = Vec<OpenError>;

fn quick() -> SocketSettings {
    SocketSettings {
        connections: 1,
        first_wait: Duration::from_millis(20),
        longest_wait: Duration::from_millis(200),
        refused_wait: Duration::from_millis(50),
        ..SocketSettings::default()
    }
}

fn acknowledge() -> Handler {
    Box::new(|_| async { Answer::Acknowledge(None) }.boxed())
}

async fn bench(settings: SocketSettings, handle: Handler, script: Script) -> Bench {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/?ticket=secret", listener.local_addr().unwrap());
    let (to_test, accepted) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(socket) = accept_async(stream).await else { continue };
            if to_test.send(socket).is_err() {
                return;
            }
        }
    });
    let opens = Arc::new(Mutex::new(Vec::new()));
    let clock = Arc::new(AtomicI64::new(1_000));
    let (gap_seen, gaps) = mpsc::unbounded_channel();
    let script = Mutex::new(script.into_iter());
    let hooks = Hooks {
        open: Box::new({
            let opens = Arc::clone(&opens);
            move || {
                opens.lock().unwrap().push(Instant::now());
                let scripted = script.lock().unwrap().next();
                let url = SocketUrl::parse(&url, Transport::Plain).unwrap();
                async move { scripted.map_or(Ok(url), Err) }.boxed()
            }
        }),
        handle,
        on_gap: Box::new(move |gap| {
            gap_seen.send(gap).unwrap();
            async {}.boxed()
        }),
        now: Box::new({
            let clock = Arc::clone(&clock);
            move || Timestamp::from_millisecond(clock.load(Ordering::Relaxed)).unwrap()
        }),
    };
    let (monitor, stop) = (Arc::new(Monitor::default()), CancellationToken::new());
    let running = tokio::spawn(run(hooks, settings, Arc::clone(&monitor), stop.clone()));
    Bench { accepted, opens, gaps, clock, monitor, stop, running }
}

impl Bench {
    async fn connection(&mut self) -> Accepted {
        timeout(PATIENCE, self.accepted.recv()).await.expect("a connection").unwrap()
    }

    async fn greeted(&mut self) -> Accepted {
        let mut socket = self.connection().await;
        say(&mut socket, &json!({"type": "hello", "num_connections": 1})).await;
        socket
    }

    async fn status(&self, wanted: impl Fn(&Status) -> bool) -> Status {
        let mut watch = self.monitor.watch();
        timeout(PATIENCE, watch.wait_for(|status| wanted(status))).await.expect("the status").unwrap().clone()
    }

    async fn gap(&mut self) -> Gap {
        timeout(PATIENCE, self.gaps.recv()).await.expect("a gap").unwrap()
    }

    async fn stopped(self) {
        self.stop.cancel();
        timeout(PATIENCE, self.running).await.expect("an end").unwrap();
        assert_eq!(self.monitor.status(), Status::Stopped);
    }
}

async fn say(socket: &mut Accepted, frame: &Value) {
    socket.send(Message::Text(frame.to_string().into())).await.unwrap();
}

async fn envelope(socket: &mut Accepted, id: &str) {
    say(socket, &json!({"type": "events_api", "envelope_id": id, "payload": {}})).await;
}

/// The next text frame of the client; pings and pongs are passed over.
async fn heard(socket: &mut Accepted) -> Value {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("a frame") {
            Some(Ok(Message::Text(text))) => return serde_json::from_str(text.as_str()).unwrap(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            other => panic!("expected text, got {other:?}"),
        }
    }
}

async fn acknowledged(socket: &mut Accepted) -> String {
    heard(socket).await["envelope_id"].as_str().unwrap().to_owned()
}

fn id_of(body: &Value) -> String {
    body["envelope_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn acknowledges_with_the_handlers_payload_where_it_is_welcome() {
    let handle: Handler = Box::new(|_| async { Answer::Acknowledge(Some(json!({"text": "hi"}))) }.boxed());
    let mut bench = bench(quick(), handle, vec![]).await;
    let mut socket = bench.greeted().await;
    say(
        &mut socket,
        &json!({"type": "slash_commands", "envelope_id": "a", "accepts_response_payload": true}),
    )
    .await;
    assert_eq!(heard(&mut socket).await, json!({"envelope_id": "a", "payload": {"text": "hi"}}));
    say(&mut socket, &json!({"type": "events_api", "envelope_id": "b", "accepts_response_payload": false}))
        .await;
    assert_eq!(heard(&mut socket).await, json!({"envelope_id": "b"}));
    let _ = socket.close(None).await;
    bench.stopped().await;
}

#[tokio::test]
async fn handlers_run_together_and_reading_goes_on() {
    let barrier = Arc::new(Barrier::new(8));
    let handle: Handler = Box::new(move |_| {
        let barrier = Arc::clone(&barrier);
        async move {
            barrier.wait().await;
            Answer::Acknowledge(None)
        }
        .boxed()
    });
    let mut bench = bench(quick(), handle, vec![]).await;
    let mut socket = bench.greeted().await;
    for n in 0..8 {
        envelope(&mut socket, &n.to_string()).await;
    }
    let mut ids = Vec::new();
    for _ in 0..8 {
        ids.push(acknowledged(&mut socket).await);
    }
    ids.sort();
    assert_eq!(ids, ["0", "1", "2", "3", "4", "5", "6", "7"]);
}

#[tokio::test]
async fn more_than_the_bound_never_run_at_once() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let handle: Handler = Box::new({
        let most = Arc::clone(&most);
        move |_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
                Answer::Acknowledge(None)
            }
            .boxed()
        }
    });
    let settings = SocketSettings { at_once: 3, waiting: 5, ..quick() };
    let mut bench = bench(settings, handle, vec![]).await;
    let mut socket = bench.greeted().await;
    for n in 0..200 {
        envelope(&mut socket, &n.to_string()).await;
    }
    for _ in 0..200 {
        acknowledged(&mut socket).await;
    }
    assert!(most.load(Ordering::SeqCst) <= 3);
}

#[tokio::test]
async fn a_panic_or_a_refusal_costs_one_acknowledgement_and_nothing_else() {
    let handle: Handler = Box::new(|body| {
        async move {
            match id_of(&body).as_str() {
                "panic" => panic!("on purpose"),
                "no" => Answer::Withhold,
                _ => Answer::Acknowledge(None),
            }
        }
        .boxed()
    });
    let mut bench = bench(quick(), handle, vec![]).await;
    let mut socket = bench.greeted().await;
    envelope(&mut socket, "panic").await;
    envelope(&mut socket, "no").await;
    envelope(&mut socket, "fine").await;
    assert_eq!(acknowledged(&mut socket).await, "fine");
    let _ = socket.close(None).await;
    drop(socket);
    let monitor = Arc::clone(&bench.monitor);
    bench.stopped().await;
    assert_eq!(monitor.counters.panicked.load(Ordering::Relaxed), 1);
    assert_eq!(monitor.counters.withheld.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn odd_frames_are_counted_and_survived() {
    let mut bench = bench(quick(), acknowledge(), vec![]).await;
    let mut socket = bench.greeted().await;
    socket.send(Message::Text("{not json".into())).await.unwrap();
    socket.send(Message::Binary(vec![1, 2, 3].into())).await.unwrap();
    socket.send(Message::Ping(vec![7].into())).await.unwrap();
    say(&mut socket, &json!({"type": "novelty"})).await;
    envelope(&mut socket, "after").await;
    assert_eq!(acknowledged(&mut socket).await, "after");
    assert_eq!(bench.monitor.counters.malformed.load(Ordering::Relaxed), 2);
    assert_eq!(bench.monitor.counters.passed_over.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn at_rotation_the_new_connection_stands_before_the_old_one_goes() {
    let settings = SocketSettings { keep_replaced: Duration::from_millis(200), ..quick() };
    let mut bench = bench(settings, acknowledge(), vec![]).await;
    let mut old = bench.greeted().await;
    say(&mut old, &json!({"type": "disconnect", "reason": "warning", "debug_info": {"host": "h"}})).await;
    let mut new = bench.connection().await;
    // The successor exists but has not been greeted: the old one still serves.
    envelope(&mut old, "late").await;
    assert_eq!(acknowledged(&mut old).await, "late");
    say(&mut new, &json!({"type": "hello"})).await;
    bench.status(|status| *status == Status::Connected(2)).await;
    envelope(&mut old, "later").await;
    assert_eq!(acknowledged(&mut old).await, "later");
    // Then it leaves with a Close, and the new one goes on.
    assert!(matches!(timeout(PATIENCE, old.next()).await.unwrap(), Some(Ok(Message::Close(_)))));
    envelope(&mut new, "next").await;
    assert_eq!(acknowledged(&mut new).await, "next");
    bench.status(|status| *status == Status::Connected(1)).await;
    assert_eq!(bench.gap().await, Gap { since: None });
    assert!(bench.gaps.try_recv().is_err(), "nobody was missed at the rotation");
}

#[tokio::test]
async fn an_acknowledgement_whose_connection_died_takes_another() {
    let go = Arc::new(Notify::new());
    let handle: Handler = Box::new({
        let go = Arc::clone(&go);
        move |_| {
            let go = Arc::clone(&go);
            async move {
                go.notified().await;
                Answer::Acknowledge(None)
            }
            .boxed()
        }
    });
    let mut bench = bench(quick(), handle, vec![]).await;
    let mut first = bench.greeted().await;
    envelope(&mut first, "orphan").await;
    timeout(PATIENCE, async {
        while bench.monitor.counters.envelopes.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    drop(first);
    let mut second = bench.greeted().await;
    bench.status(|status| *status == Status::Connected(1)).await;
    go.notify_one();
    assert_eq!(acknowledged(&mut second).await, "orphan");
}

#[tokio::test]
async fn stopping_finishes_what_is_in_flight_then_says_goodbye() {
    let go = Arc::new(Notify::new());
    let handle: Handler = Box::new({
        let go = Arc::clone(&go);
        move |_| {
            let go = Arc::clone(&go);
            async move {
                go.notified().await;
                Answer::Acknowledge(None)
            }
            .boxed()
        }
    });
    let mut bench = bench(quick(), handle, vec![]).await;
    let mut socket = bench.greeted().await;
    envelope(&mut socket, "last").await;
    timeout(PATIENCE, async {
        while bench.monitor.counters.envelopes.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    bench.stop.cancel();
    go.notify_one();
    assert_eq!(acknowledged(&mut socket).await, "last");
    assert!(matches!(timeout(PATIENCE, socket.next()).await.unwrap(), Some(Ok(Message::Close(_)))));
    drop(socket);
    bench.stopped().await;
}

#[tokio::test]
async fn a_server_that_accepts_and_drops_is_not_hammered() {
    let mut bench = bench(quick(), acknowledge(), vec![]).await;
    for _ in 0..6 {
        drop(bench.connection().await);
    }
    let opens = bench.opens.lock().unwrap().clone();
    // At least half of 20, 40, 80, 160 and 200 ms lie between the six.
    assert!(opens[5] - opens[0] >= Duration::from_millis(250), "{:?}", opens[5] - opens[0]);
}

#[tokio::test]
async fn a_server_that_greets_and_rotates_at_once_is_not_hammered_either() {
    let mut bench = bench(quick(), acknowledge(), vec![]).await;
    let mut kept = Vec::new();
    for _ in 0..6 {
        let mut socket = bench.greeted().await;
        say(&mut socket, &json!({"type": "disconnect", "reason": "refresh_requested"})).await;
        kept.push(socket);
    }
    let opens = bench.opens.lock().unwrap().clone();
    assert!(opens[5] - opens[0] >= Duration::from_millis(250), "{:?}", opens[5] - opens[0]);
}

#[tokio::test]
async fn a_rate_limit_is_waited_out() {
    let pause = Duration::from_millis(400);
    let mut bench = bench(quick(), acknowledge(), vec![OpenError::RateLimited { after: pause }]).await;
    bench.greeted().await;
    let opens = bench.opens.lock().unwrap().clone();
    assert!(opens[1] - opens[0] >= pause);
}

#[tokio::test]
async fn a_refusal_is_shown_and_mends_itself() {
    let script = vec![OpenError::Unreachable, OpenError::Refused { code: "invalid_auth".to_owned() }];
    let mut bench = bench(quick(), acknowledge(), script).await;
    let mut watch = bench.monitor.watch();
    let refused = Status::Refused { code: "invalid_auth".to_owned() };
    timeout(PATIENCE, watch.wait_for(|status| *status == refused)).await.expect("refused").unwrap();
    let _socket = bench.greeted().await;
    bench.status(|status| *status == Status::Connected(1)).await;
}

#[tokio::test]
async fn switching_socket_mode_off_is_a_refusal() {
    let mut bench = bench(SocketSettings { refused_wait: PATIENCE, ..quick() }, acknowledge(), vec![]).await;
    let mut socket = bench.greeted().await;
    say(&mut socket, &json!({"type": "disconnect", "reason": "link_disabled"})).await;
    bench.status(|status| *status == Status::Refused { code: "link_disabled".to_owned() }).await;
    assert!(matches!(timeout(PATIENCE, socket.next()).await.unwrap(), Some(Ok(Message::Close(_)))));
}

#[tokio::test]
async fn silence_instead_of_hello_or_pong_leads_to_another_connection() {
    let settings = SocketSettings {
        hello_within: Duration::from_millis(50),
        ping_after: Duration::from_millis(50),
        pong_within: Duration::from_millis(100),
        ..quick()
    };
    let mut bench = bench(settings, acknowledge(), vec![]).await;
    let _mute = bench.connection().await;
    // Greeted but frozen: nobody reads at that end, so our ping stays unanswered.
    let _frozen = bench.greeted().await;
    let _third = bench.greeted().await;
}

#[tokio::test]
async fn a_gap_is_told_from_the_last_thing_heard() {
    let mut bench = bench(quick(), acknowledge(), vec![]).await;
    let mut socket = bench.greeted().await;
    assert_eq!(bench.gap().await, Gap { since: None });
    bench.clock.store(5_000, Ordering::Relaxed);
    envelope(&mut socket, "a").await;
    acknowledged(&mut socket).await;
    bench.clock.store(5_001, Ordering::Relaxed);
    drop(socket);
    bench.status(|status| matches!(status, Status::Reconnecting { .. })).await;
    bench.clock.store(90_000, Ordering::Relaxed);
    let _socket = bench.greeted().await;
    assert_eq!(bench.gap().await, Gap { since: Timestamp::from_millisecond(5_000).ok() });
}

#[tokio::test]
async fn a_handler_that_never_ends_is_dropped() {
    let handle: Handler = Box::new(|body| {
        async move {
            if id_of(&body) == "stuck" {
                std::future::pending::<()>().await;
            }
            Answer::Acknowledge(None)
        }
        .boxed()
    });
    let settings = SocketSettings { at_once: 1, handle_within: Duration::from_millis(50), ..quick() };
    let mut bench = bench(settings, handle, vec![]).await;
    let mut socket = bench.greeted().await;
    envelope(&mut socket, "stuck").await;
    envelope(&mut socket, "free").await;
    assert_eq!(acknowledged(&mut socket).await, "free");
    assert_eq!(bench.monitor.counters.overdue.load(Ordering::Relaxed), 1);
}

#[test]
fn addresses_must_be_encrypted_where_slack_is_and_stay_secret() {
    let parse = |text, transport| SocketUrl::parse(text, transport);
    assert!(parse("ws://example.com/?ticket=t", Transport::Encrypted).is_none());
    assert!(parse("https://slack.com", Transport::Plain).is_none());
    assert!(parse("ws://127.0.0.1:1/?ticket=t", Transport::Plain).is_some());
    let url = parse("wss://wss-primary.slack.com/link/?ticket=t", Transport::Encrypted).unwrap();
    assert_eq!(format!("{url:?}"), "SocketUrl");
}
