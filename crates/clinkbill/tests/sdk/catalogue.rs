//! Products and prices: what is sent, what is read, what never leaves.

use clinkbill::catalogue::{Cycle, NewPrice, NewProduct};
use clinkbill::{
    Currency, Money, Outcome, Paging, PriceType, PricingModel, ProductId, QuantityRounding,
    RecurringInterval, TaxCategory,
};

use crate::{answering, json, only_request};

const PRICE: &str = r#"{"code":200,"msg":"success","data":{"priceId":"price_1",
    "priceSnapshotId":null,"productId":"prd_1","currency":"USD","unitAmount":4.990,
    "priceType":"recurring","active":true,"createTime":1768477500000,"recurring":{
    "interval":"custom","intervalCount":10,"trialPeriodDays":7,"pricingModel":"per_seat",
    "transformQuantity":{"divideBy":12,"round":"up"}}}}"#;

fn usd(amount: &str) -> Money {
    Money::new(amount.parse().unwrap(), Currency::USD)
}

fn product() -> ProductId {
    "prd_1".parse().unwrap()
}

#[tokio::test]
async fn a_recurring_price_is_sent_with_its_cycle_and_its_digits() {
    let (server, client) = answering(json(200, PRICE)).await;
    let cycle = Cycle::every(10, RecurringInterval::Custom)
        .trial_days(7)
        .pricing_model(PricingModel::PerSeat)
        .packs(12, QuantityRounding::Up);
    let new = NewPrice::recurring(usd("4.990"), cycle)
        .priority(2)
        .default_price();
    let price = client.prices().create(&product(), &new).await.unwrap();

    assert_eq!(
        String::from_utf8_lossy(&only_request(&server).await.body),
        r#"{"currency":"USD","isDefaultPrice":true,"priceType":"recurring","priority":2,"productId":"prd_1","recurringDetails":{"interval":"custom","intervalCount":10,"pricingModel":"per_seat","transformQuantity":{"divideBy":12,"round":"up"},"trialPeriodDays":7},"unitAmount":4.990}"#
    );
    assert_eq!(price.price_id.as_str(), "price_1");
    assert_eq!(price.unit.unwrap().to_string(), "4.990 USD");
    assert_eq!(price.snapshot_id, None);
    let recurring = price.recurring.unwrap();
    assert_eq!(recurring.interval, Some(RecurringInterval::Custom));
    assert_eq!(recurring.interval_count, Some(10));
    assert_eq!(recurring.trial_days, Some(7));
    assert_eq!(recurring.packs.unwrap().of, Some(12));
}

#[tokio::test]
async fn a_one_time_price_has_no_cycle() {
    let (server, client) = answering(json(200, PRICE)).await;
    let new = NewPrice::one_time(Money::new(500u32.into(), Currency::JPY));
    client.prices().create(&product(), &new).await.unwrap();
    assert_eq!(
        String::from_utf8_lossy(&only_request(&server).await.body),
        r#"{"currency":"JPY","priceType":"one_time","productId":"prd_1","unitAmount":500}"#
    );
}

#[tokio::test]
async fn a_product_is_sent_with_the_prices_it_comes_with() {
    let answer = r#"{"code":200,"msg":"success","data":{"productId":"prd_1","name":"Pro",
        "active":true,"description":null,"defaultPrice":"price_1","image":"https://x.example/p.png",
        "taxCategory":"ebook","localizedNames":null,"createTime":1768477500000,"updateTime":null,
        "priceList":[{"priceId":"price_1","unitAmount":"20.00","currency":"USD"}]}}"#;
    let (server, client) = answering(json(200, answer)).await;
    let new = NewProduct::new("Pro", "oss_1", TaxCategory::Ebook)
        .description("Everything")
        .localized_name("de", "Profi")
        .price(NewPrice::recurring(usd("20"), Cycle::monthly()))
        .price(NewPrice::one_time(usd("0")));
    let product = client.products().create(&new).await.unwrap();

    assert_eq!(
        String::from_utf8_lossy(&only_request(&server).await.body),
        r#"{"description":"Everything","image":"oss_1","localizedNames":{"de":"Profi"},"name":"Pro","priceList":[{"currency":"USD","priceType":"recurring","recurringDetails":{"interval":"month","intervalCount":1,"pricingModel":"flat_rate"},"unitAmount":20},{"currency":"USD","priceType":"one_time","unitAmount":0}],"taxCategory":"ebook"}"#
    );
    assert_eq!(product.tax_category, Some(TaxCategory::Ebook));
    assert_eq!(product.default_price.unwrap().as_str(), "price_1");
    let unit = product.prices[0].unit.as_ref().unwrap();
    assert_eq!(unit.to_string(), "20.00 USD");
}

