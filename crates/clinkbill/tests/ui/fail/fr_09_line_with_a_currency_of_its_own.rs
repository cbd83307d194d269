use clinkbill::{Line, Money};

pub fn build(price: Money) -> Line {
    Line::new("Mug", 1, price)
}

fn main() {}
