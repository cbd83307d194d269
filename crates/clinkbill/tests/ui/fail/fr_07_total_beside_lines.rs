use clinkbill::{Currency, Line, Money, NewSession};

pub fn build(line: Line, total: Money) {
    let _ = NewSession::hosted_without_return_urls()
        .lines(Currency::USD, [line])
        .total(total);
}

fn main() {}
