use clinkbill::{Currency, Line, NewSession, PriceId, ProductId};

pub fn build(line: Line, product: ProductId, price: PriceId) {
    let _ = NewSession::hosted_without_return_urls()
        .lines(Currency::USD, [line])
        .price(product, price);
}

fn main() {}
