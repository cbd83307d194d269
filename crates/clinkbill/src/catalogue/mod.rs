//! The catalogue: products and prices that sessions may name, for subscriptions in particular.
//!
//! Most merchants make them once, in the dashboard. A program that sets up an account, or a test
//! that wants a plan to sell, makes them here.
//!
//! Source: Clink's reference pages; the guide says only how sessions use them (guide: Product
//! and Price).
//!
//! ```no_run
//! use clinkbill::catalogue::{Cycle, NewPrice, NewProduct};
//! use clinkbill::{Client, Currency, Money, TaxCategory};
//!
//! # async fn run(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//! let plan = NewProduct::new("Pro plan", "oss_of_the_picture", TaxCategory::SoftwareService)
//!     .price(NewPrice::recurring(
//!         Money::new("20".parse()?, Currency::USD),
//!         Cycle::monthly().trial_days(7),
//!     ));
//! let plan = client.products().create(&plan).await?;
//! # Ok(())
//! # }
//! ```
//!
//! **Nothing here is idempotent**: the same product created twice is two products. When
//! [`Error::outcome`](crate::Error::outcome) is `Unknown`, list before you create again.

mod price;
mod product;

pub use self::price::{Cycle, NewPrice, Packs, Price, Prices, Recurrence};
pub use self::product::{NewProduct, Product, Products};

/// How many rows one page can have.
const LONGEST_PAGE: u32 = 100;
