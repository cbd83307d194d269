//! What a handle on one sending proves.

use std::future::Future;
use std::time::Duration;

use clinkbill_api::{Client, Error, Options};
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::{KEY, answering, client, header, id, minimal};

async fn listening() -> (TcpListener, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(&format!("http://{}/api", listener.local_addr().unwrap()));
    (listener, client)
}

/// Gives the call up at the event.
async fn until(call: impl Future, event: impl Future<Output = TcpStream>) {
    tokio::select! {
        _ = call => panic!("nobody answers"),
        _connection = event => {}
    }
}

#[tokio::test]
async fn a_watched_call_sends_what_any_call_sends() {
    let server = answering(200, json!({"code": 200, "msg": "success"})).await;
    let plain = client(&server.uri());
    let (watched, sending) = plain.watched();
    plain.create_checkout_session(&minimal()).await.unwrap();
    watched.create_checkout_session(&minimal()).await.unwrap();
    assert!(!sending.recall());

    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].body, requests[1].body);
    let length = requests[1].body.len().to_string();
    assert_eq!(header(&requests[1], "content-length"), length);
    assert!(!requests[1].headers.contains_key("transfer-encoding"));
}

#[tokio::test]
async fn what_never_found_a_connection_was_never_sent() {
    let (listener, client) = listening().await;
    drop(listener);
    let (client, sending) = client.watched();
    let error = client.create_checkout_session(&minimal()).await;
    assert!(matches!(error, Err(Error::CommunicationError(_))));
    assert!(sending.recall());
}

#[tokio::test]
async fn a_call_given_up_while_it_connects_was_never_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/api", listener.local_addr().unwrap());
    // A system without certificates trusts nobody, and has no client to test.
    let Ok(client) = Client::connect(&url, &KEY.into(), Options::default()) else {
        return;
    };
    let (client, sending) = client.watched();
    let request = minimal();
    // The server sees a handshake begin, and says nothing.
    until(
        client.create_checkout_session(&request),
        first_byte(&listener),
    )
    .await;
    assert!(sending.recall());
}

#[tokio::test]
async fn a_call_may_have_less_patience_with_connecting_than_its_client() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/api", listener.local_addr().unwrap());
    let Ok(client) = Client::connect(&url, &KEY.into(), Options::default()) else {
        return;
    };
    // The connection is accepted by the system, and nobody answers its handshake.
    let (client, sending) = client.watched_with_connect_timeout(Duration::from_millis(20));
    let error = client.create_checkout_session(&minimal()).await;
    let Err(Error::CommunicationError(error)) = error else {
        panic!("{error:?}");
    };
    assert!(error.is_connect() && error.is_timeout(), "{error:?}");
    assert!(sending.recall());
}

#[tokio::test]
async fn a_call_given_up_once_the_server_has_a_byte_may_have_been_sent() {
    let (listener, client) = listening().await;
    let (watched, sending) = client.watched();
    let request = minimal();
    until(
        watched.create_checkout_session(&request),
        first_byte(&listener),
    )
    .await;
    assert!(!sending.recall());

    let (watched, sending) = client.watched();
    until(watched.get_order(&id()), first_byte(&listener)).await;
    assert!(!sending.recall());
}

/// A connection that has brought its first byte.
async fn first_byte(listener: &TcpListener) -> TcpStream {
    let (mut connection, _) = listener.accept().await.unwrap();
    connection.read_u8().await.unwrap();
    connection
}
