use clinkbill::{Client, CustomerRef, NewSession, PriceId, ProductId};

pub fn create(client: &Client, customer: CustomerRef, product: ProductId, price: PriceId) {
    let new = NewSession::hosted_without_return_urls()
        .customer(customer)
        .price(product, price);
    drop(client.checkout_sessions().create(&new));
}

fn main() {}
