//! The rules, in the order of the guide.

use clinkbill_types::{Amount, Currency};

use super::redirect;
use super::{CatalogueLookup, Cell, Forbidden, Observation, QrWish, SnapshotLookup, Verdict};
use crate::error::Refusal;
use crate::wire::request::{PaymentMethodType, UiMode};
use crate::wire::response::{OrderType, PaymentStatus, SessionStatus};

/// The documented behaviour. Every method has it as its default.
pub trait Rulebook: Send + Sync {
    // The request (guide: Quick Start Examples)

    /// QS-01: the secret key of a request says who asks; without one, nobody does.
    fn secret_key<'a>(&self, sent: Option<&'a [u8]>) -> Option<&'a [u8]> {
        sent
    }

    /// QS-01: a request says in milliseconds when it was sent, and that was just now. `skew` is
    /// none where no time can be read; that some skew is taken is our choice (G-07).
    fn timestamp_is_fresh(&self, skew_millis: Option<u64>, tolerance_millis: u64) -> bool {
        skew_millis.is_some_and(|skew| skew <= tolerance_millis)
    }

    /// QS-01: a session is asked for in JSON, and the request says so.
    fn body_may_be_anything(&self) -> bool {
        false
    }

    /// FR-02, FR-16, QR-02, QS-03: a body that the contract's schema forbids is refused.
    fn forbidden_body(&self, _body: &[u8]) -> Forbidden {
        Forbidden::Refused
    }

    // Customer (guide: Session Data, Customer)

    /// CR-01 to CR-30 and CR-43: what happens in each cell of the customer table.
    fn customer_verdict(&self, cell: Cell) -> Verdict {
        cell.documented_verdict()
    }

    /// CR-01: an identifier that is empty counts as not given. That blank text counts as empty
    /// is our choice (G-04).
    fn identifier_is_given(&self, text: &str) -> bool {
        !text.trim().is_empty()
    }

    /// CR-35 (open): the form under which e-mail addresses are compared. Trimmed and in lower
    /// case is our choice (G-05).
    fn email_as_compared(&self, email: &str) -> String {
        email.trim().to_lowercase()
    }

    /// CR-34: a complete import alone names a customer (newer than the guide). Where another
    /// identifier is given, that one decides (our choice).
    fn import_names_a_customer(&self) -> bool {
        true
    }

    /// CR-32: a session that is read is for the customer it was made for.
    fn customer_of_session<'a>(&self, resolved: &'a str) -> &'a str {
        resolved
    }

    /// CR-33: the answer to a new session names its customer, who may have been made for it.
    fn customer_in_answer<'a>(&self, resolved: &'a str, _made: bool) -> &'a str {
        resolved
    }

    /// CR-39 (open): whether a session that is refused leaves behind the customer it would have
    /// made. It does not (G-32, our choice).
    fn refusal_leaves_customer(&self) -> bool {
        false
    }

    // Fields (guide: Product & Price, URLs)

    /// FR-02: the amount is kept to the digit (FR-17, our choice); one with more digits than
    /// can be kept is refused, never rounded.
    fn amount(&self, field: &str, exact: Option<Amount>) -> Result<Amount, Refusal> {
        let reason = "has more digits than can be kept exactly (at most 28)";
        exact.ok_or_else(|| Refusal::field(field, reason))
    }

    /// RD-01: a session is hosted or embedded, as it was asked for. Hosted where nothing is asked
    /// for is our choice (G-11).
    fn ui_mode(&self, asked: Option<UiMode>) -> UiMode {
        asked.unwrap_or(UiMode::HostedPage)
    }

    /// RD-02: a hosted session may go without its URLs, and none is made up.
    fn hosted_url(&self, _field: &str, given: Option<String>) -> Result<Option<String>, Refusal> {
        Ok(given)
    }

    /// FR-03, RD-03: embedded checkout needs a return URL.
    fn elements_return_url(&self, return_url: Option<&str>) -> Result<(), Refusal> {
        let reason = "is required when uiMode is elements";
        return_url.map_or(Err(Refusal::field("returnUrl", reason)), |_| Ok(()))
    }

    /// RD-11 (open): a buyer is sent to absolute http and https URLs only, and a picture is
    /// fetched from nowhere else (G-34, our choice).
    fn web_url(&self, field: &str, url: &str) -> Result<(), Refusal> {
        if redirect::is_web_url(url) {
            Ok(())
        } else {
            Err(Refusal::field(
                field,
                "must be an absolute http or https URL without blanks",
            ))
        }
    }

    /// A metadata key has at most 40 characters (newer than the guide; the contract's schema
    /// cannot say it).
    fn metadata_key(&self, field: &str, key: &str) -> Result<(), Refusal> {
        if key.chars().count() <= 40 {
            Ok(())
        } else {
            Err(Refusal::field(
                field,
                "a key must have at most 40 characters",
            ))
        }
    }

    // Product and price (guide: Session Data, Product & Price)

    /// FR-05 (open): a product and a price are named together or not at all (G-10, our choice).
    fn product_and_price(&self, product: bool, price: bool) -> Result<(), Refusal> {
        match (product, price) {
            (true, false) => Err(Refusal::field("priceId", "is required with productId")),
            (false, true) => Err(Refusal::field("productId", "is required with priceId")),
            _ => Ok(()),
        }
    }

    /// PP-01, PP-05: what is bought by id stands in the catalogue. The names are our choice.
    fn registered_item(&self, lookup: CatalogueLookup) -> Result<(), Refusal> {
        lookup.documented_answer()
    }

    /// PP-03: how many there are of a line: one unless said (our choice).
    fn line_quantity(&self, asked: Option<u32>) -> u32 {
        asked.unwrap_or(1)
    }

    /// PP-02, FR-04: a subscription needs a product made before.
    fn subscription_names_its_product(&self, product: bool) -> Result<(), Refusal> {
        if product {
            return Ok(());
        }
        Err(Refusal::field(
            "productId",
            "is required for a subscription",
        ))
    }

    /// FR-04, PP-02: inline lines are for one-time purchases.
    fn subscription_has_no_lines(&self, lines: bool) -> Result<(), Refusal> {
        if lines {
            let reason = "is for one-time purchases; the price is recurring";
            return Err(Refusal::field("priceDataList", reason));
        }
        Ok(())
    }

    /// FR-06 (open): a registered price and inline lines at once; the price counts (our choice).
    fn one_way_to_name_the_purchase(&self, price: bool, lines: bool) -> Option<Observation> {
        (price && lines).then(|| {
            let text = "priceId and priceDataList are both given; the registered price counts";
            Observation::new("FR-06", text)
        })
    }

    /// FR-07 (open): the amount is the sum of the lines, of quantity times unit amount, exactly.
    /// `sum` is none when it has more digits than can be kept. The amount counts (G-08).
    fn amount_of_lines(&self, amount: Amount, sum: Option<Amount>) -> Option<Observation> {
        (sum != Some(amount)).then(|| {
            let sum = sum.map_or("a number too long to keep".into(), |sum| sum.to_string());
            let text = format!("originalAmount is {amount} and priceDataList makes {sum}");
            Observation::new("FR-07", text)
        })
    }

    /// FR-08 (open): the amount is the registered price's. The session's amount counts.
    fn amount_of_registered_price(
        &self,
        session: (Amount, &Currency),
        price: (Amount, &Currency),
    ) -> Option<Observation> {
        (session != price).then(|| {
            let text = format!(
                "the session is for {} {} and its price is {} {}",
                session.0, session.1, price.0, price.1,
            );
            Observation::new("FR-08", text)
        })
    }

    /// FR-09 (open): a line is in the currency of the session.
    fn currency_of_line(&self, session: &str, line: &str) -> Option<Observation> {
        (session != line).then(|| {
            let text = format!("originalCurrency is {session} and a line is in {line}");
            Observation::new("FR-09", text)
        })
    }

    /// FR-10 (open): neither a registered price nor an inline line is given.
    fn something_is_bought(&self, price: bool, lines: bool) -> Option<Observation> {
        (!price && !lines).then(|| {
            let text = "neither priceId nor priceDataList says what is bought";
            Observation::new("FR-10", text)
        })
    }

    /// FR-13: phases are planned for subscriptions.
    fn phases_are_of_a_subscription(&self, recurring: bool) -> Result<(), Refusal> {
        if recurring {
            return Ok(());
        }
        let reason = "is for subscriptions: priceId must be a recurring price";
        Err(Refusal::field("scheduledPhases", reason))
    }

    /// FR-13: `sequence` and `effectiveCycle` strictly increase from phase to phase.
    fn phases_increase(&self, before: (i32, i32), after: (i32, i32)) -> Result<(), Refusal> {
        if before.0 < after.0 && before.1 < after.1 {
            return Ok(());
        }
        let reason = "sequence and effectiveCycle must strictly increase";
        Err(Refusal::field("scheduledPhases", reason))
    }

    /// FR-13: a phase charges a snapshot of a recurring price in the payment currency.
    fn phase_snapshot(&self, lookup: SnapshotLookup) -> Result<(), Refusal> {
        lookup.documented_answer()
    }

    /// FR-14: a local price is for one-time purchases; subscriptions ignore the wish.
    fn local_price_counts(&self, wished: bool, recurring: bool) -> Result<bool, Refusal> {
        Ok(wished && !recurring)
    }

    /// FR-11: a promotion code is ignored unless codes are allowed. That they are not allowed
    /// when nothing is said is our choice.
    fn promotion_code_counts(&self, allowed: Option<bool>) -> Result<bool, Refusal> {
        Ok(allowed == Some(true))
    }

    /// FR-11: the input can be hidden only where a code is given and allowed.
    fn hidden_promotion_input(&self, code: bool, allowed: bool) -> Result<(), Refusal> {
        if code && allowed {
            return Ok(());
        }
        let reason = "false needs promotionCode, and allowPromotionCodes to be true";
        Err(Refusal::field("showPromotionCode", reason))
    }

    /// FR-15 (open): the preselected payment method is one that the session hides. It stays
    /// hidden (our choice).
    fn preselected_is_shown(&self, hidden: bool) -> Option<Observation> {
        hidden.then(|| {
            let text = "paymentMethodType also stands in paymentMethodTypeBlackList";
            Observation::new("FR-15", text)
        })
    }

    // Customer experience and direct QR (guide: Customer Experience, Direct QR Launch)

    /// CX-02: the page begins with the merchant, who is named at its top beside the way out.
    fn page_begins_with_merchant(&self) -> bool {
        true
    }

    /// CX-04: the customer's email is filled in.
    fn customer_is_filled_in(&self) -> bool {
        true
    }

    /// PP-03, PP-04: the page shows the lines of the request.
    fn page_shows_lines(&self) -> bool {
        true
    }

    /// PP-04: the page shows what the catalogue has of a product that was named.
    fn page_shows_registered_item(&self) -> bool {
        true
    }

    /// CX-03: a method is offered when the table has it for the purchase and the buyer's place,
    /// and the merchant has not hidden it.
    fn is_offered(&self, _method: PaymentMethodType, listed: bool, hidden: bool) -> bool {
        listed && !hidden
    }

    /// CX-03: beside the session's own currency stand those of the buyer's place.
    fn local_currencies_are_shown(&self) -> bool {
        true
    }

    /// QR-04: a wish that does not count is ignored, and no reason to refuse.
    fn qr_wish_is_taken(
        &self,
        _wished: PaymentMethodType,
        _preselected: Option<PaymentMethodType>,
        _hidden: bool,
    ) -> Result<(), Refusal> {
        Ok(())
    }

    /// FR-12, QR-01 to QR-04: the QR code opens at once when the wish is also the preselected
    /// method and is available; otherwise the wish is ignored. QRIS is newer than the guide.
    fn qr_launches(&self, _method: PaymentMethodType, wish: QrWish) -> bool {
        wish.wished && wish.preselected && wish.available
    }

    /// QR-05: a QR code that opens at once does not pay by itself.
    fn qr_launch_pays(&self) -> bool {
        false
    }

    // Redirects (guide: Return and Redirect URLs)

    /// RD-04: after a successful hosted payment the buyer goes to the success URL, with the
    /// session id appended.
    fn success_redirect(&self, success_url: &str, session_id: &str) -> String {
        redirect::append_session_id(success_url, session_id)
    }

    /// RD-04, RD-07: the buyer is sent on when the session is complete, and stays after an attempt
    /// that failed.
    fn buyer_is_sent_on(&self, completes: bool) -> bool {
        completes
    }

    /// RD-05: who leaves a hosted checkout goes to the cancel URL, as it was given.
    fn cancel_redirect(&self, cancel_url: &str) -> String {
        cancel_url.to_owned()
    }

    /// RD-05: a session that the buyer left goes on (our choice).
    fn leaving_ends_session(&self) -> bool {
        false
    }

    /// RD-07: embedded checkout ends at the return URL, with the placeholder replaced by the
    /// session id.
    fn return_redirect(&self, return_url: &str, session_id: &str) -> String {
        redirect::replace_placeholder(return_url, session_id)
    }

    // Status (guide: Session Data, Status)

    /// ST-01 to ST-03: as what a session that stands there is told.
    fn status(&self, stands: SessionStatus) -> SessionStatus {
        stands
    }

    /// ST-09: as what its payment is told.
    fn payment_status(&self, stands: PaymentStatus) -> PaymentStatus {
        stands
    }

    /// RD-06: a session is read by its id, wherever it stands.
    fn session_can_be_read(&self, _stands: SessionStatus) -> bool {
        true
    }

    /// ST-05: a session says when it ends.
    fn end_as_told(&self, end_millis: i64) -> i64 {
        end_millis
    }

    /// ST-05: a session's link is time-limited: past its end it is expired.
    fn is_past_its_end(&self, now: i64, expire: i64) -> bool {
        now >= expire
    }

    /// ST-02, ST-04: an attempt that succeeded completes the session; one that failed does not.
    fn attempt_completes_session(&self, succeeded: bool) -> bool {
        succeeded
    }

    /// ST-02, ST-04: attempts go on until one has succeeded. The name is our choice.
    fn attempt_at_completed_session(&self) -> Result<(), Refusal> {
        Err(Refusal::new(
            "SESSION_COMPLETED",
            "the session has concluded with a successful payment",
        ))
    }

    /// ST-03: an expired session takes no attempts.
    fn attempt_at_expired_session(&self) -> Result<(), Refusal> {
        Err(Refusal::new(
            "SESSION_EXPIRED",
            "the session has expired and takes no further payment attempts",
        ))
    }

    /// ST-04 (open): while an attempt is processing or waits for the buyer, no other begins
    /// (our choice).
    fn attempt_beside_another(&self, under_way: bool) -> Result<(), Refusal> {
        if !under_way {
            return Ok(());
        }
        Err(Refusal::new(
            "ORDER_HAS_ONE_IN_PROCESSING",
            "another payment of the session has neither succeeded nor failed yet",
        ))
    }

    /// CX-03: a buyer pays by a method that the checkout offers. The name is our choice.
    fn attempt_by_method(&self, offered: bool) -> Result<(), Refusal> {
        if offered {
            return Ok(());
        }
        Err(Refusal::new(
            "PAYMENT_METHOD_NOT_AVAILABLE",
            "the checkout does not offer this payment method for this purchase at this place",
        ))
    }

    /// ST-08 (open): a payment that succeeds after the session has expired leaves it expired.
    /// The order succeeds, what it pays for is made, and the session tells of both (our choice).
    fn late_success_completes(&self) -> bool {
        false
    }

    /// ST-06: a successful payment starts a subscription where the price is recurring, and
    /// concludes a one-time purchase elsewhere.
    fn payment_starts_subscription(&self, succeeded: bool, recurring: bool) -> bool {
        succeeded && recurring
    }

    /// ST-06: an order tells a one-time purchase from a recurring one.
    fn order_type(&self, bought: OrderType) -> OrderType {
        bought
    }

    /// ST-06 (open): what the first payment charges; nothing while a free trial runs (our
    /// choice). The order and the invoice say so.
    fn first_charge(&self, amount: Amount, trial_days: u32) -> Amount {
        if trial_days > 0 { Amount::ZERO } else { amount }
    }

    // Merchant reference (guide: Merchant Reference)

    /// MR-01: a session keeps the merchant reference it was given; none is made up.
    fn session_reference(&self, given: Option<String>) -> Option<String> {
        given
    }

    /// MR-01: the merchant reference stands on every order made through the session.
    fn order_reference(&self, session_reference: Option<&str>) -> Option<String> {
        session_reference.map(str::to_owned)
    }

    /// MR-04: the reference of the first order stands on the subscription and its invoice.
    fn subscription_reference<'a>(&self, reference: Option<&'a str>) -> Option<&'a str> {
        reference
    }

    /// MR-07: orders can be asked for by their merchant reference.
    fn orders_asked_for(&self, reference: Option<String>) -> Option<String> {
        reference
    }

    /// MR-02: a merchant reference makes nothing idempotent: a session for a reference that was
    /// used before is another session.
    fn reference_leads_to_earlier_session(&self) -> bool {
        false
    }
}
