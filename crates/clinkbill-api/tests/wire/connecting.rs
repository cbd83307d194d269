use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clinkbill_api::{Client, ConnectError, Error, Options};
use serde_json::json;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{KEY, answering, client, client_with, id, json_body, minimal, unexpected};

#[tokio::test]
async fn a_base_url_may_end_in_a_slash_or_not() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/api/checkout/session"))
        .respond_with(json_body(200, json!({"code": 200, "msg": "success"})))
        .expect(3)
        .mount(&server)
        .await;
    for end in ["/api", "/api/", "/api//"] {
        let client = client(&format!("{}{end}", server.uri()));
        client.create_checkout_session(&minimal()).await.unwrap();
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_key_along() {
    let elsewhere = answering(200, json!({"code": 200, "msg": "success"})).await;
    for status in [301, 302, 303, 307, 308] {
        let server = MockServer::start().await;
        let to = elsewhere.uri().replace("127.0.0.1", "localhost");
        Mock::given(any())
            .respond_with(ResponseTemplate::new(status).insert_header("location", to))
            .mount(&server)
            .await;
        let client = client(&server.uri());

        let created = client.create_checkout_session(&minimal()).await;
        let read = client.get_order(&id()).await.map(|answer| answer.code);

        assert_eq!(unexpected(created.unwrap_err()), status);
        assert_eq!(unexpected(read.unwrap_err()), status);
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unavailable_server_is_asked_once() {
    let server = answering(503, json!({"code": 503, "msg": "later"})).await;
    let client = client(&server.uri());

    let created = client.create_checkout_session(&minimal()).await;
    assert_eq!(unexpected(created.unwrap_err()), 503);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_that_is_dropped_is_sent_once() {
    let server = Hangup::start(0);
    let client = client(&server.url);

    let created = client.create_checkout_session(&minimal()).await;
    assert!(matches!(created, Err(Error::CommunicationError(_))));
    assert_eq!(server.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_request_that_is_dropped_on_a_kept_connection_is_sent_once() {
    let server = Hangup::start(1);
    let client = client(&server.url);

    client.create_checkout_session(&minimal()).await.unwrap();
    let second = client.create_checkout_session(&minimal()).await;
    assert!(matches!(second, Err(Error::CommunicationError(_))));
    assert_eq!(server.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for_longer_than_asked() {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(json_body(200, json!({})).set_delay(Duration::from_secs(60)))
        .mount(&server)
        .await;
    let options = Options::default().with_timeout(Duration::from_millis(50));

    let error = client_with(&server.uri(), options)
        .get_order(&id())
        .await
        .unwrap_err();
    assert!(matches!(error, Error::CommunicationError(error) if error.is_timeout()));
}

#[test]
fn a_key_that_no_header_can_carry_is_refused_without_being_shown() {
    for key in ["", "  ", "sk_test_line\nbreak", "sk_test_\0"] {
        let error = Client::connect("http://127.0.0.1/", &key.into(), Options::default());
        let error = error.unwrap_err();
        assert!(matches!(error, ConnectError::Key), "{key:?}");
        assert!(!format!("{error} {error:?}").contains("sk_"), "{error:?}");
    }
}

#[test]
fn what_is_no_base_url_is_refused() {
    for url in [
        "",
        "api.clinkbill.com/api",
        "/api",
        "ftp://api.clinkbill.com/",
        "https://user@api.clinkbill.com/api",
        "https://:secret@api.clinkbill.com/api",
        "https://api.clinkbill.com/api?x=1",
        "https://api.clinkbill.com/api#x",
        "data:text/plain,x",
    ] {
        let refused = Client::connect(url, &KEY.into(), Options::default());
        assert!(matches!(refused, Err(ConnectError::BaseUrl)), "{url}");
    }
}

#[cfg(feature = "ring")]
/// A system without certificates may refuse, but nothing panics and nothing is installed.
#[test]
fn a_client_for_https_needs_no_provider_installed_for_the_process() {
    let client = Client::connect("https://127.0.0.1/api", &KEY.into(), Options::default());
    assert!(matches!(client, Ok(_) | Err(ConnectError::Tls(_))));
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

#[tokio::test]
async fn an_https_server_sees_no_key_before_it_has_proved_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/api", listener.local_addr().unwrap());
    // A system without certificates trusts nobody, and has no client to test.
    let Ok(client) = Client::connect(&url, &KEY.into(), Options::default()) else {
        return;
    };
    let server = std::thread::spawn(move || {
        let mut seen = vec![0; 4096];
        let (mut stream, _) = listener.accept().unwrap();
        let count = stream.read(&mut seen).unwrap();
        seen.truncate(count);
        seen
    });

    let error = client.get_order(&id()).await.unwrap_err();
    assert!(matches!(error, Error::CommunicationError(error) if error.is_connect()));

    let seen = server.join().unwrap();
    assert_eq!(seen[0], 22, "not a TLS handshake");
    assert!(!String::from_utf8_lossy(&seen).contains(KEY));
}

/// Runs itself again with proxies in its environment, which a test cannot set for itself.
#[tokio::test]
async fn a_plain_http_server_is_reached_without_the_proxy_of_the_environment() {
    const NAME: &str =
        "connecting::a_plain_http_server_is_reached_without_the_proxy_of_the_environment";
    if std::env::var_os("http_proxy").is_none_or(|proxy| proxy != "http://127.0.0.1:9") {
        let run = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .envs([
                ("http_proxy", "http://127.0.0.1:9"),
                ("HTTP_PROXY", "http://127.0.0.1:9"),
                ("all_proxy", "http://127.0.0.1:9"),
                ("no_proxy", ""),
                ("NO_PROXY", ""),
            ])
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stdout)
        );
        return;
    }
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    client(&server.uri()).get_order(&id()).await.unwrap();
}

/// A server that answers the first requests on a connection, and hangs up after reading the next.
struct Hangup {
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Hangup {
    fn start(answered: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                for number in 0.. {
                    if !read_request(&mut stream) {
                        break;
                    }
                    seen.fetch_add(1, Ordering::SeqCst);
                    if number == answered {
                        break;
                    }
                    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"code\":200}";
                    stream.write_all(answer.as_bytes()).unwrap();
                }
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        Self { url, requests }
    }
}

/// Whether a whole request came: it is short, and its body ends in a brace.
fn read_request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(b"}") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return false,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
        }
    }
    true
}
