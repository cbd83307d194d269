//! The developer's page, while a buyer pays in another window.

use clinkbill_browser::{Error, Look, Window};
use clinkbill_sandbox::{Attempt, Fault, FaultKind};
use serde_json::{Value, json};

use crate::pay::{DECLINED, PAY, SUCCEEDS};
use crate::stage::{Checkout, Stage, pay_by_card};

const MARKUP: &str = "<img src=x onerror=alert(1)><script>document.title='taken'</script>";

/// Opens the book of the stage's merchant in the stage's window, and waits until it is followed.
pub(crate) async fn open(stage: &Stage) -> Result<(), Error> {
    stage.window.go(&stage.here("/")).await?;
    stage.window.click("tbody a").await?;
    stage.window.reads("Live: what happens appears").await
}

/// Fills the book of the stage's merchant with something of everything.
pub(crate) fn fill(stage: &Stage) -> Result<(), Error> {
    let merchant = stage.merchant();
    let subscription = json!({
        "productId": "prd_notes", "priceId": "price_trial", "originalAmount": 19.99,
        "merchantReferenceId": "order-17", "priceDataList": Value::Null,
    });
    let subscribed = stage.checkout(&subscription)?;
    merchant.pay(&subscribed.id, Attempt::succeeded())?;
    let declined = stage.checkout(&json!({"merchantReferenceId": "order-18"}))?;
    merchant.pay(&declined.id, Attempt::failed())?;
    let under_way =
        json!({"customerEmail": "grace@example.com", "merchantReferenceId": "order-19"});
    let under_way = stage.checkout(&under_way)?;
    merchant.pay(&under_way.id, Attempt::processing())?;
    stage.session(&declined)?;
    let mismatch = json!({"referenceCustomerId": "customer-17"});
    assert!(stage.checkout(&mismatch).is_err());
    merchant.arm(Fault::new(FaultKind::Unavailable { retry_after: 2 }).on("getOrder"))?;
    Ok(())
}

/// What stands in the first row of a section.
async fn first_row(window: &Window, section: &str) -> Result<String, Error> {
    window.text(&format!("#part-{section} tbody tr")).await
}

pub(crate) async fn a_purchase_in_another_window_appears_without_a_reload(
    stage: &Stage,
) -> Result<(), Error> {
    let checkout = stage.checkout(&json!({}))?;
    open(stage).await?;
    stage.window.script("window.isTheSamePage = true").await?;
    assert!(!stage.window.sees("#part-orders table").await?);

    let buyers = stage.another_window(Look::Phone).await?;
    buyers.go(&checkout.url).await?;
    pay_by_card(&buyers, DECLINED, PAY).await?;
    buyers.reads("The card was declined.").await?;
    stage.window.reads("failed: card_declined").await?;
    pay_by_card(&buyers, SUCCEEDS, PAY).await?;
    buyers.arrives_at(&stage.shop.url("/thanks")).await?;
    buyers.close().await?;

    stage.window.reads("order.succeeded").await?;
    let order = first_row(&stage.window, "orders").await?;
    assert!(order.contains("success 32.48 USD CARD"), "{order}");
    let session = first_row(&stage.window, "sessions").await?;
    assert!(session.contains(&checkout.id), "{session}");
    assert!(session.contains("completed"), "{session}");
    let same = stage.window.script("return window.isTheSamePage").await?;
    assert_eq!(same, true, "the page was loaded anew");
    Ok(())
}

