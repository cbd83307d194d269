//! `clinkbill webhook listen --forward-to`: an endpoint that takes its time, and who does not wait.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::command::{Ended, exchange, fits, signal};
use crate::listen::{host_of, listen, refused, signed};

const EVENT: &str = r#"{"id":"event_1","type":"order.succeeded","data":{"object":{}}}"#;

/// An endpoint that answers when the test says so.
struct Endpoint(TcpListener);

/// An event that came to it, and waits for its answer.
struct Waiting(TcpStream);

impl Endpoint {
    fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        (Self(listener), url)
    }

    /// The next event, once its first line has come.
    fn next(&self) -> Waiting {
        let (stream, _) = self.0.accept().unwrap();
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        assert_eq!(line, "POST /hook HTTP/1.1\r\n");
        Waiting(stream)
    }
}

impl Waiting {
    fn answer(mut self) {
        let answer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        self.0.write_all(answer.as_bytes()).unwrap();
    }
}

/// Somebody who has sent an event, and may wait for the answer.
fn send(url: &str) -> TcpStream {
    let mut sender = TcpStream::connect(host_of(url)).unwrap();
    let request = signed(host_of(url), EVENT);
    sender.write_all(request.as_bytes()).unwrap();
    sender
}

#[test]
fn an_event_is_told_and_counted_though_its_sender_gave_up() {
    let (endpoint, to) = Endpoint::start();
    let (mut listener, url) = listen(&["--forward-to", &to, "--count", "3"]);
    let sender = send(&url);
    let waiting = endpoint.next();
    drop(sender);
    // By the time that it answers somebody else, it knows that the sender has left.
    let forged = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = exchange(host_of(&url), forged);
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    waiting.answer();
    exchange(host_of(&url), forged);
    // One that forgot the event would count this request in its place, and end as well.
    if let Ok(mut another) = TcpStream::connect(host_of(&url)) {
        let _ = another.write_all(forged.as_bytes());
    }
    let lines = [(); 3].map(|()| fits("webhook_listen", &listener.line()));
    let events: Vec<_> = lines
        .iter()
        .filter(|told| told["genuine"] == true)
        .collect();
    let [told] = events[..] else {
        panic!("{lines:?}");
    };
    assert_eq!(told["event_id"], "event_1", "{told}");
    assert_eq!(
        (&told["answered"], &told["sender_left"]),
        (&204.into(), &true.into())
    );
    assert!(listener.child.wait().unwrap().success());
}

#[test]
fn either_signal_ends_it_once_what_is_being_passed_on_is_told() {
    for end in ["-INT", "-TERM"] {
        let (endpoint, to) = Endpoint::start();
        let (mut listener, url) = listen(&["--forward-to", &to]);
        let mut sender = send(&url);
        let waiting = endpoint.next();
        signal(&listener.child, end);
        let ending = fits("webhook_listen_end", &listener.stderr_line());
        assert_eq!(ending["waits_for"], 1);
        waiting.answer();
        let told = fits("webhook_listen", &listener.line());
        assert_eq!(
            (&told["answered"], &told["sender_left"]),
            (&204.into(), &false.into())
        );
        let mut answer = String::new();
        sender.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 204 "), "{end}: {answer}");
        assert_eq!(listener.child.wait().unwrap().code(), Some(0), "{end}");
        assert_eq!(
            (listener.line(), listener.stderr_line()),
            Default::default()
        );
    }
}

#[test]
fn a_second_signal_ends_it_at_once_and_is_no_success() {
    for end in ["-INT", "-TERM"] {
        let (endpoint, to) = Endpoint::start();
        let (mut listener, url) = listen(&["--forward-to", &to]);
        let _sender = send(&url);
        let _waiting = endpoint.next();
        signal(&listener.child, end);
        fits("webhook_listen_end", &listener.stderr_line());
        signal(&listener.child, end);
        let failure = fits("failure", &listener.stderr_line());
        assert!(
            failure["error"].as_str().unwrap().contains("before 1 "),
            "{failure}"
        );
        assert_eq!(listener.child.wait().unwrap().code(), Some(1), "{end}");
        assert_eq!(listener.line(), "");
    }
}

#[test]
fn a_listener_that_waits_for_nothing_ends_at_once_and_says_nothing() {
    for end in ["-INT", "-TERM"] {
        let (mut listener, _) = listen(&[]);
        signal(&listener.child, end);
        assert_eq!(listener.child.wait().unwrap().code(), Some(0), "{end}");
        assert_eq!(
            (listener.line(), listener.stderr_line()),
            Default::default()
        );
    }
}

#[test]
fn the_answers_of_events_beyond_the_count_are_waited_for_and_not_told() {
    let (endpoint, to) = Endpoint::start();
    let (mut listener, url) = listen(&["--forward-to", &to, "--count", "1"]);
    let (_first, mut second) = (send(&url), send(&url));
    let (one, other) = (endpoint.next(), endpoint.next());
    one.answer();
    fits("webhook_listen", &listener.line());
    let ending = fits("webhook_listen_end", &listener.stderr_line());
    assert_eq!(ending["waits_for"], 1);
    other.answer();
    let mut answer = String::new();
    second.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    assert!(listener.child.wait().unwrap().success());
    assert_eq!(listener.line(), "");
}

#[test]
fn no_more_than_64_events_are_passed_on_at_the_same_time() {
    let (endpoint, to) = Endpoint::start();
    let (mut listener, url) = listen(&["--forward-to", &to]);
    let senders = [(); 64].map(|()| send(&url));
    let mut waiting: Vec<_> = senders.iter().map(|_| endpoint.next()).collect();
    let answer = exchange(host_of(&url), &signed(host_of(&url), EVENT));
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let told = fits("webhook_listen", &listener.line());
    assert!(
        told["not_forwarded"]
            .as_str()
            .unwrap()
            .contains("64 events"),
        "{told}"
    );
    // A place is free again when one was told.
    waiting.remove(0).answer();
    fits("webhook_listen", &listener.line());
    let _sender = send(&url);
    endpoint.next().answer();
    assert_eq!(fits("webhook_listen", &listener.line())["answered"], 204);
}

#[test]
fn a_listener_does_not_pass_events_on_to_itself() {
    for (listens, to) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "localhost"),
        ("0.0.0.0", "127.0.0.1"),
        ("localhost", "localhost"),
    ] {
        let refused = loop {
            // Free at this moment; another may take it before the listener does.
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let listen = format!("{listens}:{port}");
            let to = format!("http://{to}:{port}/hook");
            let refused = refused(&["--listen", &listen, "--forward-to", &to]);
            if refused.code() != 69 {
                break refused;
            }
        };
        assert_eq!(refused.code(), 78, "{}", refused.stderr());
        let said = fits("failure", refused.stderr());
        assert!(
            said["error"].as_str().unwrap().contains("leads back"),
            "{said}"
        );
        assert!(said["hint"].as_str().unwrap().contains("http://"), "{said}");
    }
}

#[test]
fn an_endpoint_on_another_machine_can_be_had_by_http_where_somebody_says_so() {
    let (_endpoint, to) = Endpoint::start();
    // "Any address" is this machine, but none that is known to be.
    let to = to.replace("127.0.0.1", "0.0.0.0");
    let to = ["--forward-to", &to];
    let said = fits("failure", refused(&to).stderr());
    assert_eq!(said["exit"], 78, "{said}");
    let (mut listener, _) = listen(&[&to[..], &["--plain-http"]].concat());
    listener.child.kill().unwrap();
}
