use clinkbill::{Currency, Line, NewSession};

pub fn build(line: Line) {
    let _ = NewSession::hosted_without_return_urls().lines(Currency::USD, [line]);
}
