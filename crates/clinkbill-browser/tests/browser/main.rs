//! Walks through the pages of the sandbox and of the shops, in a browser as people have it.
//!
//! Each walk is a test of its own with a window and a sandbox of its own. Without a browser, or
//! without axe-core where it is needed (`npm ci` in this crate), they are reported as ignored, with
//! the reason. `UPDATE_PICTURES=1` lets the walks write the pictures of the documentation.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "walks fail as tests do, and tell why they do not run"
)]

mod access;
mod books;
mod codes;
mod ends;
mod frames;
mod onward;
mod pay;
mod pictures;
mod shop;
mod shops;
mod stage;

use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use clinkbill_browser::{Browser, Error, Look, Missing};
use libtest_mimic::{Arguments, Completion, Trial};
use tokio::runtime::Runtime;

use crate::stage::Stage;

const PREFIX: &str = "browser::";

/// A walk: its name, how the pages are looked at, and what is done.
struct Walk {
    name: &'static str,
    look: Look,
    go: fn(Arc<Stage>) -> Going,
}

type Going = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// Makes a walk of each function, named as it is.
macro_rules! walks {
    ($($look:ident: $module:ident::$name:ident;)+) => {
        vec![$($crate::Walk {
            name: stringify!($name),
            look: ::clinkbill_browser::Look::$look,
            go: |stage| Box::pin(async move { $crate::$module::$name(&stage).await }),
        }),+]
    };
}

/// One browser for all walks, started when the first one begins.
struct Shared {
    runtime: Runtime,
    browser: OnceLock<Result<Arc<Browser>, Missing>>,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A browser is a busy program.
    arguments.test_threads.get_or_insert(2);
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    let shared = Arc::new(Shared {
        runtime,
        browser: OnceLock::new(),
    });
    let missing = Browser::look_for().err().map(|missing| missing.to_string());
    let trials = walks()
        .into_iter()
        .map(|walk| {
            let shared = Arc::clone(&shared);
            let missing = missing
                .clone()
                .or_else(|| access::missing(walk.name))
                .or_else(|| shop::missing(walk.name));
            Trial::ignorable_test(format!("{PREFIX}{}", walk.name), move || match missing {
                Some(reason) => Ok(Completion::ignored_with(reason)),
                None => match shared.walk(&walk) {
                    Ok(()) => Ok(Completion::Completed),
                    Err(error) => Err(error.to_string().into()),
                },
            })
        })
        .collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(shared);
    conclusion.exit_code()
}

fn walks() -> Vec<Walk> {
    walks! {
        Desktop: pay::a_buyer_pays_by_card_and_lands_on_the_success_url;
        Desktop: pay::a_declined_card_is_said_and_the_next_one_pays;
        Desktop: pay::a_card_that_needs_confirmation_is_confirmed;
        Desktop: pay::a_buyer_cancels_and_the_session_stays_open;
        Desktop: pay::a_mistake_stands_at_its_field;
        Desktop: pay::the_keyboard_is_enough;
        Desktop: pay::a_page_without_its_script_takes_a_payment;
        Desktop: pay::a_subscription_with_a_trial_starts;
        Desktop: pay::the_card_is_asked_for_only_where_it_is_paid_by;
        Phone: pay::a_phone_shows_one_column_and_takes_a_payment;
        Desktop: codes::a_code_opens_at_once_and_pays_only_when_the_app_does;
        Desktop: codes::a_code_opens_when_it_is_chosen;
        Desktop: codes::a_page_goes_on_when_the_payment_is_made_elsewhere;
        Desktop: onward::a_buyer_without_scripts_gets_to_a_shop_that_redirects_to_another_site;
        Desktop: onward::a_buyer_without_scripts_gets_to_a_shop_on_an_ipv6_address;
        Desktop: onward::a_buyer_without_scripts_gets_to_a_shop_by_a_link_of_any_length;
        Desktop: onward::a_buyer_without_scripts_gets_back_from_an_embedded_checkout;
        Desktop: onward::the_shop_is_not_told_where_the_buyer_comes_from;
        Desktop: ends::a_page_that_is_open_notices_that_its_session_has_expired;
        Desktop: ends::a_payment_after_the_end_is_not_taken;
        Desktop: ends::the_countdown_runs_and_stands_with_the_merchants_clock;
        Desktop: shops::a_buyer_of_the_hosted_shop_leaves_comes_back_and_pays;
        Desktop: shops::a_buyer_of_the_embedded_shop_pays_without_leaving_it;
        Desktop: shops::a_buyer_whose_checkout_did_not_answer_tries_again;
        Desktop: shops::axe_finds_nothing_in_the_shops;
        Dark: shops::axe_finds_nothing_in_the_shops_in_the_dark;
        Phone: shops::axe_finds_nothing_in_the_shops_on_a_phone;
        Desktop: frames::an_embedded_checkout_is_paid_in_its_frame_and_leads_the_window_on;
        Desktop: frames::a_hosted_checkout_is_shown_in_no_frame;
        Desktop: frames::another_page_can_send_no_form;
        Desktop: frames::what_a_merchant_wrote_runs_and_fetches_nothing;
        Desktop: books::a_purchase_in_another_window_appears_without_a_reload;
        Desktop: books::the_list_of_books_shows_who_comes_without_a_reload;
        Desktop: books::a_refused_request_shows_its_rule_as_it_arrives;
        Desktop: books::the_buttons_of_a_book_do_what_they_say;
        Desktop: books::an_event_is_sent_again_from_its_row;
        Desktop: books::what_changes_leaves_the_reader_where_they_are;
        Desktop: books::an_earlier_part_of_a_list_stays_one_when_something_happens;
        Desktop: books::what_others_wrote_is_text_on_a_book_and_nothing_comes_from_elsewhere;
        Desktop: books::a_book_without_its_script_is_read_and_pressed;
        Desktop: books::a_book_that_is_emptied_is_followed_on;
        Desktop: access::axe_finds_nothing_on_a_light_page;
        Dark: access::axe_finds_nothing_on_a_dark_page;
        Phone: access::axe_finds_nothing_on_a_phone;
        Desktop: access::axe_finds_nothing_on_a_light_book;
        Dark: access::axe_finds_nothing_on_a_dark_book;
        Phone: access::axe_finds_nothing_on_a_book_on_a_phone;
        Desktop: pictures::the_checkout_page;
        Desktop: pictures::a_small_book;
    }
}

impl Shared {
    fn walk(&self, walk: &Walk) -> Result<(), Error> {
        let browser = self.browser.get_or_init(|| Browser::start().map(Arc::new));
        let browser = browser.as_ref().map_err(ToString::to_string)?;
        self.runtime.block_on(async {
            let stage = Arc::new(Stage::set(Arc::clone(browser), walk.look).await?);
            // A task of its own, so that the window is closed after a panic too.
            let walked = tokio::spawn((walk.go)(Arc::clone(&stage))).await;
            if let Some(stage) = Arc::into_inner(stage) {
                stage.window.close().await?;
            }
            match walked {
                Ok(result) => result,
                Err(error) => Err(format!("{error}").into()),
            }
        })
    }
}
