//! Servers that give no answer, or one that is none: what a command says of them, and what the
//! doctor does, who knows no less.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::thread::{self, JoinHandle};

use clinkbill_sandbox::Sandbox;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::command::{Ended, NOWHERE, clinkbill, file_with, fits, runtime, sandbox};
use crate::front::Front;

const KEY: (&str, &str) = ("CLINK_SECRET_KEY", "sk_test_x7key");

/// The variables that lead to a server by way of another one.
const PROXIES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

#[track_caller]
fn assert_told(base_url: &str, exit: i32, said: &str, hint: &str) {
    assert_told_by_way_of("", base_url, exit, said, hint);
}

/// What is said about a server, by a command that reads and by the doctor.
#[track_caller]
fn assert_told_by_way_of(proxy: &str, base_url: &str, exit: i32, said: &str, hint: &str) {
    let clinkbill = || {
        let mut command = clinkbill(&[KEY]);
        for variable in PROXIES {
            command.env_remove(variable);
        }
        command.env("HTTPS_PROXY", proxy);
        command
    };
    let at = ["--base-url", base_url, "--json"];
    let output = clinkbill().args(["order", "list"]).args(at).output();
    let output = output.unwrap();
    let failed = fits("failure", output.stderr());
    assert_eq!(output.code(), exit, "{failed}");
    assert_eq!(failed["exit"], exit);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert!(text(&failed["error"]).contains(said), "{failed}");
    assert!(text(&failed["hint"]).contains(hint), "{failed}");

    let output = clinkbill().arg("doctor").args(at).output().unwrap();
    let found = fits("doctor", output.stdout());
    assert_eq!(output.code(), 3, "{found}");
    assert_eq!(found["sound"], false);
    let server = &found["checks"][2];
    assert_eq!(
        (&server["what"], &server["found"]),
        (&"server".into(), &"wrong".into())
    );
    assert!(text(&server["said"]).contains(said), "{found}");
    assert!(text(&server["hint"]).contains(hint), "{found}");
    assert!(!text(&server["hint"]).contains("doctor"), "{found}");
    for told in [failed, found] {
        assert!(!told.to_string().contains("x7"), "{told}");
    }
}

#[test]
fn a_server_that_cannot_be_reached_is_named_with_what_stands_in_the_way() {
    let runtime = runtime();
    let front = runtime.block_on(Front::start(&Sandbox::new()));
    let secure = front.base_url.replace("https://127.0.0.1", "127.0.0.1");
    let plain = runtime.block_on(Sandbox::new().serve()).unwrap();
    let plain = plain.base_url().replace("http://", "");
    let at = secure.trim_end_matches("/api");

    assert_told(
        NOWHERE,
        69,
        "not sent: 127.0.0.1:1 refuses connections",
        "`clinkbill sandbox`",
    );
    assert_told(
        "https://nowhere.invalid/api/",
        69,
        "not sent: no address is known for nowhere.invalid",
        "name service",
    );
    assert_told(
        &format!("https://{secure}"),
        69,
        &format!("not sent: the certificate of {at} is not trusted here: nobody"),
        "SSL_CERT_FILE",
    );
    assert_told(
        &format!("https://{plain}"),
        69,
        &format!("{} speaks no TLS", plain.trim_end_matches("/api/")),
        "take http:// instead",
    );
    assert_told(
        &format!("http://{secure}"),
        69,
        &format!("{at} answers with something that is not HTTP"),
        "take https:// instead",
    );
}

