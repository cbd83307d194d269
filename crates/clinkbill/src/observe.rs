//! What a program sees of a client at work, by the `tracing` crate if it has the feature of that
//! name: one span for a call, one in it for each attempt, an event where an attempt is to be
//! repeated and where a call failed, fields named as OpenTelemetry names them. No body, no header
//! and no URL with an id in it is ever a field.

#[cfg(not(feature = "tracing"))]
pub(crate) use self::off::{AttemptSpan, CallSpan, Server, unknown_key};
#[cfg(feature = "tracing")]
pub(crate) use self::on::{AttemptSpan, CallSpan, Server, unknown_key};

#[cfg(feature = "tracing")]
mod on {
    use std::time::{Duration, Instant};

    use tracing::field::{Empty, debug, display};
    use tracing::instrument::Instrumented;
    use tracing::{Instrument as _, Span, info, info_span, warn};
    use url::Url;

    use crate::call::Operation;
    use crate::{Clock, Environment, Error, Outcome};

    /// Whom requests go to.
    pub(crate) struct Server {
        address: String,
        port: u16,
    }

    pub(crate) struct CallSpan {
        span: Span,
        operation: Operation,
    }

    pub(crate) struct AttemptSpan {
        span: Span,
        began: Instant,
    }

    impl Server {
        pub(crate) fn of(environment: &Environment) -> Self {
            let url = Url::parse(environment.api_url()).ok();
            let host = url.as_ref().and_then(Url::host_str);
            let port = url.as_ref().and_then(Url::port_or_known_default);
            Self {
                address: host.unwrap_or_default().to_owned(),
                port: port.unwrap_or_default(),
            }
        }
    }

    impl CallSpan {
        pub(crate) fn of(operation: Operation) -> Self {
            let span = info_span!(
                "clinkbill.call",
                "otel.name" = %operation,
                "clinkbill.operation" = %operation,
                "clinkbill.attempts" = Empty,
                "clinkbill.outcome" = Empty,
                "error.type" = Empty,
            );
            Self { span, operation }
        }

        pub(crate) fn attempt(
            &self,
            operation: Operation,
            server: &Server,
            clock: &dyn Clock,
            number: u32,
        ) -> AttemptSpan {
            let began = clock.instant();
            let span = info_span!(
                parent: &self.span,
                "clinkbill.attempt",
                "otel.name" = %operation,
                "otel.kind" = "client",
                "http.request.method" = operation.method.name(),
                "http.request.resend_count" = number - 1,
                "url.template" = operation.path,
                "server.address" = server.address,
                "server.port" = server.port,
                "clinkbill.attempt" = number,
                "http.response.status_code" = Empty,
                "clinkbill.code" = Empty,
                "clinkbill.elapsed_ms" = Empty,
                "error.type" = Empty,
            );
            AttemptSpan { span, began }
        }

        pub(crate) fn around<F: Future>(&self, call: F) -> Instrumented<F> {
            call.instrument(self.span.clone())
        }

        pub(crate) fn ended<T>(&self, result: &Result<T, Error>, attempts: u32) {
            self.span.record("clinkbill.attempts", attempts);
            let Err(error) = result else {
                return;
            };
            let (outcome, kind) = (error.outcome(), error.kind());
            self.span.record("clinkbill.outcome", debug(outcome));
            self.span.record("error.type", display(&kind));
            macro_rules! tell {
                ($level:ident, $said:literal) => {
                    self.span.in_scope(|| {
                        $level!(
                            "clinkbill.operation" = %self.operation,
                            "clinkbill.attempts" = attempts,
                            "clinkbill.outcome" = ?outcome,
                            "error.type" = %kind,
                            $said
                        )
                    })
                };
            }
            match outcome {
                // What to make of a refusal is for the caller to say: it may be expected.
                Outcome::Rejected => tell!(info, "the call was refused"),
                _ => tell!(warn, "the call failed"),
            }
        }

        /// After this wait there is another attempt.
        pub(crate) fn repeats(&self, attempts: u32, wait: Duration, error: &Error) {
            let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            self.span.in_scope(|| {
                info!(
                    "clinkbill.operation" = %self.operation,
                    "clinkbill.attempts" = attempts,
                    "clinkbill.wait_ms" = wait,
                    "error.type" = %error.kind(),
                    "the attempt failed and is repeated"
                );
            });
        }
    }

    impl AttemptSpan {
        pub(crate) fn around<F: Future>(&self, attempt: F) -> Instrumented<F> {
            attempt.instrument(self.span.clone())
        }

        /// An answer has begun.
        pub(crate) fn answered(&self, http_status: u16, code: Option<i64>) {
            self.span.record("http.response.status_code", http_status);
            if let Some(code) = code {
                self.span.record("clinkbill.code", code);
            }
        }

        pub(crate) fn ended<T>(&self, result: &Result<T, Error>, clock: &dyn Clock) {
            let took = clock.instant().duration_since(self.began);
            let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            self.span.record("clinkbill.elapsed_ms", millis);
            if let Err(error) = result {
                self.span.record("error.type", display(error.kind()));
            }
        }
    }

    /// A key whose environment nobody can tell may be a typing error.
    pub(crate) fn unknown_key(server: &Server) {
        warn!(
            "server.address" = server.address,
            "the secret key begins as no known key does; it is used as it is"
        );
    }
}

#[cfg(not(feature = "tracing"))]
#[expect(clippy::unused_self, reason = "these stand in for spans")]
mod off {
    use std::time::Duration;

    use crate::call::Operation;
    use crate::{Clock, Environment, Error};

    pub(crate) struct Server;

    pub(crate) struct CallSpan;

    pub(crate) struct AttemptSpan;

    impl Server {
        pub(crate) fn of(_: &Environment) -> Self {
            Self
        }
    }

    impl CallSpan {
        pub(crate) fn of(_: Operation) -> Self {
            Self
        }

        pub(crate) fn attempt(
            &self,
            _: Operation,
            _: &Server,
            _: &dyn Clock,
            _: u32,
        ) -> AttemptSpan {
            AttemptSpan
        }

        pub(crate) fn around<F: Future>(&self, call: F) -> F {
            call
        }

        pub(crate) fn ended<T>(&self, _: &Result<T, Error>, _: u32) {}

        pub(crate) fn repeats(&self, _: u32, _: Duration, _: &Error) {}
    }

    impl AttemptSpan {
        pub(crate) fn around<F: Future>(&self, attempt: F) -> F {
            attempt
        }

        pub(crate) fn answered(&self, _: u16, _: Option<i64>) {}

        pub(crate) fn ended<T>(&self, _: &Result<T, Error>, _: &dyn Clock) {}
    }

    pub(crate) fn unknown_key(_: &Server) {}
}
