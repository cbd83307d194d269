use clinkbill::{Client, CustomerRef, Money, NewSession, PriceId, ProductId};

pub fn create(
    client: &Client,
    customer: CustomerRef,
    product: ProductId,
    price: PriceId,
    total: Money,
) {
    let new = NewSession::hosted_without_return_urls()
        .customer(customer)
        .price(product, price)
        .total(total);
    drop(client.checkout_sessions().create(&new));
}
