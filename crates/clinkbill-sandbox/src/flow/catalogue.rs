//! Products and prices, as the documented API creates and reads them.

use std::sync::Arc;

use clinkbill_types::Currency;

use super::{success, success_page};
use crate::Answer;
use crate::book::{Book, Price, Product};
use crate::engine::Engine;
use crate::error::{ApiError, Refusal};
use crate::journal::Change;
use crate::key::KeyDigest;
use crate::paging::Page;
use crate::rulebook::{Decisions, PriceTerms, PriceWish, Rule, price_terms};
use crate::view;
use crate::wire::catalogue::{CreatePriceRequest, CreateProductRequest, NewProductPrice};
use crate::wire::field::{CurrencyCode, Object};
use crate::wire::read_object;

impl Engine {
    /// `POST /product`.
    pub(crate) fn create_product(
        &self,
        merchant: KeyDigest,
        body: &[u8],
        wall: i64,
        decisions: &mut Decisions,
    ) -> Result<Answer, ApiError> {
        let request: CreateProductRequest = read_object(body)?;
        if request.name.trim().is_empty() {
            return Err(Refusal::field("name", "must not be blank").into());
        }
        if request.default_price.0.is_some() {
            // No price can belong to a product that is only now being made.
            return Err(Refusal::field(
                "defaultPrice",
                "no price of this product has this id; mark one of priceList with isDefaultPrice",
            )
            .into());
        }
        let prices = request
            .price_list
            .0
            .unwrap_or_default()
            .into_iter()
            .enumerate()
            .map(|(number, Object(price))| {
                let price = self.new_price(&format!("priceList[{number}]."), price);
                decisions.check(Rule::Pp06, price)
            })
            .collect::<Result<Vec<_>, _>>()?;

        let change = Change::CreateProduct { body: body.into() };
        self.change(merchant, wall, change, |book, now| {
            let product_id: Arc<str> = book.ids.id("prd_").into();
            book.products.insert(Product {
                id: Arc::clone(&product_id),
                name: request.name,
                description: request.description.0,
                image: Some(request.image),
                tax_category: request.tax_category,
                localized_names: request.localized_names.0.unwrap_or_default().0,
                created: now,
            });
            for NewPrice {
                terms,
                active,
                is_default,
            } in prices
            {
                let price = price(book, Arc::clone(&product_id), terms, active, now);
                book.products.insert_price(price, is_default);
            }
            find_product(book, &product_id).map(|entry| success(view::catalogue::product(entry)))
        })
    }

    /// `GET /product/{id}`.
    pub(crate) fn read_product(
        &self,
        merchant: KeyDigest,
        product_id: &str,
        wall: i64,
    ) -> Result<Answer, ApiError> {
        self.with_book(merchant, wall, |book, _| {
            find_product(book, product_id).map(|entry| success(view::catalogue::product(entry)))
        })
    }

    /// `GET /product`: the products in the order they were made.
    pub(crate) fn list_products(&self, merchant: KeyDigest, page: Page, wall: i64) -> Answer {
        self.with_book(merchant, wall, |book, _| {
            let all = book.products.all();
            success_page(all.len(), page.of(all.iter()).map(view::catalogue::product))
        })
    }

    /// From now on the product cannot be bought. Sessions that are open go on.
    pub(crate) fn retire_product(
        &self,
        merchant: KeyDigest,
        product_id: &str,
        wall: i64,
    ) -> Result<(), ApiError> {
        let change = Change::RetireProduct {
            product: product_id.into(),
        };
        self.change(merchant, wall, change, |book, now| {
            known_product(book, product_id)?;
            book.products.set_active(product_id, false, now);
            Ok(())
        })
    }

