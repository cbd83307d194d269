use std::time::Duration;

use clinkbill_api::{Error, LONGEST_ANSWER, Options, is_too_long};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::{client_with, id};

/// A server on this machine that gives its one visitor this head, and then `body` until nobody
/// reads on. The connection stays open.
async fn pouring(head: String, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/api", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut visitor, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            visitor.read_buf(&mut request).await.unwrap();
        }
        visitor.write_all(head.as_bytes()).await.unwrap();
        while !body.is_empty() && visitor.write_all(&body).await.is_ok() {}
        std::future::pending::<()>().await;
    });
    url
}

async fn read_from(url: &str) -> Error<()> {
    let client = client_with(
        url,
        Options::default().with_timeout(Duration::from_secs(20)),
    );
    client.get_order(&id()).await.unwrap_err()
}

#[tokio::test]
async fn an_answer_without_an_end_is_read_up_to_the_bound() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut chunk = b"1000\r\n".to_vec();
    chunk.extend([b' '; 0x1000]);
    chunk.extend(b"\r\n");
    let url = pouring(head.to_owned(), chunk).await;
    let Error::ResponseBodyError(error) = read_from(&url).await else {
        panic!("the body breaks off");
    };
    assert!(is_too_long(&error) && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_announces_more_than_the_bound_is_not_read_at_all() {
    let head = |length| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    let url = pouring(head(LONGEST_ANSWER + 1), Vec::new()).await;
    let Error::ResponseBodyError(error) = read_from(&url).await else {
        panic!("the body breaks off");
    };
    assert!(is_too_long(&error) && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn an_answer_of_exactly_the_bound_is_read() {
    let server = wiremock::MockServer::start().await;
    let mut body = br#"{"code":200}"#.to_vec();
    body.resize(LONGEST_ANSWER, b' ');
    let answer = wiremock::ResponseTemplate::new(200).set_body_raw(body, "application/json");
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(answer)
        .mount(&server)
        .await;
    let client = client_with(&server.uri(), Options::default());
    assert_eq!(client.get_order(&id()).await.unwrap().code, Some(200));
}

#[tokio::test]
async fn a_body_that_stalls_is_still_a_timeout_and_an_answer_still_has_its_url() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n".to_owned();
    let url = pouring(head, Vec::new()).await;
    let client = client_with(
        &url,
        Options::default().with_timeout(Duration::from_millis(50)),
    );
    let Error::ResponseBodyError(error) = client.get_order(&id()).await.unwrap_err() else {
        panic!("the body breaks off");
    };
    assert!(error.is_timeout() && !is_too_long(&error), "{error:?}");

    let url = pouring(
        "HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n".to_owned(),
        Vec::new(),
    )
    .await;
    let Error::UnexpectedResponse(response) = read_from(&url).await else {
        panic!("404 is not in the contract");
    };
    assert_eq!(response.url().as_str(), format!("{url}/order/sess_1"));
}
