//! The customer table as a whole, by an independent statement of the guide.

use clinkbill_sandbox::Sandbox;
use clinkbill_sandbox::rulebook::{Cell, Verdict};
use serde_json::{Value, json};

use crate::call::{Call, customers, json};

/// The customers of every case: by email only, by reference only, by both, and another of each.
const OWNERS: [(Option<&str>, Option<&str>); 4] = [
    (Some("email-only@example.com"), None),
    (None, Some("reference-only")),
    (Some("both@example.com"), Some("both")),
    (Some("other@example.com"), Some("other")),
];
const EMAILS: [Option<&str>; 6] = [
    None,
    Some(" "),
    Some("email-only@example.com"),
    Some("both@example.com"),
    Some("other@example.com"),
    Some("unused@example.com"),
];
const REFERENCES: [Option<&str>; 6] = [
    None,
    Some(""),
    Some("reference-only"),
    Some("both"),
    Some("other"),
    Some("unused"),
];

fn create(
    sandbox: &Sandbox,
    id: Option<&str>,
    email: Option<&str>,
    reference: Option<&str>,
) -> Value {
    let body = json!({
        "customerId": id, "customerEmail": email, "referenceCustomerId": reference,
        "originalAmount": 1, "originalCurrency": "USD",
    });
    json(&Call::create(body.to_string()).send(sandbox))
}

/// The guide's paragraphs on customers, told as a program over the list of customers.
fn expected(
    known: &[Value],
    id: Option<&str>,
    email: Option<&str>,
    reference: Option<&str>,
) -> Result<usize, &'static str> {
    let by = |field: &str, value: Option<&str>| {
        value.and_then(|value| known.iter().position(|customer| customer[field] == value))
    };
    if id.is_none() && email.is_none() && reference.is_none() {
        return Err("CUSTOMER_NOT_FOUND");
    }
    let (a, b) = (by("email", email), by("referenceCustomerId", reference));
    let Some(id) = id else {
        return match (email, reference) {
            (Some(_), Some(_)) if a != b => Err("CUSTOMER_IDENTIFIER_NOT_MATCHED"),
            _ => Ok(a.or(b).unwrap_or(known.len())),
        };
    };
    let Some(x) = by("customerId", Some(id)) else {
        return Err("CUSTOMER_NOT_FOUND");
    };
    let email_matches = email.is_none() || a == Some(x);
    let reference_matches = reference.is_none()
        || b == Some(x)
        || (b.is_none() && known[x]["referenceCustomerId"].is_null());
    if email_matches && reference_matches {
        Ok(x)
    } else {
        Err("CUSTOMER_IDENTIFIER_NOT_MATCHED")
    }
}

#[test]
fn every_combination_of_identifiers_is_decided_as_the_guide_says() {
    let given = |text: Option<&'static str>| text.filter(|text| !text.trim().is_empty());
    let mut decided = 0;
    for id in [
        None,
        Some(""),
        Some("unknown"),
        Some("0"),
        Some("1"),
        Some("2"),
        Some("3"),
    ] {
        for email in EMAILS {
            for reference in REFERENCES {
                let sandbox = Sandbox::builder().seed(1).build();
                for (email, reference) in OWNERS {
                    assert_eq!(create(&sandbox, None, email, reference)["code"], 200);
                }
                let before = customers(&sandbox);
                let known = before.as_array().unwrap();
                let id = id.map(|id| match id.parse::<usize>() {
                    Ok(number) => known[number]["customerId"].as_str().unwrap(),
                    Err(_) => id,
                });
                let case = format!("{id:?} {email:?} {reference:?}");

                let answer = create(&sandbox, id, email, reference);
                let after = customers(&sandbox);
                match expected(
                    known,
                    id.filter(|id| !id.is_empty()),
                    given(email),
                    given(reference),
                ) {
                    Err(name) => {
                        assert!(
                            answer["msg"].as_str().unwrap().starts_with(name),
                            "{case}: {answer}"
                        );
                        assert_eq!(after, before, "{case}: a refused request left a trace");
                    }
                    Ok(number) => {
                        let resolved = &after[number];
                        assert_eq!(
                            answer["data"]["customerId"], resolved["customerId"],
                            "{case}"
                        );
                        assert_eq!(
                            after.as_array().unwrap().len(),
                            known.len().max(number + 1),
                            "{case}"
                        );
                        if let Some(email) = given(email) {
                            assert_eq!(resolved["email"], email, "{case}");
                        }
                        if let Some(reference) = given(reference) {
                            assert_eq!(resolved["referenceCustomerId"], reference, "{case}");
                        }
                    }
                }
                decided += 1;
            }
        }
    }
    assert_eq!(decided, 7 * 6 * 6);
}

#[test]
fn the_table_has_each_cell_once() {
    let names: std::collections::BTreeSet<String> =
        Cell::ALL.iter().map(|cell| format!("{cell:?}")).collect();
    assert_eq!(names.len(), Cell::ALL.len());
    let verdicts = |wanted: Verdict| {
        Cell::ALL
            .iter()
            .filter(|cell| cell.documented_verdict() == wanted)
            .count()
    };
    assert_eq!(verdicts(Verdict::Use), 8);
    assert_eq!(verdicts(Verdict::UseAndBind), 2);
    assert_eq!(verdicts(Verdict::Create), 4);
    assert_eq!(verdicts(Verdict::RefuseNotFound), 4);
    assert_eq!(verdicts(Verdict::RefuseNotMatched), 15);
}

#[test]
fn email_addresses_are_compared_without_case_and_blanks_and_references_to_the_letter() {
    let sandbox = Sandbox::new();
    let first = create(&sandbox, None, Some("Buyer@Example.com"), None);
    let second = create(&sandbox, None, Some(" buyer@example.COM "), None);
    assert_eq!(first["data"]["customerId"], second["data"]["customerId"]);
    let first = create(&sandbox, None, None, Some("Ref"));
    let second = create(&sandbox, None, None, Some("ref"));
    assert_ne!(first["data"]["customerId"], second["data"]["customerId"]);
}

/// CR-34: an import names a customer only where nothing else does.
#[test]
fn an_import_names_a_customer_only_where_no_other_identifier_is_given() {
    let sandbox = Sandbox::new();
    let import = |channel: &str, reference: &str| json!({"channelAlias": channel, "channelCustomerReference": reference});
    let create = |email: Option<&str>, import: Value| {
        let body = json!({
            "customerEmail": email, "historicalPaymentInstrumentImport": import,
            "originalAmount": 1, "originalCurrency": "USD",
        });
        json(&Call::create(body.to_string()).send(&sandbox))
    };
    let customer = |answer: &Value| answer["data"]["customerId"].as_str().unwrap().to_owned();

    let first = customer(&create(None, import("stripe", "a")));
    assert_eq!(customer(&create(None, import("stripe", "a"))), first);
    let second = customer(&create(None, import("stripe", "b")));
    assert_ne!(second, first);
    assert_eq!(customer(&create(None, import("stripe", "b"))), second);
    assert_ne!(customer(&create(None, import("other", "a"))), first);
    // The e-mail address decides, and the import stays where it leads.
    let owner = customer(&create(Some("a@example.com"), import("stripe", "a")));
    assert_ne!(owner, first);
    assert_eq!(customer(&create(None, import("stripe", "a"))), first);
    // Incomplete is none at all.
    let refused = create(None, import("stripe", " "));
    assert!(
        refused["msg"]
            .as_str()
            .unwrap()
            .starts_with("CUSTOMER_NOT_FOUND"),
        "{refused}"
    );
}
