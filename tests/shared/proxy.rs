//! Stands between the program and the server and counts how often one waits for the other.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A way to a server that counts.
pub(crate) struct Proxy {
    url: String,
    trips: Arc<AtomicUsize>,
}

impl Proxy {
    /// A way to the server at `url`, which listens on a socket.
    pub(crate) fn to(url: &str) -> Self {
        let (address, folder) = url.split_once("?host=").expect("a socket");
        let (before, name) = address.rsplit_once('/').expect("the name of a database");
        let user = before.split_once("://").and_then(|(_, rest)| rest.split_once('@')).expect("a user").0.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has a port").port();
        let (trips, socket) = (Arc::new(AtomicUsize::new(0)), format!("{folder}/.s.PGSQL.5432"));
        let counter = Arc::clone(&trips);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                serve(client.expect("somebody comes"), &socket, &counter);
            }
        });
        Self { url: format!("postgres://{user}@127.0.0.1:{port}/{name}"), trips }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn reset(&self) {
        self.trips.store(0, Ordering::SeqCst);
    }

    /// How often an answer was waited for since.
    pub(crate) fn round_trips(&self) -> usize {
        self.trips.load(Ordering::SeqCst)
    }
}

fn serve(client: TcpStream, socket: &str, trips: &Arc<AtomicUsize>) {
    let server = UnixStream::connect(socket).expect("the server listens");
    let (mut from_client, mut to_server) =
        (client.try_clone().expect("a handle"), server.try_clone().expect("a handle"));
    let (mut from_server, mut to_client) = (server, client);
    let (trips, asked) = (Arc::clone(trips), Arc::new(AtomicBool::new(false)));
    let waiting = Arc::clone(&asked);
    std::thread::spawn(move || {
        copy(&mut from_client, &mut to_server, || waiting.store(true, Ordering::SeqCst));
        to_server.shutdown(Shutdown::Both).ok();
    });
    std::thread::spawn(move || {
        copy(&mut from_server, &mut to_client, || {
            if asked.swap(false, Ordering::SeqCst) {
                trips.fetch_add(1, Ordering::SeqCst);
            }
        });
        to_client.shutdown(Shutdown::Both).ok();
    });
}

/// Hands everything on; `before` is called whenever something came.
fn copy(from: &mut impl Read, to: &mut impl Write, before: impl Fn()) {
    let mut buffer = [0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        before();
        if to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}
