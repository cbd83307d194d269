use clinkbill::{Amount, Line};

pub fn build(price: Amount) -> Line {
    Line::new("Mug", 1, price)
}
