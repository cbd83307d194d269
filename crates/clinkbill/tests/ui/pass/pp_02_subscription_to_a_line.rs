use clinkbill::{Money, NewSession, Plan, PriceId, ProductId};

pub fn build(product: ProductId, price: PriceId, total: Money) {
    let _ = NewSession::hosted_without_return_urls()
        .subscription(Plan::new(product, price))
        .total(total);
}
