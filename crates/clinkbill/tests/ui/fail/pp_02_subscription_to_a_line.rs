use clinkbill::{Line, Money, NewSession};

pub fn build(line: Line, total: Money) {
    let _ = NewSession::hosted_without_return_urls()
        .subscription(line)
        .total(total);
}

fn main() {}
