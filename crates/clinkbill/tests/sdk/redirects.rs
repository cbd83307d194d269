//! Whatever return URL a merchant gives, the session is found by the URL its buyer comes back on.

use clinkbill::{
    Client, Currency, CustomerRef, Environment, Line, NewSession, RedirectUrl, SecretKey, SessionId,
};
use clinkbill_sandbox::{Attempt, Sandbox, Server};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestRunner};
use tokio::runtime::Runtime;
use url::Url;

const HOSTS: [&str; 7] = [
    "shop.example",
    "Shop.Example:8443",
    "localhost:3000",
    "127.0.0.1",
    "[::1]:80",
    "b\u{fc}cher.example",
    "user@xn--bcher-kva.example",
];

struct Shop {
    runtime: Runtime,
    server: Server,
    client: Client,
}

impl Shop {
    fn open() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Sandbox::new().serve()).unwrap();
        let client = Client::builder(SecretKey::new(server.secret_key()).unwrap())
            .environment(Environment::custom(server.base_url()).unwrap())
            .build()
            .unwrap();
        Self {
            runtime,
            server,
            client,
        }
    }

    /// Where the buyer comes back to, after a payment.
    fn pay(&self, session_id: &SessionId) -> String {
        let paid = self
            .server
            .merchant()
            .pay(session_id.as_str(), Attempt::succeeded())
            .unwrap();
        paid.redirect_url.unwrap()
    }

    fn hosted(&self, success: RedirectUrl) -> SessionId {
        let cancel = RedirectUrl::parse("https://shop.example/cart").unwrap();
        let new = NewSession::hosted(success, cancel)
            .customer(CustomerRef::email("customer@example.com").unwrap())
            .lines(Currency::USD, [Line::new("Mug", 1, "4.99")]);
        let sessions = self.client.checkout_sessions();
        let created = self.runtime.block_on(sessions.create(&new));
        created.unwrap().session_id
    }

    fn embedded(&self, back: RedirectUrl) -> SessionId {
        let new = NewSession::elements()
            .return_url(back)
            .customer(CustomerRef::email("customer@example.com").unwrap())
            .lines(Currency::USD, [Line::new("Mug", 1, "4.99")]);
        let sessions = self.client.checkout_sessions();
        let created = self.runtime.block_on(sessions.create(&new));
        created.unwrap().session_id
    }

    fn found_by(&self, url: &str) -> SessionId {
        let sessions = self.client.checkout_sessions();
        let found = self.runtime.block_on(sessions.retrieve_from_redirect(url));
        found.unwrap().session_id
    }
}

/// Anything but white space, control characters and backslashes, which no URL of ours has, and
/// what would end the part.
fn part(not: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::char::range('!', '~').prop_map(String::from),
        1 => select(&["%20", "%2F", "%zz", "\u{e4}", "+", "sessionId"][..]).prop_map(str::to_owned),
    ];
    vec(piece, 0..12).prop_map(move |pieces| {
        pieces
            .concat()
            .replace(|c: char| c == '\\' || not.contains(c), "")
    })
}

/// Before the fragment: scheme, host, path, and a query if there is one.
fn addresses() -> impl Strategy<Value = String> {
    let pair = (
        prop_oneof![
            part("#&=?"),
            Just("sessionId".into()),
            Just("session_id".into())
        ],
        part("#&"),
    )
        .prop_map(|(name, value)| format!("{name}={value}"));
    let query = proptest::option::of(vec(pair, 0..4).prop_map(|pairs| pairs.join("&")));
    (
        select(&["http", "https", "HTTPS"][..]),
        select(&HOSTS[..]),
        part("?#"),
        query,
    )
        .prop_map(|(scheme, host, path, query)| {
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            format!("{scheme}://{host}/{path}{query}")
        })
}

fn fragments() -> impl Strategy<Value = String> {
    proptest::option::of(part("")).prop_map(|it| it.map(|it| format!("#{it}")).unwrap_or_default())
}

fn runner(seed: u64) -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases: 200,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

#[test]
fn any_success_url_gets_the_session_id_and_stays_what_it_was() {
    let shop = Shop::open();
    let urls = (addresses(), fragments());
    let judged = runner(11).run(&urls, |(address, fragment)| {
        let text = format!("{address}{fragment}");
        let session_id = shop.hosted(RedirectUrl::parse(text.as_str()).unwrap());
        let back = shop.pay(&session_id);

        let (given, seen) = (Url::parse(&text).unwrap(), Url::parse(&back).unwrap());
        prop_assert_eq!(given.origin(), seen.origin());
        prop_assert_eq!(given.path(), seen.path());
        prop_assert_eq!(given.fragment(), seen.fragment());
        let mut expected: Vec<_> = given.query_pairs().collect();
        expected.push(("sessionId".into(), session_id.as_str().into()));
        prop_assert_eq!(seen.query_pairs().collect::<Vec<_>>(), expected);
        prop_assert!(back.starts_with(&address), "{} was {}", back, address);

        prop_assert_eq!(shop.found_by(&back), session_id);
        Ok(())
    });
    judged.unwrap();
}

#[test]
fn any_return_url_carries_the_session_id_where_the_placeholder_stood() {
    const PLACEHOLDERS: [&str; 2] = ["{ELEMENTS_SESSION_ID}", "%7BELEMENTS_SESSION_ID%7D"];
    let shop = Shop::open();
    let urls = (addresses(), select(&PLACEHOLDERS[..]), fragments());
    let judged = runner(12).run(&urls, |(address, placeholder, fragment)| {
        let separator = if address.contains('?') { '&' } else { '?' };
        let text = format!("{address}{separator}session_id={placeholder}{fragment}");
        let url = RedirectUrl::parse(text.as_str()).unwrap();
        prop_assert_eq!(url.as_str(), text.as_str());
        let session_id = shop.embedded(url);
        let back = shop.pay(&session_id);

        let expected = text.replace(placeholder, session_id.as_str());
        prop_assert_eq!(back.as_str(), expected.as_str());
        prop_assert_eq!(shop.found_by(&back), session_id);
        Ok(())
    });
    judged.unwrap();
}
