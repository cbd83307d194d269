//! Whose cryptography TLS is done by. One test, since a provider is installed once for a process.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

use clinkbill_api::{Client, ConnectError, Options};
use rustls::crypto::{CryptoProvider, GetRandomFailed, SecureRandom, ring};

/// Counts how often a provider's randomness is asked for: every handshake begins with some.
#[derive(Debug)]
struct Counting(AtomicU32);

static ASKED: Counting = Counting(AtomicU32::new(0));

impl SecureRandom for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        self.0.fetch_add(1, Ordering::Relaxed);
        bytes.fill(7);
        Ok(())
    }
}

fn connect(url: &str) -> Result<Client, ConnectError> {
    Client::connect(url, &"sk_test_1".into(), Options::default())
}

#[tokio::test]
async fn the_provider_of_the_program_is_used_before_ring_and_none_is_one_clear_error() {
    let before = connect("http://127.0.0.1/api");
    let has_none = matches!(before, Err(ConnectError::NoProvider));
    assert_ne!(has_none, before.is_ok());
    assert_eq!(has_none, cfg!(not(feature = "ring")));
    assert!(CryptoProvider::get_default().is_none());

    let provider = CryptoProvider {
        secure_random: &ASKED,
        ..ring::default_provider()
    };
    provider.install_default().unwrap();
    // Whoever answers nothing is asked to shake hands all the same.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/api", listener.local_addr().unwrap());
    let client = match connect(&url) {
        Ok(client) => client,
        // A system without certificates has no use for a provider.
        Err(error) => return assert!(matches!(error, ConnectError::Tls(_)), "{error:?}"),
    };
    let closing = std::thread::spawn(move || drop(listener.accept()));
    let id = "sess_1".parse().unwrap();
    client.get_checkout_session(&id).await.unwrap_err();
    closing.join().unwrap();
    assert!(ASKED.0.load(Ordering::Relaxed) > 0);
}
