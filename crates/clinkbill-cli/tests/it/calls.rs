//! `clinkbill checkout` and `clinkbill order`, against a sandbox of another process.

use serde_json::Value;

use crate::command::{
    Ended, NOWHERE, Shop, clinkbill, file, file_with, fits, sandbox_without_events,
};

const MUGS: [&str; 8] = [
    "checkout",
    "create",
    "--email",
    "customer@example.com",
    "--currency",
    "USD",
    "--line",
    "A mug: large:2:4.990",
];

fn json(shop: &Shop, shape: &str, arguments: &[&str]) -> Value {
    let output = shop.run(&[arguments, &["--json"]].concat());
    assert_eq!(output.code(), 0, "{arguments:?}: {}", output.stderr());
    assert_eq!(output.stderr(), "");
    assert!(!output.stdout().contains('\u{1b}'));
    fits(shape, output.stdout())
}

#[test]
fn a_session_is_created_read_paid_and_found_by_its_orders() {
    let shop = sandbox_without_events();
    let with_reference = [&MUGS[..], &["--merchant-reference", "order-17"]].concat();
    let output = shop.run(&[&with_reference[..], &["--json"]].concat());
    assert_eq!(output.code(), 0, "{}", output.stderr());
    assert!(output.stdout().contains("9.980"), "{}", output.stdout());
    let created = fits("checkout_create", output.stdout());
    let id = created["session_id"].as_str().unwrap();
    let url = created["url"].as_str().unwrap();
    assert!(
        url.starts_with(shop.base_url.trim_end_matches("api/")),
        "{url}"
    );

    let session = json(&shop, "checkout_get", &["checkout", "get", id]);
    assert_eq!(session["status"], "open");
    assert_eq!(session["lines"][0]["name"], "A mug: large");
    assert_eq!(session["lines"][0]["quantity"], 2);
    assert_eq!(session["customer_email"], "customer@example.com");

    let list = ["order", "list", "--merchant-reference", "order-17"];
    assert_eq!(json(&shop, "order_list", &list)["total"], 0);
    assert_eq!(shop.run(&list).stdout(), "0 orders\n");
    shop.pay(id);
    let one = shop.run(&list);
    assert!(one.stdout().ends_with("\n1 order\n"), "{}", one.stdout());
    let orders = json(&shop, "order_list", &list);
    assert_eq!(orders["total"], 1);
    let order = orders["orders"][0]["order_id"].as_str().unwrap();
    let order = json(&shop, "order_get", &["order", "get", order]);
    assert_eq!(order["session_id"], id);
    let other = ["order", "list", "--merchant-reference", "order-18"];
    assert_eq!(json(&shop, "order_list", &other)["total"], 0);

    let paid = shop.run(&["checkout", "get", id]);
    assert!(paid.stdout().contains("9.980 USD"), "{}", paid.stdout());
    assert!(
        !paid.stdout().contains(url),
        "a link is for the buyer alone"
    );
}

#[test]
fn what_a_buyer_did_not_pay_is_not_told_as_paid_and_no_value_makes_a_row() {
    let shop = sandbox_without_events();
    let reference = "x\nstatus         success\n\npaid  1000 USD \u{202e}";
    let with_reference = [&MUGS[..], &["--merchant-reference", reference, "--json"]].concat();
    let created = fits("checkout_create", shop.run(&with_reference).stdout());
    let id = created["session_id"].as_str().unwrap();
    shop.pay(id);
    for arguments in [&["checkout", "get", id][..], &["order", "list"]] {
        let shown = shop.run(arguments).stdout().to_owned();
        let rows = |name: &str| shown.lines().filter(|row| row.starts_with(name)).count();
        assert_eq!((rows("status"), rows("paid")), (1, 0), "{shown}");
        assert!(shown.contains(r"reference      x\nstatus"), "{shown}");
        assert!(!shown.contains('\u{202e}'), "{shown}");
    }
}

