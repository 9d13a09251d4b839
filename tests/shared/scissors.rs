//! Stands between the program and the server, and cuts the way at one of the program's messages.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

/// How far a message comes that is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server does not see it.
    Unsent,
    /// The server sees the first half of it.
    Torn,
    /// The server sees it, and nobody waits until it has done what it says.
    Unheard,
    /// The server has done what it says, and the program does not hear so.
    Unanswered,
}

/// A way to a server that can be cut.
pub(crate) struct Scissors {
    url: String,
    way: Arc<Mutex<Way>>,
}

/// One cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Which messages are counted: those with this text in them.
    pub(crate) with: &'static str,
    /// How many of those pass before the one that is cut off.
    pub(crate) passing: usize,
    /// How far that one comes.
    pub(crate) how: Cut,
    /// How many messages get through again after it.
    pub(crate) after: usize,
}

#[derive(Debug, Default)]
struct Way {
    planned: Option<Plan>,
    /// How many messages get through, where they are counted.
    left: Option<usize>,
    /// What was cut off.
    lost: Option<String>,
}

impl Scissors {
    /// A way to the server at `url`, which listens on a socket.
    pub(crate) fn to(url: &str) -> Self {
        let (address, folder) = url.split_once("?host=").expect("a socket");
        let (before, name) = address.rsplit_once('/').expect("the name of a database");
        let user = before.split_once("://").and_then(|(_, rest)| rest.split_once('@')).expect("a user").0;
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has a port").port();
        let url = format!("postgres://{user}@127.0.0.1:{port}/{name}");
        let (way, socket) = (Arc::<Mutex<Way>>::default(), format!("{folder}/.s.PGSQL.5432"));
        let theirs = Arc::clone(&way);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, way, socket) = (client.expect("somebody comes"), Arc::clone(&theirs), socket.clone());
                // Where either side goes away, both ways end.
                std::thread::spawn(move || serve(client, &socket, &way).ok());
            }
        });
        Self { url, way }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Cuts the way as planned, until it is mended.
    pub(crate) fn cut(&self, plan: Plan) {
        *self.way.lock().expect("nobody panics with it") = Way { planned: Some(plan), ..Way::default() };
    }

    /// Mends the way; what was cut off, if anything was.
    pub(crate) fn mend(&self) -> Option<String> {
        std::mem::take(&mut *self.way.lock().expect("nobody panics with it")).lost
    }
}

impl Way {
    /// What becomes of the next message.
    fn next(&mut self, message: &[u8]) -> Option<Cut> {
        let message = String::from_utf8_lossy(message);
        if let Some(left) = &mut self.left {
            let is_lost = *left == 0;
            *left = left.saturating_sub(1);
            self.lost.as_mut().filter(|_| is_lost).into_iter().for_each(|lost| *lost += &message);
            return is_lost.then_some(Cut::Unsent);
        }
        let plan = self.planned.as_mut().filter(|plan| message.contains(plan.with))?;
        if let Some(passing) = plan.passing.checked_sub(1) {
            plan.passing = passing;
            return None;
        }
        let Plan { how, after, .. } = *plan;
        *self = Self { planned: None, left: Some(after), lost: Some(message.into_owned()) };
        Some(how)
    }
}

/// Hands on message after message, each with its answer, until the way is cut.
fn serve(mut client: TcpStream, socket: &str, way: &Mutex<Way>) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut server = UnixStream::connect(socket)?;
    let mut is_in = false;
    loop {
        let (kind, message) = message(&mut client, is_in)?;
        let asks_to_encrypt = !is_in && message.ends_with(&80_877_103_u32.to_be_bytes());
        is_in |= !asks_to_encrypt;
        let cut = way.lock().expect("nobody panics with it").next(&message);
        match cut {
            Some(Cut::Unsent) => return Ok(()),
            Some(Cut::Torn) => return server.write_all(&message[..message.len() / 2]),
            _ => server.write_all(&message)?,
        }
        if cut == Some(Cut::Unheard) {
            return Ok(());
        }
        let mut answer = Vec::new();
        match kind {
            _ if asks_to_encrypt => answer = bytes(&mut server, 1)?,
            // In, a password, a whole question; other messages are part of one.
            None | Some(b'p' | b'Q' | b'S') => while !hears_all(&mut server, &mut answer)? {},
            Some(_) => {}
        }
        if cut.is_some() {
            return Ok(());
        }
        client.write_all(&answer)?;
    }
}

/// Takes in one message of the server; whether it is the program's turn after that.
fn hears_all(server: &mut UnixStream, answer: &mut Vec<u8>) -> io::Result<bool> {
    let (kind, message) = message(server, true)?;
    let asks_for_password = kind == Some(b'R') && !matches!(message[5..9], [0, 0, 0, 0 | 12]);
    answer.extend(message);
    Ok(kind == Some(b'Z') || asks_for_password)
}

/// Reads one message, which begins with its kind and its length; a client's first has no kind.
fn message(from: &mut impl Read, has_kind: bool) -> io::Result<(Option<u8>, Vec<u8>)> {
    let mut message = bytes(from, usize::from(has_kind) + 4)?;
    let length = *message.last_chunk().expect("four bytes at least");
    let rest = usize::try_from(u32::from_be_bytes(length)).expect("it fits").saturating_sub(4);
    message.extend(bytes(from, rest)?);
    Ok((has_kind.then(|| message[0]), message))
}

fn bytes(from: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
