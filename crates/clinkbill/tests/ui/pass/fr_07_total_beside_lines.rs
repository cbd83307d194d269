use clinkbill::{Money, NewSession, PriceId, ProductId};

pub fn build(product: ProductId, price: PriceId, total: Money) {
    let _ = NewSession::hosted_without_return_urls()
        .price(product, price)
        .total(total);
}