pub(crate) async fn the_list_of_books_shows_who_comes_without_a_reload(
    stage: &Stage,
) -> Result<(), Error> {
    let window = &stage.window;
    window.go(&stage.here("/")).await?;
    window.reads("Live: what happens appears").await?;
    window.reads("There is no book yet").await?;
    window.script("window.isTheSamePage = true").await?;
    let checkout = stage.checkout(&json!({}))?;
    window.text("tbody tr").await?;
    assert!(window.text("tbody tr").await?.ends_with(" 1 0"));
    stage.merchant().pay(&checkout.id, Attempt::succeeded())?;
    window
        .text("tbody tr:has(td:nth-of-type(4):not(:empty))")
        .await?;
    let counted = "const done = arguments[0], look = () =>
        document.querySelector('tbody tr')?.textContent.endsWith('11') ? done(true) : setTimeout(look, 20);
        look();";
    assert_eq!(window.script_that_calls_back(counted).await?, true);
    let same = window.script("return window.isTheSamePage").await?;
    assert_eq!(same, true, "the page was loaded anew");
    Ok(())
}

pub(crate) async fn a_refused_request_shows_its_rule_as_it_arrives(
    stage: &Stage,
) -> Result<(), Error> {
    stage.checkout(&json!({}))?;
    open(stage).await?;
    assert!(
        stage
            .checkout(&json!({"referenceCustomerId": "new"}))
            .is_err()
    );
    stage
        .window
        .reads("Refused by CR-08: A known email")
        .await?;
    let row = first_row(&stage.window, "requests").await?;
    assert!(row.contains("CUSTOMER_IDENTIFIER_NOT_MATCHED"), "{row}");
    let said = stage.window.text("#part-requests dl").await?;
    assert!(
        said.contains("An unknown email alone makes a customer."),
        "{said}"
    );
    Ok(())
}

pub(crate) async fn the_buttons_of_a_book_do_what_they_say(stage: &Stage) -> Result<(), Error> {
    let window = &stage.window;
    let late = stage.checkout(&json!({}))?;
    let declined = stage.checkout(&json!({}))?;
    open(stage).await?;
    press(stage, "decline", &declined).await?;
    window.reads("failed: card_declined").await?;
    stage.stands(&declined, "open")?;
    press(stage, "pay", &declined).await?;
    window.reads("order.succeeded").await?;
    stage.stands(&declined, "completed")?;

    window.press("Freeze").await?;
    window.reads("standing still").await?;
    let later = "const now = Date.parse(document.querySelector('time').dateTime);
        return new Date(now + 3600000).toISOString().slice(0, 19) + 'Z'";
    let later = window.script(later).await?;
    window.press("Advance an hour").await?;
    window.text(&format!("time[datetime={later}]")).await?;
    window.press("Resume").await?;
    window.reads("running").await?;

    press(stage, "expire", &late).await?;
    window.reads("session.expired").await?;
    stage.stands(&late, "expired")?;

    window.press("Arm").await?;
    window.reads("until cleared").await?;
    let answer = stage.server.sandbox().get("order");
    assert_eq!(answer.status(), 401);
    window.press("Clear all faults").await?;
    window.text("#part-faults:not(:has(table))").await?;
    assert_eq!(stage.server.sandbox().get("order").status(), 200);
    Ok(())
}

async fn press(stage: &Stage, button: &str, checkout: &Checkout) -> Result<(), Error> {
    let button = format!("button[name={button}][value=\"{}\"]", checkout.id);
    stage.window.click(&button).await
}

pub(crate) async fn an_event_is_sent_again_from_its_row(stage: &Stage) -> Result<(), Error> {
    let checkout = stage.checkout(&json!({}))?;
    open(stage).await?;
    press(stage, "pay", &checkout).await?;
    stage.window.reads("attempt 1: answered 200; ").await?;
    let lines = "return document.querySelectorAll('#part-events tbody tr:first-child li').length";
    assert_eq!(stage.window.script(lines).await?, 1);
    stage.window.click("#part-events button").await?;
    let two = "#part-events tbody tr:first-child li:nth-child(2)";
    stage.window.text(two).await?;
    Ok(())
}

