//! The one port: web sockets to the gateway, everything else to REST; and the door that can be shut.
//!
//! Invariant: while the door is shut the port is held but not listened on, so that connecting is refused
//! as by a machine that is down, and nobody else gets the port.

use std::net::Shutdown;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;

use super::{Shared, gateway, http};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Open,
    /// Connections are to be refused.
    Shut,
    /// ... and they are.
    Refusing,
}

/// One TCP connection, which can be cut.
#[derive(Clone, Debug)]
pub struct Line(Option<Arc<std::net::TcpStream>>);

impl Line {
    pub fn cut(&self) {
        if let Some(stream) = &self.0 {
            let _already_gone = stream.shutdown(Shutdown::Both);
        }
    }
}

/// All connections that are open.
#[derive(Default)]
pub struct Lines(Mutex<Vec<Weak<std::net::TcpStream>>>);

impl Lines {
    /// Keeps a hand on a connection.
    fn take(&self, stream: TcpStream) -> (TcpStream, Line) {
        stream.set_nodelay(true).expect("loopback takes nodelay");
        let stream = stream.into_std().expect("a fresh stream leaves the runtime");
        let kept = Arc::new(stream.try_clone().expect("a socket can be shared"));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|line| line.strong_count() > 0);
        all.push(Arc::downgrade(&kept));
        (TcpStream::from_std(stream).expect("it was of the runtime before"), Line(Some(kept)))
    }

    /// Ends every connection without a word.
    pub fn cut(&self) {
        for line in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            Line(line.upgrade()).cut();
        }
    }
}

/// Accepts until the fake stops.
pub async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    let (to_rest, rest) = mpsc::unbounded_channel();
    let serving = http::serve(Arc::clone(&shared), Handed(rest));
    tokio::spawn(shared.stop.clone().run_until_cancelled_owned(serving));
    let address = listener.local_addr().expect("it is bound");
    let mut door = shared.door.subscribe();
    let mut listener = Some(listener);
    loop {
        if *door.borrow_and_update() == Door::Shut {
            drop(listener.take());
            let held = TcpSocket::new_v4().expect("there are sockets");
            held.set_reuseaddr(true).expect("a fresh socket takes options");
            held.bind(address).expect("the port was ours a moment ago");
            shared.door.send_replace(Door::Refusing);
            door.wait_for(|door| *door == Door::Open).await.expect("the sender lives in shared");
            listener = Some(held.listen(1024).expect("the port is held"));
            continue;
        }
        let Some(open) = &listener else { unreachable!("it listens while the door is open") };
        tokio::select! {
            accepted = open.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let (stream, line) = shared.lines.take(stream);
                let sorting = sort(Arc::clone(&shared), stream, line, to_rest.clone());
                tokio::spawn(shared.stop.clone().run_until_cancelled_owned(sorting));
            }
            _changed = door.changed() => {}
        }
    }
}

/// Reads ahead in the first request: `GET /?...` is the gateway, everything else is REST.
async fn sort(
    shared: Arc<Shared>,
    stream: TcpStream,
    line: Line,
    to_rest: mpsc::UnboundedSender<(TcpStream, Line)>,
) {
    let mut start = [0; 6];
    loop {
        match stream.peek(&mut start).await {
            Ok(6) => break,
            Ok(1..) => tokio::task::yield_now().await,
            _ => return,
        }
    }
    if matches!(&start, b"GET /?" | b"GET / ") {
        gateway::talk(shared, stream, line).await;
    } else {
        let _stopped = to_rest.send((stream, line));
    }
}

/// Connections that were sorted out for REST.
pub struct Handed(mpsc::UnboundedReceiver<(TcpStream, Line)>);

impl Listener for Handed {
    type Io = TcpStream;
    type Addr = Line;

    async fn accept(&mut self) -> (TcpStream, Line) {
        match self.0.recv().await {
            Some(handed) => handed,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Line> {
        Ok(Line(None))
    }
}

impl Connected<IncomingStream<'_, Handed>> for Line {
    fn connect_info(stream: IncomingStream<'_, Handed>) -> Self {
        stream.remote_addr().clone()
    }
}
