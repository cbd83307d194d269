//! What goes wrong on the way, and what the SDK says of it.

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use clinkbill::Error;
use clinkbill_sandbox::{Fault, FaultKind, LoggedRequest, ProxyStatus};
use cucumber::{given, then};
use tokio::net::TcpSocket;

use super::BRIEFLY;
use crate::sdk::calls;
use crate::sdk::world::{Backend, CREATE, READ};
use crate::world::{Broken, Step, broken};

/// What is on its way to the log when the SDK has stopped waiting arrives within this time.
const ARRIVAL: Duration = Duration::from_secs(10);

#[given(regex = r"^the next create meets (.+), (before|after) it takes effect$")]
fn next_create_meets(shop: &mut Backend, fault: String, when: String) -> Step {
    let kind = fault_kind(&fault, shop.key())?;
    if kind == FaultKind::Stall {
        shop.wait_at_most(BRIEFLY);
    }
    let fault = Fault::new(kind).on(CREATE).times(1);
    arm(
        shop,
        if when == "after" {
            fault.after_commit()
        } else {
            fault
        },
    )
}

#[given(regex = r"^the next read meets (.+)$")]
fn next_read_meets(shop: &mut Backend, fault: String) -> Step {
    arm(
        shop,
        Fault::new(fault_kind(&fault, shop.key())?)
            .on(READ)
            .times(1),
    )
}

#[given(regex = r"^the shop read a session, and its connection was (reset|closed)$")]
async fn connection_broke(shop: &mut Backend, how: String) -> Step {
    let client = shop.client()?;
    // The first read leaves a connection behind, which the second one uses. What the SDK makes of
    // a read that failed is not the question.
    calls::make(&client, "reads a session").await?.ok();
    let kind = fault_kind(&format!("a {how} connection"), shop.key())?;
    arm(shop, Fault::new(kind).on(READ).times(1))?;
    calls::make(&client, "reads a session").await?.ok();
    let requests = shop.requests()?;
    if requests.iter().any(|request| request.fault.is_some()) {
        Ok(())
    } else {
        Err(broken("no connection broke"))
    }
}

#[given("nobody listens where the shop sends")]
fn nobody_listens(shop: &mut Backend) -> Step {
    let taken = || {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let address = socket.local_addr()?;
        Ok::<_, std::io::Error>((socket, address))
    };
    let (socket, address) = taken().map_err(|error| Broken(error.to_string()))?;
    shop.unheard = Some(socket);
    shop.send_elsewhere(format!("http://{address}/api/"));
    Ok(())
}

#[given("the server speaks no TLS where the shop expects it")]
fn no_tls(shop: &mut Backend) -> Step {
    let secure = shop.server()?.base_url().replacen("http:", "https:", 1);
    shop.send_elsewhere(secure);
    Ok(())
}

#[then(regex = r"^the SDK reports (NotSent|Rejected|Unknown)(?: and names (\S+))?$")]
fn reports(shop: &mut Backend, outcome: String, name: String) -> Step {
    let error = failure(shop)?;
    let reported = format!("{:?}", error.outcome());
    if reported != outcome {
        return Err(Broken(format!("it reports {reported}: {error}")));
    }
    match error.field().or(error.name()).unwrap_or_default() {
        _ if name.is_empty() => Ok(()),
        named if named == name => Ok(()),
        named => Err(Broken(format!("it names {named:?}"))),
    }
}

#[then(regex = r#"^the SDK hands over the session(?:, its mode being "(\S+)")?$"#)]
fn hands_over(shop: &mut Backend, mode: String) -> Step {
    let session = match shop.sent()? {
        Ok(session) => session,
        Err(error) => return Err(Broken(format!("it reports {error:?}"))),
    };
    let sessions = shop.merchant()?.session_ids();
    if !sessions.iter().any(|id| id == session.session_id.as_str()) {
        return Err(broken("there is no such session"));
    }
    let ui_mode = session
        .ui_mode
        .as_ref()
        .map_or("none", |mode| mode.as_str());
    if mode.is_empty() || mode == ui_mode {
        Ok(())
    } else {
        Err(Broken(format!("its mode is {ui_mode}")))
    }
}

#[then(regex = r"^the (create|read) was sent (once|\d+ times)$")]
async fn sent_so_often(shop: &mut Backend, what: String, times: String) -> Step {
    let operation = if what == "create" { CREATE } else { READ };
    let count = || {
        let requests = shop.requests()?;
        let is_meant = |request: &&LoggedRequest| request.operation == Some(operation);
        Ok::<_, Broken>(requests.iter().filter(is_meant).count())
    };
    let arrived = async {
        while count()? == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        count()
    };
    let sent = match tokio::time::timeout(ARRIVAL, arrived).await {
        Ok(sent) => sent?,
        Err(_) => 0,
    };
    let expected = times.trim_end_matches(" times").replace("once", "1");
    if sent.to_string() == expected {
        Ok(())
    } else {
        Err(Broken(format!("it was sent {sent} times")))
    }
}

#[then("nothing the SDK said shows a secret")]
fn shows_no_secret(shop: &mut Backend) -> Step {
    let error = failure(shop)?;
    let mut said = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        // Writing to text does not fail.
        let _ = write!(said, " {error} {error:?}");
        source = error.source();
    }
    if said.contains(shop.key()) {
        Err(broken("it shows the key"))
    } else {
        Ok(())
    }
}

fn failure(shop: &Backend) -> Result<&Error, Broken> {
    match shop.sent()? {
        Ok(made) => Err(Broken(format!("it handed over {}", made.session_id))),
        Err(error) => Ok(error),
    }
}

fn arm(shop: &Backend, fault: Fault) -> Step {
    let armed = shop.merchant()?.arm(fault);
    armed.map_err(|error| Broken(error.to_string()))
}

/// The fault of this name. What a server says may repeat the key it was sent.
fn fault_kind(words: &str, key: &str) -> Result<FaultKind, Broken> {
    let envelope = |code| FaultKind::EnvelopeError {
        code,
        msg: format!("invalid apiKey={key}"),
    };
    Ok(match words {
        "HTTP 401" => FaultKind::Unauthorized,
        "HTTP 409" => FaultKind::Conflict,
        "HTTP 429" => FaultKind::TooManyRequests { retry_after: 1 },
        "HTTP 500" => FaultKind::InternalError,
        "HTTP 503" => FaultKind::Unavailable { retry_after: 1 },
        "an envelope that says 400" => envelope(400),
        "an envelope that says 500" => envelope(500),
        "a proxy's page under 502" => FaultKind::ProxyPage {
            status: ProxyStatus::BadGateway,
        },
        "a proxy's page under 200" => FaultKind::ProxyPage {
            status: ProxyStatus::Ok,
        },
        "an empty body" => FaultKind::EmptyBody,
        "unknown values" => FaultKind::UnknownValues,
        "a reset connection" => FaultKind::Reset,
        "a closed connection" => FaultKind::Close,
        "half an answer" => FaultKind::HalfBody,
        "silence" => FaultKind::Stall,
        _ => return Err(Broken(format!("no fault is called {words}"))),
    })
}

/// The fault of the control API that a sentence arms, and when it comes.
#[cfg(test)]
pub(in crate::sdk) fn fault_met(sentence: &str) -> Option<(String, String)> {
    let words = sentence.strip_prefix("the next create meets ")?;
    let (words, when) = words.strip_suffix(" it takes effect")?.split_once(", ")?;
    let fault = Fault::new(fault_kind(words, "").ok()?);
    let fault = serde_json::to_value(fault).ok()?;
    Some((fault["kind"].as_str()?.to_owned(), when.to_owned()))
}
