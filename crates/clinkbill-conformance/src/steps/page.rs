//! The checkout page, as its buyer reads it.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a step takes what its sentence says by value"
)]

use cucumber::gherkin::Step as Sentence;
use cucumber::{then, when};
use url::Url;

use super::purchase::{confirm, of_a_notebook};
use crate::html::Page;
use crate::world::{Broken, Shop, Step, broken, said};

#[when("the buyer opens the checkout")]
async fn opens(shop: &mut Shop) -> Step {
    open(shop, None).await
}

#[when(regex = r"^a buyer in ([A-Z]{2}) opens the checkout$")]
async fn opens_from(shop: &mut Shop, country: String) -> Step {
    open(shop, Some(&country)).await
}

#[then(regex = r#"^the page does not say "(.+)"$"#)]
fn does_not_say(shop: &mut Shop, words: String) -> Step {
    holds(!page(shop)?.says(&words), &format!("it says {words}"))
}

#[then("the page says the new email")]
fn says_new_email(shop: &mut Shop) -> Step {
    let email = shop.new_email();
    holds(page(shop)?.says(&email), "it does not say the email")
}

#[then(regex = r"^the page says the (email|name) of ([A-Z][a-z]+)$")]
fn says_what_is_known(shop: &mut Shop, what: String, whose: String) -> Step {
    let words = match what.as_str() {
        "email" => shop.person(&whose)?.email.clone(),
        _ => Some(shop.product(&whose)?.name.clone()),
    };
    let words = words.ok_or_else(|| Broken(format!("{whose} has no {what}")))?;
    holds(
        page(shop)?.says(&words),
        &format!("it does not say {words}"),
    )
}

/// A row for each line, with all the cells of the table somewhere in it, in the same order.
#[then("the page lists")]
fn lists(shop: &mut Shop, step: &Sentence) -> Step {
    let expected = step.table.as_ref().map_or(&[][..], |table| &table.rows);
    let expected: Vec<Vec<String>> = expected
        .iter()
        .map(|row| row.iter().map(|cell| named(shop, cell)).collect())
        .collect();
    let rows = page(shop)?.rows();
    let mut rest = rows.iter();
    for wanted in &expected {
        let found = rest.any(|row| wanted.iter().all(|cell| row.contains(&cell.as_str())));
        holds(
            found,
            &format!("{wanted:?} is not among {rows:?} in its place"),
        )?;
    }
    Ok(())
}

#[then(regex = r"^the page totals (\S+ [A-Z]{3})$")]
fn totals(shop: &mut Shop, total: String) -> Step {
    let rows = page(shop)?.rows();
    let last = rows.last().and_then(|row| row.last());
    holds(
        last == Some(&total.as_str()),
        &format!("the last row ends with {last:?}, not {total}"),
    )
}

#[then("the page begins with the merchant and the way to leave")]
fn begins_with_merchant(shop: &mut Shop) -> Step {
    merchant(page(shop)?).map(drop)
}

#[then(regex = r"^the way to leave leads to (\S+), whatever is added$")]
fn leads_to(shop: &mut Shop, url: String) -> Step {
    let page = page(shop)?;
    let links: Vec<_> = page.links_inside("header").collect();
    let found = matches!(links[..], [link] if link.starts_with(&url));
    holds(
        found,
        &format!("the links at the top are {links:?}, not {url}"),
    )
}

#[then("the page has no way to leave")]
fn no_way_to_leave(shop: &mut Shop) -> Step {
    let page = page(shop)?;
    let links: Vec<_> = page.links_inside("header").collect();
    holds(
        links.is_empty(),
        &format!("the links at the top are {links:?}"),
    )
}

/// The same merchant's next page begins the same, and another merchant's does not.
#[then("the page tells this merchant from another")]
async fn tells_merchants_apart(shop: &mut Shop) -> Step {
    let name = merchant(page(shop)?)?;
    open_another(shop).await?;
    let again = merchant(page(shop)?)?;
    holds(
        again == name,
        &format!("the merchant is {name}, then {again}"),
    )?;
    shop.become_another_merchant()?;
    open_another(shop).await?;
    let other = merchant(page(shop)?)?;
    holds(other != name, &format!("both merchants are called {name}"))
}

#[then(regex = r"^the page (offers|does not offer) ([A-Z]+) among (.+)$")]
fn offers_among(shop: &mut Shop, offers: String, word: String, heading: String) -> Step {
    let page = page(shop)?;
    let list = page.list_below(&heading);
    holds(!list.is_empty(), &format!("nothing stands below {heading}"))?;
    let found = list.contains(&word.as_str());
    holds(
        found == (offers == "offers"),
        &format!("{heading} are {list:?}"),
    )
}

#[then(regex = r"^the page opens with the QR code of (.+)$")]
fn opens_with_code(shop: &mut Shop, method: String) -> Step {
    let page = page(shop)?;
    let expected = format!("QR code of {method}");
    let pictures: Vec<_> = page.pictures().collect();
    holds(
        pictures == [expected.as_str()],
        &format!("its pictures are {pictures:?}, not the {expected}"),
    )
}

#[then("the page opens with no QR code")]
fn opens_without_code(shop: &mut Shop) -> Step {
    let pictures: Vec<_> = page(shop)?.pictures().collect();
    holds(
        pictures.is_empty(),
        &format!("its pictures are {pictures:?}"),
    )
}

#[then("the page takes a payment")]
fn takes_payment(shop: &mut Shop) -> Step {
    holds(page(shop)?.has_buttons(), "there is nothing to press")
}

async fn open(shop: &mut Shop, country: Option<&str>) -> Step {
    let url = shop.accepted()?.data.text("url");
    let url = url.ok_or_else(|| broken("the session has no url"))?;
    let mut url = Url::parse(&url).map_err(|_| broken("the session's url is none"))?;
    if let Some(country) = country {
        url.query_pairs_mut().append_pair("country", country);
    }
    let wire = shop.wire()?;
    let answer = wire
        .open_page(url, &mut shop.exchanges)
        .await
        .map_err(said)?;
    shop.page = Some(Page::read(&answer.body));
    Ok(())
}

/// Opens the checkout of one more session with a way to leave.
async fn open_another(shop: &mut Shop) -> Step {
    let draft = of_a_notebook(shop);
    shop.create(&draft).await?;
    confirm(shop).await?;
    open(shop, None).await
}

/// What the page calls the merchant. The header comes first, and the way to leave stands in it.
fn merchant(page: &Page) -> Result<String, Broken> {
    holds(
        page.begins_with("header"),
        "it does not begin with a header",
    )?;
    let links = page.links_inside("header").count();
    holds(links == 1, &format!("{links} links stand at the top"))?;
    let words: Vec<_> = page.inside("header").collect();
    match words[..] {
        [name, _leave] => Ok(name.to_owned()),
        _ => Err(Broken(format!(
            "at the top stand {words:?}, not the merchant and the way to leave"
        ))),
    }
}

/// What a cell stands for: the name of a product, where it is one the scenario knows.
fn named(shop: &Shop, cell: &str) -> String {
    shop.product(cell)
        .map_or_else(|_| cell.to_owned(), |product| product.name.clone())
}

fn page(shop: &Shop) -> Result<&Page, Broken> {
    shop.page
        .as_ref()
        .ok_or_else(|| broken("nobody opened the checkout"))
}

fn holds(condition: bool, otherwise: &str) -> Step {
    if condition {
        Ok(())
    } else {
        Err(broken(otherwise))
    }
}
