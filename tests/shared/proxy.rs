//! Stands between the program and the server, counts how often one waits for the other, and can make the way long.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// A way to a server that counts.
pub(crate) struct Proxy {
    url: String,
    counted: Arc<Counted>,
}

/// How often an answer was waited for.
#[derive(Default)]
struct Counted {
    /// To be let in.
    connecting: AtomicUsize,
    /// For anything after that.
    asking: AtomicUsize,
}

impl Proxy {
    /// A way to the server at `url`, which listens on a socket; everything takes so long each way.
    pub(crate) fn to(url: &str, delay: Duration) -> Self {
        let (address, folder) = url.split_once("?host=").expect("a socket");
        let (before, name) = address.rsplit_once('/').expect("the name of a database");
        let user = before.split_once("://").and_then(|(_, rest)| rest.split_once('@')).expect("a user").0.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has a port").port();
        let (counted, socket) = (Arc::<Counted>::default(), format!("{folder}/.s.PGSQL.5432"));
        let counter = Arc::clone(&counted);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                serve(client.expect("somebody comes"), &socket, &counter, delay);
            }
        });
        Self { url: format!("postgres://{user}@127.0.0.1:{port}/{name}"), counted }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How often an answer was waited for since this was asked last: to be let in, and after that.
    pub(crate) fn take_round_trips(&self) -> (usize, usize) {
        let Counted { connecting, asking } = &*self.counted;
        (connecting.swap(0, Ordering::SeqCst), asking.swap(0, Ordering::SeqCst))
    }
}

fn serve(client: TcpStream, socket: &str, counted: &Arc<Counted>, delay: Duration) {
    client.set_nodelay(true).expect("it is a socket");
    let server = UnixStream::connect(socket).expect("the server listens");
    let (from_client, to_server) = (client.try_clone().expect("a handle"), server.try_clone().expect("a handle"));
    let (from_server, to_client) = (server, client);
    let (is_in, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (was_in, waiting, counted) = (Arc::clone(&is_in), Arc::clone(&asked), Arc::clone(counted));
    let on_question = move |bytes: &[u8]| {
        // Whoever is let in says what it wants in messages without a letter, and its password.
        was_in.fetch_or(!matches!(bytes.first(), Some(0 | b'p')), Ordering::SeqCst);
        waiting.store(true, Ordering::SeqCst);
    };
    let on_answer = move |_: &[u8]| {
        if asked.swap(false, Ordering::SeqCst) {
            let counter = if is_in.load(Ordering::SeqCst) { &counted.asking } else { &counted.connecting };
            counter.fetch_add(1, Ordering::SeqCst);
        }
    };
    let server = to_server.try_clone().expect("a handle");
    carry(from_client, to_server, delay, on_question, move || drop(server.shutdown(Shutdown::Both)));
    let client = to_client.try_clone().expect("a handle");
    carry(from_server, to_client, delay, on_answer, move || drop(client.shutdown(Shutdown::Both)));
}

/// Hands everything on after `delay`, however much is on its way; `before` is called whenever something came, and `end` when
/// nothing will come any more.
fn carry(
    mut from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    delay: Duration,
    before: impl Fn(&[u8]) + Send + 'static,
    end: impl FnOnce() + Send + 'static,
) {
    let (sender, on_its_way) = mpsc::channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            before(&buffer[..length]);
            if sender.send((Instant::now() + delay, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    });
    std::thread::spawn(move || {
        for (due, bytes) in on_its_way {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        end();
    });
}
