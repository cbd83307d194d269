use std::collections::BTreeMap;

use clinkbill_api::types;
use clinkbill_types::{PriceId, ProductId, TaxCategory, Timestamp};

use super::{LONGEST_PAGE, NewPrice, Price};
use crate::answer::about;
use crate::call::{Method, Operation};
use crate::customer::not_blank;
use crate::page::{page, set};
use crate::{Client, Error, Page, Paging};

const CREATE: Operation = Operation::new(Method::Post, "/product");
const RETRIEVE: Operation = Operation::get("/product/{id}");
const LIST: Operation = Operation::get("/product");

/// Creates and reads products. Obtain it from [`Client::products`].
#[derive(Debug, Clone, Copy)]
pub struct Products<'a> {
    client: &'a Client,
}

/// A product that is not in the catalogue yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "nothing is sent until it is created"]
pub struct NewProduct {
    name: String,
    image: String,
    tax_category: TaxCategory,
    description: Option<String>,
    localized_names: BTreeMap<String, String>,
    prices: Vec<NewPrice>,
}

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Product {
    /// The id of the product (`prd_...`).
    pub product_id: ProductId,
    /// Its name, as the buyer reads it.
    pub name: Option<String>,
    /// Whether it can be bought.
    pub active: Option<bool>,
    /// More about it.
    pub description: Option<String>,
    /// The price to take when none is named.
    pub default_price: Option<PriceId>,
    /// The picture, as a URL.
    pub image_url: Option<String>,
    /// What it is to the tax office.
    pub tax_category: Option<TaxCategory>,
    /// Its prices. Lists of products may leave them out.
    pub prices: Vec<Price>,
    /// Its name by language or locale.
    pub localized_names: BTreeMap<String, String>,
    /// When it was made, in UTC.
    pub created: Option<Timestamp>,
    /// When it was last changed, in UTC.
    pub updated: Option<Timestamp>,
}

impl<'a> Products<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Puts a product in the catalogue. Not idempotent: one call sends one request.
    ///
    /// # Errors
    /// Nothing is sent when a value of `new` is invalid: [`Error::field`] names it.
    pub async fn create(&self, new: &NewProduct) -> Result<Product, Error> {
        let request = new.request()?;
        let request = &request;
        let call = self.client.call(CREATE);
        call.send(|api| async move { api.create_product(request).await })
            .await
            .map(Product::new)
    }

    /// The product with this id, with its prices.
    pub async fn retrieve(&self, id: &ProductId) -> Result<Product, Error> {
        let id = id.to_path().map_err(Error::not_an_id("product_id"))?;
        let call = self.client.call(RETRIEVE);
        let by = &id;
        call.send_for(
            |api| async move { api.get_product(by).await },
            |product| about(by, &product.product_id.clone(), Product::new(product)),
        )
        .await
    }

    /// One page of the products, at most 100.
    pub async fn list(&self, paging: Paging) -> Result<Page<Product>, Error> {
        let (number, size) = paging.on_the_wire(LONGEST_PAGE)?;
        let call = self.client.call(LIST);
        let rows = call
            .send(|api| async move { api.list_products(number, size).await })
            .await?;
        page(rows, |product| Ok(Product::new(product)))
    }
}

impl NewProduct {
    /// A product of this name. `image` is the id that the upload of its picture gave in the
    /// dashboard (`ossId`), not a URL. Neither may be blank.
    pub fn new(
        name: impl Into<String>,
        image: impl Into<String>,
        tax_category: TaxCategory,
    ) -> Self {
        Self {
            name: name.into(),
            image: image.into(),
            tax_category,
            description: None,
            localized_names: BTreeMap::new(),
            prices: Vec::new(),
        }
    }

    /// More about it.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Its name in one language or locale (`de`, `pt-BR`).
    pub fn localized_name(mut self, locale: impl Into<String>, name: impl Into<String>) -> Self {
        self.localized_names.insert(locale.into(), name.into());
        self
    }

    /// A price to create along with it. Call it again for another.
    pub fn price(mut self, price: NewPrice) -> Self {
        self.prices.push(price);
        self
    }

    fn request(&self) -> Result<types::CreateProductRequest, Error> {
        let name = not_blank("name", self.name.as_str())?;
        let image = not_blank("image", self.image.as_str())?;
        let prices: Vec<_> = self
            .prices
            .iter()
            .enumerate()
            .map(|(index, price)| price.of_a_product(index))
            .collect::<Result<_, _>>()?;
        let names = &self.localized_names;
        Ok(types::CreateProductRequest {
            description: self.description.clone(),
            localized_names: (!names.is_empty()).then(|| names.clone()),
            price_list: (!prices.is_empty()).then_some(prices),
            ..types::CreateProductRequest::new(&name, &image, self.tax_category.clone())
        })
    }
}

impl Product {
    fn new(wire: types::Product) -> Self {
        let prices = wire.price_list.into_iter().flatten();
        Self {
            product_id: ProductId::from_wire(wire.product_id),
            name: wire.name,
            active: wire.active,
            description: set(wire.description),
            default_price: set(wire.default_price).map(PriceId::from_wire),
            image_url: set(wire.image),
            tax_category: wire.tax_category,
            prices: prices.map(Price::new).collect(),
            localized_names: wire.localized_names.unwrap_or_default(),
            created: wire.create_time,
            updated: wire.update_time,
        }
    }
}