    /// `POST /price`.
    pub(crate) fn create_price(
        &self,
        merchant: KeyDigest,
        body: &[u8],
        wall: i64,
        decisions: &mut Decisions,
    ) -> Result<Answer, ApiError> {
        let request: CreatePriceRequest = read_object(body)?;
        let terms = price_terms(
            &*self.rulebook,
            "",
            PriceWish {
                currency: Some(Currency::from_wire(request.currency.as_str())),
                unit_amount: Some(request.unit_amount),
                price_type: Some(request.price_type),
                details: request.recurring_details.0.map(|Object(details)| details),
            },
        );
        let terms = decisions.check(Rule::Pp06, terms)?;
        let is_default = request.is_default_price.0.unwrap_or(false);
        let change = Change::CreatePrice { body: body.into() };
        self.change(merchant, wall, change, |book, now| {
            let product_id = known_product(book, &request.product_id)?;
            let price = price(book, product_id, terms, true, now);
            let price_id = Arc::clone(&price.id);
            book.products.insert_price(price, is_default);
            find_price(book, &price_id).map(|price| success(view::catalogue::price(price)))
        })
    }

    /// `GET /price/{id}`.
    pub(crate) fn read_price(
        &self,
        merchant: KeyDigest,
        price_id: &str,
        wall: i64,
    ) -> Result<Answer, ApiError> {
        self.with_book(merchant, wall, |book, _| {
            find_price(book, price_id).map(|price| success(view::catalogue::price(price)))
        })
    }

    /// `GET /price`: the prices of a product in the order they were made. That an unknown
    /// product is refused is our choice.
    pub(crate) fn list_prices(
        &self,
        merchant: KeyDigest,
        product_id: &str,
        active: bool,
        page: Page,
        wall: i64,
    ) -> Result<Answer, ApiError> {
        self.with_book(merchant, wall, |book, _| {
            known_product(book, product_id)?;
            let entry = find_product(book, product_id)?;
            let matching = || entry.prices.iter().filter(|price| price.active == active);
            let rows = page
                .of(matching())
                .map(|price| view::catalogue::price(price));
            Ok(success_page(matching().count(), rows))
        })
    }

    fn new_price(&self, path: &str, given: NewProductPrice) -> Result<NewPrice, Refusal> {
        // In which words `isActive` speaks is not published; these are our choice.
        let active = match given.is_active.0.as_deref() {
            None | Some("true") => true,
            Some("false") => false,
            Some(_) => {
                return Err(Refusal::field(
                    &format!("{path}isActive"),
                    "must be true or false, as a string",
                ));
            }
        };
        let terms = price_terms(
            &*self.rulebook,
            path,
            PriceWish {
                currency: given.currency.0.map(|CurrencyCode(currency)| currency),
                unit_amount: given.unit_amount.0,
                price_type: given.price_type.0,
                details: given.recurring_details.0.map(|Object(details)| details),
            },
        )?;
        Ok(NewPrice {
            terms,
            active,
            is_default: given.is_default_price.0.unwrap_or(false),
        })
    }
}

struct NewPrice {
    terms: PriceTerms,
    active: bool,
    is_default: bool,
}

fn price(
    book: &mut Book,
    product_id: Arc<str>,
    terms: PriceTerms,
    active: bool,
    now: i64,
) -> Price {
    Price {
        id: book.ids.id("price_").into(),
        snapshot_id: book.ids.id("price_snapshot_").into(),
        product_id,
        currency: terms.currency,
        unit_amount: terms.unit_amount,
        recurring: terms.recurring,
        active,
        created: now,
    }
}

fn known_product(book: &Book, product_id: &str) -> Result<Arc<str>, Refusal> {
    book.products
        .get(product_id)
        .map(|entry| Arc::clone(&entry.product.id))
        .ok_or_else(|| {
            Refusal::new(
                "PRODUCT_NOT_FOUND",
                "no product of this merchant has this id",
            )
        })
}

fn find_product<'a>(
    book: &'a Book,
    product_id: &str,
) -> Result<&'a crate::book::ProductEntry, ApiError> {
    book.products
        .get(product_id)
        .ok_or_else(|| ApiError::NotFound {
            name: "PRODUCT_NOT_FOUND",
            detail: "no product of this merchant has this id".into(),
        })
}

fn find_price<'a>(book: &'a Book, price_id: &str) -> Result<&'a Price, ApiError> {
    book.products
        .price(price_id)
        .map(|price| &**price)
        .ok_or_else(|| ApiError::NotFound {
            name: "PRICE_NOT_FOUND",
            detail: "no price of this merchant has this id".into(),
        })
}