#[test]
fn who_judges_a_server_is_told_why_it_does_not_answer() {
    let runtime = runtime();
    let front = runtime.block_on(Front::start(&Sandbox::new()));
    for (base_url, said, hint) in [
        (
            NOWHERE,
            "127.0.0.1:1 refuses connections",
            "`clinkbill sandbox`",
        ),
        (&front.base_url, "is not trusted here: nobody", "--ca FILE"),
    ] {
        let judge = ["conformance", "--base-url", base_url, "--json"];
        let output = clinkbill(&[KEY]).args(judge).output().unwrap();
        assert_eq!(output.code(), 69, "{}", output.stderr());
        let failed = fits("failure", output.stderr());
        let text = |field: &str| failed[field].as_str().unwrap();
        assert!(
            text("error").starts_with("the target does not answer: "),
            "{failed}"
        );
        assert!(text("error").contains(said), "{failed}");
        assert!(text("hint").contains(hint), "{failed}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_authority_can_be_trusted_as_the_hint_says() {
    let runtime = runtime();
    let front = runtime.block_on(Front::start(&Sandbox::new()));
    let authority = file_with("trusted-authority.pem", &front.authority);
    let trusting = [
        ("CLINK_SECRET_KEY", &front.secret_key[..]),
        ("SSL_CERT_FILE", &authority),
    ];
    let list = ["order", "list", "--base-url", &front.base_url];
    let output = clinkbill(&trusting).args(list).output().unwrap();
    assert_eq!(
        (output.code(), output.stdout()),
        (0, "0 orders\n"),
        "{}",
        output.stderr()
    );
}

/// A server that answers each connection with these bytes, and closes it.
struct Bytes {
    base_url: String,
    serving: Option<JoinHandle<()>>,
    address: std::net::SocketAddr,
}

impl Bytes {
    fn serve(answer: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = Vec::new();
                let mut byte = [0];
                while !request.ends_with(b"\r\n\r\n") {
                    // Who asks for nothing ends the server.
                    if stream.read(&mut byte).unwrap() == 0 {
                        return;
                    }
                    request.extend(byte);
                }
                stream.write_all(answer).unwrap();
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        Self {
            base_url: format!("http://{address}/api/"),
            serving: Some(serving),
            address,
        }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        drop(std::net::TcpStream::connect(self.address));
        let _ = self.serving.take().unwrap().join();
    }
}

#[test]
fn an_answer_that_is_cut_off_or_none_is_no_wrong_base_url() {
    let cut = Bytes::serve(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"code\":");
    let none = Bytes::serve(b"");
    for server in [&cut, &none] {
        let said = format!("{} closed the connection before its answer", server.address);
        assert_told(
            &server.base_url,
            69,
            &said,
            "is it the API that listens there",
        );
    }
    let empty = Bytes::serve(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let hint = format!("as it should: is something else at {}", empty.address);
    assert_told(&empty.base_url, 78, "the answer is empty", &hint);
}

#[test]
fn a_proxy_may_be_what_stands_in_the_way() {
    let refusing = Bytes::serve(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    let refusing = refusing.base_url.replace("/api/", "");
    for (proxy, said) in [
        (
            "http://127.0.0.1:1",
            "proxy that HTTPS_PROXY names) refuses connections",
        ),
        (
            &refusing,
            "no connection to shop.example.com:443 (or the proxy that HTTPS_PROXY names): ",
        ),
    ] {
        let server = "https://shop.example.com/api/";
        assert_told_by_way_of(proxy, server, 69, said, "left out by NO_PROXY");
    }
}

#[test]
fn a_refusal_or_a_failing_server_is_never_sound_and_its_words_are_passed_on() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let base_url = format!("{}/api/", server.uri());
    let above = server.uri();
    let json = |code: u16, msg: &str| {
        let body = format!(r#"{{"code":{code},"msg":"{msg} sk_test_x7key","data":null}}"#);
        ResponseTemplate::new(code).set_body_raw(body, "application/json")
    };
    let page = |code| ResponseTemplate::new(code).set_body_raw("<html>x7</html>", "text/html");
    for (answer, base_url, exit, said, hint) in [
        (
            json(500, "oh dear"),
            &base_url,
            69,
            "HTTP 500, code 500): oh dear",
            "the server fails",
        ),
        (
            json(503, "closed").insert_header("retry-after", "60"),
            &base_url,
            69,
            "closed",
            "after 60 s",
        ),
        (
            json(429, "slow").insert_header("retry-after", "60"),
            &base_url,
            3,
            "slow",
            "after 60 s, as",
        ),
        (
            json(429, "slow"),
            &base_url,
            3,
            "slow",
            "too many requests came: try again in a while",
        ),
        (
            json(409, "twice"),
            &base_url,
            3,
            "twice",
            "at odds with what is there",
        ),
        (
            json(401, "who?"),
            &base_url,
            77,
            "who?",
            "the key of this environment",
        ),
        (page(502), &base_url, 69, "the server failed", "in a while"),
        (
            page(404),
            &base_url,
            78,
            "does not know this address",
            "ends in /api/ as it should",
        ),
        (
            page(404),
            &above,
            78,
            "does not know this address",
            "may be wrong: it ends in /api/",
        ),
        (
            page(200),
            &above,
            78,
            "is a page",
            "may be wrong: it ends in /api/",
        ),
    ] {
        runtime.block_on(async {
            server.reset().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
        });
        assert_told(base_url, exit, said, hint);
    }
}

#[test]
fn a_404_is_told_once() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let list = ["order", "list", "--base-url", &server.uri()];
    let output = clinkbill(&[KEY]).args(list).output().unwrap();
    let told = output.stderr();
    assert_eq!(told.matches("base URL may be wrong").count(), 1, "{told}");
    assert_eq!(told.matches("/api/").count(), 1, "{told}");
}

#[test]
fn a_time_that_is_refused_leads_to_the_clock_and_shows_what_the_server_says() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let far = "X-Timestamp is too far from the server's time";
    let (now, past) = (
        std::time::SystemTime::now(),
        std::time::Duration::from_secs(3600),
    );
    for (date, clock) in [(now - past, "s ahead of"), (now + past, "s behind")] {
        let body = format!(r#"{{"code":400,"msg":"{far}","data":null}}"#);
        let answer = ResponseTemplate::new(400)
            .set_body_raw(body, "application/json")
            .insert_header("date", httpdate::fmt_http_date(date));
        runtime.block_on(async {
            server.reset().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
        });
        let base_url = format!("{}/api/", server.uri());
        let at = ["--base-url", &base_url];
        let list = clinkbill(&[KEY]).args(["order", "list"]).args(at).output();
        let list = list.unwrap();
        assert_eq!(list.code(), 3);
        for words in [far, "hint: set the clock", "`clinkbill doctor`"] {
            assert!(list.stderr().contains(words), "{}", list.stderr());
        }
        let doctor = clinkbill(&[KEY]).arg("doctor").args(at).output().unwrap();
        assert_eq!(doctor.code(), 3);
        for words in ["WRONG clock", far, clock, "set the clock"] {
            assert!(doctor.stdout().contains(words), "{}", doctor.stdout());
        }
    }
}

#[test]
fn a_server_that_takes_no_difference_at_all_is_told_from_a_clock_that_is_wrong() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let body = r#"{"code":80102212,"msg":"X-Timestamp: too far","data":null}"#;
    let now = httpdate::fmt_http_date(std::time::SystemTime::now());
    let strict = ResponseTemplate::new(401).set_body_raw(body, "application/json");
    let strict = Mock::given(any()).respond_with(strict.insert_header("date", now));
    runtime.block_on(strict.mount(&server));
    let base_url = format!("{}/api/", server.uri());
    let doctor = clinkbill(&[KEY])
        .args(["doctor", "--base-url", &base_url])
        .output()
        .unwrap();
    assert_eq!(doctor.code(), 3);
    for words in [
        "WRONG clock",
        "X-Timestamp: too far",
        "clocks are not to blame",
    ] {
        assert!(doctor.stdout().contains(words), "{}", doctor.stdout());
    }
    assert!(
        !doctor.stdout().contains("set the clock"),
        "{}",
        doctor.stdout()
    );
}

#[test]
fn a_program_reads_what_is_known_of_a_call_that_failed() {
    let shop = sandbox(&[], &[]);
    let failed = |arguments: &[&str]| {
        let output = shop.run(&[arguments, &["--json"]].concat());
        fits("failure", output.stderr())
    };
    let create = [
        "checkout",
        "create",
        "--email",
        "a@example.com",
        "--currency",
        "USD",
    ];
    let product = ["--product", "prd_1", "--price", "price_1", "--total", "1"];
    let refused = failed(&[&create[..], &product].concat());
    assert_eq!(refused["name"], "PRODUCT_NOT_FOUND");
    assert_eq!(
        (&refused["outcome"], &refused["http_status"]),
        (&"rejected".into(), &200.into())
    );
    assert!(refused["code"].is_i64(), "{refused}");
    let object = refused.as_object().unwrap();
    assert!(!object.contains_key("session_id") && !object.contains_key("retry_after_seconds"));

    let line = [&create[..], &["--line", "A mug:1:4.99"]].concat();
    let nowhere = failed(&[&line[..], &["--base-url", NOWHERE]].concat());
    assert_eq!(nowhere["outcome"], "not_sent");
    assert!(
        !nowhere.as_object().unwrap().contains_key("http_status"),
        "{nowhere}"
    );

    let fault = r#"{"kind": "reset", "operation": "createCheckoutSession", "when": "after"}"#;
    shop.control("faults", fault);
    assert_eq!(failed(&line)["outcome"], "unknown");

    let none = clinkbill(&[])
        .args(["order", "list", "--json"])
        .output()
        .unwrap();
    let none = fits("failure", none.stderr());
    assert_eq!(none.as_object().unwrap().len(), 3, "{none}");
}

#[test]
fn a_program_reads_which_session_exists_and_how_long_to_wait() {
    let runtime = runtime();
    let server = runtime.block_on(MockServer::start());
    let base_url = format!("{}/api/", server.uri());
    let made =
        r#"{"code":200,"msg":"","data":{"sessionId":"sess_1","url":"http://a.example/pay/x7"}}"#;
    let made = ResponseTemplate::new(200).set_body_raw(made, "application/json");
    let slow = ResponseTemplate::new(429).insert_header("retry-after", "45");
    for (answer, field, value) in [
        (made, "session_id", Value::from("sess_1")),
        (slow, "retry_after_seconds", Value::from(45)),
    ] {
        runtime.block_on(async {
            server.reset().await;
            Mock::given(any()).respond_with(answer).mount(&server).await;
        });
        let create = [
            "checkout",
            "create",
            "--email",
            "a@example.com",
            "--currency",
            "USD",
        ];
        let line = ["--line", "A mug:1:4.99", "--base-url", &base_url, "--json"];
        let output = clinkbill(&[KEY]).args(create).args(line).output().unwrap();
        let failed = fits("failure", output.stderr());
        assert_eq!(failed[field], value, "{failed}");
    }
}