pub(crate) async fn what_changes_leaves_the_reader_where_they_are(
    stage: &Stage,
) -> Result<(), Error> {
    let first = stage.checkout(&json!({}))?;
    open(stage).await?;
    let window = &stage.window;
    // A narrow window, so that a table can be scrolled.
    window.look(Look::Phone).await?;
    let place = format!(
        "const table = document.querySelector('#part-sessions .scroll');
         table.scrollLeft = 40;
         document.querySelector('button[name=decline][value=\"{}\"]').focus();
         document.querySelector('input[name=advance]').value = '17';
         scrollTo(0, 300);",
        first.id
    );
    window.script(&place).await?;
    let second = stage.checkout(&json!({"merchantReferenceId": "appears"}))?;
    window.reads("appears").await?;
    let still = "const focused = document.activeElement;
        return [document.querySelector('#part-sessions .scroll').scrollLeft > 0, focused.name,
            focused.value, document.querySelector('input[name=advance]').value, scrollY > 0]";
    let still = window.script(still).await?;
    assert_eq!(still, json!([true, "decline", first.id, "17", true]));
    assert!(first_row(window, "sessions").await?.contains(&second.id));
    Ok(())
}

pub(crate) async fn an_earlier_part_of_a_list_stays_one_when_something_happens(
    stage: &Stage,
) -> Result<(), Error> {
    for _ in 0..52 {
        stage.checkout(&json!({}))?;
    }
    open(stage).await?;
    let window = &stage.window;
    window.follow("Checkout sessions").await?;
    window.reads("The latest 50 of 52.").await?;
    window.follow("Earlier").await?;
    window.reads("51 to 52 of 52, the latest first.").await?;
    window.reads("Live: what happens appears").await?;
    window.script("window.isTheSamePage = true").await?;
    stage.checkout(&json!({}))?;
    window.reads("51 to 53 of 53, the latest first.").await?;
    let same = window.script("return window.isTheSamePage").await?;
    assert_eq!(same, true, "the page was loaded anew");
    Ok(())
}

pub(crate) async fn what_others_wrote_is_text_on_a_book_and_nothing_comes_from_elsewhere(
    stage: &Stage,
) -> Result<(), Error> {
    open_with_a_session(stage).await?;
    let fields = json!({
        "customerEmail": Value::Null, "referenceCustomerId": MARKUP, "merchantReferenceId": MARKUP,
        "priceDataList": [{"name": MARKUP, "unitAmount": 32.48,
            "imageUrl": "https://elsewhere.example/a.png"}],
    });
    stage.checkout(&fields)?;
    let _ = stage.server.sandbox().get("order/%3Cscript%3E");
    stage.window.reads("<img src=x").await?;
    let seen = "return [
        document.querySelectorAll('img, iframe, object, script:not([src]), [onerror], [style]').length,
        document.title === 'taken',
        performance.getEntriesByType('resource').map(one => new URL(one.name).origin)
            .filter(origin => origin !== location.origin)]";
    assert_eq!(stage.window.script(seen).await?, json!([0, false, []]));
    Ok(())
}

async fn open_with_a_session(stage: &Stage) -> Result<(), Error> {
    stage.checkout(&json!({}))?;
    open(stage).await
}

pub(crate) async fn a_book_without_its_script_is_read_and_pressed(
    stage: &Stage,
) -> Result<(), Error> {
    stage.window.without_scripts().await?;
    let checkout = stage.checkout(&json!({}))?;
    stage.window.go(&stage.here("/")).await?;
    stage.window.click("tbody a").await?;
    assert!(!stage.window.sees("#live").await?);
    press(stage, "pay", &checkout).await?;
    stage.window.reads("order.succeeded").await?;
    stage.window.follow("Load again").await?;
    stage.stands(&checkout, "completed")
}

/// With a sandbox that stops, which a page that follows must not hold up.
pub(crate) async fn a_book_that_is_emptied_is_followed_on(stage: &Stage) -> Result<(), Error> {
    open_with_a_session(stage).await?;
    stage.merchant().reset();
    let none = "#part-sessions p:last-child";
    stage.window.reads("None.").await?;
    stage.window.text(none).await?;
    stage.checkout(&json!({"merchantReferenceId": "after-the-reset"}))?;
    stage.window.reads("after-the-reset").await
}