#[tokio::test]
async fn what_cannot_be_is_named_and_never_sent() {
    let (server, client) = answering(json(200, PRICE)).await;
    let odd = Money::new(1u32.into(), Currency::from_wire("usd"));
    let every = |count| Cycle::every(count, RecurringInterval::Week);
    for (new, field) in [
        (NewPrice::one_time(usd("-0.01")), "unit"),
        (NewPrice::one_time(odd.clone()), "unit"),
        (NewPrice::recurring(usd("1"), every(0)), "cycle.count"),
        (
            NewPrice::recurring(usd("1"), every(u32::MAX)),
            "cycle.count",
        ),
        (
            NewPrice::recurring(usd("1"), every(1).trial_days(u32::MAX)),
            "cycle.trial_days",
        ),
        (
            NewPrice::recurring(usd("1"), every(1).packs(0, QuantityRounding::Down)),
            "cycle.packs",
        ),
    ] {
        let error = client.prices().create(&product(), &new).await.unwrap_err();
        assert_eq!(error.field(), Some(field));
        assert_eq!(error.outcome(), Outcome::NotSent);
    }
    let named = |name, image| NewProduct::new(name, image, TaxCategory::Ebook);
    for (new, field) in [
        (named(" ", "oss_1"), "name"),
        (named("Pro", ""), "image"),
        (
            named("Pro", "oss_1")
                .price(NewPrice::one_time(usd("1")))
                .price(NewPrice::one_time(odd)),
            "prices[1].unit",
        ),
    ] {
        let error = client.products().create(&new).await.unwrap_err();
        assert_eq!(error.field(), Some(field));
    }
    let error = client.products().list(Paging::default().size(101)).await;
    assert_eq!(error.unwrap_err().field(), Some("page_size"));
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn products_and_prices_are_listed_and_read() {
    let answer = r#"{"total":1,"code":200,"msg":"success","rows":[{"productId":"prd_1",
        "priceList":null}]}"#;
    let (server, client) = answering(json(200, answer)).await;
    let page = client.products().list(Paging::default()).await.unwrap();
    assert_eq!(page.rows[0].product_id, product());
    assert!(page.rows[0].prices.is_empty());
    let sent = only_request(&server).await;
    assert_eq!(sent.url.query(), Some("pageNum=1&pageSize=20"));

    let answer = r#"{"total":1,"code":200,"rows":[{"priceId":"price_1","priceType":"onetime"}]}"#;
    let (server, client) = answering(json(200, answer)).await;
    let paging = Paging::page(2).size(100);
    let page = client.prices().list(&product(), false, paging).await;
    let page = page.unwrap();
    assert_eq!(page.rows[0].price_type, Some(PriceType::OneTime));
    let sent = only_request(&server).await;
    assert_eq!(
        sent.url.query(),
        Some("active=false&pageNum=2&pageSize=100&productId=prd_1")
    );

    let (server, client) = answering(json(200, PRICE)).await;
    let id = "price_1".parse().unwrap();
    let price = client.prices().retrieve(&id).await.unwrap();
    assert_eq!(price.product_id, Some(product()));
    assert_eq!(only_request(&server).await.url.path(), "/api/price/price_1");
}

#[tokio::test]
async fn a_price_for_a_product_nobody_has_is_refused_by_name() {
    let answer = r#"{"code":400,"msg":"PRODUCT_NOT_FOUND","data":null}"#;
    let (_server, client) = answering(json(200, answer)).await;
    let new = NewPrice::one_time(usd("1"));
    let error = client.prices().create(&product(), &new).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.outcome(), Outcome::Rejected);
    let error = client
        .prices()
        .list(&product(), true, Paging::default())
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");
}