#[test]
fn what_is_dry_is_not_sent_and_shows_the_request_without_the_key() {
    let key = ("CLINK_SECRET_KEY", "sk_test_x7key");
    for (more, parts) in [
        (&MUGS[..], [r#""originalAmount":9.980"#, "curl -X POST"]),
        (
            &[
                "checkout",
                "create",
                "--reference",
                "user-42",
                "--currency",
                "EUR",
                "--product",
                "prd_pro",
                "--price",
                "price_pro",
                "--total",
                "19.99",
                "--subscription",
                "--metadata",
                "cart=17",
                "--return-url",
                "https://shop.example.com/done",
            ],
            [r#""priceId":"price_pro""#, r#""uiMode":"elements""#],
        ),
        (
            &["checkout", "get", "sess_1"],
            ["/api/checkout/session/sess_1 ", "curl -X GET"],
        ),
        (
            &["order", "list", "--merchant-reference", "a b&c"],
            [
                "pageNum=1&pageSize=20&merchantReferenceId=a+b%26c",
                "$CLINK_SECRET_KEY",
            ],
        ),
    ] {
        let dry = ["--dry-run", "--base-url", NOWHERE];
        let arguments = [more, &dry].concat();
        let output = clinkbill(&[key]).args(&arguments).output().unwrap();
        assert_eq!(output.code(), 0, "{more:?}: {}", output.stderr());
        for part in parts {
            assert!(output.stdout().contains(part), "{}", output.stdout());
        }
        assert!(
            output.stdout().contains("sk_test_***"),
            "{}",
            output.stdout()
        );
        assert!(!output.stdout().contains("x7key"));
        let json = clinkbill(&[key]).args(&arguments).arg("--json").output();
        fits("dry_run", json.unwrap().stdout());
    }
}

#[test]
fn what_a_call_would_refuse_is_refused_when_it_is_dry_too() {
    let production = "https://api.clinkbill.com/api/";
    for (key, base_url, exit) in [
        ("sk_prod_x7key", NOWHERE, 77),
        ("pk_test_x7key", NOWHERE, 77),
        ("sk_test_x7 key", NOWHERE, 77),
        ("sk_test_", NOWHERE, 77),
        ("sk_test_x7key", "http://shop.example.com/api/", 78),
        ("sk_test_x7key", production, 78),
        // Whoever looks at a request need not have a key yet.
        ("", NOWHERE, 0),
    ] {
        let variables = [("CLINK_SECRET_KEY", key), ("CLINK_BASE_URL", base_url)];
        for call in [
            &MUGS[..],
            &["checkout", "get", "sess_1"],
            &["order", "list"],
        ] {
            let dry = clinkbill(&variables)
                .args(call)
                .arg("--dry-run")
                .output()
                .unwrap();
            assert_eq!(dry.code(), exit, "{key} {base_url}: {}", dry.stderr());
            assert!(!dry.stderr().contains("x7") && !dry.stdout().contains("x7"));
            if exit == 0 {
                assert!(
                    dry.stdout().contains("# CLINK_SECRET_KEY=(missing)"),
                    "{}",
                    dry.stdout()
                );
                continue;
            }
            assert_eq!(dry.stdout(), "");
            let real = clinkbill(&variables).args(call).output().unwrap();
            assert_eq!((real.code(), real.stderr()), (exit, dry.stderr()));
        }
    }
}

/// The command that is shown is run by a shell, with a curl that shows what it was given.
#[cfg(unix)]
#[test]
fn a_request_that_was_only_looked_at_takes_the_key_from_the_file_that_was_named() {
    let folder = file("key'file $(touch x7); folder");
    std::fs::create_dir_all(&folder).unwrap();
    let key_file = format!("{folder}/a key");
    std::fs::write(&key_file, "\u{feff}  sk_test_x7key\r\n").unwrap();
    let list = ["order", "list", "--base-url", NOWHERE, "--dry-run"];
    let dry = clinkbill(&[("CLINK_SECRET_KEY", "sk_test_other")])
        .args(list)
        .args(["--key-file", &key_file])
        .output()
        .unwrap();
    assert_eq!(dry.code(), 0, "{}", dry.stderr());
    assert!(!dry.stdout().contains("x7key"), "{}", dry.stdout());
    assert!(dry.stdout().contains("sk_test_***"), "{}", dry.stdout());
    let script = format!("curl() {{ printf '<%s>' \"$@\"; }}\n{}", dry.stdout());
    let run = std::process::Command::new("sh")
        .args(["-c", &script])
        .output();
    let run = run.unwrap();
    assert!(
        run.stdout().contains("<X-API-Key: sk_test_x7key>"),
        "{}",
        run.stdout()
    );

    let json = clinkbill(&[])
        .args(list)
        .args(["--json", "--key-file", &key_file])
        .output();
    assert_eq!(
        fits("dry_run", json.unwrap().stdout())["key_file"],
        key_file
    );
}

/// What is run with which key: the status, and words of what is said about it.
type Mistake<'a> = (&'a str, &'a [&'a str], i32, [&'a str; 2]);

#[track_caller]
fn assert_said(shop: &Shop, mistakes: &[Mistake<'_>]) {
    for (key, arguments, status, words) in mistakes {
        let mut command = clinkbill(&[("CLINK_BASE_URL", &shop.base_url)]);
        let output = command.env("CLINK_SECRET_KEY", key).args(*arguments);
        let output = output.output().unwrap();
        let said = output.stderr();
        assert_eq!(output.code(), *status, "{arguments:?}: {said}");
        assert_eq!(output.stdout(), "", "{arguments:?}");
        for word in words {
            assert!(said.contains(word), "{arguments:?}: {said}");
        }
        for never in ["x7", "panicked", "\u{1b}"] {
            assert!(!said.contains(never), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn a_server_or_a_key_that_cannot_be_used_is_one_sentence_a_hint_and_a_status() {
    let shop = sandbox_without_events();
    let at = |base_url: &'static str| [&MUGS[..], &["--base-url", base_url]].concat();
    let (nobody, nowhere) = (at(NOWHERE), at("nowhere"));
    let production = at("https://api.clinkbill.com/api/");
    let clear = at("http://shop.example.com/api/");
    let (session, order) = (
        ["checkout", "get", "sess_nobody"],
        ["order", "get", "order_nobody"],
    );
    let product = [
        &MUGS[..6],
        &[
            "--product",
            "prd_1",
            "--price",
            "price_1",
            "--total",
            "4.99",
        ],
    ]
    .concat();
    let no_file = [&MUGS[..], &["--key-file", "/nowhere.key"]].concat();
    let key = &shop.key[..];
    assert_said(
        &shop,
        &[
            (key, &nobody, 69, ["not sent", "doctor"]),
            (key, &nowhere, 64, ["error: --base-url is not", "4010"]),
            (key, &production, 78, ["money moves", "--production"]),
            (
                key,
                &clear,
                78,
                ["network", "hint: use https, or make a tunnel"],
            ),
            ("sk_prod_x7key", &MUGS, 77, ["of production", "doctor"]),
            ("x7 key", &MUGS, 77, ["white space", "sk_test_"]),
            ("pk_test_x7key", &MUGS, 77, ["publishable", "sk_"]),
            (
                "whsec_x7key",
                &MUGS,
                77,
                ["webhook", "CLINK_WEBHOOK_SECRET"],
            ),
            ("x7key", &MUGS, 77, ["nothing that is known", "sk_test_"]),
            (
                "sk_uat_",
                &MUGS,
                77,
                ["nothing follows sk_uat_", "whole key"],
            ),
            // Of no known kind, so it is for the server to say.
            ("sk_x7key", &MUGS, 77, ["X-API-Key", "doctor"]),
            ("", &MUGS, 77, ["missing", "CLINK_SECRET_KEY"]),
            (key, &session, 3, ["SESSION_NOT_FOUND", "--state"]),
            (key, &order, 3, ["ORDER_NOT_FOUND", "--state"]),
            (key, &product, 3, ["PRODUCT_NOT_FOUND", "--catalogue"]),
            (key, &no_file, 66, ["failed to read", "CLINK_SECRET_KEY"]),
        ],
    );
}

#[test]
fn arguments_that_cannot_be_are_named() {
    let shop = sandbox_without_events();
    let more = |more: &[&'static str]| [&MUGS[..], more].concat();
    let nobody = ["checkout", "create", "--currency", "USD", "--line", "a:1:1"];
    let (line, both) = (more(&["--line", "a mug"]), more(&["--product", "prd_1"]));
    let (total, renewed) = (more(&["--total", "5"]), more(&["--subscription"]));
    let sold = |sold: &[&'static str]| [&nobody[..4], &["--email", "a@b.example"], sold].concat();
    let nothing = sold(&[]);
    let priceless = sold(&["--product", "prd_1", "--total", "5"]);
    let unpriced = sold(&["--price", "price_1", "--total", "5"]);
    let owed = sold(&["--product", "prd_1", "--price", "price_1", "--total", "-3"]);
    let comma = sold(&["--line", "a:1:4,99"]);
    let (none, free) = (sold(&["--line", "a:-2:4.99"]), sold(&["--line", "a:1:0"]));
    let many = sold(&["--line", "a:4294967295:1"]);
    let blank = [&MUGS[..2], &["--email", " "], &nobody[2..]].concat();
    let relative = more(&["--success-url", "a/b", "--cancel-url", "https://a.example"]);
    let currency = [
        "checkout",
        "create",
        "--email",
        "a@example.com",
        "--currency",
        "BTC",
        "--line",
        "a:1:1",
    ];
    let alone = more(&["--success-url", "https://a.example"]);
    let key = &shop.key[..];
    assert_said(
        &shop,
        &[
            (key, &["checkout", "get", "a/b"], 64, ["a/b", "--help"]),
            (key, &nobody, 64, ["--email", "--reference"]),
            (key, &line, 64, ["a mug", "name:quantity"]),
            (key, &both, 64, ["--product", "--line"]),
            (key, &total, 64, ["--total cannot stand", "--line"]),
            (key, &renewed, 64, ["--subscription cannot stand", "--line"]),
            (key, &nothing, 64, ["nothing is sold", "--line"]),
            (key, &priceless, 64, ["--price is not", "--total"]),
            (key, &unpriced, 64, ["--product is not", "--total"]),
            (key, &owed, 64, ["--total must be", "zero"]),
            (key, &comma, 64, ["4,99", "4.99"]),
            (key, &none, 64, ["the quantity \"-2\"", "from 1"]),
            (key, &many, 64, ["--line: quantity", "2147483647"]),
            (key, &free, 64, ["the price \"0\"", "above zero"]),
            (key, &blank, 64, ["--email is blank", ""]),
            (key, &relative, 64, ["\"a/b\" is", "such as https://"]),
            (key, &currency, 64, ["--currency", "--help"]),
            (key, &alone, 64, ["--cancel-url", "--help"]),
            (
                key,
                &["order", "list", "--size", "51"],
                64,
                ["--size", "51"],
            ),
        ],
    );
}

#[test]
fn a_program_reads_why_a_call_failed() {
    let shop = sandbox_without_events();
    let above = shop.base_url.replace("/api/", "/");
    let missing = file("no-such-key");
    let key_file = file_with("key-file", &format!("{}\n", shop.key));
    let at = |base_url: &str, file: &str| {
        let mut command = clinkbill(&[("CLINK_BASE_URL", base_url)]);
        let get = [
            "checkout",
            "get",
            "sess_nobody",
            "--json",
            "--key-file",
            file,
        ];
        let output = command.args(get).output().unwrap();
        let failed = fits("failure", output.stderr());
        assert_eq!(failed["exit"], output.code());
        failed
    };
    let hint = at(&above, &key_file)["hint"].take();
    assert!(hint.as_str().unwrap().contains("/api/"), "{hint}");
    assert_eq!(at(&shop.base_url, &missing)["exit"], 66);
    assert_eq!(at(&shop.base_url, &key_file)["exit"], 3);
}

#[test]
fn an_answer_that_is_lost_leaves_the_outcome_open_and_says_how_to_find_out() {
    let shop = sandbox_without_events();
    shop.control(
        "faults",
        r#"{"kind": "reset", "operation": "createCheckoutSession", "when": "after"}"#,
    );
    let lost = shop.run(&[&MUGS[..], &["--merchant-reference", "order-19"]].concat());
    assert_eq!(lost.code(), 75, "{}", lost.stderr());
    let hint = "clinkbill order list --merchant-reference order-19";
    assert!(lost.stderr().contains(hint), "{}", lost.stderr());
}
